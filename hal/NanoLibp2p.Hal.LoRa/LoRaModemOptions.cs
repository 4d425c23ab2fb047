using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// How one direction is modulated. Sender and receiver have to agree in all but <see cref="HasCrc"/>, which the frame's header tells.
    /// </summary>
    public sealed class LoRaModemOptions
    {
        /// <summary>Hertz, the middle of the channel.</summary>
        public int FrequencyHz = 868100000;

        /// <summary>125,000, 250,000 or 500,000.</summary>
        public int BandwidthHz = 125000;

        /// <summary>Spreading factor, 7 to 12.</summary>
        public int SpreadingFactor = 9;

        /// <summary>The denominator of the coding rate, 5 to 8 for 4/5 to 4/8.</summary>
        public int CodingRate = 5;

        /// <summary>Symbols of the preamble that are programmed, 6 to 65,535; 4.25 more go out.</summary>
        public int PreambleSymbols = 8;

        /// <summary>Whether the payload has a CRC.</summary>
        public bool HasCrc = true;

        /// <summary>
        /// Whether I and Q are swapped. Gateways send so, and devices listen so; then gateways don't hear each other, and devices don't.
        /// </summary>
        public bool IsInverted;

        /// <summary>Whether symbols are so long that both ends have to compensate for drift.</summary>
        public bool IsSlow
        {
            get { return LoRaAirtime.IsLowRate(SpreadingFactor, BandwidthHz); }
        }

        /// <summary>How long a frame of so many bytes is on the air, in microseconds, rounded up.</summary>
        public int TimeOnAirUs(int count)
        {
            return LoRaAirtime.Microseconds(SpreadingFactor, BandwidthHz, CodingRate - 4, PreambleSymbols, true, HasCrc, count);
        }
    }
}
