using System;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>After warm-up the core takes nothing from the heap: no byte for a message, none for a connection.</summary>
public class AllocationTests
{
    private const int Messages = 10_000;

    private readonly Simulation _simulation = new(11);
    private readonly TestNode _listener;
    private readonly TestNode _dialer;
    private readonly EchoProtocol _echo = new();
    private readonly Multiaddr[] _addresses;
    private readonly Pongs _pongs = new();
    private readonly Identified _identified = new();

    // made once, since a lambda that captures is an object
    private readonly Condition _connected;
    private readonly Condition _echoed;
    private readonly Condition _ponged;
    private readonly Condition _known;
    private readonly Condition _closed;
    private Connection _connection = null!;
    private Libp2pStream _stream = null!;
    private long _wanted;
    private int _times;

    public AllocationTests()
    {
        _listener = _simulation.Add(new NodeOptions(), new ManagedCrypto());
        _dialer = _simulation.Add(new NodeOptions(), new ManagedCrypto());
        _listener.Node.Add(new EchoProtocol());
        _dialer.Node.Add(_echo);
        _dialer.Node.Ping.Events = _pongs;
        _dialer.Node.Identify.Events = _identified;
        _addresses = [_listener.Listen()];
        _connected = () => _dialer.Connected == _times && _listener.Connected == _times;
        _echoed = () => _echo.Returned == _wanted;
        _ponged = () => _pongs.Count == _wanted;
        _known = () => _identified.Count == _times;
        _closed = () => !_dialer.InUse && !_listener.InUse;
    }

    [Fact]
    public void Ten_thousand_messages_there_and_back_allocate_nothing()
    {
        Connect();
        _stream = _echo.Open(_connection)!;
        RunMessages(200);

        Assert.Equal(0, Allocated(() => RunMessages(Messages)));
        Assert.Equal(0, _echo.Wrong);
        Assert.Equal((Messages + 200) * 100, _echo.Returned);
    }

    [Fact]
    public void Ten_thousand_pings_allocate_nothing()
    {
        Connect();
        RunPings(200);

        Assert.Equal(0, Allocated(() => RunPings(Messages)));
        Assert.Equal(Messages + 200, _pongs.Count);
    }

    [Fact]
    public void Messages_that_are_cut_and_delayed_allocate_nothing()
    {
        Connect();
        _stream = _echo.Open(_connection)!;
        _simulation.Network.MaxDelayMs = 30;
        _simulation.Network.MaxPiece = 60;
        RunMessages(200);

        Assert.Equal(0, Allocated(() => RunMessages(2000)));
        Assert.Equal(0, _echo.Wrong);
    }

    [Fact]
    public void Two_hundred_connections_with_handshake_identify_and_ping_allocate_nothing()
    {
        RunConnections(20);

        Assert.Equal(0, Allocated(() => RunConnections(200)));
        Assert.Equal(220, _identified.Count);
        Assert.Equal(220, _pongs.Count);
    }

    [Fact]
    public void A_hundred_streams_one_after_the_other_allocate_nothing()
    {
        Connect();
        RunStreams(10);

        Assert.Equal(0, Allocated(() => RunStreams(100)));
        Assert.Equal(110, _echo.Closed);
    }

    private static long Allocated(Action action)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void Must(bool happened)
    {
        if (!happened)
        {
            throw new InvalidOperationException("the simulation stands still");
        }
    }

    private void Connect()
    {
        _times++;
        _connection = _dialer.Node.Dial(_addresses);
        Must(_simulation.Run(_connected, 1000));
    }

    private void RunMessages(int count)
    {
        for (int i = 0; i < count; i++)
        {
            long sent = _wanted;
            _wanted += 100;
            while (sent < _wanted)
            {
                sent += EchoProtocol.Send(_stream, sent, (int)(_wanted - sent));
                _simulation.Step();
            }
            Must(_simulation.Run(_echoed, 10_000));
        }
    }

    private void RunPings(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _wanted++;
            Must(_dialer.Node.Ping.Send(_connection));
            Must(_simulation.Run(_ponged, 1000));
        }
    }

    private void RunConnections(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Connect();
            Must(_dialer.Node.Identify.Ask(_connection));
            Must(_simulation.Run(_known, 1000));
            RunPings(1);
            _connection.Close();
            Must(_simulation.Run(_closed, 1000));
        }
    }

    private void RunStreams(int count)
    {
        for (int i = 0; i < count; i++)
        {
            _stream = _echo.Open(_connection)!;
            _wanted += EchoProtocol.Send(_stream, 0, 100);
            Must(_simulation.Run(_echoed, 1000));
            _stream.CloseWrite();
            _simulation.Run(10);
        }
    }

    private sealed class Pongs : PingEvents
    {
        public long Count { get; private set; }

        public override void OnPong(Connection connection) => Count++;

        public override void OnPingFailed(Connection connection) => throw new InvalidOperationException();
    }

    private sealed class Identified : IdentifyEvents
    {
        public int Count { get; private set; }

        public override void OnField(Connection connection, int field, byte[] buffer, int offset, int count, bool last)
        {
        }

        public override void OnEnd(Connection connection, bool complete) => Count += complete ? 1 : 0;
    }
}
