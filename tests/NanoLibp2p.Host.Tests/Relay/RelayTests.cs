using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Tests.Relay;

/// <summary>Nodes on loopback with a relay between them, each test with the circuit's two ends on one shard and on two.</summary>
public class RelayTests
{
    private const string Echo = "/test/echo/1.0.0";

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Ten_megabytes_go_through_a_relay_and_come_back(int shards, PollerKind poller)
    {
        await using World world = await World.StartAsync(shards, poller, World.NoLimits);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        byte[] sent = Nodes.Bytes(10_000_000);
        await using PeerStream stream = await world.Caller.OpenStreamAsync(world.Target.PeerId, Echo, Cancellation);
        Task writing = WriteAllAsync(stream, sent);
        byte[] back = new byte[sent.Length];
        await stream.ReadExactlyAsync(back, Cancellation).AsTask().WaitAsync(Nodes.Patience, Cancellation);
        await writing;
        Assert.Equal(sent, back);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
        Assert.True(world.Service.RelayedBytes > 20_000_000);
        Assert.Equal(1, world.Service.Circuits);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_end_of_a_circuit_knows_who_the_other_is_and_that_it_goes_through_the_relay(int shards, PollerKind poller)
    {
        await using World world = await World.StartAsync(shards, poller, World.NoLimits);
        PeerId reached = await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(world.Target.PeerId, reached);
        Assert.True((await world.Caller.PingAsync(world.Target.PeerId, Cancellation)).TotalSeconds < 60);
        await Nodes.UntilAsync(() => world.Target.IsConnected(world.Caller.PeerId), "the target knows the caller");
        PeerConnection connection = world.Caller.ConnectionsTo(world.Target.PeerId)[0];
        Assert.False(connection.IsLimited);
        Assert.Equal($"{world.Relay.ListenAddresses[0]}/p2p-circuit", connection.RemoteAddress!.ToString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task When_one_end_leaves_the_other_hears_of_it_and_the_circuit_is_over(int shards, PollerKind poller)
    {
        await using World world = await World.StartAsync(shards, poller);
        for (int i = 0; i < 5; i++)
        {
            await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
            await Nodes.UntilAsync(() => world.Target.IsConnected(world.Caller.PeerId), "connected");
            Libp2pNode leaving = i % 2 == 0 ? world.Caller : world.Target;
            await leaving.DisconnectAsync(i % 2 == 0 ? world.Target.PeerId : world.Caller.PeerId, Cancellation);
            await Nodes.UntilAsync(() => !world.Target.IsConnected(world.Caller.PeerId) && !world.Caller.IsConnected(world.Target.PeerId),
                "both have heard");
            await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the circuit is over");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_circuit_ends_at_its_bytes(int shards, PollerKind poller)
    {
        await using World world = await World.StartAsync(shards, poller, new RelayServiceOptions { CircuitBytes = 20_000 }, limited: true);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.True(world.Caller.ConnectionsTo(world.Target.PeerId)[0].IsLimited);
        ConcurrentQueue<string> ends = [];
        world.Caller.PeerDisconnected += end => ends.Enqueue(end.Why.Message);
        world.Target.PeerDisconnected += end => ends.Enqueue(end.Why.Message);
        await using PeerStream stream = await world.Caller.OpenStreamAsync(world.Target.PeerId, Echo, Cancellation);
        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            await WriteAllAsync(stream, new byte[40_000]);
            await stream.CopyToAsync(System.IO.Stream.Null, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
            throw new InvalidOperationException("it did not end");
        });
        await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the circuit is over");
        Assert.InRange(world.Service.RelayedBytes, 1, 41_000);
        await Nodes.UntilAsync(() => ends.Count == 2, "both ends hear of it");
        Assert.All(ends, why => Assert.Contains("the relay broke the circuit off: a limit of its own is reached", why));
    }

    [Fact]
    public async Task A_circuit_ends_at_its_time()
    {
        await using World world = await World.StartAsync(2, PollerKind.Best, new RelayServiceOptions
            { CircuitTime = TimeSpan.FromSeconds(1) }, limited: true);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await Nodes.UntilAsync(() => !world.Caller.IsConnected(world.Target.PeerId), "the circuit has ended");
        await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the circuit is over");
    }

    [Fact]
    public async Task A_limited_connection_is_for_no_protocol_of_the_application_unless_it_says_so()
    {
        await using World world = await World.StartAsync(2, PollerKind.Best);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Libp2pException e = await Assert.ThrowsAsync<Libp2pException>(() => world.Caller.OpenStreamAsync(world.Target.PeerId, Echo,
            Cancellation));
        Assert.Equal(Libp2pError.NotConnected, e.Error);
        Assert.Contains("UsesLimitedConnections", e.Message, StringComparison.Ordinal);
        await world.Caller.PingAsync(world.Target.PeerId, Cancellation);
    }

    [Fact]
    public async Task A_peer_that_uses_a_limited_connection_for_other_protocols_is_refused()
    {
        await using World world = await World.StartAsync(1, PollerKind.Best, limited: true, targetLimited: false);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            await using PeerStream stream = await world.Caller.OpenStreamAsync(world.Target.PeerId, Echo, Cancellation);
            await stream.WriteAsync(new byte[10], Cancellation);
            await stream.ReadExactlyAsync(new byte[10], Cancellation).AsTask().WaitAsync(Nodes.Patience, Cancellation);
        });
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_sensor_has_neither_an_end_nor_a_total_but_a_rate(int shards, PollerKind poller)
    {
        const int Rate = 400_000;
        Admission admission = new() { Class = RelayClass.Sensor };
        await using World world = await World.StartAsync(shards, poller, new RelayServiceOptions
            { Admission = admission, SensorBytesPerSecond = Rate, CircuitBytes = 1, CircuitTime = TimeSpan.FromSeconds(1) });
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.False(world.Caller.ConnectionsTo(world.Target.PeerId)[0].IsLimited);
        await using PeerStream stream = await world.Caller.OpenStreamAsync(world.Target.PeerId, Echo, Cancellation);
        long begun = Environment.TickCount64;
        byte[] sent = Nodes.Bytes(1_800_000);
        Task writing = WriteAllAsync(stream, sent);
        byte[] back = new byte[sent.Length];
        await stream.ReadExactlyAsync(back, Cancellation).AsTask().WaitAsync(Nodes.Patience, Cancellation);
        await writing;
        Assert.Equal(sent, back);

        // all but the first windows and what the rate has saved at the beginning
        Assert.True(Environment.TickCount64 - begun > 1000L * (sent.Length - 1_000_000) / Rate, "faster than its rate");
    }

    [Fact]
    public async Task Who_is_not_admitted_gets_no_reservation()
    {
        Admission admission = new() { Class = RelayClass.Refused };
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions { Admission = admission });
        await using Libp2pNode target = await Nodes.StartAsync(1, PollerKind.Best);
        await using RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0],
            new RelayReservationOptions { Retry = TimeSpan.FromMilliseconds(10) });
        await Nodes.UntilAsync(() => place.LastError != null, "it is refused");
        Assert.Contains("PermissionDenied", place.LastError!.Message, StringComparison.Ordinal);
        Assert.Equal(0, service.Reservations);
        Assert.Equal(target.PeerId, admission.Asked[0]);
        admission.Class = RelayClass.Ordinary;
        await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
    }

