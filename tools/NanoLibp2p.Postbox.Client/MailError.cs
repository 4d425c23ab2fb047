namespace NanoLibp2p.Postbox.Client;

/// <summary>What kind of thing went wrong, for programs; <see cref="MailException"/> has the words.</summary>
public enum MailError
{
    /// <summary>No gateway is known that keeps mail for this peer; name one.</summary>
    NoGateway,

    /// <summary>The gateway could not be reached, or has not answered in time. Whether it took what was sent is not known: repeat
    /// it.</summary>
    Unreachable,

    /// <summary>The peer there does not speak the postbox protocol.</summary>
    NotAPostbox,

    /// <summary>The gateway keeps no mail for this peer.</summary>
    NoMailbox,

    /// <summary>The mailbox has moved to another gateway, which could not be followed.</summary>
    Moved,

    /// <summary>The token is not valid here, or strangers may not write.</summary>
    Denied,

    /// <summary>The message is longer than the gateway, the recipient or the protocol takes.</summary>
    TooLong,

    /// <summary>The gateway asks for more work than MailSenderOptions.MaxWork allows.</summary>
    WorkRequired,

    /// <summary>The mailbox is full.</summary>
    MailboxFull,

    /// <summary>The gateway has no room, is asked too often, or its store does not answer. Later it may.</summary>
    TryLater,

    /// <summary>The gateway gives this peer no mailbox.</summary>
    NotAdmitted,

    /// <summary>The recipient's id has no key that can be sealed to.</summary>
    RecipientInvalid,

    /// <summary>What the gateway answered breaks the protocol, or its receipt or record is not signed as it must be.</summary>
    Malformed,

    /// <summary>The file of mailbox or outbox can't be read or written.</summary>
    StoreFailed,

    /// <summary>Another program uses the mailbox's file.</summary>
    InUse,

    /// <summary>No message of this id was sent from here.</summary>
    NotFound,

    /// <summary>The gateway knows a newer record of this peer than the one that was given, or refused for another reason.</summary>
    Refused,
}
