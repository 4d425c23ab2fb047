using System;
using System.Collections.Generic;
using System.Linq;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The adversary of SPEC.md 18 against the real code. More episodes: NANOLIBP2P_FRAME_EPISODES=20000.</summary>
public class AdversaryTests
{
    private static readonly int _episodes = int.TryParse(Environment.GetEnvironmentVariable("NANOLIBP2P_FRAME_EPISODES"), out int given)
        ? given
        : 60;

    [Theory]
    [InlineData(0)]
    [InlineData((int)Attack.ForgedOpenings)]
    [InlineData((int)Attack.StolenGatewayKey)]
    [InlineData((int)Attack.StolenRoots)]
    [InlineData((int)Attack.RestoredStore)]
    [InlineData((int)Attack.LostRecord)]
    [InlineData((int)(Attack.ForgedOpenings | Attack.StolenRoots | Attack.RestoredStore | Attack.LostRecord))]
    public void No_number_twice_nothing_acknowledged_that_was_not_taken_and_nobody_locked_out(int attack)
    {
        Dictionary<string, int> ways = [];
        int cuts = 0;
        for (int seed = 0; seed < _episodes; seed++)
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

        Assert.True(cuts > _episodes, $"{cuts} cuts");
        TestContext.Current.SendDiagnosticMessage(
            $"{(Attack)attack}: {cuts} cuts; " + string.Join(", ", ways.Select(way => $"{way.Key} {way.Value}")));
    }
}
