namespace NanoLibp2p.Postbox.Service;

/// <summary>How a request ends (SPEC.md 17): in a reply, and in a signed receipt.</summary>
public enum PostboxCode
{
    /// <summary>Done.</summary>
    Ok = 0,

    /// <summary>It can't be parsed, or breaks a bound.</summary>
    Malformed = 400,

    /// <summary>A form, a request or a kind of identity that this version does not know.</summary>
    Unsupported = 401,

    /// <summary>The item is longer than the mailbox takes.</summary>
    TooLarge = 402,

    /// <summary>The token counts for nothing here, or strangers do.</summary>
    Denied = 403,

    /// <summary>The peer has no mailbox here.</summary>
    NoMailbox = 404,

    /// <summary>The recipient's record names other gateways.</summary>
    Moved = 405,

    /// <summary>A stranger has to show work.</summary>
    WorkRequired = 406,

    /// <summary>This gateway gives the peer no mailbox.</summary>
    NotAdmitted = 407,

    /// <summary>The record is older than the one that is held, or has its number and other bytes.</summary>
    Stale = 408,

    /// <summary>The lane's share of the mailbox is used.</summary>
    MailboxFull = 500,

    /// <summary>Too fast. Never signed.</summary>
    RateLimited = 501,

    /// <summary>There is no room on this gateway.</summary>
    StoreFull = 502,

    /// <summary>The store does not answer.</summary>
    Unavailable = 503,
}
