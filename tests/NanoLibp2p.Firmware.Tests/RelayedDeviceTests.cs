using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;
using NanoLibp2p.Relay.Tests;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class RelayedDeviceTests
{
    [Fact]
    public void A_device_with_a_relay_in_its_settings_reserves_publishes_and_is_dialed_through_it()
    {
        World world = new();
        TestNode host = new(world.Network, new NodeOptions { MaxConnections = 4, MaxStreams = 32, LargeRecordBytes = 0 });
        TestHop hop = new();
        host.Node.Add(hop);
        Gateway gateway = world.AddGateway(host, "a");
        gateway.Listen();
        TestBoard board = new(world.Network, 3);
        Device device = world.Add(RelayedDevice.Create(board, DeviceSettings.Parse(
            $"topic = a\nevery = 1000\ndial = {gateway.Address}\nrelay = {gateway.Address}")));
        Assert.Equal(3, device.Node.Connections.Length);
        Assert.True(world.Run(() => hop.Reservations == 1 && device.Sent > 0, 60_000));
        Assert.Contains(board.Lines, line => line.Contains("others can dial this device at " + gateway.Address + "/p2p-circuit/p2p/"
            + device.Node.Identity.PeerId, System.StringComparison.Ordinal));

        TestNode other = new(world.Network, new NodeOptions { MaxConnections = 2, LargeRecordBytes = 0 });
        RelayDialer client = new(1);
        other.Node.Add(client);
        world.AddGateway(other);
        Connection dialed = client.Dial(Multiaddr.Parse(gateway.Address), device.Node.Identity.PeerId);
        Assert.True(world.Run(() => dialed.IsOpen, 60_000));
        Assert.Equal(device.Node.Identity.PeerId, dialed.RemotePeer);
        uint sent = device.Sent;
        Assert.True(world.Run(() => device.Sent > sent + 3, 60_000));
    }

    [Fact]
    public void A_device_without_a_relay_in_its_settings_is_the_sensor_program()
    {
        World world = new();
        Device device = RelayedDevice.Create(new TestBoard(world.Network, 3), DeviceSettings.Parse("topic = a"));
        Assert.Single(device.Node.Connections);
        Assert.DoesNotContain(Enumerable.Range(0, device.Node.Protocols.Count),
            i => Buffers.Bytes.ToText(device.Node.Protocols.Message(i), 1, device.Node.Protocols.Message(i).Length - 2)
                .Contains("circuit", System.StringComparison.Ordinal));
    }
}
