namespace NanoLibp2p.Hal.Datagrams
{
    /// <summary>
    /// A driver's channel of datagrams to and from one multicast group, on one link of this host: a Wi-Fi, an Ethernet. Datagrams are
    /// received whole or cut, and may be lost, repeated and reordered. No call waits.
    /// </summary>
    public interface IMulticastLink
    {
        /// <summary>
        /// Joins the group. An open link is closed first, so that a host which has another address by now has it here too. Takes heap,
        /// which the other calls don't.
        /// </summary>
        /// <returns><see cref="LinkError.None"/>, or why it can't.</returns>
        LinkError Open();

        /// <summary>Copies the next datagram into the caller's buffer; what exceeds the room is lost.</summary>
        /// <returns>Bytes copied; 0 when none waits; <see cref="LinkResult.Failed"/> when the link broke or is not open.</returns>
        int Receive(byte[] buffer, int offset, int capacity);

        /// <summary>Sends a datagram to the group. The buffer is the caller's again when the call returns.</summary>
        /// <returns><paramref name="count"/>; 0 when there is no room for it now; <see cref="LinkResult.Failed"/> when the link broke or is
        /// not open.</returns>
        int Send(byte[] buffer, int offset, int count);

        /// <summary>Whether a host of that address is on this link, so that it is reached without a router.</summary>
        /// <param name="address">4 bytes of an IPv4 address or 16 of an IPv6 address, in network order.</param>
        /// <param name="offset">Where they begin.</param>
        /// <param name="count">4 or 16.</param>
        /// <returns>False for any other address, and while the link is not open. The loopback addresses are on the loopback interface
        /// alone.</returns>
        bool IsNeighbour(byte[] address, int offset, int count);

        /// <summary>Leaves the group and gives its resources back. It may be opened again.</summary>
        void Close();
    }
}
