namespace NanoLibp2p.Hal
{
    /// <summary>
    /// A driver's ordered, reliable channel of bytes to one peer: a TCP connection, a serial line. No call waits.
    /// </summary>
    public interface IStreamLink
    {
        /// <summary>How the link stands; a driver moves it from <see cref="LinkState.Connecting"/> on by itself.</summary>
        LinkState State { get; }

        /// <summary>Why a link is <see cref="LinkState.Failed"/>; <see cref="LinkError.None"/> otherwise.</summary>
        LinkError Error { get; }

        /// <summary>Copies what has arrived into the caller's buffer, at most <paramref name="count"/> bytes.</summary>
        /// <returns>
        /// Bytes copied; 0 when nothing waits; <see cref="LinkResult.Ended"/> when the peer has ended the link in order
        /// and everything was read; <see cref="LinkResult.Failed"/> when it broke.
        /// </returns>
        int Read(byte[] buffer, int offset, int count);

        /// <summary>Takes bytes to send. The buffer is the caller's again when the call returns.</summary>
        /// <returns>Bytes taken, 0 to <paramref name="count"/>, or <see cref="LinkResult.Failed"/>.</returns>
        int Write(byte[] buffer, int offset, int count);

        /// <summary>
        /// The peer's network address as the driver sees it: 4 bytes for IPv4, 16 for IPv6, in network order.
        /// </summary>
        /// <param name="buffer">Takes up to 16 bytes at <paramref name="offset"/>.</param>
        /// <param name="offset">Where the address goes.</param>
        /// <returns>Bytes written; 0 where the link has no such address.</returns>
        int CopyRemoteAddress(byte[] buffer, int offset);

        /// <summary>The peer's port, 0 where the link has none.</summary>
        int RemotePort { get; }

        /// <summary>Ends the link and gives its resources back. What was taken by <see cref="Write"/> is still sent where the driver
        /// can.</summary>
        void Close();
    }
}