    [Fact]
    public async Task Reservations_are_bounded_in_all_and_for_a_host_and_a_refresh_counts_once()
    {
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions { MaxReservations = 10,
            MaxReservationsPerHost = 2 });
        List<Libp2pNode> nodes = [];
        for (int i = 0; i < 3; i++)
        {
            Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
            nodes.Add(node);
            await node.DialAsync(relay);
        }

        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(nodes[0], relay)).Status);
        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(nodes[0], relay)).Status);
        Assert.Equal(1, service.Reservations);
        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(nodes[1], relay)).Status);
        Assert.Equal(RelayStatus.ReservationRefused, (await ReserveAsync(nodes[2], relay)).Status);
        await nodes[0].DisposeAsync();
        await Nodes.UntilAsync(() => service.Reservations == 1, "the reservation goes with its connection");
        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(nodes[2], relay)).Status);
        await nodes[1].DisposeAsync();
        await nodes[2].DisposeAsync();
    }

    [Fact]
    public async Task A_reservation_comes_with_its_date_a_voucher_and_the_relays_addresses()
    {
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        await node.DialAsync(relay);
        (RelayStatus status, byte[] answer) = await ReserveAsync(node, relay);
        Assert.Equal(RelayStatus.Ok, status);
        Dictionary<int, byte[]> fields = Fields(answer);
        Dictionary<int, byte[]> reservation = Fields(fields[3]);
        ulong expire = Number(reservation[1]);
        Assert.InRange((long)expire - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 3_500, 3_601);
        Assert.Equal(relay.ListenAddresses[0].ToBytes(), reservation[2]);
        SignedEnvelope voucher = SignedEnvelope.Open(reservation[3], "libp2p-relay-rsvp", DesktopCrypto.Choose(), null!,
            out RecordError error);
        Assert.Equal(RecordError.None, error);
        Assert.Equal(relay.PeerId, voucher.Signer);
        Assert.Equal([0x03, 0x02], voucher.PayloadType.ToArray());
        Dictionary<int, byte[]> said = Fields(voucher.Payload.ToArray());
        Assert.Equal(relay.PeerId.ToBytes(), said[1]);
        Assert.Equal(node.PeerId.ToBytes(), said[2]);
        Assert.Equal(expire, Number(said[3]));
        Dictionary<int, byte[]> limit = Fields(fields[4]);
        Assert.Equal(120ul, Number(limit[1]));
        Assert.Equal(131_072ul, Number(limit[2]));
    }

    [Fact]
    public async Task Circuits_are_bounded_for_a_peer_at_both_ends_and_in_all()
    {
        await using World world = await World.StartAsync(2, PollerKind.Best, new RelayServiceOptions { MaxCircuitsPerPeer = 1 });
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best);
        Libp2pException e = await Assert.ThrowsAsync<Libp2pException>(() => other.DialAsync(world.Address, Cancellation));
        Assert.Contains("RESOURCE_LIMIT_EXCEEDED", e.Message, StringComparison.Ordinal);
        await world.Caller.DisconnectAsync(world.Target.PeerId, Cancellation);
        await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the circuit is over");
        await other.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
    }

    [Fact]
    public async Task Who_has_no_reservation_is_not_reached()
    {
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode target = await Nodes.StartAsync(1, PollerKind.Best);
        await target.DialAsync(relay);
        await using Libp2pNode caller = await Nodes.StartAsync(1, PollerKind.Best);
        string address = $"{relay.ListenAddresses[0]}/p2p-circuit/p2p/{target.PeerId}";
        Libp2pException e = await Assert.ThrowsAsync<Libp2pException>(() => caller.DialAsync(address, Cancellation));
        Assert.Contains("NO_RESERVATION", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_of_a_relay_at_which_there_is_no_reservation_is_denied()
    {
        await using World world = await World.StartAsync(1, PollerKind.Best);
        await world.Place.DisposeAsync();
        Libp2pException e = await Assert.ThrowsAsync<Libp2pException>(() => world.Caller.DialAsync(world.Address, Cancellation));
        Assert.Contains("CONNECTION_FAILED", e.Message, StringComparison.Ordinal);
        await Nodes.UntilAsync(() => world.Service.Circuits == 0, "the circuit is over");
    }

    [Fact]
    public async Task A_relay_is_neither_reserved_at_nor_asked_through_a_circuit()
    {
        await using World world = await World.StartAsync(2, PollerKind.Best, World.NoLimits);
        await using RelayService inner = RelayService.Start(world.Target, new RelayServiceOptions());
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(RelayStatus.PermissionDenied, (await ReserveAsync(world.Caller, world.Target)).Status);
        Assert.Equal(0, inner.Reservations);
        string nested = $"{world.Address}/p2p-circuit/p2p/12D3KooWAvErDLuzhbYYiXFU7iDTFM1vyVRB8dRTaVCnyhZ7b4tz";
        await Assert.ThrowsAsync<Libp2pException>(() => world.Caller.DialAsync(nested, Cancellation));
    }

    [Theory]
    [InlineData("0000", 401)]
    [InlineData("0208FF", 400)]
    [InlineData("020802", 401)]
    [InlineData("020803", 401)]
    [InlineData("020801", 400)]
    [InlineData("0508011201FF", 400)]
    [InlineData("FFFF7F", 400)]
    public async Task A_message_that_makes_no_sense_is_answered_with_its_status(string bytes, int expected)
    {
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        await node.DialAsync(relay);
        await using PeerStream stream = await node.OpenStreamAsync(relay.PeerId, RelayMessage.HopId, Cancellation);
        await stream.WriteAsync(Convert.FromHexString(bytes == "0000" ? "020804" : bytes), Cancellation);
        Assert.Equal((RelayStatus)expected, (await ReadAsync(stream)).Status);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
    }

    [Fact]
    public async Task Silent_requests_are_bounded_and_broken_off()
    {
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best);
        await using RelayService service = RelayService.Start(relay, new RelayServiceOptions { MessageTime = TimeSpan.FromSeconds(2) });
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        await node.DialAsync(relay);
        List<PeerStream> streams = [];
        for (int i = 0; i < 40; i++)
        {
            streams.Add(await node.OpenStreamAsync(relay.PeerId, RelayMessage.HopId, Cancellation));
        }

        int broken = 0;
        foreach (PeerStream stream in streams)
        {
            Task<int> reading = stream.ReadAsync(new byte[1], Cancellation).AsTask();
            broken += await Task.WhenAny(reading, Task.Delay(20, Cancellation)) == reading && reading.IsFaulted ? 1 : 0;
        }

        Assert.InRange(broken, 8, 40);
        await Nodes.UntilAsync(() => relay.OpenStreams <= 4, "the others are broken off at their time");
        foreach (PeerStream stream in streams)
        {
            await stream.DisposeAsync();
        }
    }

    [Fact]
    public async Task Of_a_relay_that_brings_callers_and_never_says_whom_64_are_waited_for()
    {
        await using World world = await World.StartAsync(1, PollerKind.Best);
        List<Task<int>> calls = [];
        List<PeerStream> streams = [];
        for (int i = 0; i < 70; i++)
        {
            PeerStream stream = await world.Relay.OpenStreamAsync(world.Target.PeerId, RelayMessage.StopId, Cancellation);
            streams.Add(stream);
            calls.Add(stream.ReadAsync(new byte[1], Cancellation).AsTask());
        }

        await Nodes.UntilAsync(() => calls.Skip(64).All(one => one.IsFaulted), "those beyond are broken off");
        Assert.DoesNotContain(calls.Take(64), one => one.IsCompleted);

        // whose stream ends makes room
        await streams[0].DisposeAsync();
        await Nodes.UntilAsync(() => calls[0].IsCompleted, "it is over");
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        foreach (PeerStream stream in streams)
        {
            await stream.DisposeAsync();
        }

        await Task.WhenAll(calls).ContinueWith(one => one.Exception, TaskScheduler.Default);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Who_takes_nothing_holds_back_the_sender_alone_and_the_relay_keeps_no_more_than_a_window(int shards, PollerKind poller)
    {
        const int Sent = 4_000_000;

        // a window with the first and the last chunk, which are not full, and what the two connections have under way
        const int Window = 256 * 1024;
        const int Most = Window + (2 * 16 * 1024) + (4 * 65_537);
        await using DeafWorld world = await DeafWorld.StartAsync(shards, poller);

        // once the caller breaks it off, and once the target reads in the end
        foreach (bool isBroken in new[] { true, false })
        {
            (RelayStatus status, PeerStream stream) = await world.ConnectAsync();
            await using PeerStream circuit = stream;
            Assert.Equal(RelayStatus.Ok, status);
            Task writing = WriteAllAsync(circuit, new byte[Sent]);
            await Nodes.UntilAsync(() => world.Relay.HeldBytes > Window / 2, "the relay keeps what the target does not take");
            for (int i = 0; i < 50; i++)
            {
                await PingAsync(world.Caller, world.Relay.PeerId);
                await PingAsync(world.Target, world.Relay.PeerId);

                // what goes from one shard to the other may be counted by both for a moment
                await Nodes.UntilAsync(() => world.Relay.KeptBytes is >= Window / 2 and <= Most, "no more than a window is kept");
            }

            Assert.False(writing.IsCompleted);
            if (isBroken)
            {
                circuit.Abort();
                await Assert.ThrowsAsync<Libp2pException>(() => writing.WaitAsync(Nodes.Patience, Cancellation));
            }
            else
            {
                world.Read.SetResult();
                await writing.WaitAsync(Nodes.Patience, Cancellation);
                Assert.Equal(Sent, await world.Received.Task.WaitAsync(Nodes.Patience, Cancellation));
            }

            await Nodes.UntilAsync(() => world.Relay.HeldBytes == 0 && world.Service.Circuits == 0, "nothing is kept");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Over_the_budget_of_its_memory_a_relay_takes_no_more_circuits(int shards)
    {
        await using DeafWorld world = await DeafWorld.StartAsync(shards, PollerKind.Best);
        MemoryBudget budget = world.Relay.ConnectionsTo(world.Target.PeerId)[0].Own.Shard.Budget;
        long over = budget.Bytes + 1;
        RelayStatus status = await ConnectUntilAsync(RelayStatus.ResourceLimitExceeded, () => budget.Add(over), () => budget.Add(-over));
        Assert.Equal(RelayStatus.ResourceLimitExceeded, status);
        Assert.Equal(0, world.Service.Circuits);
        Assert.Equal(RelayStatus.Ok, await ConnectUntilAsync(RelayStatus.Ok, () => { }, () => { }));

        // over the budget whoever keeps a byte just then is closed, and hears of it later
        async Task<RelayStatus> ConnectUntilAsync(RelayStatus wanted, Action before, Action after)
        {
            RelayStatus last = RelayStatus.NoReservation;
            for (int i = 0; i < 50 && last != wanted; i++)
            {
                bool isBefore = false;
                try
                {
                    await world.ConnectAgainAsync();
                    before();
                    isBefore = true;
                    (last, PeerStream stream) = await world.ConnectAsync();
                    await stream.DisposeAsync();
                }
                catch (Libp2pException)
                {
                    // once more
                }
                finally
                {
                    if (isBefore)
                    {
                        after();
                    }
                }
            }

            return last;
        }
    }

    [Fact]
    public async Task A_reservation_comes_back_when_the_relay_has_restarted()
    {
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Identity = identity);
        RelayService service = RelayService.Start(relay, new RelayServiceOptions());
        await using Libp2pNode target = await Nodes.StartAsync(1, PollerKind.Best);
        await using RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0],
            new RelayReservationOptions { Retry = TimeSpan.FromMilliseconds(20), MaxRetry = TimeSpan.FromMilliseconds(100) });
        await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Contains(target.AnnouncedAddresses, one => one.Has(MultiaddrProtocol.P2pCircuit));
        Multiaddr address = relay.ListenAddresses[0].WithoutPeerId();
        await service.DisposeAsync();
        await relay.DisposeAsync();
        await Nodes.UntilAsync(() => place.Address == null, "it is lost");
        Assert.DoesNotContain(target.AnnouncedAddresses, one => one.Has(MultiaddrProtocol.P2pCircuit));

        // the same key, at the same port
        await using Libp2pNode again = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.Identity = identity;
            options.ListenAddresses.Add(address.ToString());
        });
        await using RelayService next = RelayService.Start(again, new RelayServiceOptions());
        Multiaddr reached = await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Equal(1, next.Reservations);
        Assert.Contains(target.AnnouncedAddresses, one => one.Has(MultiaddrProtocol.P2pCircuit));
        await using Libp2pNode caller = await Nodes.StartAsync(1, PollerKind.Best);
        Assert.Equal(target.PeerId, await caller.DialAsync(reached, Cancellation).WaitAsync(Nodes.Patience, Cancellation));
    }

    [Fact]
    public async Task A_reservation_is_refreshed_when_half_of_its_time_is_over()
    {
        LookTime time = new();
        await using Libp2pNode relay = await Nodes.ListenAsync(1, PollerKind.Best, options => options.Time = time);
        RelayServiceOptions twentySeconds = new() { ReservationTime = TimeSpan.FromSeconds(20) };
        await using RelayService service = RelayService.Start(relay, twentySeconds);
        await using Libp2pNode target = await Nodes.StartAsync(1, PollerKind.Best, options => options.Time = time);
        DateTimeOffset begun = time.GetUtcNow();
        await using RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0]);
        await Nodes.UntilAsync(() => time.Looks > 0, "there is one, and its keeper waits");
        Assert.Equal(begun.AddSeconds(20), service.ListReservations(1)[0].Expires);
        await PassUntilAsync(TimeSpan.FromSeconds(8.75));
        Assert.Equal(begun.AddSeconds(20), service.ListReservations(1)[0].Expires);
        await PassUntilAsync(TimeSpan.FromSeconds(10.25));
        Assert.InRange(service.ListReservations(1)[0].Expires, begun.AddSeconds(29), begun.AddSeconds(30.25));
        Assert.Equal(1, service.Reservations);

        // and again, so that it outlives its time
        await PassUntilAsync(TimeSpan.FromSeconds(25));
        Assert.Equal(1, service.Reservations);
        Assert.NotNull(place.Address);

        async Task PassUntilAsync(TimeSpan end)
        {
            while (time.GetUtcNow() < begun + end)
            {
                int before = time.Looks;
                time.Advance(RelayReservation.Look);
                await Nodes.UntilAsync(() => time.Looks > before, "its keeper has looked");
            }
        }
    }

    [Fact]
    public async Task A_reservation_that_is_over_brings_nobody_and_leaves_its_place_to_another_of_its_host()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using DeafWorld world = await DeafWorld.StartAsync(1, PollerKind.Best, time, new RelayServiceOptions
            { MaxReservationsPerHost = 1, ReservationTime = TimeSpan.FromMinutes(10) });
        Assert.Equal(RelayStatus.ReservationRefused, (await ReserveAsync(world.Caller, world.Relay)).Status);
        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        (RelayStatus status, PeerStream circuit) = await world.ConnectAsync();
        await circuit.DisposeAsync();
        Assert.Equal(RelayStatus.Ok, status);
        Assert.Equal(RelayStatus.ReservationRefused, (await ReserveAsync(world.Caller, world.Relay)).Status);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, world.Service.Reservations);
        (status, circuit) = await world.ConnectAsync();
        await circuit.DisposeAsync();
        Assert.Equal(RelayStatus.NoReservation, status);
        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(world.Caller, world.Relay)).Status);
        Assert.Equal(1, world.Service.Reservations);
        Assert.Equal(RelayStatus.ReservationRefused, (await ReserveAsync(world.Target, world.Relay)).Status);
    }

    [Fact]
    public async Task A_service_that_has_ended_reserves_nothing_and_another_one_may_take_its_place()
    {
        await using World world = await World.StartAsync(2, PollerKind.Best);
        await world.Caller.DialAsync(world.Address, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
        Assert.Throws<InvalidOperationException>(() => RelayService.Start(world.Relay, new RelayServiceOptions()));
        await world.Service.DisposeAsync();
        await Nodes.UntilAsync(() => !world.Caller.IsConnected(world.Target.PeerId), "circuits end with the service");
        await using RelayService next = RelayService.Start(world.Relay, new RelayServiceOptions());
        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(world.Target, world.Relay)).Status);
    }

    // as soon as there is room for it
    private static async Task PingAsync(Libp2pNode node, PeerId peer)
    {
        using CancellationTokenSource late = new(Nodes.Patience);
        while (true)
        {
            try
            {
                await node.PingAsync(peer, Cancellation).WaitAsync(Nodes.Patience, Cancellation);
                return;
            }
            catch (Libp2pException e) when (!late.IsCancellationRequested
                && e.Message.Contains("no ping could be sent", StringComparison.Ordinal))
            {
                await Task.Delay(5, Cancellation);
            }
        }
    }

    private static async Task WriteAllAsync(PeerStream stream, byte[] bytes)
    {
        await stream.WriteAsync(bytes, Cancellation);
        stream.CompleteWrites();
    }

    private static async Task<(RelayStatus Status, byte[] Answer)> ReserveAsync(Libp2pNode node, Libp2pNode relay)
    {
        await using PeerStream stream = await node.OpenStreamAsync(relay.PeerId, RelayMessage.HopId, Cancellation);
        await stream.WriteAsync(new byte[] { 2, 8, 0 }, Cancellation);
        return await ReadAsync(stream);
    }

    private static async Task<(RelayStatus Status, byte[] Answer)> ReadAsync(PeerStream stream)
    {
        byte[] answer = (await new MessageStream(stream, Nodes.Patience).ReadMessageAsync(4096, Cancellation))!;
        return ((RelayStatus)Number(Fields(answer)[5]), answer);
    }

    // the last value of each field: of a number its varint, of bytes those
    private static Dictionary<int, byte[]> Fields(byte[] message)
    {
        Dictionary<int, byte[]> fields = [];
        int at = 0;
        while (at < message.Length)
        {
            at += Varint.Read(message, at, message.Length - at, out ulong tag);
            int start = at;
            at += Varint.Read(message, at, message.Length - at, out ulong value);
            if ((tag & 7) == 2)
            {
                fields[(int)(tag >> 3)] = message[at..(at + (int)value)];
                at += (int)value;
            }
            else
            {
                fields[(int)(tag >> 3)] = message[start..at];
            }
        }

        return fields;
    }

    private static ulong Number(byte[] varint)
    {
        Varint.Read(varint, 0, varint.Length, out ulong value);
        return value;
    }

    // counts how often a reservation's keeper has begun to wait for its next look
    private sealed class LookTime() : FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()))
    {
        private int _looks;

        public int Looks => Volatile.Read(ref _looks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            ITimer timer = base.CreateTimer(callback, state, dueTime, period);
            if (dueTime == RelayReservation.Look)
            {
                Interlocked.Increment(ref _looks);
            }

            return timer;
        }
    }

    // a relay, a node with a reservation that agrees to each circuit and reads nothing of it until it may, and a caller; the two ends of
    // a circuit are streams of the test's own
    private sealed class DeafWorld : IAsyncDisposable
    {
        public required Libp2pNode Relay { get; init; }

        public required RelayService Service { get; init; }

        public required Libp2pNode Target { get; init; }

        public required Libp2pNode Caller { get; init; }

        public TaskCompletionSource Read { get; } = new();

        public TaskCompletionSource<long> Received { get; } = new();

        public static async Task<DeafWorld> StartAsync(int shards, PollerKind poller, TimeProvider? time = null,
            RelayServiceOptions? options = null)
        {
            Libp2pNode relay = await Nodes.ListenAsync(shards, poller, one => one.Time = time ?? one.Time);
            DeafWorld world = new()
            {
                Relay = relay,
                Service = RelayService.Start(relay, options ?? World.NoLimits),
                Target = await Nodes.StartAsync(1, poller),
                Caller = await Nodes.StartAsync(1, poller),
            };
            world.Target.Handle(RelayMessage.StopId, world.AgreeAsync);
            await world.ConnectAgainAsync();
            return world;
        }

        /// <summary>Connects whoever is not connected to the relay, at both ends.</summary>
        public async Task ConnectAgainAsync()
        {
            foreach (Libp2pNode node in (Libp2pNode[])[Target, Caller])
            {
                await Nodes.UntilAsync(() => node.IsConnected(Relay.PeerId) == Relay.IsConnected(node.PeerId), "both ends know");
                if (!node.IsConnected(Relay.PeerId))
                {
                    await node.DialAsync(Relay);
                    if (node == Target)
                    {
                        Assert.Equal(RelayStatus.Ok, (await ReserveAsync(Target, Relay)).Status);
                    }
                }
            }
        }

        public async Task<(RelayStatus Status, PeerStream Stream)> ConnectAsync()
        {
            PeerStream stream = await Caller.OpenStreamAsync(Relay.PeerId, RelayMessage.HopId, Cancellation);
            byte[] peer = new ProtobufMessage().Bytes(1, Target.PeerId.ToBytes()).ToArray();
            await stream.WriteAsync(new ProtobufMessage().Varint(1, RelayMessage.HopConnect).Bytes(2, peer).ToDelimitedArray(),
                Cancellation);
            return ((await ReadAsync(stream)).Status, stream);
        }

        public async ValueTask DisposeAsync()
        {
            await Caller.DisposeAsync();
            await Target.DisposeAsync();
            await Service.DisposeAsync();
            await Relay.DisposeAsync();
        }

        private async Task AgreeAsync(PeerStream stream, CancellationToken cancellation)
        {
            Assert.NotNull(await new MessageStream(stream, Nodes.Patience).ReadMessageAsync(4096, cancellation));
            await stream.WriteAsync(new ProtobufMessage().Varint(1, RelayMessage.StopStatus).Varint(4, (ulong)RelayStatus.Ok)
                .ToDelimitedArray(), cancellation);
            await Read.Task.WaitAsync(cancellation);
            long count = 0;
            byte[] buffer = new byte[64 * 1024];
            for (int read = 1; read > 0; count += read)
            {
                read = await stream.ReadAsync(buffer, cancellation);
            }

            stream.CompleteWrites();
            Received.SetResult(count);
        }
    }

    private sealed class Admission : IRelayAdmission
    {
        public RelayClass Class { get; set; }

        public List<PeerId> Asked { get; } = [];

        public RelayClass Admit(PeerId peer, Multiaddr? address)
        {
            Asked.Add(peer);
            return Class;
        }
    }

    // a relay, a node with a reservation at it, and one that dials it
    private sealed class World : IAsyncDisposable
    {
        public static RelayServiceOptions NoLimits => new() { CircuitBytes = 0, CircuitTime = default };

        public required Libp2pNode Relay { get; init; }

        public required RelayService Service { get; init; }

        public required Libp2pNode Target { get; init; }

        public required RelayReservation Place { get; init; }

        public required Libp2pNode Caller { get; init; }

        public required Multiaddr Address { get; init; }

        public static async Task<World> StartAsync(int shards, PollerKind poller, RelayServiceOptions? options = null, bool limited = false,
            bool? targetLimited = null)
        {
            Libp2pNode relay = await Nodes.ListenAsync(shards, poller);
            RelayService service = RelayService.Start(relay, options ?? new RelayServiceOptions());
            Libp2pNode target = await Nodes.StartAsync(shards, poller, one => one.UsesLimitedConnections = targetLimited ?? limited);
            target.Handle(Echo, Nodes.EchoAsync);
            RelayReservation place = RelayReservation.Start(target, relay.ListenAddresses[0]);
            Multiaddr address = await place.WaitAsync(Cancellation).WaitAsync(Nodes.Patience, Cancellation);
            Libp2pNode caller = await Nodes.StartAsync(shards, poller, one => one.UsesLimitedConnections = limited);
            return new World { Relay = relay, Service = service, Target = target, Place = place, Caller = caller, Address = address };
        }

        public async ValueTask DisposeAsync()
        {
            await Caller.DisposeAsync();
            await Place.DisposeAsync();
            await Target.DisposeAsync();
            await Service.DisposeAsync();
            await Relay.DisposeAsync();
        }
    }
}
