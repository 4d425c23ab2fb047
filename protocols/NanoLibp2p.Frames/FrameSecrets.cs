using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// What follows from secrets (SPEC.md 3): keys from a session's root, the next root, a static key from an identity, a hedged ephemeral
    /// key. One object serves all sessions of a thread; it allocates in its constructor only.
    /// </summary>
    public sealed partial class FrameSecrets
    {
        /// <summary>Bytes of a session's root.</summary>
        public const int RootBytes = 32;

        /// <summary>Bytes of an R1 frame.</summary>
        public const int R1Bytes = 17;

        /// <summary>Bytes of an R2 frame.</summary>
        public const int R2Bytes = 21;

        /// <summary>Bytes by which a gateway finds the root of an R1.</summary>
        public const int RidBytes = 4;

        // a label is where it begins in Labels, times 16, and its length
        internal const int Short = (18 << 4) | 5;
        internal const int Full = (23 << 4) | 4;
        private const int Resume = (27 << 4) | 6;
        private const int Next = (33 << 4) | 4;
        private const int Static = (37 << 4) | 6;
        private const int Root = (43 << 4) | 4;
        private const int PrefixCount = 18;

        // of R1 and R2 these go into the next root; so many bytes of a MAC are sent
        private const int R1Part = 9;
        private const int R2Part = 13;
        private const int MacBytes = 8;

        // in Scratch: K_r 32, rid 4, mask 4, then R2's part and R1
        private const int Rid = 32;
        private const int Mask = 36;
        private const int Both = 40;
        private const int Mac = Both + R2Part + R1Bytes;

        internal readonly CryptoProvider Crypto;
        internal readonly byte[] Scratch = new byte[Mac + CryptoProvider.Sha256Bytes];
        private readonly byte[] _labels = Bytes.Ascii("nanolibp2p frames shortfullresumenextstaticroot");
        private readonly byte[] _info = new byte[PrefixCount + 6 + 1 + R1Part + R2Part];

        /// <summary>Takes its memory.</summary>
        public FrameSecrets(CryptoProvider crypto)
        {
            Crypto = crypto;
            Array.Copy(_labels, _info, PrefixCount);
        }

        /// <summary>The static key of an identity (SPEC.md 3.1): the same after every start, and no way back to the seed.</summary>
        /// <param name="identity">Whose.</param>
        /// <param name="index">0 to 255, one up to replace it.</param>
        /// <param name="key">Takes both halves.</param>
        public void DeriveStatic(Identity identity, int index, KeyPair key)
        {
            byte[] seed = identity.ToProtobuf();
            Scratch[0] = (byte)index;
            Derive(seed, 4, Static, Scratch, 1, key.PrivateKey, CryptoProvider.KeyBytes);
            Array.Clear(seed, 0, seed.Length);
            Crypto.X25519Base(key.PrivateKey, 0, key.PublicKey, 0);
        }

        /// <summary>An ephemeral key that is secret and new also where the random source is bad, and the hedge of the next one
        /// (SPEC.md 3.2). Store the new hedge with <paramref name="nd"/> before the key is used.</summary>
        /// <param name="hedge">32 bytes at <paramref name="offset"/>: the old one goes in, the new one comes out.</param>
        /// <param name="offset">Where it is.</param>
        /// <param name="nd">The number of the attempt.</param>
        /// <param name="random">32 bytes of the board's random source. Cleared.</param>
        /// <param name="key">Takes both halves; null where none is needed, as with R1.</param>
        public void MakeEphemeral(byte[] hedge, int offset, uint nd, byte[] random, KeyPair key)
        {
            byte[] scratch = Scratch;
            scratch[3] = (byte)'e';
            Bytes.WriteUInt32BigEndian(scratch, 4, nd);
            Array.Copy(random, 0, scratch, 8, 32);
            if (key != null)
            {
                Crypto.HmacSha256(hedge, offset, 32, scratch, 3, 37, key.PrivateKey, 0);
                Crypto.X25519Base(key.PrivateKey, 0, key.PublicKey, 0);
            }

            Array.Copy(_labels, Next >> 4, scratch, 4, 4);
            Crypto.HmacSha256(hedge, offset, 32, scratch, 4, 36, hedge, offset);
            Array.Clear(scratch, 0, 40);
            Array.Clear(random, 0, 32);
        }

        /// <summary>The root that a handshake gives (SPEC.md 3.4).</summary>
        /// <param name="handshake">A handshake that is complete; it is over then.</param>
        /// <param name="root">Takes the root at <paramref name="offset"/>.</param>
        /// <param name="offset">Where it goes.</param>
        public void TakeRoot(HandshakeState handshake, byte[] root, int offset)
        {
            // both keys of Split, which are used for nothing else, under the handshake hash
            SymmetricState symmetric = handshake.Symmetric;
            symmetric.Expand(0);
            int info = PutInfo(Root, Scratch, 0);
            Crypto.HkdfSha256(symmetric.State, 0, CryptoProvider.Sha256Bytes, symmetric.Secret, 0, 64, _info, 0, info, root, offset,
                RootBytes);
            handshake.Clear();
        }

        /// <summary>Writes an R1 (SPEC.md 6.1), <see cref="R1Bytes"/> long.</summary>
        /// <param name="root">The root that is resumed.</param>
        /// <param name="rootOffset">Where it is.</param>
        /// <param name="choices"><see cref="FrameHead.Short"/> and <see cref="FrameHead.Listening"/> of the new session.</param>
        /// <param name="nd">The attempt's number, stored by now.</param>
        /// <param name="frame">Takes the frame.</param>
        /// <param name="offset">Where it goes.</param>
        public void WriteR1(byte[] root, int rootOffset, int choices, uint nd, byte[] frame, int offset)
        {
            DeriveResume(root, rootOffset);
            frame[offset] = (byte)(choices | FrameHead.R1);
            Array.Copy(Scratch, Rid, frame, offset + 1, RidBytes);
            Bytes.WriteUInt32BigEndian(frame, offset + 5, nd ^ Bytes.ReadUInt32BigEndian(Scratch, Mask));
            MacOf(frame, offset, R1Part);
            Array.Copy(Scratch, Mac, frame, offset + R1Part, MacBytes);
            Array.Clear(Scratch, 0, Both);
        }

        /// <summary>Reads an R2.</summary>
        /// <param name="root">The root that was to be resumed.</param>
        /// <param name="rootOffset">Where it is.</param>
        /// <param name="r1">The R1 that waits for its answer.</param>
        /// <param name="r1Offset">Where it begins.</param>
        /// <param name="frame">The frame, <see cref="R2Bytes"/> long.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="time">The gateway's clock, Unix seconds; 0 when it has none.</param>
        /// <returns>The session id, or -1 when it answers something else, or is of another version.</returns>
        public int ReadR2(byte[] root, int rootOffset, byte[] r1, int r1Offset, byte[] frame, int offset, out uint time)
        {
            DeriveResume(root, rootOffset);
            MacOfBoth(r1, r1Offset, frame, offset);
            bool isAnswer = frame[offset] == r1[r1Offset] + FrameHead.R2 - FrameHead.R1
                & Bytes.Equal(Scratch, Rid + 2, frame, offset + 1, 2)
                & ConstantTime.Equal(Scratch, Mac, frame, offset + R2Part, MacBytes);
            Array.Clear(Scratch, 0, Both);
            time = Bytes.ReadUInt32BigEndian(frame, offset + 3);
            int sid = Bytes.ReadUInt16BigEndian(frame, offset + 11);
            return isAnswer && sid < FrameHead.Sids ? sid : -1;
        }

        /// <summary>The root after a resumption; may take the place of the old one.</summary>
        public void DeriveNext(byte[] root, int offset, byte[] r1, int r1Offset, byte[] r2, int r2Offset, byte[] next, int nextOffset)
        {
            Array.Copy(r1, r1Offset, Scratch, 0, R1Part);
            Array.Copy(r2, r2Offset, Scratch, R1Part, R2Part);
            int info = PutInfo(Next, Scratch, R1Part + R2Part);
            Crypto.HkdfSha256(Scratch, 0, 0, root, offset, RootBytes, _info, 0, info, next, nextOffset, RootBytes);
        }

        /// <summary>Derive of SPEC.md 3.4, with <paramref name="contextCount"/> bytes of context from the first on.</summary>
        internal void Derive(byte[] secret, int offset, int label, byte[] context, int contextCount, byte[] to, int count)
        {
            int info = PutInfo(label, context, contextCount);
            Crypto.HkdfSha256(Scratch, 0, 0, secret, offset, 32, _info, 0, info, to, 0, count);
        }

        private void DeriveResume(byte[] root, int offset)
        {
            Derive(root, offset, Resume, Scratch, 0, Scratch, Both);
        }

        private void MacOf(byte[] bytes, int offset, int count)
        {
            Crypto.HmacSha256(Scratch, 0, 32, bytes, offset, count, Scratch, Mac);
        }

        private void MacOfBoth(byte[] r1, int r1Offset, byte[] r2, int r2Offset)
        {
            Array.Copy(r2, r2Offset, Scratch, Both, R2Part);
            Array.Copy(r1, r1Offset, Scratch, Both + R2Part, R1Bytes);
            MacOf(Scratch, Both, R2Part + R1Bytes);
        }

        // "nanolibp2p frames " || label || 00 || context
        private int PutInfo(int label, byte[] context, int contextCount)
        {
            int count = label & 15;
            Array.Copy(_labels, label >> 4, _info, PrefixCount, count);
            _info[PrefixCount + count] = 0;
            Array.Copy(context, 0, _info, PrefixCount + count + 1, contextCount);
            return PrefixCount + count + 1 + contextCount;
        }
    }
}
