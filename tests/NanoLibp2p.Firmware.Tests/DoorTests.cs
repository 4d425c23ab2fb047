using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

/// <summary>A device that listens and has a gateway to dial: callers never keep it from that.</summary>
public class DoorTests
{
    private const string Here = "/ip4/127.0.0.1/tcp/5000";

    private readonly World _world = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Strangers_that_call_first_keep_a_device_from_no_gateway(int connections)
    {
        Gateway gateway = _world.AddGateway("a");
        Device device = Listening(connections, gateway.Address);
        Gateway[] strangers = [_world.AddGateway(), _world.AddGateway(), _world.AddGateway()];
        foreach (Gateway stranger in strangers)
        {
            stranger.Host.Dial(Multiaddr.Parse(Here));
        }
        _world.Run(5000);
        Assert.Equal(connections - 1, strangers.Count(stranger => stranger.Host.Connected == 1 && stranger.Host.Closed == 0));

        gateway.Listen();

        Assert.True(_world.Run(() => gateway.Heard.Count > 0, 60_000));
        Assert.NotNull(device.Dialed);
    }

    [Fact]
    public void Silent_links_keep_the_only_handshake_from_no_dial()
    {
        Gateway gateway = _world.AddGateway("a");
        gateway.Listen();
        Device device = Listening(3, gateway.Address);
        MemoryTransport stranger = _world.Network.AddHost();
        stranger.Dial("127.0.0.1", 5000);
        stranger.Dial("127.0.0.1", 5000);

        Assert.True(_world.Run(() => gateway.Host.Connected == 1, 1000));
        Assert.True(device.Dialed!.IsOpen);
    }

    [Fact]
    public void A_lost_gateway_is_dialled_again_although_strangers_call_all_the_time()
    {
        Gateway gateway = _world.AddGateway("a");
        gateway.Listen();
        Device device = Listening(1, gateway.Address);
        Assert.True(_world.Run(() => gateway.Host.Connected == 1, 1000));
        MemoryTransport stranger = _world.Network.AddHost();

        for (int i = 1; i <= 5; i++)
        {
            gateway.Host.LastConnected!.Close();
            Assert.True(_world.Run(() => device.Dialed == null, 100));
            for (int call = 0; call < 20; call++)
            {
                stranger.Dial("127.0.0.1", 5000);
                _world.Run(10);
            }
            Assert.True(_world.Run(() => gateway.Host.Connected == i + 1, 60_000));
        }
    }

    [Fact]
    public void The_log_says_what_is_left_for_callers()
    {
        TestBoard board = new(_world.Network);
        Device device = _world.AddDevice(board, null, 1000, "/ip4/127.0.0.1/tcp/9");
        device.Listen(Here);

        Assert.Contains(board.Lines, line => line.Contains("listening on " + Here)
            && line.Contains("MaxConnections = 1 belongs to the dial list; raise NodeOptions.MaxConnections"));
        DeviceOptions options = new();
        options.Node.MaxConnections = 2;
        TestBoard larger = new(_world.Network);
        _world.AddDevice(larger, options, 1000, "/ip4/127.0.0.1/tcp/9").Listen("/ip4/127.0.0.1/tcp/5001");
        Assert.Contains(larger.Lines, line => line.Contains("of MaxConnections = 2 one belongs to the dial list"));
    }

    [Fact]
    public void A_thousand_callers_that_do_not_get_in_make_a_line_a_minute()
    {
        Gateway gateway = _world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(_world.Network);
        _world.AddDevice(board, null, 100_000_000, gateway.Address).Listen(Here);
        MemoryTransport stranger = _world.Network.AddHost();
        _world.Run(1000);
        int before = board.Lines.Count;
        for (int i = 0; i < 1000; i++)
        {
            stranger.Dial("127.0.0.1", 5000).Close();
            _world.Run(180);
        }

        Assert.InRange(board.Lines.Count - before, 4, 8);
        Assert.Contains(board.Lines,
            line => line.Contains("a caller was rejected: all MaxConnections = 1 are in use or belong to the dial list"));
        Assert.Matches("3[0-9][0-9] more callers did not get in", board.Lines[^2]);
    }

    private Device Listening(int connections, string dial)
    {
        DeviceOptions options = new();
        options.Node.MaxConnections = connections;
        Device device = _world.AddDevice(new TestBoard(_world.Network), options, 1000, dial);
        Assert.NotNull(device.Listen(Here));
        return device;
    }
}
