#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Frames
{
    // The gateway's side of a resumption (SPEC.md 6.1).
    public sealed partial class FrameSecrets
    {
        /// <summary>The 4 bytes by which a gateway finds the root of an R1.</summary>
        public void WriteRid(byte[] root, int offset, byte[] rid, int ridOffset)
        {
            DeriveResume(root, offset);
            Array.Copy(Scratch, Rid, rid, ridOffset, RidBytes);
            Array.Clear(Scratch, 0, Both);
        }

        /// <summary>Reads an R1 under one root.</summary>
        /// <param name="root">The root that it may be under.</param>
        /// <param name="rootOffset">Where it is.</param>
        /// <param name="frame">The frame, <see cref="R1Bytes"/> long.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="nd">The attempt's number, when the frame is under this root.</param>
        /// <returns>Whether it is.</returns>
        public bool ReadR1(byte[] root, int rootOffset, byte[] frame, int offset, out uint nd)
        {
            DeriveResume(root, rootOffset);
            nd = Bytes.ReadUInt32BigEndian(frame, offset + 5) ^ Bytes.ReadUInt32BigEndian(Scratch, Mask);
            MacOf(frame, offset, R1Part);
            bool isUnder = Bytes.Equal(Scratch, Rid, frame, offset + 1, RidBytes)
                & ConstantTime.Equal(Scratch, Mac, frame, offset + R1Part, MacBytes);
            Array.Clear(Scratch, 0, Both);
            return isUnder;
        }

        /// <summary>Writes an R2 (SPEC.md 6.1), <see cref="R2Bytes"/> long.</summary>
        /// <param name="root">The root that is resumed.</param>
        /// <param name="rootOffset">Where it is.</param>
        /// <param name="r1">The R1 that is answered.</param>
        /// <param name="r1Offset">Where it begins.</param>
        /// <param name="time">Unix seconds; 0 when not known.</param>
        /// <param name="random">4 random bytes.</param>
        /// <param name="sid">The session id of the new session.</param>
        /// <param name="frame">Takes the frame.</param>
        /// <param name="offset">Where it goes.</param>
        public void WriteR2(byte[] root, int rootOffset, byte[] r1, int r1Offset, uint time, uint random, int sid, byte[] frame, int offset)
        {
            DeriveResume(root, rootOffset);
            frame[offset] = (byte)(r1[r1Offset] + FrameHead.R2 - FrameHead.R1);
            frame[offset + 1] = Scratch[Rid + 2];
            frame[offset + 2] = Scratch[Rid + 3];
            Bytes.WriteUInt32BigEndian(frame, offset + 3, time);
            Bytes.WriteUInt32BigEndian(frame, offset + 7, random);
            Bytes.WriteUInt16BigEndian(frame, offset + 11, (ushort)sid);
            MacOfBoth(r1, r1Offset, frame, offset);
            Array.Copy(Scratch, Mac, frame, offset + R2Part, MacBytes);
            Array.Clear(Scratch, 0, Both);
        }
    }
}
#endif
