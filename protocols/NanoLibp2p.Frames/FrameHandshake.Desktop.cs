#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    // The gateway's side of both handshakes.
    public sealed partial class FrameHandshake
    {
        /// <summary>Takes the memory of both handshakes.</summary>
        public FrameHandshake(FrameSecrets secrets)
            : this(secrets, new byte[FrameCard.CardBytes])
        {
        }

        /// <summary>Begins XX on the gateway.</summary>
        /// <returns>False when it is malformed.</returns>
        public bool ReadXX1(byte[] frame, int offset, int count, KeyPair own)
        {
            int payload;
            if (count != XX1Bytes || !IsWhole(frame, offset, HeadBytes + 2))
            {
                return false;
            }

            StartXX(null, own, frame, offset);
            return Noise.ReadMessage(frame, offset + HeadBytes + 2, XX1Bytes - HeadBytes - 2, out payload) == 0;
        }

        /// <summary>Answers XX1.</summary>
        /// <param name="first">The first byte of XX1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="ephemeral">A new key.</param>
        /// <param name="time">Unix seconds; 0 when not known.</param>
        /// <param name="sid">The session's id.</param>
        /// <param name="card">The gateway's card.</param>
        /// <param name="frame">Takes <see cref="XX2Bytes"/>.</param>
        /// <param name="offset">Where they go.</param>
        /// <returns>False when the device's key gives no secret: nothing of the frame may be sent.</returns>
        public bool WriteXX2(int first, int hid, KeyPair ephemeral, uint time, int sid, byte[] card, byte[] frame, int offset)
        {
            WriteHead(first + FrameHead.XX2 - FrameHead.XX1, hid, frame, offset);
            int at = offset + HeadBytes + Noise.HeaderBytes;
            Bytes.WriteUInt32BigEndian(frame, at, time);
            Bytes.WriteUInt16BigEndian(frame, at + 4, (ushort)sid);
            Array.Copy(card, 0, frame, at + 6, FrameCard.CardBytes);
            Noise.UseEphemeral(ephemeral);
            return Noise.WriteMessage(frame, offset + HeadBytes, 6 + FrameCard.CardBytes) == XX2Bytes - HeadBytes;
        }

        /// <summary>Reads the device's second message, and its card; <see cref="FrameSecrets.TakeRoot"/> then gives the root.</summary>
        /// <param name="first">The first byte of XX1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="frame">The frame; its bytes change.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="nd">The attempt's number.</param>
        /// <returns>False when it does not belong here, and nothing has happened.</returns>
        public bool ReadXX3(int first, int hid, byte[] frame, int offset, int count, out uint nd)
        {
            int at;
            nd = 0;
            if (count != XX3Bytes || !IsAnswer(first + FrameHead.XX3 - FrameHead.XX1, hid, frame, offset)
                || Noise.ReadMessage(frame, offset + HeadBytes, XX3Bytes - HeadBytes, out at) < 0)
            {
                return false;
            }

            nd = Bytes.ReadUInt32BigEndian(frame, at);
            if (!TakeCard(frame, at + 4))
            {
                TakeBack();
                return false;
            }

            return true;
        }

        /// <summary>Begins KK on the gateway, which tries each device with the frame's hint.</summary>
        /// <param name="frame">The frame; its bytes change when it does not open.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="device">Whose it may be.</param>
        /// <param name="gateway">The gateway's peer id.</param>
        /// <param name="own">The gateway's static key.</param>
        /// <param name="remote">The device's, 32 bytes.</param>
        /// <param name="nd">The attempt's number. It may be replayed, or forged by who stole the gateway's key.</param>
        /// <returns>False when it is not that device's.</returns>
        public bool ReadKK1(byte[] frame, int offset, int count, PeerId device, PeerId gateway, KeyPair own, byte[] remote, out uint nd)
        {
            int at = offset;
            nd = 0;
            if (count != KK1Bytes || !IsWhole(frame, offset, HeadBytes + 4))
            {
                return false;
            }

            WriteHint(device, _secrets.Scratch, 0, 4);
            if (!Bytes.Equal(_secrets.Scratch, 0, frame, offset + HeadBytes, 4))
            {
                return false;
            }

            StartKK(null, device, gateway, own, remote, frame, offset);
            if (Noise.ReadMessage(frame, offset + HeadBytes + 4, KK1Bytes - HeadBytes - 4, out at) < 0)
            {
                return false;
            }

            nd = Bytes.ReadUInt32BigEndian(frame, at);
            return true;
        }

        /// <summary>Answers KK1; <see cref="FrameSecrets.TakeRoot"/> then gives the root.</summary>
        /// <param name="first">The first byte of KK1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="ephemeral">A new key.</param>
        /// <param name="time">Unix seconds; 0 when not known.</param>
        /// <param name="sid">The session's id.</param>
        /// <param name="frame">Takes <see cref="KK2Bytes"/>.</param>
        /// <param name="offset">Where they go.</param>
        /// <returns>False when the device's key gives no secret: nothing of the frame may be sent.</returns>
        public bool WriteKK2(int first, int hid, KeyPair ephemeral, uint time, int sid, byte[] frame, int offset)
        {
            WriteHead(first + FrameHead.KK2 - FrameHead.KK1, hid, frame, offset);
            int at = offset + HeadBytes + Noise.HeaderBytes;
            Bytes.WriteUInt32BigEndian(frame, at, time);
            Bytes.WriteUInt16BigEndian(frame, at + 4, (ushort)sid);
            Noise.UseEphemeral(ephemeral);
            return Noise.WriteMessage(frame, offset + HeadBytes, 6) == KK2Bytes - HeadBytes;
        }

        // a message 1 names itself after its ephemeral key
        private static bool IsWhole(byte[] frame, int offset, int key)
        {
            return frame[offset + 3] == 0 && Bytes.Equal(frame, offset + 1, frame, offset + key, 2);
        }
    }
}
#endif
