using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Host.Tests.HolePunching;

/// <summary>Hole punching on loopback: between two of ours, and with peers that say what they should not.</summary>
public class HolePunchTests
{
    private const string Echo = "/test/echo/1.0.0";
    private static readonly Multiaddr _public = Multiaddr.Parse("/ip4/5.5.5.5/tcp/4001");

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_direct_connection_takes_the_place_of_a_relayed_one_which_ends_with_its_last_stream(int shards, PollerKind poller)
    {
        await using World world = await World.StartAsync(shards, poller);
        await using HolePunchService atTarget = HolePunchService.Start(world.Target, Options());
        await using HolePunchService atCaller = HolePunchService.Start(world.Caller, Options());
        Task<HolePunchReport> finished = FinishedAsync(atTarget);
        await world.DialAsync();
        PeerConnection relayed = world.Caller.ConnectionsTo(world.Target.PeerId)[0];
        PeerStream old = await world.Caller.OpenStreamAsync(relayed, [Echo], Cancellation);
        await EchoAsync(old);

        HolePunchReport report = await finished.WaitAsync(Nodes.Patience, Cancellation);

        Assert.True(report is { Outcome: HolePunchOutcome.Punched, IsInitiator: true, Attempts: 1 }, report.Text);
        await Nodes.UntilAsync(() => world.Caller.ConnectionsTo(world.Target.PeerId).Any(one => !IsRelayed(one)), "it is direct");
        await using PeerStream next = await world.Caller.OpenStreamAsync(world.Target.PeerId, Echo, Cancellation);
        Assert.False(IsRelayed(next.Connection));
        await EchoAsync(next);
        await EchoAsync(old);
        Assert.Equal(1, world.Service.Circuits);
        await old.DisposeAsync();
        await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the relayed connection is closed");
        await EchoAsync(next);
        await Nodes.UntilAsync(() => world.Target.Events.Recent.Any(one => one.Kind == NodeEventKind.Upgraded), "the log has it");
        Assert.Equal((1L, 0L), (atTarget.Direct, atTarget.Failed));
    }

    [Fact]
    public async Task A_node_that_is_told_so_by_its_options_has_the_service_from_its_start_to_its_end()
    {
        await using Libp2pNode node = await Nodes.ListenAsync(
            TestShards.Count, PollerKind.Best, options => options.HolePunching = Options());
        HolePunchService service = node.HolePunching!;
        Assert.Throws<InvalidOperationException>(() => HolePunchService.Start(node, Options()));
        await node.DisposeAsync();
        Assert.Null(node.HolePunching);
        await service.DisposeAsync();
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => Nodes.StartAsync(TestShards.Count, PollerKind.Best,
            options => options.HolePunching = new HolePunchOptions { Attempts = 0 }));
        Assert.Contains("HolePunch.Attempts = 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Addresses_of_our_own_network_names_and_relays_are_dialed_for_nobody()
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        using Socket trap = Trap();
        int port = ((IPEndPoint)trap.LocalEndPoint!).Port;
        world.Target.Announce(_public);
        await using HolePunchService punches = HolePunchService.Start(world.Target, new HolePunchOptions());
        Task<HolePunchReport> finished = FinishedAsync(punches);
        world.Caller.Handle(HolePunchMessages.Id, AnswerAsync([$"/ip4/127.0.0.1/tcp/{port}", "/ip4/10.0.0.1/tcp/80",
            "/ip4/203.0.113.9/tcp/1", $"/dns4/localhost/tcp/{port}", "/dns4/example.org/tcp/1",
            "/ip4/8.8.8.8/udp/53/quic-v1",
            $"{world.Address}"]));

        await world.DialAsync();

        HolePunchReport report = await finished.WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(HolePunchOutcome.NoPeerAddress, report.Outcome);
        Assert.False(trap.Poll(0, SelectMode.SelectRead));
        Assert.Equal(1, world.Service.Circuits);
    }

