using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Relay.Tests;

/// <summary>What a relay, or a peer behind it, may do against a client: it costs that circuit, or the connection to that relay.</summary>
public class HostileTests
{
    public static TheoryData<string> Answers => [.. Malformed.Keys];

    private static Dictionary<string, byte[]> Malformed { get; } = new()
    {
        ["longer than 4,096 bytes"] = Wire.Delimited(new byte[4097]),
        ["a length without end"] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
        ["a field of no number"] = Wire.Delimited([0x00, 0x01]),
        ["a group"] = Wire.Delimited([0x0B]),
        ["a field longer than the message"] = Wire.Delimited([0x12, 0x50, 0x01]),
        ["another type"] = Wire.Hop(1),
        ["no fields"] = [0],
        ["a status beyond 64 bits"] = Wire.Delimited([0x08, 0x02, 0x28, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
        ["a status that nobody knows"] = Wire.Hop(2, 64_936),
        ["a status that wraps to 100"] = Wire.Delimited([0x08, 0x02, 0x28, 0xE4, 0x80, 0x80, 0x80, 0x10]),
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_malformed_answer_to_a_reservation_is_a_failure_that_is_tried_again(string name)
    {
        RelayWorld world = new(begins: false);
        world.Hop.Reservation = () => Malformed[name];
        world.Simulation.Run(20_000);
        Assert.False(world.Client.IsReserved);
        Assert.True(world.Heard.Lost > 0);
        world.Hop.Reservation = () => Wire.Hop(TestHop.Status, 100, expire: 1);
        Assert.True(world.Run(() => world.Client.IsReserved, 61_000));
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_malformed_answer_to_a_dial_fails_it(string name)
    {
        RelayWorld world = new();
        world.Hop.Refusal = Malformed[name];
        world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => world.Caller.LastReason == CloseReason.DialFailed));
        world.Hop.Refusal = null;
        world.DialThrough();
    }

    [Theory]
    [MemberData(nameof(Answers))]
    public void A_malformed_call_brings_nobody(string name)
    {
        RelayWorld world = new();
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen);
        world.Hop.OpenStop(device, Malformed[name]);
        world.Simulation.Run(20_000);
        Assert.Equal(1, world.Device.Connected);
        world.DialThrough();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(45)]
    [InlineData(200)]
    public void A_call_from_nobody_is_refused_as_malformed(int idBytes)
    {
        RelayWorld world = new();
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen);
        world.Hop.OpenStop(device, Wire.Stop(0, peer: new byte[idBytes]));
        Assert.True(world.Run(() => world.Hop.Answers.Count == 1));
        Assert.Equal(400, world.Hop.Answers[0]);
    }

    [Fact]
    public void A_call_from_who_is_not_the_relay_is_denied()
    {
        RelayWorld world = new(connections: 3);
        TestHop other = new();
        TestNode stranger = world.AddNode();
        stranger.Node.Add(other);
        Connection dialed = world.Device.Dial(stranger.Listen());
        Assert.True(world.Run(() => dialed.IsOpen && stranger.Connected == 1));
        Connection back = stranger.Node.Connections.First(one => one.IsOpen);
        other.OpenStop(back, Wire.Stop(0, peer: stranger.Node.Identity.PeerId.ToBytes()));
        Assert.True(world.Run(() => other.Answers.Count == 1));
        Assert.Equal(202, other.Answers[0]);
    }

