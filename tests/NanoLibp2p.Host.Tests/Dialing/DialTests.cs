using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.Tests.Peers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Dialing;

/// <summary>Dials: of several addresses, by several callers, in vain, and of each other.</summary>
public sealed class DialTests : IDisposable
{
    // accepts nobody's bytes
    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);

    public DialTests() => _silent.Start();

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    private Multiaddr Silent => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((IPEndPoint)_silent.LocalEndpoint).Port}");

    public void Dispose() => _silent.Dispose();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_silent_address_holds_the_next_up_for_its_delay_only_and_a_dead_one_not_at_all(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller, options
            => options.Dial.NearAttemptDelay = TimeSpan.FromMilliseconds(100));
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(server.PeerId, await client.DialAsync([Silent, server.ListenAddresses[0]]).WaitAsync(Nodes.Patience));

        // far less than the time of a handshake; nothing is left of the attempt in vain
        Assert.InRange(watch.Elapsed, TimeSpan.FromMilliseconds(90), TimeSpan.FromSeconds(20));
        await Nodes.UntilAsync(() => client.Load == 1, "the other attempt is given up");

        await using Libp2pNode hurried = await Nodes.StartAsync(shards, poller, options
            => options.Dial.NearAttemptDelay = TimeSpan.FromHours(1));
        await hurried.DialAsync([Refused(), server.ListenAddresses[0]]).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public async Task A_dial_in_vain_tells_each_address_with_its_reason()
    {
        FakeNames names = new();
        await using Libp2pNode other = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.Dial.Names = names;
            options.Node.HandshakeTimeoutMs = 300;
        });
        Multiaddr refused = Refused();
        PeerId wanted = PeerStoreTests.Id(1);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(
            [
                refused.WithPeerId(wanted), Silent, other.ListenAddresses[0].WithoutPeerId()!, Multiaddr.Parse("/dns4/none.org/tcp/1"),
                Multiaddr.Parse("/ip4/127.0.0.1/udp/1/quic-v1"),
            ]).WaitAsync(Nodes.Patience));

        Assert.Equal(Libp2pError.DialFailed, error.Error);
        Assert.Equal(wanted, error.Peer);
        Assert.Equal(5, error.Attempts.Count);
        (CloseReason, int)[] reasons = [.. error.Attempts.OrderBy(one => one.Reason).ThenBy(one => one.Detail).Select(one
            => (one.Reason, one.Detail))];
        Assert.Equal(
            [(CloseReason.None, 0), (CloseReason.DialFailed, (int)LinkError.NameNotFound), (CloseReason.DialFailed, (int)LinkError.Refused),
                (CloseReason.HandshakeTimeout, 0), (CloseReason.PeerIdMismatch, 0)],
            reasons);
        Assert.All(error.Attempts, one => Assert.Contains($"{one.Address}: {one.Text}", error.Message));
        Assert.Contains(error.Reason, new[] { CloseReason.HandshakeTimeout, CloseReason.PeerIdMismatch });
    }

    [Fact]
    public async Task A_peer_is_dialled_at_the_addresses_that_the_store_has_of_it_by_name_too()
    {
        FakeNames names = new();
        names.Addresses["here.org"] = ["127.0.0.1"];
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options => options.Dial.Names = names);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.PeerId));
        Assert.Contains("no address", error.Message);
        client.PeerStore.AddAddresses(server.PeerId, [Multiaddr.Parse($"/dns4/here.org/tcp/{server.ListenAddresses[0].Port}")],
            AddressSource.Manual, TimeSpan.MaxValue);
        await client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience);
        Assert.True(client.IsConnected(server.PeerId));
        await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(client.PeerId));
        await Assert.ThrowsAsync<ArgumentException>(() => client.DialAsync([]));
        await Assert.ThrowsAsync<ArgumentException>(() => client.DialAsync([Silent.WithPeerId(server.PeerId), Silent.WithPeerId(
            client.PeerId)]));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task All_who_ask_for_a_peer_share_one_dial(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        int came = 0;
        server.PeerConnected += _ => Interlocked.Increment(ref came);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => client.DialAsync(server)))).WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => came == 1, "the server has heard of it");
        Assert.Single(client.Connections);
        Assert.Single(server.Connections);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_dial_to_the_others_and_the_last_one_ends_it()
    {
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        using CancellationTokenSource first = new();
        using CancellationTokenSource second = new();
        Task<PeerId> one = client.DialAsync(Silent.WithPeerId(server.PeerId), first.Token);
        Task<PeerId> two = client.DialAsync(Silent.WithPeerId(server.PeerId), second.Token);
        await Nodes.UntilAsync(() => client.Load == 1, "the dial is under way");
        first.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one.WaitAsync(Nodes.Patience));
        await Task.Delay(50);
        Assert.Equal((1, 1), (client.Load, client.Dialer.Count));

        // a third brings a better address
        Task<PeerId> three = client.DialAsync(server.ListenAddresses[0]);
        Assert.Equal(server.PeerId, await three.WaitAsync(Nodes.Patience));
        Assert.Equal(server.PeerId, await two.WaitAsync(Nodes.Patience));
        await Nodes.UntilAsync(() => client.Load == 1, "only the connection is left");

        using CancellationTokenSource third = new();
        Task<PeerId> alone = client.DialAsync(Silent.WithPeerId(PeerStoreTests.Id(1)), third.Token);
        await Nodes.UntilAsync(() => client.Load == 2, "the dial is under way");
        third.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => alone.WaitAsync(Nodes.Patience));
        await Nodes.UntilAsync(() => client.Load == 1 && client.Dialer.Count == 0, "nothing is left of the dial");
    }

    [Fact]
    public async Task A_peer_that_calls_meanwhile_is_what_the_dial_waited_for()
    {
        await using Libp2pNode caller = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode node = await Nodes.ListenAsync(1, PollerKind.Best);
        Task<PeerId> dial = node.DialAsync(Silent.WithPeerId(caller.PeerId));
        await Nodes.UntilAsync(() => node.Load == 1, "the dial is under way");
        await caller.DialAsync(node);
        Assert.Equal(caller.PeerId, await dial.WaitAsync(Nodes.Patience));
        await Nodes.UntilAsync(() => node.Load == 1, "the dial in vain is given up");
    }

    [Fact]
    public async Task Who_dials_while_a_dial_that_is_over_still_ends_gets_a_connection_of_his_own()
    {
        HeldDialer held = new();
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Dial.MaxParallel = 2);
        client.Dialer.Add(held);
        Task<PeerId>[] others =
            [.. Enumerable.Range(1, 2).Select(port => client.DialAsync(Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{port}/ws")))];
        await Nodes.UntilAsync(() => held.Count == 2, "other peers' dials have the places");
        Multiaddr socket = Multiaddr.Parse("/ip4/127.0.0.1/tcp/3/ws").WithPeerId(server.PeerId);
        Task<PeerId> first = client.DialAsync(socket);
        await Nodes.UntilAsync(() => client.Dialer.Count == 1, "the peer's dial waits");
        held.Fail();
        await Nodes.UntilAsync(() => held.Count == 3, "it is dialled");
        await server.DialAsync(client);
        await first.WaitAsync(Nodes.Patience);
        await client.DisconnectAsync(server.PeerId).WaitAsync(Nodes.Patience);
        Assert.Equal(1, client.Dialer.Count);

        await client.DialAsync(server);

        await client.PingAsync(server.PeerId).WaitAsync(Nodes.Patience);
        held.Release();
        foreach (Task<PeerId> other in others)
        {
            await Assert.ThrowsAsync<Libp2pException>(() => other.WaitAsync(Nodes.Patience));
        }
    }

    [Fact]
    public async Task A_peer_that_failed_is_left_alone_for_a_while_unless_its_address_is_named()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options => options.Time = time);
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        Multiaddr refused = Refused();
        client.PeerStore.AddAddresses(server.PeerId, [refused], AddressSource.Manual, TimeSpan.MaxValue);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience));
        Assert.Equal((int)LinkError.Refused, error.Detail);

        // the peer as a whole, and the address for itself
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience));
        Assert.Contains("not tried again for another 5 s, as it failed once", error.Message);
        Assert.Equal(0, error.Detail);
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(refused.WithPeerId(server.PeerId)).WaitAsync(
            Nodes.Patience));
        Assert.Equal((int)LinkError.Refused, error.Detail);

        // each failure makes it longer
        time.Advance(TimeSpan.FromSeconds(5.5));
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience));
        Assert.Contains("not tried again for another 1 s, as it failed 2 times", error.Message);
        time.Advance(TimeSpan.FromSeconds(1));
        error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience));
        Assert.Equal((int)LinkError.Refused, error.Detail);

        // a new address has no history; the peer has
        client.PeerStore.AddAddresses(server.PeerId, server.ListenAddresses, AddressSource.Manual, TimeSpan.MaxValue);
        time.Advance(TimeSpan.FromSeconds(10));
        await client.DialAsync(server.PeerId).WaitAsync(Nodes.Patience);
    }

    [Fact]
    public void The_table_of_failures_is_bounded()
    {
        FakeTimeProvider time = new();
        BackOffTable<int> table = new(new DialOptions(), time);
        for (int i = 0; i < 10 * BackOffTable<int>.MaxEntries; i++)
        {
            table.Fail(i, "");
        }

        Assert.InRange(table.Count, 1, BackOffTable<int>.MaxEntries);
        Assert.NotNull(table.Find(10 * BackOffTable<int>.MaxEntries - 1));
    }

    [Fact]
    public async Task No_more_attempts_are_under_way_than_allowed_for_a_peer_and_in_all()
    {
        CountingDialer counting = new();
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.Dial.MaxParallel = 5;
            options.Dial.MaxParallelPerPeer = 2;
            options.Dial.AttemptDelay = TimeSpan.Zero;
        });
        client.Dialer.Add(counting);
        Task[] dials = [.. Enumerable.Range(1, 4).Select(peer => client.DialAsync([.. Enumerable.Range(1, 10).Select(i
            => Multiaddr.Parse($"/ip4/8.8.8.{i}/tcp/{peer}/ws").WithPeerId(PeerStoreTests.Id(peer)))]))];
        await Nodes.UntilAsync(() => counting.Count == 5, "five are under way");
        for (int i = 0; i < 40; i++)
        {
            await counting.FailOneAsync();
        }

        Assert.InRange(counting.Most, 5, 5);
        Assert.InRange(counting.MostOfOne, 1, 2);
        foreach (Task dial in dials)
        {
            Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => dial.WaitAsync(Nodes.Patience));
            Assert.Equal(10, error.Attempts.Count);
        }
    }

    [Fact]
    public async Task A_dial_has_its_time_however_many_addresses_there_are()
    {
        CountingDialer counting = new();
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.Dial.Timeout = TimeSpan.FromMilliseconds(200);
            options.Dial.MaxParallelPerPeer = 1;
        });
        client.Dialer.Add(counting);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.DialAsync(
            [.. Enumerable.Range(1, 100).Select(i => Multiaddr.Parse($"/ip4/8.8.8.{i}/tcp/1/ws").WithPeerId(PeerStoreTests.Id(1)))])
            .WaitAsync(Nodes.Patience));
        Assert.Contains("not its turn in time", error.Message);
        Assert.InRange(error.Attempts.Count, 60, 64);
    }

    public static TheoryData<int> Shards => [1, 2];

    [Theory]
    [MemberData(nameof(Shards))]
    public async Task Two_nodes_that_dial_each_other_at_once_settle_on_one_connection_and_hear_each_message_once(int shards)
    {
        void Change(Libp2pNodeOptions options) => options.DuplicateGrace = TimeSpan.FromMilliseconds(500);
        for (int round = 0; round < 2; round++)
        {
            await using Libp2pNode one = await Nodes.ListenAsync(shards, PollerKind.Best, Change);
            await using Libp2pNode two = await Nodes.ListenAsync(shards, PollerKind.Best, Change);

            // addresses without a peer id are dialled whoever is connected
            await Task.WhenAll(one.DialAsync(two.ListenAddresses[0].WithoutPeerId()!), two.DialAsync(
                one.ListenAddresses[0].WithoutPeerId()!)).WaitAsync(Nodes.Patience);
            two.Handle("/echo/1.0.0", Nodes.EchoAsync);
            await Nodes.UntilAsync(() => Opened(one) == 2 && Opened(two) == 2, "both connections have opened");
            await Nodes.UntilAsync(() => one.Connections.Count == 1 && two.Connections.Count == 1, "one is left");

            // the same one at both ends: that of the greater id
            bool isOneGreater = one.PeerId.ToBytes().AsSpan().SequenceCompareTo(two.PeerId.ToBytes()) > 0;
            Assert.Equal((!isOneGreater, isOneGreater), (one.Connections[0].IsInbound, two.Connections[0].IsInbound));

            Subscription subscription = two.SubscribeAsync("a topic");
            await subscription.Joined;
            await Nodes.UntilAsync(() => one.PublishAsync("a topic", new byte[] { 0 }).GetAwaiter().GetResult() > 0, "two has subscribed");
            for (byte i = 1; i <= 3; i++)
            {
                Assert.Equal(1, await one.PublishAsync("a topic", new byte[] { i }).WaitAsync(Nodes.Patience));
            }

            List<byte> heard = [];
            await foreach (TopicMessage message in subscription)
            {
                heard.Add(message.Data[0]);
                if (message.Data[0] == 3)
                {
                    break;
                }
            }

            Assert.Equal(new byte[] { 0, 1, 2, 3 }, heard.Order().ToArray());
        }

        // one may be closed already when a loaded machine looks
        static int Opened(Libp2pNode node) => node.Events.Recent.Count(one => one.Kind == NodeEventKind.Connected);
    }

    [Fact]
    public async Task A_second_connection_stays_while_a_stream_is_open_on_it()
    {
        await using Libp2pNode one = await Nodes.ListenAsync(1, PollerKind.Best, options => options.DuplicateGrace = TimeSpan.Zero);
        await using Libp2pNode two = await Nodes.StartAsync(1, PollerKind.Best, options => options.DuplicateGrace = TimeSpan.Zero);
        one.Handle("/echo/1.0.0", Nodes.EchoAsync);
        await two.DialAsync(one);
        await using PeerStream stream = await two.OpenStreamAsync(one.PeerId, "/echo/1.0.0").WaitAsync(Nodes.Patience);

        // the newest is the one that is used, and the old one has the stream
        await two.DialAsync(one.ListenAddresses[0].WithoutPeerId()!).WaitAsync(Nodes.Patience);
        await Task.Delay(2500);
        Assert.Equal(2, two.Connections.Count);
        byte[] back = new byte[1];
        await stream.WriteAsync(new byte[] { 9 });
        await stream.ReadExactlyAsync(back);
        Assert.Equal(9, back[0]);
        stream.CompleteWrites();
        Assert.Equal(0, await stream.ReadAsync(back));
        await Nodes.UntilAsync(() => two.Connections.Count == 1 && one.Connections.Count == 1, "one is left");
        Assert.Equal(2, two.Connections[0].Id);
    }

    private static Multiaddr Refused()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{((IPEndPoint)listener.LocalEndpoint).Port}");
    }

    /// <summary>Dials nobody; the test ends each attempt.</summary>
    /// <summary>Its dials last until they are failed, and one that is cancelled holds whoever cancels it up.</summary>
    private sealed class HeldDialer : ILinkDialer
    {
        private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _go = new();
        private int _count;

        /// <summary>Dials that have begun: the first two can be failed.</summary>
        internal int Count => Volatile.Read(ref _count);

        internal void Fail() => _failed.SetResult();

        internal void Release() => _go.Set();

        public bool Dials(DialKind kind) => kind == DialKind.WebSocket;

        public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
        {
            await using CancellationTokenRegistration held = cancellationToken.Register(() => _go.Wait(Nodes.Patience));
            if (Interlocked.Increment(ref _count) <= 2)
            {
                await _failed.Task.WaitAsync(cancellationToken);
                throw Dialer.NotReached(target.Address, LinkError.Unreachable, null);
            }

            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }

    private sealed class CountingDialer : ILinkDialer
    {
        private readonly List<(int Port, TaskCompletionSource End)> _attempts = [];

        internal int Count
        {
            get
            {
                lock (_attempts)
                {
                    return _attempts.Count;
                }
            }
        }

        internal int Most { get; private set; }

        internal int MostOfOne { get; private set; }

        public bool Dials(DialKind kind) => kind == DialKind.WebSocket;

        public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
        {
            TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_attempts)
            {
                _attempts.Add((target.Port, end));
                Most = Math.Max(Most, _attempts.Count);
                MostOfOne = Math.Max(MostOfOne, _attempts.Count(one => one.Port == target.Port));
            }

            await end.Task.WaitAsync(cancellationToken);
            throw Dialer.NotReached(target.Address, LinkError.Unreachable, null);
        }

        internal async Task FailOneAsync()
        {
            await Nodes.UntilAsync(() => Count > 0, "an attempt is under way");
            lock (_attempts)
            {
                _attempts[0].End.SetResult();
                _attempts.RemoveAt(0);
            }
        }
    }
}
