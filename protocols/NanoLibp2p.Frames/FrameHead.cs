using NanoLibp2p.Buffers;

namespace NanoLibp2p.Frames
{
    /// <summary>The first bytes of a frame (SPEC.md 2, 4.1): a data frame has 3, with session and number; a control frame 1, with type and
    /// choices.</summary>
    public static class FrameHead
    {
        /// <summary>Bytes of a data frame's head.</summary>
        public const int HeadBytes = 3;

        /// <summary>First contact: the device's first message (SPEC.md 5.2).</summary>
        public const int XX1 = 1;

        /// <summary>The gateway's answer to <see cref="XX1"/>.</summary>
        public const int XX2 = 2;

        /// <summary>The device's second message of first contact.</summary>
        public const int XX3 = 3;

        /// <summary>A known device opens (SPEC.md 5.3).</summary>
        public const int KK1 = 4;

        /// <summary>The gateway's answer to <see cref="KK1"/>.</summary>
        public const int KK2 = 5;

        /// <summary>A device resumes (SPEC.md 6).</summary>
        public const int R1 = 6;

        /// <summary>The gateway's answer to <see cref="R1"/>.</summary>
        public const int R2 = 7;

        /// <summary>Bit S of a control frame: the session will use the short suite.</summary>
        public const int Short = 0x40;

        /// <summary>Bit C of a control frame: the device listens always.</summary>
        public const int Listening = 0x20;

        /// <summary>Sessions ids are below this; so are the numbers in heads.</summary>
        public const int Sids = 1 << 11;

        /// <summary>A head has a frame's number modulo this.</summary>
        public const int Numbers = 1 << 12;

        /// <summary>No root has more frames in a direction (SPEC.md 4.3).</summary>
        public const int NumbersOfRoot = 1 << 24;

        private const int Data = 0x80;
        private const int Reserved = 0x10;

        /// <summary>Whether a frame is one of a session's data.</summary>
        public static bool IsData(byte[] frame, int offset)
        {
            return (frame[offset] & Data) != 0;
        }

        /// <summary>The type of a control frame: <see cref="XX1"/> to <see cref="R2"/>; 0 for one that is none of this version.</summary>
        public static int Type(byte[] frame, int offset)
        {
            int first = frame[offset];
            int type = first & 0x0F;
            return (first & (Data | Reserved)) == 0 && type <= R2 ? type : 0;
        }

        /// <summary>Writes a data frame's head; of the number its low 12 bits.</summary>
        public static void Write(int sid, int number, byte[] frame, int offset)
        {
            frame[offset] = (byte)(Data | (sid >> 4));
            frame[offset + 1] = (byte)((sid << 4) | ((number >> 8) & 0x0F));
            frame[offset + 2] = (byte)number;
        }

        /// <summary>The session id of a data frame.</summary>
        public static int Sid(byte[] frame, int offset)
        {
            return ((frame[offset] & 0x7F) << 4) | (frame[offset + 1] >> 4);
        }

        /// <summary>The low 12 bits of a data frame's number.</summary>
        public static int Number(byte[] frame, int offset)
        {
            return Bytes.ReadUInt16BigEndian(frame, offset + 1) & (Numbers - 1);
        }
    }
}