    [Fact]
    public void A_call_that_is_never_finished_gives_its_place_back()
    {
        RelayWorld world = new(new RelayOptions { MaxCircuits = 1 });
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen);
        world.Hop.OpenStop(device, [0x20]);
        world.Simulation.Run(10_000);
        Assert.Equal(1, world.Hop.OpenStops);
        Assert.True(world.Run(() => world.Hop.BrokenStops == 1, 6_000));
        world.DialThrough();
    }

    [Fact]
    public void Calls_without_end_take_no_more_than_the_circuits()
    {
        RelayWorld world = new(new RelayOptions { MaxCircuits = 2 });
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen);
        for (int i = 0; i < 200; i++)
        {
            world.Hop.OpenStop(device, Wire.Stop(0, peer: world.Caller.Node.Identity.PeerId.ToBytes()));
            world.Simulation.Run(50);
        }

        Assert.True(world.Client.IsReserved);
        Assert.True(world.Device.Node.Connections.Count(one => one.State != ConnectionState.Free) <= 2);
        foreach (int answer in world.Hop.Answers)
        {
            Assert.True(answer is 100 or 201);
        }
    }

    [Fact]
    public void A_silent_relay_costs_a_dial_its_time_and_nothing_more()
    {
        RelayWorld world = new();
        world.Hop.Refusal = [];
        world.Hop.EndsStreams = false;
        world.Dialer.Dial(world.Address);
        Assert.True(world.Run(() => world.Caller.LastReason == CloseReason.DialFailed, 20_000));
        world.Hop.Refusal = null;
        world.Hop.EndsStreams = true;
        world.DialThrough();
    }

    [Fact]
    public void Who_takes_nothing_of_a_circuit_holds_the_relay_back_for_five_seconds_at_most()
    {
        RelayWorld world = new();
        Connection dialed = world.DialThrough();
        world.Echo.IsDeaf = true;
        world.Asking.Send(dialed, 100_000);
        world.Simulation.Run(2_000);
        Pings pings = new();
        world.RelayNode.Node.Ping.Events = pings;
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen
            && one.RemotePeer.Equals(world.Device.Node.Identity.PeerId));
        Assert.False(world.Run(Answered, 1_500));
        Assert.True(world.Run(Answered, 5_000));
        Assert.True(world.Run(() => world.Hop.BrokenStops == 1, 1_000));

        // and the connection above ends when its peer gives no sign of life
        Assert.True(world.Run(() => world.Device.Closed == 1, 60_000));
        Assert.True(world.Client.IsReserved);

        // as soon as there is room to ask
        bool Answered()
        {
            world.RelayNode.Node.Ping.Send(device);
            return pings.Count > 0;
        }
    }

    [Fact]
    public void Where_credit_is_kept_a_slow_reader_holds_back_its_own_circuit_alone()
    {
        RelayWorld world = new(borrows: true);
        Connection dialed = world.DialThrough();
        world.Echo.IsDeaf = true;
        world.Asking.Send(dialed, 2_000_000);
        world.Simulation.Run(3_000);
        Connection device = world.RelayNode.Node.Connections.First(one => one.IsOpen
            && one.RemotePeer.Equals(world.Device.Node.Identity.PeerId));
        Pings pings = new();
        world.RelayNode.Node.Ping.Events = pings;
        for (int i = 1; i <= 20; i++)
        {
            world.RelayNode.Node.Ping.Send(device);
            Assert.True(world.Run(() => pings.Count == i, 1_000));
        }

        StreamLink link = (StreamLink)world.Device.LastConnected.Link;
        Assert.InRange(link.KeptCount, 100_000, 256 * 1024);
        world.Echo.IsDeaf = false;
        world.Device.Node.Poll(world.Simulation.Network.NowMs);
        Assert.True(world.Run(() => world.Asking.Returned == 2_000_000, 600_000));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Messages_cut_into_pieces_are_read_as_they_are(int piece)
    {
        RelayWorld world = new(begins: false);
        world.Simulation.Network.MaxPiece = piece;
        Assert.True(world.Run(() => world.Client.IsReserved, 60_000));
        Connection dialed = world.DialThrough();
        world.Asking.Send(dialed, 2_000);
        Assert.True(world.Run(() => world.Asking.Returned == 2_000, 60_000));
        Assert.False(world.Asking.IsWrong);
    }

    [Fact]
    public void An_answer_that_is_cut_after_any_byte_is_no_answer()
    {
        byte[] whole = Wire.Hop(TestHop.Status, 100, expire: 4_000_000_000, addresses: [[4, 8, 8, 8, 8, 6, 0x0F, 0xA1]], limit: (60, 1000));
        for (int cut = 0; cut < whole.Length; cut++)
        {
            Circuit place = new();
            place.Begin(Circuit.HopLimitField, 0);
            Assert.True(cut == 0 || place.Take(whole, 0, cut) == cut);
            Assert.Equal(Circuit.Reading, place.Phase);
            Assert.Equal(whole.Length - cut, place.Take(whole, cut, whole.Length - cut));
            Assert.Equal(Circuit.Whole, place.Phase);
            Assert.Equal(100, place.Status);
            Assert.True(place.HasLimit);
            Assert.Equal(4_000_000_000, place.Expire);
        }
    }

    [Fact]
    public void A_relay_that_goes_within_any_moment_of_a_circuit_leaves_the_device_as_it_was()
    {
        for (int after = 0; after < 2_500; after += 47)
        {
            RelayWorld world = new(begins: false, seed: (uint)(after + 1));
            world.Simulation.Network.MaxDelayMs = 100;
            bool dialed = false;
            world.Run(
                () =>
                {
                    if (!dialed && world.Client.IsReserved)
                    {
                        dialed = true;
                        world.Dialer.Dial(world.Address);
                    }

                    return false;
                },
                after);
            foreach (Connection connection in world.RelayNode.Node.Connections.Where(one => one.State != ConnectionState.Free))
            {
                connection.Close();
            }

            Assert.True(world.Run(() => world.Client.IsReserved && world.Hop.OpenStops == 0, 60_000), $"after {after} ms");
            world.Simulation.Run(12_000);
            world.DialThrough();
        }
    }

    private sealed class Pings : Core.Ping.PingEvents
    {
        public int Count { get; private set; }

        public override void OnPong(Connection connection) => Count++;

        public override void OnPingFailed(Connection connection)
        {
        }
    }
}
