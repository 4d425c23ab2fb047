namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// What a radio chip is wired to: one SPI device and a few pins. The chips know nothing else, so that the same source runs on
    /// nanoFramework, on a Raspberry Pi (<c>SpiLoRaBus</c>) and on a model of the chip. No call throws.
    /// </summary>
    public interface ILoRaBus
    {
        /// <summary>
        /// One SPI transaction, mode 0, most significant bit first: chip select falls, <paramref name="count"/> bytes go out and as many
        /// come in, chip select rises.
        /// </summary>
        /// <param name="send">Bytes to send; not changed.</param>
        /// <param name="receive">Takes what came back; another array.</param>
        /// <param name="count">From 2 to <see cref="LoRaChip.BufferBytes"/>.</param>
        /// <returns>False when the bus failed; what is in <paramref name="receive"/> is then worth nothing.</returns>
        bool Transfer(byte[] send, byte[] receive, int count);

        /// <summary>Whether the chip's BUSY line is high (SX126x). False where a chip has none.</summary>
        bool IsBusy { get; }

        /// <summary>
        /// Whether the chip's interrupt line (DIO0 of an SX127x, DIO1 of an SX126x) is high. It stays high until the flags are cleared, so
        /// its level can't be missed as an edge can. True where it is not wired: the chip is then asked at every step.
        /// </summary>
        bool IsInterrupted { get; }

        /// <summary>Pulls the chip's reset line low, or lets it rise.</summary>
        void HoldReset(bool isHeld);

        /// <summary>Sets the antenna switch, where the board and not the chip does it.</summary>
        void SwitchAntenna(LoRaAntenna antenna);

        /// <summary>Lets about a millisecond pass; a chip that is busy for long is waited for so.</summary>
        void Rest();

        /// <summary>Sleeps until the interrupt line rises, but no longer than <paramref name="milliseconds"/>. It may return
        /// early.</summary>
        void Wait(int milliseconds);
    }
}
