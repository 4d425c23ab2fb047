namespace NanoLibp2p.Core.Yamux
{
    /// <summary>The header of a Yamux frame (yamux spec, "Framing"): 12 bytes, big-endian.</summary>
    internal static class YamuxFrame
    {
        internal const int HeaderBytes = 12;

        internal const int Data = 0;
        internal const int WindowUpdate = 1;
        internal const int Ping = 2;
        internal const int GoAway = 3;

        internal const int Syn = 1;
        internal const int Ack = 2;
        internal const int Fin = 4;
        internal const int Rst = 8;

        internal static void Write(byte[] buffer, int offset, int type, int flags, uint id, uint length)
        {
            buffer[offset] = 0;
            buffer[offset + 1] = (byte)type;
            buffer[offset + 2] = 0;
            buffer[offset + 3] = (byte)flags;
            Buffers.Bytes.WriteUInt32BigEndian(buffer, offset + 4, id);
            Buffers.Bytes.WriteUInt32BigEndian(buffer, offset + 8, length);
        }
    }
}
