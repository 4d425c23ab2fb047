using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Footprint.Operations;

/// <summary>The same bytes in every run.</summary>
internal sealed class SeededRandom(int seed) : IRandom
{
    private readonly Random _random = new(seed);

    public void Fill(byte[] buffer, int offset, int count) => _random.NextBytes(buffer.AsSpan(offset, count));
}
