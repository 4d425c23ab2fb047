namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>What a store did with a mailbox.</summary>
public enum MailboxOutcome
{
    /// <summary>It is saved, or dropped.</summary>
    Done,

    /// <summary>The store has one of a number that is not smaller (to save), or is larger (to drop); nothing changed.</summary>
    Stale,

    /// <summary>There is none to drop.</summary>
    None,
}
