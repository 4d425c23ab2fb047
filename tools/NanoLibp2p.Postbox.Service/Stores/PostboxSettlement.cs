namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What <see cref="IPostboxStore.SettleAsync"/> is asked.</summary>
/// <param name="Head">A head of the item; which of its states it shows does not matter.</param>
/// <param name="State">What became of it; not waiting, not unknown.</param>
/// <param name="Proof">The delivery proof; 0 for none.</param>
public sealed record PostboxSettlement(PostboxHead Head, PostboxState State, ulong Proof = 0);
