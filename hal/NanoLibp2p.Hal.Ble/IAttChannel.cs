namespace NanoLibp2p.Hal.Ble
{
    /// <summary>
    /// One GATT connection as a channel of packets both ways: on a device what a central writes and what is notified to it; on a gateway
    /// what it writes and what it is notified of. A packet is one attribute value. No call waits but <see cref="Wait"/>; nothing throws.
    /// </summary>
    public interface IAttChannel
    {
        /// <summary>
        /// Counts connections: another number each time when one begins; 0 while there is none. Packets of another connection are none of
        /// this one's frames.
        /// </summary>
        int Connection { get; }

        /// <summary>The longest packet that the other side takes: the ATT MTU less 3 bytes, at least 20.</summary>
        int PacketBytes { get; }

        /// <summary>Begins to advertise, or to look for the device; opens again what was closed.</summary>
        /// <returns><see cref="LinkError.None"/>, or why it can't.</returns>
        LinkError Open();

        /// <summary>Sends a packet.</summary>
        /// <returns>False when it was not taken, now or because the connection ended.</returns>
        bool Send(byte[] packet, int count);

        /// <summary>Copies the next packet that came.</summary>
        /// <param name="packet">Takes it; as long as the longest frame and its head.</param>
        /// <returns>Its bytes; 0 when none waits.</returns>
        int Receive(byte[] packet);

        /// <summary>Sleeps until a packet comes, but no longer than <paramref name="milliseconds"/>; may return early.</summary>
        void Wait(int milliseconds);

        /// <summary>Ends the connection, and stops to advertise or to look.</summary>
        void Close();
    }
}
