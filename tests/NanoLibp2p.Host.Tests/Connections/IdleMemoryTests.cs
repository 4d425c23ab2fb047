using System;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
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
        // what tests before this one have left goes first, and what a first node makes once
        await MeasureAsync(1);
        await SettledAsync();
        long without = await MeasureAsync(0);
        long with = await MeasureAsync(Idle);
        long each = (with - without) / Idle;
        output.WriteLine($"{each} bytes each");
        Assert.InRange(each, 1000, 8 * 1024);
    }

    private static async Task SettledAsync()
    {
        const long Little = 50_000;
        long before = long.MaxValue;
        await Nodes.UntilAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                long now = GC.GetTotalMemory(true);
                bool isSettled = Math.Abs(before - now) < Little;
                before = now;
                Thread.Sleep(isSettled ? 0 : 200);
                return isSettled;
            },
            "nothing is freed any more");
    }

    // the heap that a node gives back when it goes, while its peers stay
    private static async Task<long> MeasureAsync(int count)
    {
        Box box = new();
        await StartAsync(box);
        using IdleDevices devices = new(box.Node!.ListenAddresses[0], count);
        await ConnectedAsync(box, devices, count);
        long before = GC.GetTotalMemory(true);
        WeakReference node = await EndAsync(box);
        await Nodes.UntilAsync(
            () =>
            {
                GC.Collect();
                return !node.IsAlive;
            },
            "the node is gone");
        return before - GC.GetTotalMemory(true);
    }

    // each by itself, so that nothing of the node is left in a local variable
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task StartAsync(Box box) => box.Node = await Nodes.ListenAsync(1, PollerKind.Best,
        options => options.MaxConnections = Idle);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task ConnectedAsync(Box box, IdleDevices devices, int count)
    {
        Libp2pNode node = box.Node!;
        await Nodes.UntilAsync(() => devices.Connected == count && node.Peers.Count == count, "all are connected");
        await Nodes.UntilAsync(
            () => node.Connections.All(one => node.PeerStore.Find(one.Peer)?.AgentVersion.Length > 0), "all have said who they are");
        await Nodes.UntilAsync(() => node.RentedBytes == 0, "no buffer is rented");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> EndAsync(Box box)
    {
        await box.Node!.DisposeAsync();
        WeakReference node = new(box.Node);
        box.Node = null;
        return node;
    }

    private sealed class Box
    {
        internal Libp2pNode? Node { get; set; }
    }
}
