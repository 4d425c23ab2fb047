using System;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Fuzz;

/// <summary>A long run of one target over mutations of its seeds, on all processors.</summary>
internal static class Long
{
    private const int Batch = 10_000;

    /// <summary>Runs.</summary>
    /// <returns>0, or 1 when the target threw; the input is told then.</returns>
    internal static int Run(FuzzTarget target, int count, int seed)
    {
        Stopwatch watch = Stopwatch.StartNew();
        FuzzTarget.Seen = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        long done = 0;
        int failures = 0;
        Parallel.For(0, (count + Batch - 1) / Batch, batch =>
        {
            Mutator mutator = new(target.Name, unchecked((seed * 1_000_003) + batch));
            for (int i = 0; i < Math.Min(Batch, count - (batch * Batch)) && Volatile.Read(ref failures) < 5; i++)
            {
                byte[] input = mutator.Next();
                try
                {
                    target.Run(input);
                }
                catch (Exception e)
                {
                    Interlocked.Increment(ref failures);
                    Console.WriteLine($"{target.Name} on {Convert.ToHexString(input)}: {e}");
                }
            }
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{Math.Min(count, Interlocked.Add(ref done, Batch)):N0} of {count:N0} inputs, {watch.Elapsed.TotalSeconds:N0} s"));
        });
        foreach ((string what, long times) in FuzzTarget.Seen.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times,12:N0} {what}"));
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{count:N0} inputs, {failures} failures, {watch.Elapsed.TotalSeconds:N0} s"));
        return failures == 0 ? 0 : 1;
    }
}
