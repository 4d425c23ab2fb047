using System;
using System.Collections.Generic;
using System.Security.Cryptography;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// The namespace <c>/pk/</c>: under a peer id stands its public key, a PublicKey message that hashes to it. So there is but one value of a
/// key. Ids that have the key in them need none.
/// </summary>
public sealed class PublicKeyValidator : IValueValidator
{
    private const int PrefixBytes = 4;

    /// <inheritdoc/>
    public bool IsValid(byte[] key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        int count = key.Length - PrefixBytes;
        if (count <= 0 || PeerId.CheckBytes(key, PrefixBytes, count) != 0)
        {
            return false;
        }

        ReadOnlySpan<byte> id = key.AsSpan(PrefixBytes);
        ReadOnlySpan<byte> digest = id[Multihash.HeaderBytes..];
        return id[0] == Multihash.Identity
            ? digest.SequenceEqual(value)
            : digest.SequenceEqual(SHA256.HashData(value));
    }

    /// <inheritdoc/>
    public int Select(byte[] key, IReadOnlyList<byte[]> values) => 0;
}
