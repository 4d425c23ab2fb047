using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Footprint.Metering;

/// <summary>One method's part of a measurement, without what it calls.</summary>
/// <param name="Method">Its full name.</param>
/// <param name="Entered">How often it was entered.</param>
/// <param name="Instructions">IL instructions run in it.</param>
/// <param name="Weighted">Their cost, in average instructions.</param>
public sealed record MethodCount(string Method, long Entered, long Instructions, long Weighted);

/// <summary>What the meter counted while one operation ran.</summary>
public sealed class Measurement
{
    private readonly (MeteredModule Module, long[] Hits)[] _runs;

    internal Measurement(IEnumerable<MeteredModule> modules, CallStack stack)
    {
        _runs = modules.Select(module => (module, (long[])module.Hits.Clone())).ToArray();
        DeepestBytes = stack.DeepestBytes;
        DeepestFrames = stack.DeepestFrames;
        long cost = 0;
        foreach ((MeteredModule module, long[] hits) in _runs)
        {
            for (int i = 0; i < hits.Length; i++)
            {
                Block block = module.Blocks[i];
                Instructions += hits[i] * block.Instructions;
                cost += hits[i] * block.Cost;
                Calls += hits[i] * block.Calls;
                Bytes += hits[i] * block.Bytes;
                Allocations += hits[i] * block.Allocations;
                PlatformCalls += hits[i] * (block.Platform?.Count ?? 0);
            }
        }
        Weighted = cost / CostTable.Average;
        Bytes += stack.ArrayBytes;
        Allocations += stack.Arrays;
    }

    /// <summary>IL instructions run in metered assemblies.</summary>
    public long Instructions { get; }

    /// <summary>Cost by the measured table, in average instructions (a quarter of <c>a = a + b</c>).</summary>
    public long Weighted { get; }

    /// <summary>Calls made, constructors and the platform's methods included.</summary>
    public long Calls { get; }

    /// <summary>Calls of the platform's methods; what happens inside them isn't counted.</summary>
    public long PlatformCalls { get; }

    /// <summary>Bytes taken from nanoCLR's heap by <c>newobj</c>, <c>newarr</c>, <c>box</c>, <c>ldstr</c> and struct locals.</summary>
    public long Bytes { get; }

    /// <summary>How many objects those are.</summary>
    public long Allocations { get; }

    /// <summary>Bytes of call frames where the stack was deepest.</summary>
    public long DeepestBytes { get; }

    /// <summary>The most frames at once.</summary>
    public long DeepestFrames { get; }

    /// <summary>Each method that ran, the most expensive first.</summary>
    public IReadOnlyList<MethodCount> Methods() =>
        [.. _runs.SelectMany(run => run.Hits.Select((hits, i) => (hits, block: run.Module.Blocks[i])))
            .Where(entry => entry.hits > 0)
            .GroupBy(entry => entry.block.Method)
            .Select(method => new MethodCount(
                method.Key,
                method.Where(entry => entry.block.IsEntry).Sum(entry => entry.hits),
                method.Sum(entry => entry.hits * entry.block.Instructions),
                method.Sum(entry => entry.hits * entry.block.Cost) / CostTable.Average))
            .OrderByDescending(method => method.Instructions)];

    /// <summary>Each platform method that was called, and how often.</summary>
    public IReadOnlyList<(string Method, long Calls)> PlatformMethods() =>
        [.. _runs.SelectMany(run => run.Hits.SelectMany((hits, i) => (run.Module.Blocks[i].Platform ?? []).Select(name => (name, hits))))
            .Where(entry => entry.hits > 0)
            .GroupBy(entry => entry.name)
            .Select(method => (method.Key, method.Sum(entry => entry.hits)))
            .OrderByDescending(method => method.Item2)];

    /// <summary>
    /// Whether every block of every metered assembly ran exactly as often in the other: stricter than the same count, and
    /// what code that is constant time in its secrets shows.
    /// </summary>
    public bool RanTheSameBlocksAs(Measurement other) =>
        _runs.Length == other._runs.Length && _runs.Zip(other._runs).All(pair => pair.First.Hits.AsSpan().SequenceEqual(pair.Second.Hits));
}
