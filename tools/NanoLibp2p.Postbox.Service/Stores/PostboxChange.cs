namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>One thing that happened in a store, told in the order in which it was committed.</summary>
/// <param name="Kind">What happened; says which of the others are set.</param>
/// <param name="Box">Which mailbox.</param>
public readonly record struct PostboxChange(PostboxChangeKind Kind, BoxId Box)
{
    /// <summary>The head that is new, changed or forgotten.</summary>
    public PostboxHead? Head { get; init; }

    /// <summary>Replaced: the head whose place was taken, in state <see cref="PostboxState.Replaced"/>.</summary>
    public PostboxHead? Former { get; init; }

    /// <summary>Appended, replaced, settled: the head that this slot kept of what was replaced before, and that is now forgotten; of what
    /// was replaced a slot keeps one, the last. Null for none.</summary>
    public PostboxHead? Forgotten { get; init; }

    /// <summary>MailboxSaved: the mailbox.</summary>
    public PostboxMailbox? Mailbox { get; init; }

    /// <summary>Whether another process did it (shared stores). What was there when the store opened is not.</summary>
    public bool IsForeign { get; init; }
}
