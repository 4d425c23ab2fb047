namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What became of one entry of <see cref="IPostboxStore.SettleAsync"/>.</summary>
/// <param name="IsGone">Whether another was first: the item did not wait any more, and nothing changed.</param>
/// <param name="Head">The head as it is now; null when it was forgotten, or its mailbox dropped.</param>
public sealed record PostboxSettled(bool IsGone, PostboxHead? Head);
