using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// The handshakes of frame sessions, either side (SPEC.md 5): XX at first contact, in three frames, and KK between peers that know each
    /// other's static keys, in two. One handshake at a time; a frame that does not open changes nothing. The gateway's side is in
    /// FrameHandshake.Desktop.cs, which a device leaves out.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   device    WriteXX1 > ReadXX2 > (a stranger: TakeBack) > WriteXX3, TakeRoot      WriteKK1 > ReadKK2, TakeRoot
    ///   gateway   ReadXX1 > WriteXX2 > ReadXX3, TakeRoot                                ReadKK1 > WriteKK2, TakeRoot
    /// </code>
    /// </remarks>
    public sealed partial class FrameHandshake
    {
        /// <summary>Bytes of an XX1 frame.</summary>
        public const int XX1Bytes = 38;

        /// <summary>Bytes of an XX2 frame, the longest of all: where the MTU is smaller, cards come by other ways.</summary>
        public const int XX2Bytes = 211;

        /// <summary>Bytes of an XX3 frame.</summary>
        public const int XX3Bytes = 177;

        /// <summary>Bytes of a KK1 frame.</summary>
        public const int KK1Bytes = 60;

        /// <summary>Bytes of a KK2 frame.</summary>
        public const int KK2Bytes = 58;

        /// <summary>Bytes that begin every frame of a handshake: type, two bytes of the device's ephemeral key, part 00.</summary>
        public const int HeadBytes = 4;

        private const int IdBytes = PeerId.Ed25519Bytes;
        private const int Head = 24;
        private const int XXHint = Head + 3;
        private const int KKHint = Head + 3;
        private const int KKIds = KKHint + 4;

        /// <summary>The peer's card, once XX2 or XX3 was read: verified against the static key that it proved.</summary>
        public readonly byte[] Card;

        /// <summary>Writes and verifies cards; null where it is not for XX.</summary>
        internal readonly FrameCard Cards;

        /// <summary>What Noise knows; <see cref="HandshakeState.RemoteStatic"/> is the peer's static key.</summary>
        public readonly HandshakeState Noise;

        /// <summary>Unix seconds of the gateway, once XX2 or KK2 was read; 0 when it does not know.</summary>
        internal uint Time;

        private readonly FrameSecrets _secrets;
        private readonly NoisePattern _xx;
        private readonly NoisePattern _kk;

        // the label is the protocol's id, of 24 bytes
        private readonly byte[] _xxPrologue = Bytes.Ascii("/nanolibp2p/frames/1.0.0xxxhh");
        private readonly byte[] _kkPrologue = new byte[KKIds + (2 * IdBytes)];

        /// <summary>Takes its memory.</summary>
        /// <param name="secrets">Derives.</param>
        /// <param name="card">Takes the peer's card, from the first byte on, and may be what frames are read in; null where it is not for
        /// XX: then nothing of XX may be called.</param>
        public FrameHandshake(FrameSecrets secrets, byte[] card)
        {
            _secrets = secrets;
            Noise = new HandshakeState(secrets.Crypto);
            if (card != null)
            {
                Card = card;
                Cards = new FrameCard(secrets.Crypto);
                _xx = NoisePattern.XX();
            }

            // one by one: a longer initializer becomes static data, whose own names take 200 bytes of flash
            byte[] known = new byte[] { NoisePattern.S };
            byte[] first = new byte[3];
            first[0] = NoisePattern.E;
            first[1] = NoisePattern.ES;
            first[2] = NoisePattern.SS;
            byte[] second = new byte[3];
            second[0] = NoisePattern.E;
            second[1] = NoisePattern.EE;
            second[2] = NoisePattern.SE;
            _kk = new NoisePattern(Bytes.Ascii("Noise_KK_25519_ChaChaPoly_SHA256"), known, known, new byte[][] { first, second });
            Array.Copy(_xxPrologue, _kkPrologue, Head);
        }

        /// <summary>The first bytes of the hash of a peer id, by which a gateway knows that it is meant, or whom to try.</summary>
        public void WriteHint(PeerId id, byte[] to, int offset, int count)
        {
            id.CopyTo(_kkPrologue, KKIds);
            CryptoProvider crypto = _secrets.Crypto;
            crypto.Sha256Start();
            crypto.Sha256Update(_kkPrologue, KKIds, IdBytes);
            crypto.Sha256Finish(_secrets.Scratch, 0);
            Array.Copy(_secrets.Scratch, 0, to, offset, count);
        }

        /// <summary>Begins XX on the device.</summary>
        /// <param name="choices"><see cref="FrameHead.Short"/> and <see cref="FrameHead.Listening"/>.</param>
        /// <param name="gateway">Whom it is for; null for any.</param>
        /// <param name="own">The device's static key.</param>
        /// <param name="ephemeral">A new key of <see cref="FrameSecrets.MakeEphemeral"/>.</param>
        /// <param name="frame">Takes <see cref="XX1Bytes"/>.</param>
        /// <param name="offset">Where they go.</param>
        public void WriteXX1(int choices, PeerId gateway, KeyPair own, KeyPair ephemeral, byte[] frame, int offset)
        {
            Begin(choices | FrameHead.XX1, ephemeral, frame, offset);
            frame[offset + HeadBytes] = 0;
            frame[offset + HeadBytes + 1] = 0;
            if (gateway != null)
            {
                WriteHint(gateway, frame, offset + HeadBytes, 2);
            }

            StartXX(ephemeral, own, frame, offset);
            Noise.UseEphemeral(ephemeral);
            Noise.WriteMessage(frame, offset + HeadBytes + 2, 0);
        }

        /// <summary>Reads the gateway's answer, and its card. Who wants another gateway calls <see cref="TakeBack"/> then.</summary>
        /// <param name="first">The first byte of our XX1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="frame">The frame; its bytes change.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>The session's id; -1 when it is not an answer to XX1, and nothing has happened.</returns>
        public int ReadXX2(int first, int hid, byte[] frame, int offset, int count)
        {
            int at;
            if (count != XX2Bytes || !IsAnswer(first + FrameHead.XX2 - FrameHead.XX1, hid, frame, offset)
                || Noise.ReadMessage(frame, offset + HeadBytes, XX2Bytes - HeadBytes, out at) < 0)
            {
                return -1;
            }

            int sid = Bytes.ReadUInt16BigEndian(frame, at + 4);
            Time = Bytes.ReadUInt32BigEndian(frame, at);
            if (!TakeCard(frame, at + 6) || sid >= FrameHead.Sids)
            {
                TakeBack();
                return -1;
            }

            return sid;
        }

        /// <summary>The message that was read last was a stranger's: as if it had not come.</summary>
        public void TakeBack()
        {
            Noise.Symmetric.Restore();
            Noise.Index--;
        }

        /// <summary>The device's second message; <see cref="FrameSecrets.TakeRoot"/> then gives the root.</summary>
        /// <param name="first">The first byte of XX1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="nd">The attempt's number.</param>
        /// <param name="card">The device's card.</param>
        /// <param name="frame">Takes <see cref="XX3Bytes"/>.</param>
        /// <param name="offset">Where they go.</param>
        public void WriteXX3(int first, int hid, uint nd, byte[] card, byte[] frame, int offset)
        {
            WriteHead(first + FrameHead.XX3 - FrameHead.XX1, hid, frame, offset);
            int at = offset + HeadBytes + Noise.HeaderBytes;
            Bytes.WriteUInt32BigEndian(frame, at, nd);
            Array.Copy(card, 0, frame, at + 4, FrameCard.CardBytes);
            Noise.WriteMessage(frame, offset + HeadBytes, 4 + FrameCard.CardBytes);
        }

        /// <summary>Begins KK on the device.</summary>
        /// <param name="choices"><see cref="FrameHead.Short"/> and <see cref="FrameHead.Listening"/>.</param>
        /// <param name="device">The device's peer id.</param>
        /// <param name="gateway">The gateway's.</param>
        /// <param name="own">The device's static key.</param>
        /// <param name="remote">The gateway's, 32 bytes.</param>
        /// <param name="ephemeral">A new key of <see cref="FrameSecrets.MakeEphemeral"/>.</param>
        /// <param name="nd">The attempt's number.</param>
        /// <param name="frame">Takes <see cref="KK1Bytes"/>.</param>
        /// <param name="offset">Where they go.</param>
        public void WriteKK1(int choices, PeerId device, PeerId gateway, KeyPair own, byte[] remote, KeyPair ephemeral, uint nd,
            byte[] frame, int offset)
        {
            Begin(choices | FrameHead.KK1, ephemeral, frame, offset);
            WriteHint(device, frame, offset + HeadBytes, 4);
            StartKK(ephemeral, device, gateway, own, remote, frame, offset);
            Noise.UseEphemeral(ephemeral);
            int at = offset + HeadBytes + 4;
            Bytes.WriteUInt32BigEndian(frame, at + Noise.HeaderBytes, nd);
            Noise.WriteMessage(frame, at, 4);
        }

        /// <summary>Reads the gateway's answer; <see cref="FrameSecrets.TakeRoot"/> then gives the root.</summary>
        /// <param name="first">The first byte of our KK1.</param>
        /// <param name="hid">Its next two.</param>
        /// <param name="frame">The frame; its bytes change.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>The session's id; -1 when it is not an answer to KK1, and nothing has happened.</returns>
        public int ReadKK2(int first, int hid, byte[] frame, int offset, int count)
        {
            int at;
            if (count != KK2Bytes || !IsAnswer(first + FrameHead.KK2 - FrameHead.KK1, hid, frame, offset)
                || Noise.ReadMessage(frame, offset + HeadBytes, KK2Bytes - HeadBytes, out at) < 0)
            {
                return -1;
            }

            int sid = Bytes.ReadUInt16BigEndian(frame, at + 4);
            Time = Bytes.ReadUInt32BigEndian(frame, at);
            if (sid >= FrameHead.Sids)
            {
                TakeBack();
                return -1;
            }

            return sid;
        }

        /// <summary>The two bytes of a frame of a handshake that say to which it belongs.</summary>
        public static int Hid(byte[] frame, int offset)
        {
            return Bytes.ReadUInt16BigEndian(frame, offset + 1);
        }

        private static void Begin(int first, KeyPair ephemeral, byte[] frame, int offset)
        {
            WriteHead(first, Bytes.ReadUInt16BigEndian(ephemeral.PublicKey, 0), frame, offset);
        }

        private static void WriteHead(int first, int hid, byte[] frame, int offset)
        {
            frame[offset] = (byte)first;
            Bytes.WriteUInt16BigEndian(frame, offset + 1, (ushort)hid);
            frame[offset + 3] = 0;
        }

        private static bool IsAnswer(int first, int hid, byte[] frame, int offset)
        {
            return frame[offset] == first && Hid(frame, offset) == hid && frame[offset + 3] == 0;
        }

        private void StartXX(KeyPair ephemeral, KeyPair own, byte[] frame, int offset)
        {
            Array.Copy(frame, offset, _xxPrologue, Head, 3);
            Array.Copy(frame, offset + HeadBytes, _xxPrologue, XXHint, 2);
            Begin(_xx, ephemeral, _xxPrologue, own, null);
        }

        private void StartKK(KeyPair ephemeral, PeerId device, PeerId gateway, KeyPair own, byte[] remote, byte[] frame, int offset)
        {
            Array.Copy(frame, offset, _kkPrologue, Head, 3);
            Array.Copy(frame, offset + HeadBytes, _kkPrologue, KKHint, 4);
            device.CopyTo(_kkPrologue, KKIds);
            gateway.CopyTo(_kkPrologue, KKIds + IdBytes);
            Begin(_kk, ephemeral, _kkPrologue, own, remote);
        }

        // whose ephemeral keys are made in Noise's own place has cleared it before
        private void Begin(NoisePattern pattern, KeyPair ephemeral, byte[] prologue, KeyPair own, byte[] remote)
        {
            if (ephemeral != Noise.Ephemeral)
            {
                Noise.Clear();
            }

            Noise.Begin(pattern, ephemeral != null, prologue, own, remote);
        }

        private bool TakeCard(byte[] frame, int offset)
        {
            if (!Cards.Verify(frame, offset, Noise.RemoteStatic, 0))
            {
                return false;
            }

            Array.Copy(frame, offset, Card, 0, FrameCard.CardBytes);
            return true;
        }
    }
}
