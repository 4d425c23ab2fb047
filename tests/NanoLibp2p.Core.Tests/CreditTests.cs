using System;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Credit of one stream, windows that grow, and room that is told.</summary>
public class CreditTests
{
    private readonly Simulation _simulation = new(66);
    private readonly SourceProtocol _source = new();
    private readonly SourceProtocol _sink = new();
    private TestNode? _to;
    private Connection? _connection;

    [Fact]
    public void A_stream_whose_credit_is_kept_stops_after_its_window_and_its_connection_goes_on()
    {
        _sink.KeepsCredit = true;
        Connect(new NodeOptions());
        Libp2pStream stream = Send(10 * YamuxSession.InitialWindow);
        _simulation.Run(1000);

        // less the negotiation
        Assert.Equal(YamuxSession.InitialWindow - 31, _sink.Received);
        PongCounter pongs = new PongCounter();
        Ping(pongs);

        _sink.Incoming!.GiveCredit(200_000);
        _simulation.Run(1000);
        Assert.Equal(YamuxSession.InitialWindow - 31 + 200_000, _sink.Received);
        Assert.True(stream.IsOpen);

        _sink.Incoming.GiveCredit((int)(10 * YamuxSession.InitialWindow));
        Assert.True(_simulation.Run(() => _sink.Received == 10 * YamuxSession.InitialWindow, 1000));
        Assert.True(_source.Rooms > 10);
    }

    [Fact]
    public void Credit_is_not_taken_back()
    {
        Connect(new NodeOptions());
        Send(10);
        Assert.True(_simulation.Run(() => _sink.Received == 10, 1000));

        Assert.Throws<ArgumentOutOfRangeException>(() => _sink.Incoming!.GiveCredit(-1));
    }

    [Fact]
    public void A_window_grows_where_the_way_is_long_and_an_upload_is_five_times_as_fast()
    {
        const int Bytes = 24 * 1024 * 1024;
        _simulation.Network.Capacity = 32 * 1024 * 1024;
        _simulation.Network.DelayMs = 30;
        long still = MillisecondsFor(Bytes, 0);
        long growing = MillisecondsFor(Bytes, 64 * 1024 * 1024);

        // 512 KiB a round trip of 60 ms
        Assert.InRange(still, 2700, 3300);
        Assert.InRange(growing, 100, still / 5);
    }

    [Fact]
    public void Windows_grow_no_further_than_their_budget_which_a_closed_stream_gives_back()
    {
        _simulation.Network.Capacity = 32 * 1024 * 1024;
        _simulation.Network.DelayMs = 30;
        NodeOptions options = Options(1_100_000);
        Connect(options);
        Libp2pStream stream = Send(12 * 1024 * 1024);
        Assert.True(_simulation.Run(() => _sink.Received == 12 * 1024 * 1024, 10_000));
        Assert.InRange(_to!.Node.GrownBytes, 500_000, 1_100_000);

        stream.Reset();
        Assert.True(_simulation.Run(() => !_sink.Incoming!.IsOpen, 1000));
        Assert.Equal(0, _to.Node.GrownBytes);
    }

    [Fact]
    public void A_window_that_is_used_up_slowly_stays_as_it_is()
    {
        _simulation.Network.Capacity = 32 * 1024 * 1024;
        _simulation.Network.DelayMs = 30;
        Connect(Options(64 * 1024 * 1024));
        Libp2pStream stream = Send(1);
        for (int i = 0; i < 40; i++)
        {
            // 100 KB in 60 ms, and so a window in five round trips
            _source.ToSend += 100_000;
            _source.OnRoom(stream);
            _simulation.Run(60);
        }

        Assert.True(_simulation.Run(() => _sink.Received == 4_000_001, 1000));
        Assert.Equal(0, _to!.Node.GrownBytes);
    }

    private static NodeOptions Options(int windowBytes)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = 1;
        options.MaxHandshakes = 1;
        options.WindowBytes = windowBytes;
        return options;
    }

    private long MillisecondsFor(int bytes, int windowBytes)
    {
        Connect(Options(windowBytes), new SourceProtocol(), out SourceProtocol source, out SourceProtocol sink);
        source.ToSend = bytes;
        long begun = _simulation.Network.NowMs;
        Assert.NotNull(source.Open(_connection!));
        Assert.True(_simulation.Run(() => sink.Received == bytes, 100_000));
        return _simulation.Network.NowMs - begun;
    }

    private void Connect(NodeOptions options, SourceProtocol sources, out SourceProtocol source, out SourceProtocol sink)
    {
        source = sources;
        sink = new SourceProtocol();
        Connect(options, source, sink);
    }

    private void Connect(NodeOptions options) => Connect(options, _source, _sink);

    private void Connect(NodeOptions options, SourceProtocol source, SourceProtocol sink)
    {
        TestNode from = _simulation.Add(options);
        _to = _simulation.Add(options);
        from.Node.Add(source);
        _to.Node.Add(sink);
        _connection = from.Dial(_to.Listen());
        Assert.True(_simulation.Run(() => from.Connected == 1 && _to.Connected == 1, 5000));
        _simulation.Run(1000);
    }

    private void Ping(PongCounter pongs)
    {
        Node node = _to!.Node;
        node.Ping.Events = pongs;
        Assert.True(node.Ping.Send(_to.LastConnected));
        Assert.True(_simulation.Run(() => pongs.Pongs == 1, 1000));
    }

    private Libp2pStream Send(long bytes)
    {
        _source.ToSend = bytes;
        return _source.Open(_connection!)!;
    }
}
