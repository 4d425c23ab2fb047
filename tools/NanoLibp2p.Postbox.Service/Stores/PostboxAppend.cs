namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What became of one entry of <see cref="IPostboxStore.AppendAsync"/>.</summary>
/// <param name="Outcome">What was done.</param>
/// <param name="Head">Kept and replaced: the new head. Exists: the one that is there. Else null.</param>
/// <param name="Former">Replaced: the head of what waited in the slot, now in state <see cref="PostboxState.Replaced"/>. Else
/// null.</param>
/// <param name="Reason">Failed: what happened, for the operator. Else null.</param>
public sealed record PostboxAppend(AppendOutcome Outcome, PostboxHead? Head = null, PostboxHead? Former = null, string? Reason = null);
