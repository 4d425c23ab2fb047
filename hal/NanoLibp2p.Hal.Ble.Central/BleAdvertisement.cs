namespace NanoLibp2p.Hal.Ble.Central
{
    /// <summary>What a section of an advertisement says (Bluetooth Core Specification Supplement, A 1.1: lists of services).</summary>
    public static class BleAdvertisement
    {
        private const int IncompleteList16 = 2;
        private const int CompleteList16 = 3;
        private const int IncompleteList128 = 6;
        private const int CompleteList128 = 7;
        private const int Bytes128 = 16;

        // 7d1b0001-2f5c-4a36-9b1e-6c6962703262 as the air has it, last byte first
        private static readonly byte[] _service =
        {
            0x62, 0x32, 0x70, 0x62, 0x69, 0x6C, 0x1E, 0x9B, 0x36, 0x4A, 0x5C, 0x2F, 0x01, 0x00, 0x1B, 0x7D,
        };

        /// <summary>Whether it names the service of frames, by its 128 bits or by the 16 that Meadow has.</summary>
        /// <param name="type">The section's type.</param>
        /// <param name="data">Has what follows the type.</param>
        /// <param name="count">Its bytes.</param>
        public static bool OffersFrames(int type, byte[] data, int count)
        {
            if (type == CompleteList16 || type == IncompleteList16)
            {
                for (int i = 0; i + 2 <= count; i += 2)
                {
                    if ((data[i] | (data[i + 1] << 8)) == BleService.ShortService)
                    {
                        return true;
                    }
                }
            }
            else if (type == CompleteList128 || type == IncompleteList128)
            {
                for (int i = 0; i + Bytes128 <= count; i += Bytes128)
                {
                    if (IsService(data, i))
                    {
                        return true;
                    }
                }
            }

            return false;
        }

        private static bool IsService(byte[] data, int offset)
        {
            for (int i = 0; i < Bytes128; i++)
            {
                if (data[offset + i] != _service[i])
                {
                    return false;
                }
            }

            return true;
        }
    }
}
