namespace NanoLibp2p.Hal
{
    /// <summary>How a link stands.</summary>
    public enum LinkState
    {
        /// <summary>Being made: a name is looked up, a peer is called.</summary>
        Connecting,

        /// <summary>Bytes can pass.</summary>
        Open,

        /// <summary>Ended in order, by either side.</summary>
        Closed,

        /// <summary>Broken, or never made; <see cref="IStreamLink.Error"/> says why.</summary>
        Failed,
    }
}
