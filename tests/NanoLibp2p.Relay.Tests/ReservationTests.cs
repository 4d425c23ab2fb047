using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Relay.Tests;

public class ReservationTests
{
    [Fact]
    public void A_client_reserves_by_itself_and_knows_its_address()
    {
        RelayWorld world = new();
        Assert.Equal(1, world.Hop.Reservations);
        Assert.Equal(1, world.Heard.Reserved);
        Assert.Equal($"{world.RelayAddress}/p2p-circuit/p2p/{world.Device.Node.Identity.PeerId}", world.Address);
    }

    [Fact]
    public void A_reservation_is_refreshed_after_ten_minutes_at_the_latest_without_a_date()
    {
        RelayWorld world = new();
        world.Simulation.Run(500_000);
        Assert.Equal(1, world.Hop.Reservations);
        world.Simulation.Run(110_000);
        Assert.Equal(2, world.Hop.Reservations);
        Assert.Equal(1, world.Heard.Reserved);
        Assert.Equal(0, world.Heard.Lost);
    }

    [Theory]
    [InlineData(600, 300_000)]
    [InlineData(60, 30_000)]
    [InlineData(1, 5_000)]
    [InlineData(-20, 600_000)]
    public void Where_the_date_is_known_it_is_refreshed_when_half_of_its_time_is_over(int seconds, int milliseconds)
    {
        RelayWorld world = new(begins: false);
        world.Heard.Unix = 2_000_000_000;
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: (ulong)(2_000_000_000 + seconds));
        Assert.True(world.Run(() => world.Client.IsReserved));
        long reserved = world.Simulation.Network.NowMs;
        Assert.True(world.Run(() => world.Hop.Reservations == 2, 700_000));
        Assert.InRange(world.Simulation.Network.NowMs - reserved, milliseconds * 7 / 8 - 100, milliseconds + 100);
    }

    [Fact]
    public void An_expiry_beyond_all_dates_does_no_harm()
    {
        RelayWorld world = new(begins: false);
        world.Heard.Unix = 2_000_000_000;
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: ulong.MaxValue);
        Assert.True(world.Run(() => world.Client.IsReserved));
        world.Simulation.Run(520_000);
        Assert.Equal(1, world.Hop.Reservations);
    }

    [Fact]
    public void A_relay_that_is_down_at_first_is_found_when_it_is_up()
    {
        RelayWorld world = new(begins: false);
        Assert.Equal(4001, world.RelayAddress.Port);
        world.RelayNode.Transport.Close();
        world.Simulation.Run(120_000);
        Assert.False(world.Client.IsReserved);
        Assert.InRange(world.Heard.Lost, 4, 15);
        world.RelayNode.Listen();
        Assert.True(world.Run(() => world.Client.IsReserved, 70_000));
    }

    [Fact]
    public void A_relay_that_restarts_gets_a_new_reservation()
    {
        RelayWorld world = new();
        world.Device.Transport.LastDialed.Break();
        Assert.True(world.Run(() => world.Heard.Lost == 1));
        Assert.False(world.Client.IsReserved);
        Assert.Null(world.Client.Address);
        Assert.True(world.Run(() => world.Client.IsReserved, 5_000));
        Assert.Equal(2, world.Hop.Reservations);
        Assert.Equal(2, world.Heard.Reserved);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(201)]
    [InlineData(202)]
    [InlineData(401)]
    public void A_refusal_is_told_and_tried_again_with_longer_and_longer_pauses(int status)
    {
        RelayWorld world = new(begins: false);
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, status);
        world.Simulation.Run(300_000);
        Assert.Equal((RelayStatus)status, world.Heard.Status);
        Assert.InRange(world.Hop.Reservations, 7, 16);
        Assert.Equal(1, world.Device.Connected);
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 1);
        Assert.True(world.Run(() => world.Client.IsReserved, 61_000));
    }

    [Fact]
    public void A_list_of_relays_is_gone_through_until_one_reserves()
    {
        RelayWorld world = new(new RelayOptions
        {
            Relays =
            [
                Multiaddr.Parse("/ip4/127.0.0.1/tcp/9").WithPeerId(Id(1)),
                Multiaddr.Parse("/ip4/127.0.0.1/tcp/4001").WithPeerId(Id(2)),
            ],
        }, begins: false);
        world.Options.Relays[1] = world.RelayAddress;
        Assert.True(world.Run(() => world.Client.IsReserved, 3_000));
        Assert.StartsWith(world.RelayAddress.ToString(), world.Address, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_others_have_dialed_is_used()
    {
        RelayWorld world = new(begins: false);
        Connection dialed = world.Device.Dial(world.RelayAddress);
        Assert.True(world.Run(() => world.Client.IsReserved));
        Assert.Same(dialed, world.Client.Relay);
        Assert.Equal(1, world.Device.Connected);
    }

    [Fact]
    public void Who_calls_the_device_again_and_again_does_not_end_the_pause_before_the_next_try()
    {
        RelayWorld world = new(connections: 3, begins: false);
        world.RelayNode.Transport.Close();
        Multiaddr place = world.Device.Listen();
        world.Simulation.Run(120_000);
        int tries = world.Heard.Lost;

        for (int i = 0; i < 50; i++)
        {
            Connection call = world.Caller.Dial(place);
            Assert.True(world.Run(() => call.IsOpen, 5_000));
            call.Close();
            Assert.True(world.Run(() => call.State == ConnectionState.Free, 5_000));
        }

        Assert.InRange(world.Heard.Lost, tries, tries + 2);
    }

    [Fact]
    public void A_reservation_that_cannot_be_refreshed_for_want_of_a_stream_is_over_when_its_time_is()
    {
        RelayWorld world = new(begins: false);
        Idle idle = new();
        world.RelayNode.Node.Add(new Idle());
        world.Device.Node.Add(idle);
        world.Heard.Unix = 2_000_000_000;
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 2_000_000_120);
        Assert.True(world.Run(() => world.Client.IsReserved));
        long reserved = world.Simulation.Network.NowMs;
        world.Simulation.Run(1_000);
        while (idle.Open(world.Client.Relay))
        {
            // until the connection has none left
        }

        Assert.True(world.Run(() => !world.Client.IsReserved, 200_000));

        Assert.InRange(world.Simulation.Network.NowMs - reserved, 100_000, 121_000);
        Assert.Null(world.Client.Address);
        Assert.Equal(1, world.Heard.Lost);
    }

    [Fact]
    public void A_relay_that_does_not_answer_is_asked_again()
    {
        RelayWorld world = new(begins: false);
        world.Hop.Reservation = () => null;
        Assert.True(world.Run(() => world.Heard.Lost == 1, 20_000));
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 1);
        Assert.True(world.Run(() => world.Client.IsReserved));
    }

    [Fact]
    public void A_relay_that_never_ends_its_streams_takes_no_more_than_one_for_a_refresh()
    {
        RelayWorld world = new(new RelayOptions { RefreshMs = 20_000 }, begins: false);
        world.Hop.EndsStreams = false;
        world.Simulation.Run(600_000);
        Assert.True(world.Client.IsReserved);
        Assert.InRange(world.Hop.Reservations, 25, 40);
        Assert.InRange(world.Client.Relay.OpenStreams, 0, 2);
    }

    [Fact]
    public void A_peer_that_is_no_relay_is_told_of()
    {
        RelayWorld world = new(new RelayOptions(), begins: false);
        TestNode other = world.AddNode();
        world.Options.Relays[0] = other.Listen();
        Assert.True(world.Run(() => world.Heard.Lost > 1, 20_000));
        Assert.Equal(RelayStatus.None, world.Heard.Status);
        Assert.False(world.Client.IsReserved);
    }

    public static PeerId Id(byte last) => PeerId.FromEd25519([.. new byte[31], last], 0);

    // streams that stay open
    private sealed class Idle : StreamProtocol
    {
        private int _id;

        public bool Open(Connection connection) => connection.OpenStream(this, _id) != null;

        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count) => count;

        protected override void Register(Node node) => _id = node.RegisterProtocol("/test/idle", this, true);
    }
}
