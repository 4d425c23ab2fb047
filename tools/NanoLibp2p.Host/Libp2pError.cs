namespace NanoLibp2p.Host;

/// <summary>What kind of thing went wrong, for programs; <see cref="Libp2pException"/> has the words.</summary>
public enum Libp2pError
{
    /// <summary>A peer could not be dialled: no address answered, the handshake failed, or another peer answered.</summary>
    DialFailed,

    /// <summary>There is no connection to that peer; dial it first.</summary>
    NotConnected,

    /// <summary>The connection ended; <see cref="Libp2pException.Reason"/> says why.</summary>
    ConnectionClosed,

    /// <summary>The peer does not speak the protocol that was asked for.</summary>
    ProtocolRefused,

    /// <summary>The peer broke the stream off, or did not agree on its protocol in time.</summary>
    StreamReset,

    /// <summary>The connection has as many streams as it may have, or the peer leaves and takes no more.</summary>
    TooManyStreams,

    /// <summary>The node has as many protocol ids as it can: 64, with those that every node has.</summary>
    TooManyProtocols,

    /// <summary>An address can't be listened on.</summary>
    ListenFailed,

    /// <summary>The node has as many topics as it can, or its options have no pubsub.</summary>
    TopicUnavailable,

    /// <summary>The message is longer than PubSubOptions.MaxMessageBytes, or than a protocol accepts.</summary>
    MessageTooLong,

    /// <summary>What a peer has sent is not what its protocol says.</summary>
    MessageMalformed,

    /// <summary>A peer took longer than it may.</summary>
    TimedOut,

    /// <summary>No peer of a DHT is known, or none of those that were asked answered.</summary>
    LookupFailed,

    /// <summary>The node has no address that others could dial.</summary>
    NoAddress,

    /// <summary>The node has ended.</summary>
    NodeClosed,
}
