#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// A content id (CID spec): version, codec and the multihash of some content, which is what a DHT knows its providers by. Version 0
    /// is a bare SHA2-256 multihash in base58, <c>Qm…</c>; version 1 is read in base32 (<c>b</c>), base36 (<c>k</c>), base58 (<c>z</c>) and
    /// base64url (<c>u</c>). Immutable. Of any hash function, unlike a peer id.
    /// </summary>
    public sealed class Cid
    {
        /// <summary>The codec of raw bytes.</summary>
        public const int Raw = 0x55;

        /// <summary>The codec dag-pb, that of every version 0.</summary>
        public const int DagPb = 0x70;

        /// <summary>The longest digest in bytes: 64 of SHA2-512, and room for an identity.</summary>
        public const int MaxDigestBytes = 128;

        /// <summary>The longest CID in bytes: version, codec, and function and length of the hash at their longest.</summary>
        public const int MaxBytes = 4 * Varint.MaxBytes + MaxDigestBytes;

        // a base58 digit is 5.86 bits; more characters than this are no CID, and are not worth the arithmetic
        private const int MaxCharacters = 400;

        private const int Sha256Multihash = Multiformats.Multihash.HeaderBytes + 32;

        private readonly byte[] _multihash;

        private Cid(int version, ulong codec, byte[] multihash)
        {
            Version = version;
            Codec = codec;
            _multihash = multihash;
        }

        /// <summary>0 or 1.</summary>
        public int Version { get; }

        /// <summary>What the content is (multicodec table), such as <see cref="Raw"/>.</summary>
        public ulong Codec { get; }

        /// <summary>A copy of the multihash.</summary>
        public byte[] Multihash
        {
            get { return (byte[])_multihash.Clone(); }
        }

        /// <summary>A version 1 of a codec for some content's SHA2-256 digest of 32 bytes.</summary>
        public static Cid FromSha256(ulong codec, byte[] digest)
        {
            if (digest == null || digest.Length != 32)
            {
                throw new ArgumentException("a SHA2-256 digest has 32 bytes");
            }

            byte[] multihash = new byte[Sha256Multihash];
            multihash[0] = Multiformats.Multihash.Sha256;
            multihash[1] = 32;
            Array.Copy(digest, 0, multihash, 2, 32);
            return new Cid(1, codec, multihash);
        }

        /// <summary>Reads a text.</summary>
        /// <exception cref="FormatException">It isn't a CID; the message says why.</exception>
        public static Cid Parse(string text)
        {
            string error;
            return TryParse(text, out error) ?? throw new FormatException(error);
        }

        /// <summary>As <see cref="Parse"/>, without an exception.</summary>
        /// <param name="text">What may be a CID; may be null.</param>
        /// <param name="error">What is wrong with it, or null.</param>
        /// <returns>The CID, or null.</returns>
        public static Cid TryParse(string text, out string error)
        {
            if (string.IsNullOrEmpty(text) || text.Length > MaxCharacters)
            {
                error = text == null || text.Length == 0
                    ? "an empty text is no CID; give one such as bafkrei… or Qm…"
                    : "a text of " + text.Length.ToString() + " characters is no CID";
                return null;
            }

            bool isBare = text.Length == 46 && text.StartsWith("Qm", StringComparison.Ordinal);
            byte[] buffer = new byte[MaxBytes];
            int count = isBare ? Multibase.FromBase58(text, buffer) : Multibase.Decode(text, buffer, 0, buffer.Length);
            string why = count == Multibase.UnknownBase
                    ? "it begins neither with Qm nor with a known multibase prefix (b, k, u, z); is it cut?"
                : count == BaseText.BadCharacter ? "it has a character which its base doesn't have"
                : count == BaseText.BadTail ? "its last character can't be the end of a whole byte; is it cut?"
                : count < 0 ? "it is too long"
                : null;
            Cid cid = why == null ? Read(buffer, count, isBare, out why) : null;
            error = why == null ? null : "'" + text + "' is no CID: " + why;
            return cid;
        }

        /// <summary>The bytes: of version 1 its version, codec and multihash, of version 0 the multihash alone.</summary>
        public byte[] ToBytes()
        {
            if (Version == 0)
            {
                return Multihash;
            }

            byte[] head = new byte[1 + Varint.MaxBytes];
            int at = Varint.Write(1, head, 0);
            at += Varint.Write(Codec, head, at);
            byte[] bytes = new byte[at + _multihash.Length];
            Array.Copy(head, bytes, at);
            Array.Copy(_multihash, 0, bytes, at, _multihash.Length);
            return bytes;
        }

        /// <summary>The usual text: of version 1 in base32, of version 0 in base58.</summary>
        public override string ToString()
        {
            byte[] bytes = ToBytes();
            return Version == 0 ? Multibase.ToBase58(bytes, 0, bytes.Length)
                : Multibase.Base32 + Multibase.Encode(Multibase.Base32, bytes, 0, bytes.Length);
        }

        /// <summary>Whether the other is a CID of the same bytes.</summary>
        public override bool Equals(object other)
        {
            Cid cid = other as Cid;
            return cid != null && cid.Version == Version && cid.Codec == Codec && cid._multihash.Length == _multihash.Length
                && Bytes.Equal(cid._multihash, 0, _multihash, 0, _multihash.Length);
        }

        /// <summary>From the digest's last bytes.</summary>
        public override int GetHashCode()
        {
            int end = _multihash.Length;
            return (_multihash[end - 1] << 8) | _multihash[end - 2];
        }

        private static Cid Read(byte[] bytes, int count, bool isBare, out string why)
        {
            int at = 0;
            ulong version = 0;
            ulong codec = DagPb;
            why = null;
            if (!isBare && (!ReadVarint(bytes, count, ref at, out version) || !ReadVarint(bytes, count, ref at, out codec)))
            {
                why = "it is cut";
                return null;
            }

            if (!isBare && version != 1)
            {
                why = version == Multiformats.Multihash.Sha256 ? "a CID of version 0 has no multibase prefix"
                    : "its version is neither 0 nor 1";
                return null;
            }

            int start = at;
            ulong function;
            ulong length;
            if (!ReadVarint(bytes, count, ref at, out function) || !ReadVarint(bytes, count, ref at, out length)
                || length != (ulong)(count - at) || length == 0
                || (function == Multiformats.Multihash.Sha256 && length != 32))
            {
                why = "its hash is not of the length that it states; is it cut?";
                return null;
            }

            if (length > MaxDigestBytes)
            {
                why = "its hash is too long";
                return null;
            }

            byte[] multihash = new byte[count - start];
            Array.Copy(bytes, start, multihash, 0, multihash.Length);
            return new Cid((int)version, codec, multihash);
        }

        private static bool ReadVarint(byte[] bytes, int count, ref int at, out ulong value)
        {
            int used = Varint.Read(bytes, at, count - at, out value);
            at += used > 0 ? used : 0;
            return used > 0;
        }
    }
}
#endif
