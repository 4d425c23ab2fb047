using System;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests;

/// <summary>What a message costs, with few and with many connections beside its own.</summary>
public class CostTests(ITestOutputHelper output)
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_ping_has_its_own_connection_stepped_and_no_idle_one(int shards, PollerKind poller)
    {
        const int Idle = 200;
        const int Pings = 500;
        (Libp2pNode server, Libp2pNode client) = await ConnectAsync(shards, poller, Idle);
        await using (server)
        await using (client)
        {
            await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
            long before = server.Turns;
            Stopwatch watch = Stopwatch.StartNew();
            for (int i = 0; i < Pings; i++)
            {
                await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
            }

            // A ping, with the end of the write before it: some turns. The others' keep-alive may fall due, once in the time that they
            // have for it.
            double keepAlives = 4 * Idle * Math.Ceiling(watch.Elapsed.TotalSeconds / 30);
            Assert.InRange(server.Turns - before, Pings, (4 * Pings) + (long)keepAlives);
        }
    }

    // dotnet run -c Release --project tests/NanoLibp2p.Host.Tests -- -explicit only -showLiveOutput on
    [Theory(Explicit = true)]
    [InlineData(PollerKind.Epoll)]
    [InlineData(PollerKind.Async)]
    public async Task A_ping_costs_no_more_beside_5000_idle_connections_run_by_hand_on_a_quiet_machine(PollerKind poller)
    {
        const int Pings = 20000;
        double[] microseconds = new double[2];
        for (int i = 0; i < 2; i++)
        {
            int idle = i == 0 ? 100 : 5000;
            (Libp2pNode server, Libp2pNode client) = await ConnectAsync(1, poller, idle);
            await using (server)
            await using (client)
            {
                for (int j = 0; j < Pings / 4; j++)
                {
                    await client.PingAsync(server.PeerId);
                }

                TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
                for (int j = 0; j < Pings; j++)
                {
                    await client.PingAsync(server.PeerId);
                }

                microseconds[i] = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMicroseconds / Pings;
                output.WriteLine($"{poller}, {idle} idle connections: {microseconds[i]:0.0} us of processor time a ping, both ends");
            }
        }

        Assert.InRange(microseconds[1] / microseconds[0], 0, 1.3);
    }

    private static async Task<(Libp2pNode Server, Libp2pNode Client)> ConnectAsync(int shards, PollerKind poller, int idle)
    {
        void Small(Libp2pNodeOptions options)
        {
            options.PubSub = null;
            options.MaxConnections = idle + 16;

            // all are between the same two
            options.DuplicateGrace = TimeSpan.FromDays(1);
            options.Node = new NodeOptions { MaxHandshakes = 16 };
        }

        Libp2pNode server = await Nodes.ListenAsync(shards, poller, Small);
        Libp2pNode client = await Nodes.StartAsync(1, poller, Small);

        // who the address does not name is dialled again
        Multiaddr address = server.ListenAddresses[0].WithoutPeerId();
        foreach (int[] some in Enumerable.Range(0, idle + 1).Chunk(16))
        {
            await Task.WhenAll(some.Select(_ => client.DialAsync(address))).WaitAsync(Nodes.Patience);
        }

        await Nodes.UntilAsync(() => server.Load == idle + 1, "the server has all connections");
        return (server, client);
    }
}
