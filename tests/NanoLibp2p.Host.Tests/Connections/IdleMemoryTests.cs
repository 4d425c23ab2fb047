using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading.Tasks;
using NanoLibp2p.Bench;

namespace NanoLibp2p.Host.Tests.Connections;

/// <summary>What idle connections take.</summary>
[Collection(nameof(Alone))]
public class IdleMemoryTests(ITestOutputHelper output)
{
    private const int Idle = 300;

    // dotnet run -c Release --project tools/NanoLibp2p.Bench -- idle, for 1,000 and 5,000 and resident memory
    [Fact]
    public async Task An_idle_connection_to_a_device_takes_8_KiB_of_heap_at_most_and_no_buffer()
    {
        long without = await MeasureAsync(0);
        long with = await MeasureAsync(Idle);
        long each = (with - without) / Idle;
        output.WriteLine($"{each} bytes each");
        Assert.InRange(each, 1000, 8 * 1024);
    }

    // the heap that a node gives back when it goes, while its peers stay
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<long> MeasureAsync(int count)
    {
        Libp2pNode? node = await Nodes.ListenAsync(1, PollerKind.Best, options => options.MaxConnections = Idle);
        using IdleDevices devices = new(node.ListenAddresses[0], count);
        await Nodes.UntilAsync(() => devices.Connected == count && node.Peers.Count == count, "all are connected");
        await Nodes.UntilAsync(
            () => node.Connections.All(one => node.PeerStore.Find(one.Peer)?.AgentVersion.Length > 0), "all have said who they are");
        await Nodes.UntilAsync(() => node.RentedBytes == 0, "no buffer is rented");
        long before = GC.GetTotalMemory(true);
        await node.DisposeAsync();
        node = null;
        return before - GC.GetTotalMemory(true);
    }
}
