using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench;

/// <summary>Our desktop library as the measuring side.</summary>
internal sealed class NanoDialer(Libp2pNode node) : IDialer
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    public async Task<IReadOnlyList<double>> ConnectAsync(string address, int count)
    {
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            PeerId peer = await node.DialAsync(address).WaitAsync(_patience);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await node.DisconnectAsync(peer).WaitAsync(_patience);
            await Task.Delay(IDialer.RestMs);
        }

        return times;
    }

    public async Task<IReadOnlyList<double>> PingAsync(string address, int count)
    {
        PeerId peer = await node.DialAsync(address).WaitAsync(_patience);
        List<double> times = [];

        // the first opens the stream, as js does before it looks at its clock
        for (int i = 0; i <= count; i++)
        {
            TimeSpan time = await node.PingAsync(peer).WaitAsync(_patience);
            if (i > 0)
            {
                times.Add(time.TotalMilliseconds);
            }
        }

        await node.DisconnectAsync(peer).WaitAsync(_patience);
        return times;
    }

    public async Task<(double Upload, double Download)> TransferAsync(string address, long bytes)
    {
        PeerId peer = await node.DialAsync(address).WaitAsync(_patience);
        TimeSpan upload = await PerfService.MeasureAsync(node, peer, (ulong)bytes, 0).WaitAsync(_patience);
        TimeSpan download = await PerfService.MeasureAsync(node, peer, 0, (ulong)bytes).WaitAsync(_patience);
        await node.DisconnectAsync(peer).WaitAsync(_patience);
        return (bytes / 1e6 / upload.TotalSeconds, bytes / 1e6 / download.TotalSeconds);
    }
}
