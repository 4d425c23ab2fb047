using System;
using System.Diagnostics;
using System.Linq;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

/// <summary>Connections with hundreds of open streams, and nodes with many protocols.</summary>
[Collection(nameof(Alone))]
public class ManyStreamsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(300, 20)]
    public void Hundreds_of_streams_echo_side_by_side_and_end(int maxPiece, int maxDelay)
    {
        const int Count = 200;
        const int Bytes = 400;
        Simulation simulation = new Simulation(77);
        simulation.Network.MaxPiece = maxPiece;
        simulation.Network.MaxDelayMs = maxDelay;
        (TestNode listener, TestNode dialer) = Connect(simulation, Count, out EchoProtocol echo, out EchoProtocol served);
        Libp2pStream[] streams = new Libp2pStream[Count];
        long[] sent = new long[Count];

        Assert.True(simulation.Run(
            () =>
            {
                for (int i = 0; i < Count; i++)
                {
                    streams[i] ??= echo.Open(dialer.LastConnected)!;
                    if (sent[i] < Bytes)
                    {
                        sent[i] += EchoProtocol.Send(streams[i], sent[i], (int)(Bytes - sent[i]));
                        if (sent[i] == Bytes)
                        {
                            streams[i].CloseWrite();
                        }
                    }
                }

                return echo.Closed == Count && served.Closed == Count;
            },
            200_000));
        Assert.Equal((Count * Bytes, 0, 0, 0), ((int)echo.Returned, echo.Wrong, echo.Resets, served.Resets));
        Assert.Equal((0, 0), (listener.LastConnected.OpenStreams, dialer.LastConnected.OpenStreams));
    }

    [Fact]
    public void A_step_costs_no_more_when_two_thousand_idle_streams_are_open()
    {
        double few = MicrosecondsOfAnEcho(2);
        double many = MicrosecondsOfAnEcho(2000);

        Assert.True(many < 3 * few, $"{few:F2} µs with 2 streams open, {many:F2} with 2,000");
    }

    [Fact]
    public void A_node_of_a_desktop_speaks_sixty_protocols()
    {
        Simulation simulation = new Simulation(78);
        TestNode listener = simulation.Add(new NodeOptions { MaxProtocols = 80 });
        TestNode dialer = simulation.Add(new NodeOptions());
        listener.Node.Add(new EchoProtocol());
        int free = ProtocolTable.Capacity - listener.Node.Protocols.Count;
        Assert.Equal(56, free);
        Numbered served = new Numbered(free - 1);
        listener.Node.Add(served);
        Assert.Throws<InvalidOperationException>(() => listener.Node.Add(new Numbered(2)));
        Numbered last = new Numbered(1) { First = free - 2 };
        dialer.Node.Add(last);
        dialer.Dial(listener.Listen());
        Assert.True(simulation.Run(() => dialer.Connected == 1 && listener.Connected == 1, 1000));

        Libp2pStream? stream = dialer.LastConnected.OpenStream(last, last.Index);

        Assert.NotNull(stream);
        Assert.True(simulation.Run(() => stream.IsAgreed && served.Opened == 1, 1000));
        Assert.Throws<InvalidOperationException>(() => Enumerable.Range(0, 20).ToList().ForEach(_ => dialer.Node.Add(new Numbered(0))));
    }

    private static (TestNode Listener, TestNode Dialer) Connect(
        Simulation simulation,
        int streams,
        out EchoProtocol echo,
        out EchoProtocol served)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = 1;
        options.MaxHandshakes = 1;
        options.MaxStreams = streams;
        TestNode listener = simulation.Add(options, new CheapCrypto());
        TestNode dialer = simulation.Add(options, new CheapCrypto());
        echo = new EchoProtocol();
        served = new EchoProtocol();
        dialer.Node.Add(echo);
        listener.Node.Add(served);
        dialer.Dial(listener.Listen());
        Assert.True(simulation.Run(() => dialer.Connected == 1 && listener.Connected == 1, 1000));
        return (listener, dialer);
    }

    // the least of many, as everything else only adds
    private static double MicrosecondsOfAnEcho(int streams)
    {
        Simulation simulation = new Simulation(79);
        (TestNode listener, TestNode dialer) = Connect(simulation, streams + 1, out EchoProtocol echo, out _);
        Connection one = dialer.LastConnected;
        Connection other = listener.LastConnected;
        Libp2pStream last = echo.Open(one)!;
        for (int i = 1; i < streams; i++)
        {
            last = echo.Open(one)!;
            if (i % 100 == 0)
            {
                simulation.Run(10);
            }
        }

        simulation.Run(100);
        Assert.Equal((streams, streams), (one.OpenStreams, other.OpenStreams));
        double least = double.MaxValue;
        for (int batch = 0; batch < 30; batch++)
        {
            long before = Stopwatch.GetTimestamp();
            for (int i = 0; i < 100; i++)
            {
                EchoProtocol.Send(last, 0, 1);
                while (one.Flush() | other.Step() | other.Flush() | one.Step())
                {
                }
            }

            least = Math.Min(least, Stopwatch.GetElapsedTime(before).TotalMicroseconds / 100);
        }

        Assert.Equal(3000, echo.Returned);
        return least;
    }

    private sealed class Numbered(int count) : StreamProtocol
    {
        public int First { get; init; }

        public int Index { get; private set; }

        public int Opened { get; private set; }

        public override void OnOpened(Libp2pStream stream) => Opened++;

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        protected override void Register(Node node)
        {
            for (int i = 0; i < count; i++)
            {
                Index = node.RegisterProtocol($"/numbered/{First + i}", this, true);
            }
        }
    }
}