    [Fact]
    public async Task Of_a_message_with_sixteen_addresses_eight_are_dialed()
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        Socket[] traps = [.. Enumerable.Range(0, 16).Select(_ => Trap())];
        HolePunchOptions options = Options();
        options.Attempts = 1;
        options.DialTimeout = TimeSpan.FromMilliseconds(500);
        await using HolePunchService punches = HolePunchService.Start(world.Target, options);
        Task<HolePunchReport> finished = FinishedAsync(punches);
        string[] addresses = [.. traps.Select(one => $"/ip4/127.0.0.1/tcp/{((IPEndPoint)one.LocalEndPoint!).Port}")];
        world.Caller.Handle(HolePunchMessages.Id, AnswerAsync(addresses));

        await world.DialAsync();
        await Nodes.UntilAsync(() => traps.Count(one => one.Poll(0, SelectMode.SelectRead)) == Punch.MaxAddresses, "eight are dialed");
        foreach (Socket one in traps)
        {
            one.Dispose();
        }

        HolePunchReport report = await finished.WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(HolePunchOutcome.NotReached, report.Outcome);
        Assert.Contains("the relayed one stays", report.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("too long")]
    [InlineData("garbage")]
    [InlineData("sync")]
    [InlineData("nothing")]
    public async Task A_peer_that_answers_with_something_else_fails_alone_and_the_relayed_connection_lives(string what)
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        HolePunchOptions options = Options();
        options.Attempts = 1;
        options.MessageTimeout = TimeSpan.FromMilliseconds(500);
        await using HolePunchService punches = HolePunchService.Start(world.Target, options);
        Task<HolePunchReport> finished = FinishedAsync(punches);
        world.Caller.Handle(HolePunchMessages.Id, async (stream, cancellation) =>
        {
            byte[] message = what switch
            {
                "too long" => new byte[HolePunchMessages.MaxBytes + 1],
                "garbage" => [0xFF, 0xFF, 0xFF],
                _ => HolePunchMessages.Write(HolePunchMessages.Sync, []),
            };
            if (what != "nothing")
            {
                await new MessageStream(stream, Nodes.Patience).WriteMessageAsync(message, cancellation);
            }

            await Task.Delay(Timeout.Infinite, cancellation);
        });

        await world.DialAsync();

        HolePunchReport report = await finished.WaitAsync(Nodes.Patience, Cancellation);
        Assert.True(report.Outcome == HolePunchOutcome.ProtocolFailed, report.Text);
        await world.Caller.PingAsync(world.Target.PeerId, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(1, world.Service.Circuits);
    }

