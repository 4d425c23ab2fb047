namespace NanoLibp2p.Postbox.Nats;

/// <summary>What became of a message that was published.</summary>
internal enum NatsOutcomeKind
{
    /// <summary>It is in the stream, and applied.</summary>
    InStream,

    /// <summary>Another message of its subject is there.</summary>
    Conflict,

    /// <summary>The stream has no room for it.</summary>
    Full,

    /// <summary>The server did not take it.</summary>
    Refused,

    /// <summary>No answer came: it may be in the stream or not.</summary>
    Unknown,
}
