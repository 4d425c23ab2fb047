namespace NanoLibp2p.Hal.Ble
{
    /// <summary>The GATT service of frames: one characteristic that a gateway writes, one that a device notifies. Without pairing: the
    /// session over it proves who is who, and encrypts.</summary>
    public static class BleService
    {
        /// <summary>The service.</summary>
        public const string Service = "7d1b0001-2f5c-4a36-9b1e-6c6962703262";

        /// <summary>What a gateway writes, with or without response: packets down.</summary>
        public const string Write = "7d1b0002-2f5c-4a36-9b1e-6c6962703262";

        /// <summary>What a device notifies: packets up.</summary>
        public const string Notify = "7d1b0003-2f5c-4a36-9b1e-6c6962703262";

        /// <summary>The service's number on systems that know 16 bits only (Meadow). A gateway knows the device by its
        /// characteristics.</summary>
        public const int ShortService = 0x7D1B;
    }
}
