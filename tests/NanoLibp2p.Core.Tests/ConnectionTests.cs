using NanoLibp2p.Core.Ping;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

public class ConnectionTests
{
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Two_nodes_connect_and_know_each_other(bool dialerOffersMuxer, bool listenerOffersMuxer)
    {
        Simulation simulation = new(1);
        TestNode listener = simulation.Add(new NodeOptions { EarlyMuxer = listenerOffersMuxer });
        TestNode dialer = simulation.Add(new NodeOptions { EarlyMuxer = dialerOffersMuxer });
        Multiaddr address = listener.Listen();

        Connection connection = dialer.Dial(address);

        Assert.True(simulation.Run(() => dialer.Connected == 1 && listener.Connected == 1, 1000));
        Assert.Equal(listener.Node.Identity.PeerId, connection.RemotePeer);
        Assert.Equal(dialer.Node.Identity.PeerId, listener.LastConnected!.RemotePeer);
        Assert.Equal(dialerOffersMuxer && listenerOffersMuxer, connection.UsedEarlyMuxer);
        Assert.True(listener.LastConnected.IsInbound);
        Assert.False(connection.IsInbound);
    }

    [Fact]
    public void A_ping_comes_back()
    {
        Simulation simulation = new(2);
        TestNode listener = simulation.Add(new NodeOptions());
        TestNode dialer = simulation.Add(new NodeOptions());
        Connection connection = dialer.Dial(listener.Listen());
        Assert.True(simulation.Run(() => dialer.Connected == 1, 1000));
        PongCounter pongs = new();
        dialer.Node.Ping.Events = pongs;

        for (int i = 1; i <= 3; i++)
        {
            Assert.True(dialer.Node.Ping.Send(connection));
            Assert.True(simulation.Run(() => pongs.Pongs == i, 1000));
        }

        Assert.Equal(0, pongs.Failures);
        Assert.Equal(1, connection.OpenStreams);
    }

    private sealed class PongCounter : PingEvents
    {
        public int Pongs { get; private set; }

        public int Failures { get; private set; }

        public override void OnPong(Connection connection) => Pongs++;

        public override void OnPingFailed(Connection connection) => Failures++;
    }
}
