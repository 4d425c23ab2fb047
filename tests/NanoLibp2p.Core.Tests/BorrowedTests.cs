using System;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Tests.Yamux;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Connections that have buffers while they hold bytes, and streams as they are opened.</summary>
[Collection(nameof(Alone))]
public class BorrowedTests
{
    private readonly Simulation _simulation = new(55);

    [Fact]
    public void An_idle_connection_of_a_desktop_takes_2_KiB_at_most_among_5000()
    {
        const int Count = 5000;
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = Count;
        long before = GC.GetTotalMemory(true);
        CheapCrypto crypto = new CheapCrypto();
        Node one = new Node(options, Identity.Create(crypto, new SeededRandom(1)), crypto, new SeededRandom(2));
        Node other = new Node(options, Identity.Create(crypto, new SeededRandom(3)), crypto, new SeededRandom(4));
        for (int i = 0; i < Count; i++)
        {
            QueueLink link = new QueueLink();
            Connection dialed = one.Connect(link, other.Identity.PeerId, true);
            Connection adopted = other.Adopt(link.Other);
            Exchange(dialed, adopted);

            // what each of them has open all the time
            Assert.True(one.Ping.Send(dialed));
            Assert.True(other.Ping.Send(adopted));
            Exchange(dialed, adopted);
            Assert.Equal((2, 2), (dialed.OpenStreams, adopted.OpenStreams));
        }

        Assert.Equal((0, 0), (one.Buffers.RentedBytes, other.Buffers.RentedBytes));
        long each = (GC.GetTotalMemory(true) - before) / (2 * Count);
        GC.KeepAlive(one);
        GC.KeepAlive(other);
        TestContext.Current.SendDiagnosticMessage($"{each} bytes each, its link included");
        Assert.InRange(each, 1000, 2 * 1024);
    }

    [Fact]
    public void A_connection_that_has_had_no_peer_yet_takes_512_bytes_at_most()
    {
        const int Count = 5000;
        CheapCrypto crypto = new CheapCrypto();
        Identity identity = Identity.Create(crypto, new SeededRandom(1));
        _ = new Node(NodeOptions.Desktop(), identity, crypto, new SeededRandom(2));
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = Count;
        long before = GC.GetTotalMemory(true);
        Node node = new Node(options, identity, crypto, new SeededRandom(2));
        long each = (GC.GetTotalMemory(true) - before) / Count;
        GC.KeepAlive(node);
        TestContext.Current.SendDiagnosticMessage($"{each} bytes each");
        Assert.InRange(each, 200, 512);
    }

    [Fact]
    public void Streams_that_have_ended_are_let_go_of_after_a_while_and_those_between_them_go_on()
    {
        const int Count = 40;
        EchoProtocol echo = new EchoProtocol();
        EchoProtocol served = new EchoProtocol();
        NodeOptions options = new NodeOptions
        {
            BufferBytes = 1 << 20,
            MaxStreams = 100,
            RecordBytes = 65_535,
            LargeRecordBytes = 0,
            KeepAliveMs = 0,
        };
        TestNode listener = Listening(options, out Multiaddr address, true);
        listener.Node.Add(served);
        TestNode dialer = _simulation.Add(options);
        dialer.Node.Add(echo);
        dialer.Dial(address);
        Assert.True(_simulation.Run(() => dialer.Connected == 1 && listener.Connected == 1, 1000));
        Connection connection = dialer.LastConnected;
        Libp2pStream kept = null!;
        WeakReference[] ended = OpenAndEnd();

        _simulation.Run(4_000);
        Assert.Contains(ended, one => IsAlive(one));
        _simulation.Run(6_000);
        Assert.DoesNotContain(ended, one => IsAlive(one));
        Assert.Equal((1, 1), (connection.OpenStreams, listener.LastConnected.OpenStreams));
        Assert.Equal(10, EchoProtocol.Send(kept, 10, 10));
        Assert.True(_simulation.Run(() => echo.Returned == (10 * (Count + 1)) + 10, 1000));
        Assert.NotNull(echo.Open(connection));
        kept.CloseWrite();
        Assert.True(_simulation.Run(() => served.Closed == Count + 1, 1000));
        Assert.Equal((0, 0, 0), (echo.Wrong, echo.Resets, served.Resets));

        // not in the test's own frame, which keeps what it has seen
        WeakReference[] OpenAndEnd()
        {
            Libp2pStream[] streams = [.. Enumerable.Range(0, Count + 1).Select(_ => echo.Open(connection)!)];
            int[] sent = new int[streams.Length];
            Assert.True(_simulation.Run(
                () =>
                {
                    for (int i = 0; i < sent.Length; i++)
                    {
                        sent[i] += EchoProtocol.Send(streams[i], sent[i], 10 - sent[i]);
                    }

                    return sent.All(bytes => bytes == 10);
                },
                1000));
            kept = streams[Count / 2];
            Libp2pStream[] others = [.. streams.Where(one => one != kept)];
            Array.ForEach(others, one => one.CloseWrite());
            Assert.True(_simulation.Run(() => echo.Closed == Count && served.Closed == Count, 1000));
            return [.. others.Select(one => new WeakReference(one))];
        }

        static bool IsAlive(WeakReference one)
        {
            GC.Collect();
            return one.IsAlive;
        }
    }

