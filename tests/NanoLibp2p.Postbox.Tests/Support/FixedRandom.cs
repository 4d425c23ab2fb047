using System;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>Random bytes that a vector names, and others from a seed.</summary>
internal sealed class FixedRandom(uint seed) : IRandom
{
    private readonly SeededRandom _others = new(seed);

    /// <summary>What every request of 32 bytes gets; null for others.</summary>
    public byte[]? Key { get; set; }

    /// <summary>What every request of 16 bytes gets: the secret of marks.</summary>
    public byte[]? Secret { get; set; }

    public void Fill(byte[] buffer, int offset, int count)
    {
        byte[]? given = count == 32 ? Key : count == 16 ? Secret : null;
        if (given == null)
        {
            _others.Fill(buffer, offset, count);
        }
        else
        {
            given.CopyTo(buffer, offset);
        }
    }
}
