using System;
using System.Collections.Generic;
using NanoLibp2p.Host.Kademlia;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>Values of the test's namespace: any that are not empty, the one of the greatest first byte is the best.</summary>
internal sealed class AnyValidator : IValueValidator
{
    public bool IsValid(byte[] key, byte[] value) => value.Length > 0;

    public int Select(byte[] key, IReadOnlyList<byte[]> values)
    {
        int best = 0;
        for (int i = 1; i < values.Count; i++)
        {
            best = values[i].AsSpan().SequenceCompareTo(values[best]) > 0 ? i : best;
        }

        return best;
    }
}
