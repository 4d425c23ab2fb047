namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>
    /// A Bluetooth stack as a central: it hears devices that offer the service of frames, and connects to some of them, each in a slot.
    /// No call waits for the air but <see cref="Wait"/>; nothing throws.
    /// </summary>
    public interface IGattCentral
    {
        /// <summary>Connections that it bears at once, 1 to 32.</summary>
        int Slots { get; }

        /// <summary>Starts the stack; all slots are free, now or soon.</summary>
        /// <returns><see cref="LinkError.None"/>, or why it can't.</returns>
        LinkError Open();

        /// <summary>Begins or ends to listen for devices. Stacks tell of each device once in a scan, and connect only while
        /// there is none.</summary>
        void Scan(bool isOn);

        /// <summary>Takes the next device that was heard.</summary>
        /// <param name="address">Takes its 7 bytes: 0 for a public address or 1 for a random one, then the 6 as one writes them.</param>
        /// <returns>False when none waits. A device may come more than once.</returns>
        bool TakeFound(byte[] address);

        /// <summary>Begins to connect a free slot, which is <see cref="GattSlotState.Busy"/> from now on, and in bounded time connected
        /// or free.</summary>
        void Connect(int slot, byte[] address);

        /// <summary>Begins to end what the slot does; it is free in bounded time.</summary>
        void Disconnect(int slot);

        /// <summary>What the slot does now.</summary>
        GattSlotState State(int slot);

        /// <summary>The slot's packets. Opening and closing it does nothing.</summary>
        IAttChannel Channel(int slot);

        /// <summary>Sleeps until a packet or a device comes, at most <paramref name="milliseconds"/>; may return early.</summary>
        void Wait(int milliseconds);

        /// <summary>Ends scan and connections.</summary>
        void Close();
    }
}
