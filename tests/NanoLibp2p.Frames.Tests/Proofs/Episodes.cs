using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Frames.Tests.Proofs;

/// <summary>Many episodes of <see cref="AirWorld"/> with each kind of attacker, on all processors.</summary>
internal static class Episodes
{
    private const int Standard = 20_000;

    /// <summary>Every kind of attacker that is played.</summary>
    internal static readonly Attack[] Kinds =
    [
        Attack.None, Attack.ForgedOpenings, Attack.StolenGatewayKey, Attack.StolenRoots, Attack.RestoredStore, Attack.LostRecord,
        Attack.OlderRecord, Attack.ResumptionsAlone,
        Attack.ForgedOpenings | Attack.StolenRoots | Attack.RestoredStore | Attack.LostRecord | Attack.OlderRecord,
    ];

    /// <summary>Plays; the first word is how many of each kind.</summary>
    /// <returns>0, or 1 when a rule was broken.</returns>
    internal static int Run(string[] args)
    {
        int count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : Standard;
        bool isSound = true;
        foreach (Attack kind in Kinds)
        {
            isSound &= Play(kind, count);
        }

        Console.WriteLine(isSound ? "no number twice, nothing acknowledged that was not taken, nothing acted on twice, nobody locked out"
            : "A RULE WAS BROKEN");
        return isSound ? 0 : 1;
    }

    private static bool Play(Attack kind, int count)
    {
        Stopwatch watch = Stopwatch.StartNew();
        SortedDictionary<string, int> ways = new(StringComparer.Ordinal);
        Lock gate = new();
        long cuts = 0;
        int faults = 0;
        Parallel.For(0, count, seed =>
        {
            AirWorld world = new(seed, kind);
            string how;
            try
            {
                how = world.Run();
            }
            catch (Exception e)
            {
                how = "";
                if (Interlocked.Increment(ref faults) <= 5)
                {
                    Console.WriteLine($"{kind}, episode {seed}: {e.Message}");
                }
            }

            Interlocked.Add(ref cuts, world.Cuts);
            lock (gate)
            {
                ways[how] = ways.GetValueOrDefault(how) + 1;
            }
        });
        string passed = string.Join(", ", ways.Where(way => way.Key.Length > 0).Select(way => $"{way.Key} {way.Value}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{kind}: {count} episodes, {cuts} cuts at a write, {faults} faults, {watch.Elapsed.TotalSeconds:0} s; data passed: {passed}"));
        return faults == 0;
    }
}
