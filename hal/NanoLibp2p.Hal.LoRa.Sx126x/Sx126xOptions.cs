namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>What differs between boards with an SX126x: read it from the module's datasheet.</summary>
    public sealed class Sx126xOptions
    {
        /// <summary>True for an SX1261 (-17 to 15 dBm); false for SX1262 and SX1268 (-9 to 22 dBm).</summary>
        public bool IsSx1261;

        /// <summary>
        /// Tenths of a volt that a temperature-compensated oscillator takes from DIO3: 16, 17, 18, 22, 24, 27, 30 or 33. 0: the board has a
        /// crystal, and DIO3 is free.
        /// </summary>
        public int TcxoTenthVolts;

        /// <summary>Whether DIO2 works the antenna switch, as on most modules. If not, <see cref="ILoRaBus.SwitchAntenna"/> does.</summary>
        public bool HasDio2Switch = true;

        /// <summary>Whether the coil of the DC-DC converter is there, as on most modules; without it the chip runs from its LDO.</summary>
        public bool HasDcDc = true;
    }
}
