namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>CRC-32 as in Ethernet and zip (reflected, polynomial EDB88320h), four bits at a time: 64 bytes of table.</summary>
    public static class Checksum
    {
        private static readonly uint[] _nibbles =
        {
            0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4, 0x4DB26158, 0x5005713C,
            0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C, 0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C,
        };

        /// <summary>The checksum of some bytes.</summary>
        public static uint Of(byte[] buffer, int offset, int count)
        {
            uint sum = 0xFFFFFFFF;
            for (int i = 0; i < count; i++)
            {
                sum ^= buffer[offset + i];
                sum = (sum >> 4) ^ _nibbles[sum & 15];
                sum = (sum >> 4) ^ _nibbles[sum & 15];
            }

            return ~sum;
        }
    }
}
