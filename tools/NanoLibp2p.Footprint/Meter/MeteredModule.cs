using System.Collections.Generic;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>A straight run of instructions: entered at its first, left after its last.</summary>
/// <param name="Method">The method it is part of.</param>
/// <param name="Instructions">IL instructions in it.</param>
/// <param name="Cost">Their cost by <see cref="CostTable"/>, in tenths of a nanosecond of the reference host.</param>
/// <param name="Calls">Calls in it, constructors included.</param>
/// <param name="Bytes">Heap bytes that it takes each time, arrays excepted (their size is known only when they are made).</param>
/// <param name="Allocations">Objects, boxes and strings that it makes, arrays excepted.</param>
/// <param name="Platform">The platform methods that it calls, or null.</param>
/// <param name="IsEntry">Whether it is the first of its method.</param>
internal sealed record Block(
    string Method, int Instructions, long Cost, int Calls, int Bytes, int Allocations, IReadOnlyList<string>? Platform, bool IsEntry);

/// <summary>One rewritten assembly: its blocks, and how often each was entered.</summary>
internal sealed class MeteredModule(string name, Block[] blocks, byte[] image)
{
    public string Name { get; } = name;

    public Block[] Blocks { get; } = blocks;

    /// <summary>The rewritten assembly.</summary>
    public byte[] Image { get; } = image;

    public long[] Hits { get; } = new long[blocks.Length];
}
