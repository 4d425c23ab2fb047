using System;
using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// A place in Kademlia's key space: the SHA-256 of a key or of a peer id's bytes (kad-dht spec, "Kademlia Keyspace"). The distance of two
/// places is their XOR, as a number of 256 bits.
/// </summary>
internal readonly struct KademliaKey : IEquatable<KademliaKey>
{
    /// <summary>Bits of a place.</summary>
    internal const int Bits = 256;

    private readonly ulong _a;
    private readonly ulong _b;
    private readonly ulong _c;
    private readonly ulong _d;

    private KademliaKey(ReadOnlySpan<byte> hash)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>The place of a key.</summary>
    internal static KademliaKey Of(ReadOnlySpan<byte> key)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(key, hash);
        return new KademliaKey(hash);
    }

    /// <summary>The place of a peer.</summary>
    internal static KademliaKey Of(PeerId peer) => Of(peer.ToBytes());

    /// <summary>How many bits from the first on two places have in common, 0 to 256.</summary>
    internal static int CommonPrefix(in KademliaKey one, in KademliaKey other)
    {
        ulong difference = one._a ^ other._a;
        if (difference != 0)
        {
            return BitOperations.LeadingZeroCount(difference);
        }

        difference = one._b ^ other._b;
        if (difference != 0)
        {
            return 64 + BitOperations.LeadingZeroCount(difference);
        }

        difference = one._c ^ other._c;
        return difference != 0
            ? 128 + BitOperations.LeadingZeroCount(difference)
            : 192 + BitOperations.LeadingZeroCount(one._d ^ other._d);
    }

    /// <summary>Which of two places is closer to this one: negative for the first, positive for the second, 0 for the same
    /// place.</summary>
    internal int CompareDistance(in KademliaKey first, in KademliaKey second)
    {
        int order = (first._a ^ _a).CompareTo(second._a ^ _a);
        order = order != 0 ? order : (first._b ^ _b).CompareTo(second._b ^ _b);
        order = order != 0 ? order : (first._c ^ _c).CompareTo(second._c ^ _c);
        return order != 0 ? order : (first._d ^ _d).CompareTo(second._d ^ _d);
    }

    /// <inheritdoc/>
    public bool Equals(KademliaKey other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is KademliaKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_a, _b);
}
