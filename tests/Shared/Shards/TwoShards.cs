using System;
using System.Diagnostics;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Xunit;

namespace NanoLibp2p.Tests;

/// <summary>A suite once more, in a process of its own, whose nodes have two shards (see <see cref="TestShards"/>).</summary>
internal static class TwoShards
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(8);

    /// <summary>Runs the tests of this program which some options of xUnit's runner choose, as -class; fails with what failed.</summary>
    internal static async Task RunAsync(params string[] options)
    {
        Assert.SkipUnless(TestShards.Count == 1, "this run has two shards as it is");
        ProcessStartInfo start = new("dotnet", ["exec", Assembly.GetExecutingAssembly().Location, "-noColor", .. options])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[TestShards.Variable] = "2";
        using Process run = Process.Start(start)!;
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        late.CancelAfter(_patience);
        string said;
        try
        {
            said = await run.StandardOutput.ReadToEndAsync(late.Token);
            await run.WaitForExitAsync(late.Token);
        }
        finally
        {
            if (!run.HasExited)
            {
                run.Kill(entireProcessTree: true);
            }
        }

        // a filter that matches nothing would say nothing
        int count = said.Split("Total: ").Skip(1).Select(one => int.Parse(one.Split(',')[0])).DefaultIfEmpty().Last();
        Assert.True(run.ExitCode == 0 && count > 0, said);
    }
}
