namespace NanoLibp2p.Hal.Serial
{
    /// <summary>The first byte of a packet on a serial line.</summary>
    internal static class ModemPacket
    {
        /// <summary>A frame of a device that is wired to the other end.</summary>
        internal const byte Frame = 0;

        /// <summary>To a modem: who are you? version.</summary>
        internal const byte Hello = 1;

        /// <summary>A modem: version, flags, MTU 2, answer in ms 2, then microseconds on air 4 of each 16 bytes more.</summary>
        internal const byte Info = 2;

        /// <summary>To a modem: id, flags, bytes of the origin, origin, frame.</summary>
        internal const byte Send = 3;

        /// <summary>A modem's answer to it: id, result, ms to wait 4.</summary>
        internal const byte Result = 4;

        /// <summary>A modem heard: RSSI 2, SNR 2, bytes of the address, address, bytes of the origin, origin, frame.</summary>
        internal const byte Heard = 5;

        internal const byte Version = 1;
        internal const int HasAddresses = 1;
        internal const int IsBoundedByAir = 2;
        internal const int IsUrgent = 1;
        internal const int StepBytes = 16;
        internal const int InfoBytes = 7;
        internal const int ResultBytes = 7;
        internal const int HeardBytes = 7;
        internal const int MaxFrame = 1500;
        internal const int MaxSteps = (MaxFrame + StepBytes - 1) / StepBytes;
        internal const int MaxHead = HeardBytes + Frames.FrameLinkResult.MaxAddressBytes + Frames.FrameLinkResult.MaxOriginBytes;
        internal const int MaxPacket = MaxHead + MaxFrame;

        internal static void Put16(byte[] buffer, int offset, int value)
        {
            buffer[offset] = (byte)(value >> 8);
            buffer[offset + 1] = (byte)value;
        }

        internal static void Put32(byte[] buffer, int offset, int value)
        {
            Put16(buffer, offset, value >> 16);
            Put16(buffer, offset + 2, value);
        }

        internal static int Get16(byte[] buffer, int offset)
        {
            return (buffer[offset] << 8) | buffer[offset + 1];
        }

        internal static int GetSigned16(byte[] buffer, int offset)
        {
            int value = Get16(buffer, offset);
            return value >= 0x8000 ? value - 0x10000 : value;
        }

        internal static int Get32(byte[] buffer, int offset)
        {
            return (Get16(buffer, offset) << 16) | Get16(buffer, offset + 2);
        }
    }
}
