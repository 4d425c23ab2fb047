using System;
using System.Diagnostics;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Perf;

namespace NanoLibp2p.Bench;

/// <summary>Our node as the other side, in a process of its own: this program again, with the command <c>listen</c>.</summary>
internal sealed class NanoListener : IDisposable
{
    private readonly Process _process;

    private NanoListener(Process process, string address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where it listens, with its peer id.</summary>
    public string Address { get; }

    /// <summary>Starts the process.</summary>
    public static async Task<NanoListener> StartAsync(string crypto)
    {
        ProcessStartInfo start = new(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardInput = true };
        if (Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            || Environment.ProcessPath.EndsWith("dotnet.exe", StringComparison.Ordinal))
        {
            start.ArgumentList.Add(typeof(NanoListener).Assembly.Location);
        }

        start.ArgumentList.Add("listen");
        start.ArgumentList.Add("--crypto");
        start.ArgumentList.Add(crypto);
        Process process = Process.Start(start)!;
        string? address = await process.StandardOutput.ReadLineAsync();
        return new NanoListener(process, address ?? throw new InvalidOperationException("the listener ended before it listened"));
    }

    /// <summary>What that process does: prints its address, and listens until its stdin ends.</summary>
    public static async Task<int> RunAsync(bool managedCrypto)
    {
        await using Libp2pNode node = await NanoNode.StartAsync(managedCrypto, "/ip4/127.0.0.1/tcp/0");
        await using PerfService perf = PerfService.Start(node, _ => true);
        Console.WriteLine(node.ListenAddresses[0]);
        await Task.Run(Console.In.ReadToEnd);
        return 0;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
