namespace NanoLibp2p.Host;

/// <summary>Why a caller, a peer, a dial or a message was turned away.</summary>
public enum RefusalReason
{
    /// <summary>It was not.</summary>
    None,

    /// <summary>Its address is blocked, or not among those that are allowed: <see cref="AccessList"/>.</summary>
    AddressNotAllowed,

    /// <summary>The peer is blocked, or not among those that are allowed: <see cref="AccessList"/>.</summary>
    PeerNotAllowed,

    /// <summary>The application's <see cref="ConnectionGate"/> said no.</summary>
    Gate,

    /// <summary>All connections are in use, and none gives way: Libp2pNodeOptions.MaxConnections.</summary>
    ConnectionLimit,

    /// <summary>Its host has as many open connections as it may have: ConnectionOptions.PerHost.</summary>
    HostLimit,

    /// <summary>As many callers of its host are in the handshake as may be: ConnectionOptions.HalfOpenPerHost.</summary>
    HalfOpenHostLimit,

    /// <summary>As many callers are in the handshake as may be: ConnectionOptions.HalfOpen.</summary>
    HalfOpenLimit,

    /// <summary>The stream's connection has as many handlers at work as it may have streams: NodeOptions.MaxStreams.</summary>
    HandlerLimit,

    /// <summary>On a stream no protocol was agreed on, as it broke the rules of multistream-select or took too long.</summary>
    StreamNegotiation,

    /// <summary>Its connection has as many streams as it may have: NodeOptions.MaxStreams.</summary>
    StreamLimit,

    /// <summary>Its messages are not signed where only signed ones are taken, or the other way: GossipSubOptions.SignaturePolicy.</summary>
    SignaturePolicy,

    /// <summary>Its messages are older than what is known of their author; five of them.</summary>
    OldMessages,
}
