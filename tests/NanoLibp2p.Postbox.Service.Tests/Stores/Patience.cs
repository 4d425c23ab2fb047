using System;
using System.Diagnostics;
using System.Threading.Tasks;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>Waiting for what another thread or process does.</summary>
public static class Patience
{
    /// <summary>Waits until something holds, a minute at most.</summary>
    /// <param name="holds">What.</param>
    /// <returns>When it holds.</returns>
    public static async Task UntilAsync(Func<bool> holds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromMinutes(1), "it did not come within a minute");
            await Task.Delay(5);
        }
    }
}
