using System;
using System.Collections.Generic;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>Compares arrays by their bytes. Its hash has a seed of this process, so that nobody can choose keys that collide.</summary>
internal sealed class BytesComparer : IEqualityComparer<byte[]>
{
    internal static readonly BytesComparer Instance = new();

    /// <inheritdoc/>
    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    /// <inheritdoc/>
    public int GetHashCode(byte[] obj)
    {
        HashCode hash = default;
        hash.AddBytes(obj);
        return hash.ToHashCode();
    }
}
