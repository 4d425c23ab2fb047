namespace NanoLibp2p.Hal.Frames
{
    /// <summary>How long a LoRa frame is on the air: Semtech's formula (AN1200.13; SX1276 datasheet, 4.1.1.7). Pure.</summary>
    public static class LoRaAirtime
    {
#if !NANOFRAMEWORK_1_0
        /// <summary>The time of a frame with explicit header and CRC, as frame sessions and LoRaWAN send up.</summary>
        /// <param name="spreadingFactor">7 to 12.</param>
        /// <param name="bandwidthHz">7,800 to 500,000; 125,000 in most of Europe.</param>
        /// <param name="bytes">Of the frame, 0 to 255.</param>
        /// <returns>Microseconds, rounded up; at coding rate 4/5 and a preamble of 8 symbols.</returns>
        public static int Microseconds(int spreadingFactor, int bandwidthHz, int bytes)
        {
            return Microseconds(spreadingFactor, bandwidthHz, 1, 8, true, true, bytes);
        }
#endif

        /// <summary>The time of a frame.</summary>
        /// <param name="spreadingFactor">7 to 12.</param>
        /// <param name="bandwidthHz">7,800 to 500,000.</param>
        /// <param name="codingRate">1 for 4/5 to 4 for 4/8.</param>
        /// <param name="preambleSymbols">Programmed symbols of the preamble; 4.25 are added.</param>
        /// <param name="hasHeader">Whether the header is explicit.</param>
        /// <param name="hasCrc">Whether the payload has a CRC.</param>
        /// <param name="bytes">Of the frame, 0 to 255.</param>
        /// <returns>Microseconds, rounded up.</returns>
        public static int Microseconds(int spreadingFactor, int bandwidthHz, int codingRate, int preambleSymbols, bool hasHeader,
            bool hasCrc, int bytes)
        {
            int perBlock = 4 * (spreadingFactor - (IsLowRate(spreadingFactor, bandwidthHz) ? 2 : 0));
            int bits = (8 * bytes) - (4 * spreadingFactor) + 28 + (hasCrc ? 16 : 0) - (hasHeader ? 0 : 20);
            int blocks = bits <= 0 ? 0 : (bits + perBlock - 1) / perBlock;

            // in quarters of a symbol; at most 2^12 / 7,800 Hz x some 1,000 symbols, so 64 bits
            long quarters = (4L * (preambleSymbols + 8 + (blocks * (codingRate + 4)))) + 17;
            long scaled = quarters * (1L << spreadingFactor) * 250000L;
            return (int)((scaled + bandwidthHz - 1) / bandwidthHz);
        }

        /// <summary>Whether symbols are so long (16 ms and more) that the chip's low data rate optimisation has to be on, on both
        /// sides.</summary>
        public static bool IsLowRate(int spreadingFactor, int bandwidthHz)
        {
            return (1L << spreadingFactor) * 1000L >= 16L * bandwidthHz;
        }
    }
}
