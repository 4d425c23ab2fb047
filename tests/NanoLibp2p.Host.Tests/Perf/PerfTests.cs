using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Perf;

namespace NanoLibp2p.Host.Tests.Perf;

/// <summary>libp2p's perf between two of our nodes.</summary>
public class PerfTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task The_bytes_that_are_asked_for_go_and_come(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        await using PerfService service = PerfService.Start(server, _ => true);
        await client.DialAsync(server);
        foreach ((ulong up, ulong down) in new (ulong, ulong)[] { (0, 0), (1, 0), (0, 1), (3_000_000, 5_000_000) })
        {
            PerfProgress progress = new();
            TimeSpan time = await PerfService.MeasureAsync(client, server.PeerId, up, down, progress).WaitAsync(Nodes.Patience);
            Assert.InRange(time, TimeSpan.FromTicks(1), Nodes.Patience);
            Assert.Equal((up, down), ((ulong)progress.Uploaded, (ulong)progress.Downloaded));
        }
    }

    [Fact]
    public async Task Who_is_not_allowed_and_who_comes_when_there_are_enough_is_broken_off()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode friend = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode stranger = await Nodes.StartAsync(1, PollerKind.Best);
        PerfService service = PerfService.Start(server, peer => peer.Equals(friend.PeerId));
        await friend.DialAsync(server);
        await stranger.DialAsync(server);
        Assert.True(await FailsAsync(stranger, server));

        // transfers that never begin
        List<PeerStream> many = [];
        for (int i = 0; i < PerfService.MaxTransfers; i++)
        {
            many.Add(await friend.OpenStreamAsync(server.PeerId, PerfService.Id).WaitAsync(Nodes.Patience));
            await many[i].WriteAsync(new byte[1]);
        }

        await Nodes.UntilAsync(() => server.OpenStreams >= PerfService.MaxTransfers, "they are all there");
        await UntilAsync(() => FailsAsync(friend, server), "one too many is broken off");
        foreach (PeerStream one in many)
        {
            await one.DisposeAsync();
        }

        await UntilAsync(async () => !await FailsAsync(friend, server), "there is room again");
        await service.DisposeAsync();
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => PerfService.MeasureAsync(friend, server.PeerId, 0, 100)
            .WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.ProtocolRefused, error.Error);
    }
    private static async Task<bool> FailsAsync(Libp2pNode client, Libp2pNode server)
    {
        try
        {
            await PerfService.MeasureAsync(client, server.PeerId, 0, 100).WaitAsync(Nodes.Patience);
            return false;
        }
        catch (Libp2pException)
        {
            return true;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (int i = 0; !await condition(); i++)
        {
            Assert.True(i < 1000, what);
            await Task.Delay(20);
        }
    }
}
