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

    private readonly Simulation simulation = new(11);
    private readonly TestNode listener;
    private readonly TestNode dialer;
    private readonly EchoProtocol echo = new();
    private readonly Multiaddr[] addresses;
    private readonly Pongs pongs = new();
    private readonly Identified identified = new();

    // made once, since a lambda that captures is an object
    private readonly Condition connected;
    private readonly Condition echoed;
    private readonly Condition ponged;
    private readonly Condition known;
    private readonly Condition closed;
    private Connection connection = null!;
    private Libp2pStream stream = null!;
    private long wanted;
    private int times;

    public AllocationTests()
    {
        listener = simulation.Add(new NodeOptions(), new ManagedCrypto());
        dialer = simulation.Add(new NodeOptions(), new ManagedCrypto());
        listener.Node.Add(new EchoProtocol());
        dialer.Node.Add(echo);
        dialer.Node.Ping.Events = pongs;
        dialer.Node.Identify.Events = identified;
        addresses = [listener.Listen()];
        connected = () => dialer.Connected == times && listener.Connected == times;
        echoed = () => echo.Returned == wanted;
        ponged = () => pongs.Count == wanted;
        known = () => identified.Count == times;
        closed = () => !dialer.InUse && !listener.InUse;
    }

    [Fact]
    public void Ten_thousand_messages_there_and_back_allocate_nothing()
    {
        Connect();
        stream = echo.Open(connection)!;
        RunMessages(200);

        Assert.Equal(0, Allocated(() => RunMessages(Messages)));
        Assert.Equal(0, echo.Wrong);
        Assert.Equal((Messages + 200) * 100, echo.Returned);
    }

    [Fact]
    public void Ten_thousand_pings_allocate_nothing()
    {
        Connect();
        RunPings(200);

        Assert.Equal(0, Allocated(() => RunPings(Messages)));
        Assert.Equal(Messages + 200, pongs.Count);
    }

    [Fact]
    public void Messages_that_are_cut_and_delayed_allocate_nothing()
    {
        Connect();
        stream = echo.Open(connection)!;
        simulation.Network.MaxDelayMs = 30;
        simulation.Network.MaxPiece = 60;
        RunMessages(200);

        Assert.Equal(0, Allocated(() => RunMessages(2000)));
        Assert.Equal(0, echo.Wrong);
    }

    [Fact]
    public void Two_hundred_connections_with_handshake_identify_and_ping_allocate_nothing()
    {
        RunConnections(20);

        Assert.Equal(0, Allocated(() => RunConnections(200)));
        Assert.Equal(220, identified.Count);
        Assert.Equal(220, pongs.Count);
    }

    [Fact]
    public void A_hundred_streams_one_after_the_other_allocate_nothing()
    {
        Connect();
        RunStreams(10);

        Assert.Equal(0, Allocated(() => RunStreams(100)));
        Assert.Equal(110, echo.Closed);
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
        times++;
        connection = dialer.Node.Dial(addresses);
        Must(simulation.Run(connected, 1000));
    }

    private void RunMessages(int count)
    {
        for (int i = 0; i < count; i++)
        {
            long sent = wanted;
            wanted += 100;
            while (sent < wanted)
            {
                sent += EchoProtocol.Send(stream, sent, (int)(wanted - sent));
                simulation.Step();
            }
            Must(simulation.Run(echoed, 10_000));
        }
    }

    private void RunPings(int count)
    {
        for (int i = 0; i < count; i++)
        {
            wanted++;
            Must(dialer.Node.Ping.Send(connection));
            Must(simulation.Run(ponged, 1000));
        }
    }

    private void RunConnections(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Connect();
            Must(dialer.Node.Identify.Ask(connection));
            Must(simulation.Run(known, 1000));
            RunPings(1);
            connection.Close();
            Must(simulation.Run(closed, 1000));
        }
    }

    private void RunStreams(int count)
    {
        for (int i = 0; i < count; i++)
        {
            stream = echo.Open(connection)!;
            wanted += EchoProtocol.Send(stream, 0, 100);
            Must(simulation.Run(echoed, 1000));
            stream.CloseWrite();
            simulation.Run(10);
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
