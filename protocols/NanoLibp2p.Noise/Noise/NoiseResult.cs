namespace NanoLibp2p.Noise
{
    /// <summary>What the Noise layer returns instead of a count.</summary>
    public static class NoiseResult
    {
        /// <summary>A tag did not match: the message was changed, or the peer has other keys.</summary>
        public const int TagInvalid = -1;

        /// <summary>The message is shorter than its pattern needs.</summary>
        public const int TooShort = -2;

        /// <summary>2^64 - 1 messages were sent under one key; the connection must end (noise spec, section 5.1).</summary>
        public const int NonceExhausted = -3;

        /// <summary>The peer's point gives an all-zero shared secret.</summary>
        public const int KeyInvalid = -4;

        /// <summary>The handshake payload is not a NoiseHandshakePayload, or lacks its key or signature.</summary>
        public const int PayloadMalformed = -5;

        /// <summary>The identity key is of a type that this node can't verify.</summary>
        public const int IdentityUnsupported = -6;

        /// <summary>The identity key did not sign the peer's static key.</summary>
        public const int SignatureInvalid = -7;

        /// <summary>The peer has proved an identity, but not the one that was dialled.</summary>
        public const int PeerIdMismatch = -8;

        /// <summary>The peer offers stream multiplexers, none of which is Yamux.</summary>
        public const int MuxerMismatch = -9;
    }
}
