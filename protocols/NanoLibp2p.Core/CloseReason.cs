namespace NanoLibp2p.Core
{
    /// <summary>Why a connection ended, or was never made.</summary>
    public enum CloseReason
    {
        /// <summary>It has not ended.</summary>
        None,

        /// <summary>This node closed it in order.</summary>
        Local,

        /// <summary>
        /// The peer closed it; the detail is the code of its Yamux GoAway: 0 in order, 1 it found a protocol error in what we sent, 2 a
        /// limit or fault of its own.
        /// </summary>
        Remote,

        /// <summary>The link broke; the detail is a <see cref="Hal.LinkError"/>.</summary>
        LinkFailed,

        /// <summary>None of the dialled addresses answered; the detail is the last one's <see cref="Hal.LinkError"/>.</summary>
        DialFailed,

        /// <summary>The peer ended the link before the handshake was over.</summary>
        EndedInHandshake,

        /// <summary>
        /// The handshake took longer than NodeOptions.HandshakeTimeoutMs; or, with a detail other than 0, a caller said nothing for so many
        /// milliseconds, which are NodeOptions.FirstByteTimeoutMs.
        /// </summary>
        HandshakeTimeout,

        /// <summary>The peer gave no sign of life for NodeOptions.KeepAliveMs and KeepAliveTimeoutMs.</summary>
        KeepAliveTimeout,

        /// <summary>The peer does not speak multistream-select; the detail is a StreamRefusal, 0 on a device.</summary>
        NegotiationMalformed,

        /// <summary>The peer does not speak Noise.</summary>
        SecurityRefused,

        /// <summary>The peer does not speak Yamux.</summary>
        MuxerRefused,

        /// <summary>A handshake message was changed, cut short or made with other keys.</summary>
        HandshakeInvalid,

        /// <summary>The peer's handshake payload is not what the spec says.</summary>
        IdentityMalformed,

        /// <summary>The peer's identity key is of a type that this node can't verify (RSA, ECDSA or secp256k1 on a device).</summary>
        IdentityUnsupported,

        /// <summary>The peer's identity key did not sign its static key.</summary>
        IdentityInvalid,

        /// <summary>The peer has proved another identity than the one that was dialled.</summary>
        PeerIdMismatch,

        /// <summary>
        /// A record is longer than NodeOptions.RecordBytes and LargeRecordBytes; the detail is its length in bytes.
        /// </summary>
        RecordTooLong,

        /// <summary>A record's tag is wrong, or it is too short to have one.</summary>
        RecordInvalid,

        /// <summary>A Yamux frame makes no sense.</summary>
        YamuxMalformed,

        /// <summary>The peer sent more on a stream than its window allowed.</summary>
        YamuxWindowOverrun,

        /// <summary>The peer opens streams without end.</summary>
        StreamFlood,

        /// <summary>There was no free connection; the detail is NodeOptions.MaxConnections.</summary>
        ConnectionLimit,

        /// <summary>2^64 - 1 records were sent under one key.</summary>
        KeyExhausted,

        /// <summary>The node dialled itself.</summary>
        DialledSelf,

        /// <summary>The peer broke the rules of a stream's protocol again and again; the detail is how often.</summary>
        ProtocolViolated,

        /// <summary>A peer that called, and that nothing kept, gave its place to another: see
        /// <see cref="StreamProtocol.KeepsConnection"/>.</summary>
        GaveWay,

        /// <summary>
        /// A record longer than NodeOptions.RecordBytes had the node's large buffer for longer than NodeOptions.RecordTimeoutMs, or one of
        /// any length a rented buffer; the detail is the record's length in bytes, 0 where not even that had come.
        /// </summary>
        RecordTimeout,

#if !NANOFRAMEWORK_1_0
        /// <summary>All connections together held more bytes than their budget, and this one the most; the detail is how many, in
        /// KiB.</summary>
        MemoryExceeded,

        /// <summary>There were more connections than the high water mark, and this one was of the least use.</summary>
        Trimmed,

        /// <summary>The peer or its address is not allowed here.</summary>
        Blocked,

        /// <summary>This node ends.</summary>
        ShuttingDown,

        /// <summary>Another connection to the same peer takes its place.</summary>
        Supplanted,
#endif
    }
}
