using System;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

[Collection(nameof(Alone))]
public class CycleTests
{
    private const int Cycles = 10_000;

    [Fact]
    public void Ten_thousand_connections_one_after_the_other_leak_nothing()
    {
        Simulation simulation = new(12);
        TestNode listener = simulation.Add(new NodeOptions(), new CheapCrypto());
        TestNode dialer = simulation.Add(new NodeOptions(), new CheapCrypto());
        PongCounter pongs = new();
        dialer.Node.Ping.Events = pongs;
        Multiaddr[] addresses = [listener.Listen()];
        Connection? connection = null;
        int pings = 0;
        Condition open = () => connection!.IsOpen;
        Condition ponged = () => pongs.Pongs == pings;
        Condition closed = () => !dialer.InUse && !listener.InUse;
        long warm = 0;

        for (int i = 0; i < Cycles; i++)
        {
            if (i == 100)
            {
                warm = GC.GetTotalMemory(true);
            }
            connection = dialer.Node.Dial(addresses);
            Assert.Same(dialer.Node.Connections[0], connection);
            Assert.True(simulation.Run(open, 1000));
            pings++;
            Assert.True(dialer.Node.Ping.Send(connection));
            Assert.True(simulation.Run(ponged, 1000));

            // every way out in turn
            switch (i % 4)
            {
                case 0:
                    connection.Close();
                    break;
                case 1:
                    listener.LastConnected.Close();
                    break;
                case 2:
                    dialer.Transport.LastDialed.Break();
                    break;
                default:
                    dialer.Transport.LastDialed.Other.Close();
                    break;
            }
            Assert.True(simulation.Run(closed, 1000));
        }

        Assert.Equal(Cycles, dialer.Connected);
        Assert.Equal(Cycles, listener.Closed);
        Assert.Equal(Cycles, dialer.Closed);
        Assert.Equal(Cycles, connection!.Serial);
        Assert.Equal(2, simulation.Network.LinkCount);

        // an object a cycle would be 24 bytes at least
        Assert.True(GC.GetTotalMemory(true) - warm < Cycles * 24);
    }

    [Fact]
    public void Ten_thousand_failed_dials_and_broken_handshakes_leak_nothing()
    {
        Simulation simulation = new(13);
        TestNode listener = simulation.Add(new NodeOptions { MaxConnections = 4, MaxHandshakes = 2 }, new CheapCrypto());
        TestNode dialer = simulation.Add(new NodeOptions(), new CheapCrypto());
        Multiaddr[] nobody = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/9")];
        Multiaddr[] addresses = [listener.Listen()];
        Condition closed = () => !dialer.InUse && !listener.InUse;
        for (int i = 0; i < Cycles; i++)
        {
            dialer.Node.Dial(i % 2 == 0 ? nobody : addresses);
            if (i % 2 != 0)
            {
                for (int step = 0; step < i % 7; step++)
                {
                    simulation.Step();
                }
                dialer.Transport.LastDialed.Break();
            }
            Assert.True(simulation.Run(closed, 100_000));
        }

        Assert.Equal(Cycles, dialer.Closed);
        Assert.InRange(simulation.Network.LinkCount, 2, 4);
        Connection? connection = dialer.Node.Dial(addresses);
        Assert.True(simulation.Run(() => connection!.IsOpen, 1000));
        Assert.Equal(0, listener.Refused);
    }

    [Fact]
    public void Two_hundred_and_fifty_connections_at_a_time_come_and_go_four_times()
    {
        const int Count = 250;
        Simulation simulation = new(14);
        simulation.Network.Capacity = 1024;
        TestNode listener = simulation.Add(
            new NodeOptions { MaxConnections = Count, MaxHandshakes = 50, MaxStreams = 2, RecordBytes = 512 }, new CheapCrypto());
        TestNode dialer = simulation.Add(new NodeOptions { MaxConnections = Count, MaxHandshakes = 50, MaxStreams = 2, RecordBytes = 512 },
            new CheapCrypto());
        Multiaddr address = listener.Listen();
        for (int round = 1; round <= 4; round++)
        {
            for (int i = 0; i < Count; i++)
            {
                Assert.NotNull(dialer.Dial(address));
                simulation.Step();
            }
            Assert.True(simulation.Run(() => dialer.Connected == round * Count && listener.Connected == round * Count, 10_000));
            Assert.Equal(Count, dialer.Node.Connections.Count(connection => connection.IsOpen));
            foreach (Connection connection in dialer.Node.Connections)
            {
                connection.Close();
            }
            Assert.True(simulation.Run(() => !dialer.InUse && !listener.InUse, 10_000));
        }
        Assert.Equal(4 * Count, listener.Closed);
    }
}
