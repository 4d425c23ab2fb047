using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Frames.Tests.Proofs;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The adversary of SPEC.md 18 against the real code; with <c>-- episodes</c> 20,000 episodes of each kind.</summary>
public class AdversaryTests
{
    private const int Count = 45;

    public static TheoryData<int> Kinds => [.. Episodes.Kinds.Select(kind => (int)kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void No_number_twice_nothing_acknowledged_that_was_not_taken_and_nobody_locked_out(int attack)
    {
        Dictionary<string, int> ways = [];
        int cuts = 0;
        for (int seed = 0; seed < Count; seed++)
        {
            AirWorld world = new(seed, (Attack)attack);
            try
            {
                string how = world.Run();
                ways[how] = ways.GetValueOrDefault(how) + 1;
            }
            catch (Exception e)
            {
                Assert.Fail($"episode {seed}: {e.Message}");
            }

            cuts += world.Cuts;
        }

        Assert.True(cuts > Count, $"{cuts} cuts");
        TestContext.Current.SendDiagnosticMessage(
            $"{(Attack)attack}: {cuts} cuts; " + string.Join(", ", ways.Select(way => $"{way.Key} {way.Value}")));
    }
}
