#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Multiformats
{
    // what a device never asks for, and so has no flash for
    public sealed partial class Multiaddr
    {
        /// <summary>What <see cref="Validate"/> returns for no bytes at all, or more than <see cref="MaxBytes"/>.</summary>
        public const int BadLength = -3;

        /// <summary>Whether a peer's bytes are a multiaddr of known protocols. Allocates nothing.</summary>
        /// <returns>0, <see cref="BadLength"/>, <see cref="MultiaddrProtocol.Malformed"/> or
        /// <see cref="MultiaddrProtocol.Unknown"/>.</returns>
        public static int Validate(byte[] bytes, int offset, int count)
        {
            if (count <= 0 || count > MaxBytes)
            {
                return BadLength;
            }
            int code;
            int valueOffset;
            int valueCount;
            while (count > 0)
            {
                int used = MultiaddrProtocol.Read(bytes, offset, count, out code, out valueOffset, out valueCount);
                if (used < 0)
                {
                    return used;
                }
                offset += used;
                count -= used;
            }
            return 0;
        }

        /// <summary>The multiaddr with these bytes, which <see cref="Validate"/> has found good. Copies them.</summary>
        /// <exception cref="ArgumentException">They are not a multiaddr of known protocols.</exception>
        public static Multiaddr FromBytes(byte[] bytes, int offset, int count)
        {
            if (Validate(bytes, offset, count) != 0)
            {
                throw new ArgumentException("not a known multiaddr; check a peer's bytes with Validate first");
            }
            byte[] copy = new byte[count];
            Array.Copy(bytes, offset, copy, 0, count);
            return new Multiaddr(copy);
        }

        /// <summary>Whether these are exactly this address's bytes.</summary>
        public bool Matches(byte[] other, int offset, int count)
        {
            return count == _bytes.Length && Bytes.Equal(_bytes, 0, other, offset, count);
        }

        /// <summary>Whether the other is a multiaddr of the same bytes.</summary>
        public override bool Equals(object other)
        {
            Multiaddr address = other as Multiaddr;
            return address != null && Matches(address._bytes, 0, address._bytes.Length);
        }

        /// <summary>From all bytes.</summary>
        public override int GetHashCode()
        {
#if NET
            return SeededHash.Of(_bytes);
#else
            int hash = 0;
            for (int i = 0; i < _bytes.Length; i++)
            {
                hash = hash * 31 + _bytes[i];
            }

            return hash;
#endif
        }

        /// <summary>Whether a protocol of <see cref="MultiaddrProtocol"/> is anywhere in it.</summary>
        public bool Has(int code)
        {
            int offset;
            int count;
            int found = -1;
            for (int i = 0; found != 0 && found != code; i++)
            {
                found = Component(i, out offset, out count);
            }
            return found == code && code != 0;
        }
    }
}
#endif