    [Fact]
    public async Task Exchanges_without_end_are_refused_before_they_are_read_and_so_is_who_dialed_and_leads_all_the_same()
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        HolePunchOptions options = Options();
        options.PerMinutePerPeer = 2;
        await using HolePunchService punches = HolePunchService.Start(world.Caller, options);
        await world.DialAsync();
        await Nodes.UntilAsync(() => world.Target.IsConnected(world.Caller.PeerId), "connected");
        for (int i = 0; i < 3; i++)
        {
            await using PeerStream stream = await world.Target.OpenStreamAsync(world.Caller.PeerId, HolePunchMessages.Id, Cancellation);
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Connect, [Dead()]), Cancellation);
            if (i < 2)
            {
                Assert.NotEmpty(HolePunchMessages.Read(await messages.ReadMessageAsync(4096, Cancellation), HolePunchMessages.Connect)!);
            }
            else
            {
                await Assert.ThrowsAsync<Libp2pException>(() => messages.ReadMessageAsync(4096, Cancellation));
            }
        }

        // over a direct connection, and from the side that dialed
        await using PeerStream direct = await world.Caller.OpenStreamAsync(world.Relay.PeerId, Echo, Cancellation);
        await using PeerStream wrong = await world.Relay.OpenStreamAsync(world.Caller.PeerId, HolePunchMessages.Id, Cancellation);
        await Assert.ThrowsAsync<Libp2pException>(() => new MessageStream(wrong, Nodes.Patience).ReadMessageAsync(4096, Cancellation));
    }

    [Fact]
    public async Task No_more_direct_ways_are_looked_for_at_a_time_than_allowed()
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        await using Libp2pNode other = await World.StartNodeAsync(TestShards.Count, PollerKind.Best);
        HolePunchOptions options = Options();
        options.MaxParallel = 1;
        options.Attempts = 1;
        ConcurrentQueue<PeerId> identified = new();
        await using HolePunchService punches = HolePunchService.Start(world.Target, options);
        world.Target.PeerIdentified += said => identified.Enqueue(said.Peer);
        Task<HolePunchReport> finished = FinishedAsync(punches);
        ConcurrentQueue<PeerId> led = new();
        TaskCompletionSource go = new(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (Libp2pNode one in new[] { world.Caller, other })
        {
            one.Handle(HolePunchMessages.Id, async (stream, cancellation) =>
            {
                led.Enqueue(one.PeerId);
                await go.Task.WaitAsync(cancellation);
            });
        }

        await world.DialAsync();
        await Nodes.UntilAsync(() => !led.IsEmpty, "the first is asked, and does not answer");
        await other.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await Nodes.UntilAsync(() => identified.Contains(other.PeerId), "the second has said what it speaks");

        // a stream that would be opened to it now comes before these
        for (int i = 0; i < 3; i++)
        {
            await using PeerStream echo = await world.Target.OpenStreamAsync(other.PeerId, Echo, Cancellation);
            await EchoAsync(echo);
        }

        Assert.Equal([world.Caller.PeerId], led);

        // and then there is room
        go.SetResult();
        Assert.Equal(world.Caller.PeerId, (await finished.WaitAsync(Nodes.Patience, Cancellation)).Peer);
        await other.DisconnectAsync(world.Target.PeerId, Cancellation);
        await Nodes.UntilAsync(() => !world.Target.IsConnected(other.PeerId), "it is gone");
        await other.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await Nodes.UntilAsync(() => led.Contains(other.PeerId), "it is asked");
    }

    [Fact]
    public async Task A_peer_that_dials_from_another_port_and_waits_for_us_to_begin_is_met()
    {
        await using World world = await World.StartAsync(TestShards.Count, PollerKind.Best);
        await using HolePunchService punches = HolePunchService.Start(world.Caller, Options());
        Task<HolePunchReport> finished = FinishedAsync(punches);
        await world.DialAsync();
        await Nodes.UntilAsync(() => world.Target.IsConnected(world.Caller.PeerId), "connected");
        await using PeerStream stream = await world.Target.OpenStreamAsync(world.Caller.PeerId, HolePunchMessages.Id, Cancellation);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Connect, [Dead()]), Cancellation);
        await messages.ReadMessageAsync(4096, Cancellation);
        await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Sync, []), Cancellation);
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Nodes.UntilAsync(() => punches.Expected(IPAddress.Loopback) != null, "the caller dials");
        await socket.ConnectAsync(IPAddress.Loopback, world.Caller.ListenAddresses[0].Port, Cancellation);

        int from = ((IPEndPoint)socket.LocalEndPoint!).Port;
        await world.Target.ConnectAsync(new SocketSource(socket), world.Caller.PeerId, isInitiator: false, Cancellation)
            .WaitAsync(Nodes.Patience, Cancellation);

        HolePunchReport report = await finished.WaitAsync(Nodes.Patience, Cancellation);
        Assert.True(report is { Outcome: HolePunchOutcome.Punched, IsInitiator: false }, report.Text);

        // where it called from nobody listens
        Assert.DoesNotContain(world.Caller.PeerStore.Addresses(world.Target.PeerId), one => one.Address.Port == from);
    }

    [Fact]
    public async Task No_second_program_listens_on_the_port_that_dials_leave_from()
    {
        await using Libp2pNode node = await Nodes.ListenAsync(TestShards.Count, PollerKind.Best);
        await using HolePunchService punches = HolePunchService.Start(node, Options());
        Libp2pNodeOptions same = new() { Shards = TestShards.Count };
        same.ListenAddresses.Add(node.ListenAddresses[0].WithoutPeerId().ToString());
        Libp2pException refused = await Assert.ThrowsAsync<Libp2pException>(() => Libp2pNode.StartAsync(same, Cancellation));
        Assert.Equal(Libp2pError.ListenFailed, refused.Error);
        Assert.Throws<InvalidOperationException>(() => HolePunchService.Start(node, Options()));
    }

    // a port of nobody
    private static Multiaddr Dead()
    {
        using Socket socket = Trap();
        return Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((IPEndPoint)socket.LocalEndPoint!).Port}");
    }

    private static Socket Trap()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen();
        return socket;
    }

    private static Func<PeerStream, CancellationToken, Task> AnswerAsync(IReadOnlyList<string> addresses)
        => async (stream, cancellation) =>
        {
            MessageStream messages = new(stream, Nodes.Patience);
            await messages.ReadMessageAsync(4096, cancellation);
            await messages.WriteMessageAsync(
                HolePunchMessages.Write(HolePunchMessages.Connect, [.. addresses.Select(Multiaddr.Parse)]), cancellation);
            await messages.ReadMessageAsync(4096, cancellation);
        };

    private static HolePunchOptions Options() => new() { AllowPrivateAddresses = true, DialTimeout = TimeSpan.FromSeconds(3) };

    private static bool IsRelayed(PeerConnection one) => one.RemoteAddress!.Has(MultiaddrProtocol.P2pCircuit);

    private static Task<HolePunchReport> FinishedAsync(HolePunchService punches)
    {
        TaskCompletionSource<HolePunchReport> finished = new(TaskCreationOptions.RunContinuationsAsynchronously);
        punches.Finished += report => finished.TrySetResult(report);
        return finished.Task;
    }

    private static async Task EchoAsync(PeerStream stream)
    {
        await stream.WriteAsync(new byte[100], Cancellation);
        await stream.ReadExactlyAsync(new byte[100], Cancellation).AsTask().WaitAsync(Nodes.Patience, Cancellation);
    }

    /// <summary>A relay, a target with a place there, and a caller.</summary>
    private sealed class World : IAsyncDisposable
    {
        public required Libp2pNode Relay { get; init; }

        public required RelayService Service { get; init; }

        public required Libp2pNode Target { get; init; }

        public required RelayReservation Place { get; init; }

        public required Libp2pNode Caller { get; init; }

        public required Multiaddr Address { get; init; }

        public static async Task<World> StartAsync(int shards, PollerKind poller)
        {
            Libp2pNode relay = await StartNodeAsync(shards, poller);
            RelayService service = RelayService.Start(relay, new RelayServiceOptions());
            Libp2pNode target = await StartNodeAsync(shards, poller);
            RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0]);
            Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
            Libp2pNode caller = await StartNodeAsync(shards, poller);
            return new World { Relay = relay, Service = service, Target = target, Place = place, Caller = caller, Address = address };
        }

        public Task<PeerId> DialAsync() => Caller.DialAsync(Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);

        public async ValueTask DisposeAsync()
        {
            await Caller.DisposeAsync();
            await Place.DisposeAsync();
            await Target.DisposeAsync();
            await Service.DisposeAsync();
            await Relay.DisposeAsync();
        }

        public static async Task<Libp2pNode> StartNodeAsync(int shards, PollerKind poller)
        {
            Libp2pNode node = await Nodes.ListenAsync(shards, poller, one =>
            {
                one.UsesLimitedConnections = true;
                one.DuplicateGrace = TimeSpan.FromMilliseconds(100);
            });
            node.Handle(Echo, Nodes.EchoAsync);
            return node;
        }
    }
}
