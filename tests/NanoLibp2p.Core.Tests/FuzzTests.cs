using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Fuzz;

namespace NanoLibp2p.Core.Tests;

/// <summary>The fuzz targets over their seeds and a bounded count of mutations, the same in every run. README of NanoLibp2p.Fuzz: how to
/// let them run for long.</summary>
public class FuzzTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(2);

    public static IEnumerable<TheoryDataRow<string>> Targets => FuzzTarget.All.Select(target => new TheoryDataRow<string>(target.Name));

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Whatever_a_peer_sends_ends_in_an_answer_and_never_in_an_exception(string name)
    {
        FuzzTarget target = FuzzTarget.All.Single(candidate => candidate.Name == name);
        Mutator mutator = new(name, 1);
        Assert.NotEmpty(mutator.Seeds);

        // whole connections and sessions cost more than parsing does
        int count = name is "link" or "session" or "pubsub" or "frames" ? 4000 : 20_000;
        Task run = Task.Run(() =>
        {
            foreach (byte[] seed in mutator.Seeds)
            {
                Run(target, seed);
            }
            for (int i = 0; i < count; i++)
            {
                Run(target, mutator.Next());
            }
        }, TestContext.Current.CancellationToken);

        await run.WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    private static void Run(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
        }
        catch (Exception exception)
        {
            Assert.Fail($"{target.Name} on {Convert.ToHexString(input)}: {exception}");
        }
    }
}