    [Fact]
    public void A_part_of_a_record_takes_no_more_than_four_times_its_size_and_nothing_once_it_is_whole()
    {
        NodeOptions options = new NodeOptions { RecordBytes = 65_535, LargeRecordBytes = 0, BufferBytes = 1 << 20 };
        TestNode node = Listening(options, out Multiaddr address, true);
        RawPeer peer = new RawPeer(_simulation).Dial(address).Handshake();
        _simulation.Run(10);
        Assert.Equal(0, node.Node.Buffers.RentedBytes);
        Frame ping = new Frame(Frame.Ping, Frame.Syn, 0, 7);
        byte[] sealedPing = peer.Seal([.. Enumerable.Repeat(ping, 300).SelectMany(frame => frame.ToBytes())]);
        byte[] record = [(byte)(sealedPing.Length >> 8), (byte)sealedPing.Length, .. sealedPing];

        peer.Write(record[..2]);
        _simulation.Run(10);
        Assert.Equal(1024, node.LastConnected.RentedBytes);
        peer.Write(record[2..2000]);
        _simulation.Run(10);
        Assert.Equal(4096, node.LastConnected.RentedBytes);
        peer.Write(record[2000..]);
        Assert.Equal(7u, peer.Receive().Length);
        Assert.Equal(0, node.Node.Buffers.RentedBytes);
    }

    [Fact]
    public void A_record_that_comes_byte_by_byte_has_its_time_from_its_first_byte_on_and_whole_ones_have_none()
    {
        NodeOptions options = new NodeOptions
        {
            RecordBytes = 65_535,
            LargeRecordBytes = 0,
            BufferBytes = 1 << 20,
            RecordTimeoutMs = 3000,
            MaxConnections = 2,
            KeepAliveMs = 0,
        };
        TestNode node = Listening(options, out Multiaddr address, true);
        RawPeer honest = new RawPeer(_simulation).Dial(address).Handshake();
        RawPeer dribbling = new RawPeer(_simulation).Dial(address).Handshake();
        _simulation.Run(10);
        Connection connection = node.LastConnected;
        byte[] sealedPing = honest.Seal(new Frame(Frame.Ping, Frame.Syn, 0, 7).ToBytes());
        byte[] half = [.. new byte[] { 0, (byte)sealedPing.Length }, .. sealedPing];
        for (int i = 0; i < 30 && node.Closed == 0; i++)
        {
            dribbling.Write(i == 0 ? [0xFF] : i == 1 ? [0xFF] : [(byte)i]);
            honest.Write(half[..20]);
            _simulation.Run(250);
            honest.Write(half[20..]);
            Assert.Equal(7u, honest.Receive().Length);
            sealedPing = honest.Seal(new Frame(Frame.Ping, Frame.Syn, 0, 7).ToBytes());
            half = [.. new byte[] { 0, (byte)sealedPing.Length }, .. sealedPing];
        }

        Assert.Equal((1, CloseReason.RecordTimeout, 65_535), (node.Closed, connection.CloseReason, connection.CloseDetail));
        Assert.InRange(node.Node.NowMs, 2999, 5000);
        Assert.Equal(0, node.Node.Buffers.RentedBytes);
    }

    [Fact]
    public void Peers_that_read_nothing_keep_what_they_provoke_within_the_budget_and_hold_up_nobody()
    {
        const int Slow = 10;
        const int Budget = 200_000;
        _simulation.Network.Capacity = 8192;
        NodeOptions options = new NodeOptions
        {
            MaxConnections = Slow + 1,
            MaxHandshakes = 4,
            RecordBytes = 65_535,
            LargeRecordBytes = 0,
            SendBytes = 131_074,
            BufferBytes = Budget,
        };
        TestNode node = Listening(options, out Multiaddr address);
        EchoProtocol echo = new EchoProtocol();
        node.Node.Add(echo);
        TestNode good = Echoing(address, out EchoProtocol goodEcho);
        EchoProtocol[] echoes = new EchoProtocol[Slow];
        TestNode[] slow = new TestNode[Slow];
        Libp2pStream[] streams = new Libp2pStream[Slow];
        for (int i = 0; i < Slow; i++)
        {
            slow[i] = Echoing(address, out echoes[i]);
            streams[i] = echoes[i].Open(slow[i].LastConnected)!;
        }

        Assert.True(_simulation.Run(() => streams.All(stream => stream.IsAgreed), 1000));
        foreach (TestNode one in slow)
        {
            // it sends on and reads nothing
            ((MemoryLink)one.LastConnected.Link).IsDeaf = true;
        }

        int round = 0;
        long most = 0;
        Libp2pStream fast = goodEcho.Open(good.LastConnected)!;
        Assert.True(_simulation.Run(
            () =>
            {
                foreach (Libp2pStream stream in streams)
                {
                    EchoProtocol.Send(stream, 0, 2000);
                }

                most = Math.Max(most, node.Node.Buffers.RentedBytes);
                EchoProtocol.Send(fast, 0, 251);
                return ++round > 500;
            },
            1_000_000));
        // one may have grown its buffer just before the budget was reached
        Assert.InRange(most, Budget / 2, Budget + options.SendBytes + ((Slow + 1) * BufferPool.LeastBytes));
        Assert.True(goodEcho.Returned > 20_000, $"{goodEcho.Returned} bytes came back");
    }

