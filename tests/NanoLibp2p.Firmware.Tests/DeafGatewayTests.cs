using System.Linq;

namespace NanoLibp2p.Firmware.Tests;

public class DeafGatewayTests
{
    [Fact]
    public void A_gateway_that_hears_nothing_is_left_for_the_next_with_one_line_and_dialled_again_later()
    {
        World world = new();
        Gateway deaf = world.AddGateway();
        Gateway other = world.AddGateway("a");
        deaf.Listen();
        other.Listen();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 1000, deaf.Address, other.Address);
        world.Run(59_000);
        Assert.Equal(0, other.Host.Connected);

        Assert.True(world.Run(() => device.Sent >= 60, 2_000));

        string line = Assert.Single(board.Lines, line => line.Contains("took none of"));
        Assert.EndsWith($"{deaf.Host.Node.Identity.PeerId} at /ip4/127.0.0.1/tcp/4001 took none of 60 readings for DeafMs = 60000;"
            + " is it subscribed to a? The next address has its turn", line);
        Assert.DoesNotContain(board.Lines, text => text.Contains("this side closed it"));

        // the other one goes away at once: the first is tried again, and hears by now
        deaf.PubSub.Join("a");
        other.GoAway();
        Assert.True(world.Run(() => deaf.Heard.Count > 0, 5_000));
    }

    [Fact]
    public void The_only_gateway_is_kept_and_the_log_says_once_that_it_hears_nothing()
    {
        World world = new();
        Gateway deaf = world.AddGateway();
        deaf.Listen();
        TestBoard board = new(world.Network);
        Device device = world.AddDevice(board, null, 10_000, deaf.Address);

        world.Run(600_000);

        Assert.Equal(1, deaf.Host.Connected);
        Assert.Single(board.Lines, line => line.EndsWith("is it subscribed to a? It is the only address, so the readings wait"));
        deaf.PubSub.Join("a");
        Assert.True(world.Run(() => device.Kept == 0, 2_000));
    }

    [Fact]
    public void A_gateway_that_hears_is_never_left_however_seldom_there_is_a_reading()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        Gateway other = world.AddGateway("a");
        gateway.Listen();
        other.Listen();
        Device device = world.AddDevice(new TestBoard(world.Network), null, 100_000, gateway.Address, other.Address);

        world.Run(1_000_000);

        Assert.Equal(1, gateway.Host.Connected);
        Assert.Equal(11u, device.Sent);
    }

    [Fact]
    public void Gateways_that_all_hear_nothing_are_tried_in_turn()
    {
        World world = new();
        Gateway[] gateways = [world.AddGateway(), world.AddGateway(), world.AddGateway()];
        foreach (Gateway gateway in gateways)
        {
            gateway.Listen();
        }

        Device device = world.AddDevice(new TestBoard(world.Network), null, 10_000, [.. gateways.Select(one => one.Address)]);
        world.Run(800_000);

        Assert.All(gateways, one => Assert.InRange(one.Host.Connected, 3, 5));
        gateways[1].PubSub.Join("a");
        Assert.True(world.Run(() => device.Kept == 0, 240_000));
    }
}
