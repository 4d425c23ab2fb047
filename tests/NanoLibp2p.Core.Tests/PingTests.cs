using NanoLibp2p.Core.Tests.Support;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Core.Tests;

public class PingTests
{
    [Fact]
    public void A_ping_to_a_peer_that_agreed_and_stays_silent_fails_after_its_time_and_the_next_may_be_sent()
    {
        Simulation simulation = Pair(out TestNode listener, out TestNode dialer, out PongCounter pongs);
        Connection connection = dialer.LastConnected!;
        Assert.True(dialer.Node.Ping.Send(connection));
        Assert.True(simulation.Run(() => pongs.Pongs == 1, 1000));

        // frozen: what it does not read it does not answer
        MemoryLink link = (MemoryLink)listener.LastConnected!.Link;
        link.Dead = true;
        Assert.True(dialer.Node.Ping.Send(connection));
        simulation.Run(dialer.Node.Options.PingTimeoutMs - 1);
        Assert.Equal(0, pongs.Failures);
        Assert.True(simulation.Run(() => pongs.Failures == 1, 2));

        link.Dead = false;
        simulation.Run(100);
        Assert.True(dialer.Node.Ping.Send(connection));
        Assert.True(simulation.Run(() => pongs.Pongs == 2, 1000));
        Assert.Equal(1, pongs.Failures);
        Assert.Equal(1, dialer.Connected);
    }

    [Fact]
    public void A_ping_below_the_streams_comes_back_and_opens_none()
    {
        Simulation simulation = Pair(out _, out TestNode dialer, out PongCounter pongs);

        Assert.True(dialer.Node.Ping.PingBelow(dialer.LastConnected!));

        Assert.True(simulation.Run(() => pongs.Pongs == 1, 1000));
        Assert.Equal(0, dialer.LastConnected!.OpenStreams);
    }

    [Fact]
    public void The_keep_alive_is_no_answer_to_a_ping()
    {
        Simulation simulation = Pair(out _, out TestNode dialer, out PongCounter pongs);

        simulation.Run(10 * dialer.Node.Options.KeepAliveMs);

        Assert.Equal(0, pongs.Pongs);
        Assert.True(dialer.LastConnected!.IsOpen);
    }

    [Theory]
    [InlineData(2_000_000)]
    [InlineData(0)]
    [InlineData(-5)]
    public void A_clock_that_goes_back_leaves_deadlines_where_they_are(long back)
    {
        Simulation simulation = Pair(out TestNode listener, out TestNode dialer, out PongCounter pongs);
        ((MemoryLink)listener.LastConnected!.Link).Dead = true;
        Assert.True(dialer.Node.Ping.Send(dialer.LastConnected!));
        long now = simulation.Network.NowMs;
        dialer.Node.Poll(now);

        long next = dialer.Node.Poll(back);

        Assert.InRange(next - back, 1, dialer.Node.Options.PingTimeoutMs);
        dialer.Node.Poll(back + dialer.Node.Options.PingTimeoutMs);
        Assert.Equal(1, pongs.Failures);
        Assert.True(dialer.Node.NowMs >= now);
    }

    private static Simulation Pair(out TestNode listener, out TestNode dialer, out PongCounter pongs)
    {
        Simulation simulation = new(31);
        simulation.Network.NowMs = 5_000_000;
        TestNode called = simulation.Add(new NodeOptions());
        TestNode caller = simulation.Add(new NodeOptions());
        caller.Dial(called.Listen());
        Assert.True(simulation.Run(() => caller.Connected == 1 && called.Connected == 1, 1000));
        simulation.Run(100);
        listener = called;
        dialer = caller;
        pongs = new PongCounter();
        dialer.Node.Ping.Events = pongs;
        return simulation;
    }
}