    [Fact]
    public void What_a_connection_had_rented_is_given_back_at_its_end()
    {
        NodeOptions options = new NodeOptions { LargeRecordBytes = 0, BufferBytes = 1 << 20, MaxStreams = 100 };
        TestNode node = Listening(options, out Multiaddr address, true);
        RawPeer peer = new RawPeer(_simulation).Dial(address).Handshake();
        for (uint id = 1; id < 120; id += 2)
        {
            peer.Send(new Frame(Frame.Data, Frame.Syn, id, 0));
        }

        peer.Write(0, 200, 1);
        _simulation.Run(10);
        Assert.True(node.LastConnected.RentedBytes > 0);
        Assert.Equal(60, node.LastConnected.OpenStreams);
        ((MemoryLink)node.LastConnected.Link).Break();

        Assert.True(_simulation.Run(() => node.Closed == 1, 100));
        Assert.Equal(0, node.Node.Buffers.RentedBytes);

        // and the next peer finds all of it as new
        Connection next = node.LastConnected;
        TestNode honest = Echoing(address, out EchoProtocol echo, true);
        node.Node.Add(new EchoProtocol());
        Assert.Equal(0, next.OpenStreams);
        for (int i = 0; i < 8; i++)
        {
            EchoProtocol.Send(echo.Open(honest.LastConnected)!, 0, 100);
        }

        Assert.True(_simulation.Run(() => echo.Returned == 800, 1000));
    }

    [Fact]
    public void Streams_are_made_as_they_are_opened_up_to_their_limit()
    {
        TestNode node = Listening(new NodeOptions { LargeRecordBytes = 0, BufferBytes = 1 << 20, MaxStreams = 21 }, out Multiaddr address);
        NodeOptions options = new NodeOptions { LargeRecordBytes = 0, BufferBytes = 1 << 20, MaxStreams = 30, SendBytes = 16_384 };
        TestNode dialer = _simulation.Add(options, new CheapCrypto());
        EchoProtocol echo = new EchoProtocol();
        dialer.Node.Add(echo);
        node.Node.Add(new EchoProtocol());
        dialer.Dial(address);
        Assert.True(_simulation.Run(() => dialer.Connected == 1 && node.Connected == 1, 1000));

        Libp2pStream[] streams = Enumerable.Range(0, 30).Select(_ => echo.Open(dialer.LastConnected)!).ToArray();
        Assert.DoesNotContain(null, streams);
        Assert.Null(echo.Open(dialer.LastConnected));
        foreach (Libp2pStream stream in streams)
        {
            EchoProtocol.Send(stream, 0, 20);
        }

        Assert.True(_simulation.Run(() => echo.Returned == 21 * 20 && echo.Resets == 9, 1000));
        Assert.Equal(21, node.LastConnected.OpenStreams);
    }

    [Fact]
    public void Borrowed_buffers_and_a_large_one_are_refused_together() =>
        Assert.Contains(
            "LargeRecordBytes = 0",
            Assert.Throws<ArgumentException>(new NodeOptions { BufferBytes = 1 }.Check).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_pool_counts_what_is_rented_and_gives_the_same_buffer_again()
    {
        BufferPool pool = new BufferPool(5000);
        byte[] buffer = pool.Rent(4000);
        Assert.Equal((4000, false), (pool.RentedBytes, pool.IsShort));
        byte[] other = pool.Rent(1000);
        Assert.True(pool.IsShort);
        pool.Return(buffer);
        Assert.False(pool.IsShort);
        Assert.Same(buffer, pool.Rent(4000));
        Assert.NotSame(other, pool.Rent(1000));
    }

    private TestNode Listening(NodeOptions options, out Multiaddr address, bool isReal = false)
    {
        TestNode node = isReal ? _simulation.Add(options) : _simulation.Add(options, new CheapCrypto());
        address = node.Listen();
        return node;
    }

    private TestNode Echoing(Multiaddr address, out EchoProtocol echo, bool isReal = false)
    {
        NodeOptions options = new NodeOptions { KeepAliveMs = 0, RecordBytes = 65_535, LargeRecordBytes = 0, SendBytes = 2048 };
        TestNode node = isReal ? _simulation.Add(options) : _simulation.Add(options, new CheapCrypto());
        echo = new EchoProtocol();
        node.Node.Add(echo);
        node.Dial(address);
        Assert.True(_simulation.Run(() => node.Connected == 1, 1000));
        return node;
    }

    private static void Exchange(Connection one, Connection other)
    {
        while (one.Step() | one.Flush() | other.Step() | other.Flush())
        {
        }
    }
}
