using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests.Simulations;

/// <summary>Pairs of nodes in virtual time: every delay, every cut of a read or write into pieces, comes from a seed.</summary>
public class SimulationTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_whole_connection_comes_off_however_bytes_are_delayed_and_cut(bool earlyMuxer)
    {
        for (uint seed = 1; seed <= 250; seed++)
        {
            Life life = new(seed, earlyMuxer);
            life.Simulation.Network.MaxDelayMs = (int)(seed % 5) * 20;
            life.Simulation.Network.MaxPiece = (int)(seed % 7) switch { 0 => 1, 1 => 2, 2 => 13, 3 => 100, 4 => 1000, _ => 0 };

            Assert.True(life.Run(), $"seed {seed}: not everything was done: {life}");

            Assert.Equal(CloseReason.Local, life.Dialer.Node.LastReason);
            Assert.Equal(CloseReason.Remote, life.Listener.Node.LastReason);
            Assert.Equal(0, life.Dialer.Echo.Wrong + life.Listener.Echo.Wrong);
        }
    }

    [Fact]
    public void A_seed_gives_the_same_run_again()
    {
        List<string> runs = new();
        for (int i = 0; i < 2; i++)
        {
            Life life = new(42);
            life.Simulation.Network.MaxDelayMs = 30;
            life.Simulation.Network.MaxPiece = 50;
            Assert.True(life.Run());
            runs.Add($"{life.Simulation.Network.NowMs} {life.Dialer.Echo.Opened} {life.Listener.Node.Node.Identity.PeerId}");
        }

        Assert.Equal(runs[0], runs[1]);
    }

    [Fact]
    public void A_connection_with_real_cryptography_comes_off_as_well()
    {
        for (uint seed = 1; seed <= 5; seed++)
        {
            Simulation simulation = new(seed);
            simulation.Network.MaxDelayMs = 20;
            simulation.Network.MaxPiece = 20;
            TestNode listener = simulation.Add(new NodeOptions());
            TestNode dialer = simulation.Add(new NodeOptions());
            PongCounter pongs = new();
            dialer.Node.Ping.Events = pongs;
            Connection connection = dialer.Dial(listener.Listen());
            Assert.True(simulation.Run(() => connection.IsOpen, 5000));
            Assert.True(dialer.Node.Ping.Send(connection));
            Assert.True(simulation.Run(() => pongs.Pongs == 1, 5000));
        }
    }

    [Fact]
    public void Sixteen_nodes_that_all_know_each_other_ping_each_other()
    {
        const int Count = 16;
        Simulation simulation = new(7);
        simulation.Network.MaxDelayMs = 25;
        simulation.Network.MaxPiece = 200;
        TestNode[] nodes = Enumerable.Range(0, Count).Select(_ =>
            simulation.Add(new NodeOptions { MaxConnections = 2 * Count, MaxHandshakes = Count }, new CheapCrypto())).ToArray();
        PongCounter[] pongs = nodes.Select(_ => new PongCounter()).ToArray();
        for (int i = 0; i < Count; i++)
        {
            nodes[i].Node.Ping.Events = pongs[i];
            Multiaddr address = nodes[i].Listen();
            for (int j = 0; j < i; j++)
            {
                nodes[j].Dial(address);
            }
        }
        Assert.True(simulation.Run(() => nodes.All(node => node.Connected == Count - 1), 60_000));

        foreach (TestNode node in nodes)
        {
            foreach (Connection connection in node.Node.Connections.Where(connection => connection.IsOpen))
            {
                Assert.True(node.Node.Ping.Send(connection));
            }
        }

        Assert.True(simulation.Run(() => pongs.All(each => each.Pongs == Count - 1), 60_000));
        Assert.Equal(0, pongs.Sum(each => each.Failures));
    }
}
