using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;

namespace NanoLibp2p.Multiformats
{
    /// <summary>
    /// A peer's name: the multihash of its public key (peer-ids spec). A short key, such as every Ed25519 key, is in the id itself.
    /// Immutable. A peer's bytes are checked with <see cref="CheckBytes"/> and compared with <see cref="Matches"/>, which allocate nothing.
    /// </summary>
    public sealed partial class PeerId
    {
        /// <summary>The longest peer id in bytes.</summary>
        public const int MaxBytes = Multihash.MaxBytes;

        /// <summary>Bytes of the peer id of an Ed25519 key.</summary>
        public const int Ed25519Bytes = Multihash.HeaderBytes + PublicKey.Ed25519Bytes;

        /// <summary>The bytes themselves, never handed out: they do not change.</summary>
        internal readonly byte[] Raw;

        // takes over the array
        private PeerId(byte[] bytes)
        {
            Raw = bytes;
        }

        /// <summary>
        /// Reads a peer id's text: base58btc (<c>12D3…</c>, <c>Qm…</c>), or a CIDv1 of codec libp2p-key in base32 (<c>bafz…</c>),
        /// base36 (<c>k…</c>), base58btc (<c>z…</c>) or base64url (<c>u…</c>). A device reads base58btc alone.
        /// </summary>
        /// <exception cref="FormatException">It isn't one; the message says why.</exception>
        public static PeerId Parse(string text)
        {
            string error;
            PeerId id = TryParse(text, out error);
            if (id == null)
            {
                throw new FormatException(error);
            }
            return id;
        }

        /// <summary>As <see cref="Parse"/>, without an exception.</summary>
        /// <param name="text">What may be a peer id; may be null.</param>
        /// <param name="error">Why it is not a peer id, or null.</param>
        /// <returns>The peer id, or null.</returns>
        public static PeerId TryParse(string text, out string error)
        {
            error = null;
            if (string.IsNullOrEmpty(text))
            {
                error = "an empty text is not a peer id";
                return null;
            }

#if NANOFRAMEWORK_1_0
            string why = "give it as 12D3... or Qm...";
            byte[] buffer = new byte[MaxBytes];
            int count = Multibase.FromBase58(text, buffer);
            if (count >= 0 && Multihash.Check(buffer, 0, count) == 0)
            {
                return FromBytes(buffer, 0, count);
            }
#else
            string why;
            PeerId id = ReadAnyBase(text, out why);
            if (id != null)
            {
                return id;
            }
#endif
            error = "'" + text + "' is not a peer id: " + why;
            return null;
        }

        /// <summary>
        /// Writes the id of an encoded public key: the key itself up to 42 bytes, else its SHA2-256 (peer-ids spec, "Peer Ids").
        /// Allocates nothing.
        /// </summary>
        /// <returns>Bytes of the id, at most <see cref="MaxBytes"/>.</returns>
        public static int Derive(byte[] protobufKey, int offset, int count, CryptoProvider crypto, byte[] id, int idOffset)
        {
            bool whole = count <= Multihash.MaxIdentityBytes;
            int digest = whole ? count : CryptoProvider.Sha256Bytes;
            id[idOffset] = (byte)(whole ? Multihash.Identity : Multihash.Sha256);
            id[idOffset + 1] = (byte)digest;
            if (whole)
            {
                Array.Copy(protobufKey, offset, id, idOffset + Multihash.HeaderBytes, count);
            }
            else
            {
                crypto.Sha256Start();
                crypto.Sha256Update(protobufKey, offset, count);
                crypto.Sha256Finish(id, idOffset + Multihash.HeaderBytes);
            }
            return Multihash.HeaderBytes + digest;
        }

        /// <summary>The id of an Ed25519 public key of 32 bytes.</summary>
        public static PeerId FromEd25519(byte[] publicKey32, int offset)
        {
            byte[] id = new byte[Ed25519Bytes];
            id[0] = Multihash.Identity;
            id[1] = PublicKey.Ed25519Bytes;
            PublicKey.WriteEd25519(publicKey32, offset, id, Multihash.HeaderBytes);
            return new PeerId(id);
        }

        /// <summary>The id with these bytes, which <see cref="CheckBytes"/> has found good. Copies them.</summary>
        /// <exception cref="ArgumentException">They are not a peer id.</exception>
        public static PeerId FromBytes(byte[] bytes, int offset, int count)
        {
            if (CheckBytes(bytes, offset, count) != 0)
            {
                throw new ArgumentException("not a peer id; see CheckBytes");
            }
            byte[] id = new byte[count];
            Array.Copy(bytes, offset, id, 0, count);
            return new PeerId(id);
        }

        /// <summary>Whether a peer's bytes are a peer id. Allocates nothing.</summary>
        /// <returns>0, or a negative code of <see cref="Multihash"/>.</returns>
        public static int CheckBytes(byte[] bytes, int offset, int count)
        {
            return Multihash.Check(bytes, offset, count);
        }

        /// <summary>Bytes of this id.</summary>
        public int Length
        {
            get { return Raw.Length; }
        }

        /// <summary>A copy of the bytes.</summary>
        public byte[] ToBytes()
        {
            byte[] copy = new byte[Raw.Length];
            Array.Copy(Raw, copy, copy.Length);
            return copy;
        }

        /// <summary>Copies the bytes to a buffer with room for <see cref="Length"/>.</summary>
        /// <returns>The bytes copied.</returns>
        public int CopyTo(byte[] buffer, int offset)
        {
            Array.Copy(Raw, 0, buffer, offset, Raw.Length);
            return Raw.Length;
        }

        /// <summary>Whether these are exactly this id's bytes.</summary>
        public bool Matches(byte[] other, int offset, int count)
        {
            return count == Raw.Length && Bytes.Equal(Raw, 0, other, offset, count);
        }

        /// <summary>Whether the other is a peer id of the same bytes.</summary>
        public override bool Equals(object other)
        {
            PeerId id = other as PeerId;
            return id != null && Matches(id.Raw, 0, id.Raw.Length);
        }

        /// <summary>From the last bytes, which are key or hash in every id; on a desktop with a seed of the process, so that nobody can
        /// make ids that collide in its tables.</summary>
        public override int GetHashCode()
        {
#if NET
            return SeededHash.Of(Raw);
#else
            // three bytes are the least that an id has
            int end = Raw.Length;
            return (Raw[end - 1] << 16) | (Raw[end - 2] << 8) | Raw[end - 3];
#endif
        }

        /// <summary>The usual text: base58btc without a prefix, such as <c>12D3KooW…</c>.</summary>
        public override string ToString()
        {
            return Multibase.ToBase58(Raw, 0, Raw.Length);
        }
    }
}
