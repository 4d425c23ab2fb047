namespace NanoLibp2p.Postbox.Client;

/// <summary>What became of a message (SPEC.md 8.1, State).</summary>
public enum MailFate
{
    /// <summary>The gateway knows nothing of it, or not any more.</summary>
    Unknown = 0,

    /// <summary>It waits for the recipient.</summary>
    Waiting = 1,

    /// <summary>The recipient has stored it.</summary>
    Delivered = 2,

    /// <summary>The recipient wants no mail of this sender or subject.</summary>
    Refused = 3,

    /// <summary>The recipient could not open it.</summary>
    Unreadable = 4,

    /// <summary>It came after its time, or the recipient can't tell it from a repetition. It may have been delivered before.</summary>
    Late = 5,

    /// <summary>A later one of the same subject took its place. It may have been delivered before.</summary>
    Replaced = 6,

    /// <summary>Its time ran out at the gateway.</summary>
    Expired = 7,
}
