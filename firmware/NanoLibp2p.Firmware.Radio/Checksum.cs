namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>CRC-32 as in Ethernet and zip (reflected, polynomial EDB88320h), without a table.</summary>
    public static class Checksum
    {
        /// <summary>The checksum of some bytes.</summary>
        public static uint Of(byte[] buffer, int offset, int count)
        {
            uint sum = 0xFFFFFFFF;
            for (int i = 0; i < count; i++)
            {
                sum ^= buffer[offset + i];
                for (int bit = 0; bit < 8; bit++)
                {
                    sum = (sum & 1) != 0 ? (sum >> 1) ^ 0xEDB88320 : sum >> 1;
                }
            }

            return ~sum;
        }
    }
}
