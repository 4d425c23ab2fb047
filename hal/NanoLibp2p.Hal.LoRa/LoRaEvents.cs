namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>What a chip tells when it is asked; several may come at once. Not marked as flags, which would take 40 bytes of
    /// flash.</summary>
    public enum LoRaEvents
    {
        /// <summary>Nothing new.</summary>
        None = 0,

        /// <summary>A frame came whole; <see cref="LoRaChip.Read"/> takes it.</summary>
        Received = 1,

        /// <summary>A frame came damaged: its header or its CRC is wrong. It is gone.</summary>
        Damaged = 2,

        /// <summary>The frame that was sent has left.</summary>
        Sent = 4,

        /// <summary>The chip did not answer; it has to be reset.</summary>
        Failed = 8,
    }
}
