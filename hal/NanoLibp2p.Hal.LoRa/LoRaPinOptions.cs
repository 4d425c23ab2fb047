namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>Where a radio's lines are, by the numbers of the board's GPIO controller; -1 for a line that is not wired.</summary>
    public sealed class LoRaPinOptions
    {
        /// <summary>RESET, an output; without it a chip that hangs can't be helped.</summary>
        public int Reset = -1;

        /// <summary>BUSY of an SX126x, an input.</summary>
        public int Busy = -1;

        /// <summary>DIO0 of an SX127x, DIO1 of an SX126x, an input. Without it the chip is asked at every step.</summary>
        public int Interrupt = -1;

        /// <summary>An antenna switch's line that is high while sending (TXEN).</summary>
        public int Transmit = -1;

        /// <summary>An antenna switch's line that is high while listening (RXEN).</summary>
        public int Receive = -1;
    }
}
