using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// The keys of a session, both ways, and what they seal: data frames with the short or the full suite (SPEC.md 4.1, 4.2). The caller
    /// never seals two frames of one direction with one number, and opens only numbers that its window gave.
    /// </summary>
    public sealed partial class SessionKeys
    {
        /// <summary>Bytes that <see cref="Seal"/> and <see cref="Open"/> use before the frame; what stood there is lost.</summary>
        public const int RoomBefore = 8;

        /// <summary>Bytes behind the inner part that both use, whatever the tag takes.</summary>
        public const int RoomBehind = CryptoProvider.TagBytes;

        private const int ShortTag = 8;

        // short: e_up, e_down, a_up, a_down; full: k_up, k_down
        private readonly byte[] _keys = new byte[128];
        private readonly FrameSecrets _secrets;
        private bool _isShort;

        /// <summary>Takes its memory; <see cref="Set"/> gives it keys.</summary>
        public SessionKeys(FrameSecrets secrets)
        {
            _secrets = secrets;
        }

        /// <summary>Bytes of a frame beside its inner part: head and tag.</summary>
        public int Overhead
        {
            get { return FrameHead.HeadBytes + (_isShort ? ShortTag : CryptoProvider.TagBytes); }
        }

        /// <summary>Derives the keys of a root.</summary>
        public void Set(byte[] root, int offset, bool isShort)
        {
            _isShort = isShort;
            _secrets.Derive(root, offset, isShort ? FrameSecrets.Short : FrameSecrets.Full, root, 0, _keys, isShort ? 128 : 64);
        }

        /// <summary>Seals a data frame in place.</summary>
        /// <param name="isUp">True from device to gateway.</param>
        /// <param name="number">The frame's number in this direction.</param>
        /// <param name="sid">The session's id.</param>
        /// <param name="frame">The inner part stands <see cref="FrameHead.HeadBytes"/> behind <paramref name="offset"/>, with
        /// <see cref="RoomBefore"/> and <see cref="RoomBehind"/> bytes of room.</param>
        /// <param name="offset">Where the frame goes.</param>
        /// <param name="count">Bytes of the inner part, at least 1.</param>
        /// <returns>Bytes of the frame.</returns>
        public int Seal(bool isUp, int number, int sid, byte[] frame, int offset, int count)
        {
            FrameHead.Write(sid, number, frame, offset);
            int key = isUp ? 0 : 32;
            int at = offset + FrameHead.HeadBytes;
            if (_isShort)
            {
                _secrets.Crypto.Seal(_keys, key, 0, (ulong)number, frame, 0, 0, frame, at, count);
                MakeTag(key, number, frame, offset, count);
                Array.Copy(_secrets.Scratch, 0, frame, at + count, ShortTag);
            }
            else
            {
                _secrets.Crypto.Seal(_keys, key, 0, (ulong)number, frame, offset, FrameHead.HeadBytes, frame, at, count);
            }

            return Overhead + count;
        }

        /// <summary>Opens a data frame in place.</summary>
        /// <param name="isUp">True from device to gateway.</param>
        /// <param name="number">The number that the window gave.</param>
        /// <param name="frame">The frame, with <see cref="RoomBefore"/> bytes of room before it and 8 behind.</param>
        /// <param name="offset">Where it begins; the inner part then stands <see cref="FrameHead.HeadBytes"/> behind.</param>
        /// <param name="count">Bytes of the frame.</param>
        /// <returns>Bytes of the inner part; -1 when the tag is wrong or the frame too short: it is then as it was.</returns>
        public int Open(bool isUp, int number, byte[] frame, int offset, int count)
        {
            int inner = count - Overhead;
            if (inner < 1)
            {
                return -1;
            }

            int key = isUp ? 0 : 32;
            int at = offset + FrameHead.HeadBytes;
            if (!_isShort)
            {
                return _secrets.Crypto.Open(_keys, key, 0, (ulong)number, frame, offset, FrameHead.HeadBytes, frame, at,
                    inner + CryptoProvider.TagBytes) ? inner : -1;
            }

            MakeTag(key, number, frame, offset, inner);
            if (!ConstantTime.Equal(_secrets.Scratch, 0, frame, at + inner, ShortTag))
            {
                return -1;
            }

            // the stream cipher is its own inverse; the tag that this makes is nobody's
            _secrets.Crypto.Seal(_keys, key, 0, (ulong)number, frame, 0, 0, frame, at, inner);
            return inner;
        }

        // of 8 bytes with the number, most significant first, head and ciphertext (RFC 9605's construction); the first 8 count
        private void MakeTag(int key, int number, byte[] frame, int offset, int count)
        {
            Bytes.WriteUInt64BigEndian(frame, offset - RoomBefore, (ulong)number);
            _secrets.Crypto.HmacSha256(_keys, 64 + key, 32, frame, offset - RoomBefore, RoomBefore + FrameHead.HeadBytes + count,
                _secrets.Scratch, 0);
        }
    }
}
