namespace NanoLibp2p.Core
{
    /// <summary>How far a connection has come.</summary>
    public enum ConnectionState
    {
        /// <summary>Not in use.</summary>
        Free,

        /// <summary>A link is being made, one address after another.</summary>
        Dialing,

        /// <summary>Agreeing on Noise, in clear.</summary>
        Securing,

        /// <summary>In the Noise handshake.</summary>
        Handshaking,

        /// <summary>Agreeing on Yamux, encrypted: the peer did not do it within the handshake.</summary>
        Muxing,

        /// <summary>Streams can be opened.</summary>
        Open,

        /// <summary>
        /// It has a <see cref="Core.CloseReason"/> and takes and gives nothing more; the next <see cref="Node.Poll"/> sends a last word,
        /// tells its end and frees it.
        /// </summary>
        Ending,
    }
}
