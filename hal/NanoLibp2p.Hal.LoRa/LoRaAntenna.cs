namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>What the antenna is connected to.</summary>
    public enum LoRaAntenna
    {
        /// <summary>Nothing: the chip is idle.</summary>
        None,

        /// <summary>The receiver.</summary>
        Receiver,

        /// <summary>The power amplifier.</summary>
        Transmitter,
    }
}
