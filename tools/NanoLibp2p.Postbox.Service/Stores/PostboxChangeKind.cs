namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What a <see cref="PostboxChange"/> tells. Which of its properties are set:</summary>
public enum PostboxChangeKind
{
    /// <summary>A mailbox is new, or has changed: <c>Mailbox</c>.</summary>
    MailboxSaved,

    /// <summary>A mailbox is gone, and all its heads with it: <c>Box</c> only.</summary>
    MailboxDropped,

    /// <summary>An entry is there: <c>Head</c>, waiting; or settled, while the store opens or is copied into.</summary>
    Appended,

    /// <summary>An entry took the place of what waited in its slot: <c>Head</c>, and <c>Former</c> as it is now.</summary>
    Replaced,

    /// <summary>An item waits no more: <c>Head</c> as it is now.</summary>
    Settled,

    /// <summary>A head is gone: <c>Head</c> as it was last.</summary>
    Forgotten,
}
