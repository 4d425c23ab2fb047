using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Ble.Central;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Radio.Tests;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>A board that is a gateway's radio for several devices over Bluetooth LE, over a scripted stack.</summary>
public sealed class BleCentralLinkTests : FrameLinkTests
{
    [Fact]
    public void Each_device_is_heard_by_its_own_address_and_answered_there()
    {
        World world = new(3, 3);
        world.Until(() => world.Link.Connected == 3);
        byte[] buffer = new byte[244];
        for (byte i = 0; i < 3; i++)
        {
            Assert.Equal(100, world.Devices[i].Send([.. Enumerable.Repeat(i, 100)], 0, 100, null!, 0, false));
        }

        for (int heard = 0; heard < 3; heard++)
        {
            int count = 0;
            world.Until(() => (count = world.Link.Receive(buffer, 0, 244)) > 0);
            byte[] origin = FrameLinkPair.Origin(world.Link);
            Assert.Equal(100, count);
            Assert.Equal(world.Air[buffer[0]].Address, origin);
            Assert.Equal(1, world.Link.Send([(byte)(buffer[0] + 10)], 0, 1, origin, origin.Length, true));
        }

        for (byte i = 0; i < 3; i++)
        {
            Assert.Equal([(byte)(i + 10)], world.Receive(world.Devices[i]));
        }
    }

    [Fact]
    public void A_device_beyond_the_slots_waits_until_one_that_is_not_answered_gives_way()
    {
        World world = new(2, 3);
        world.Until(() => world.Link.Connected == 2);
        ScriptedPeripheral waiting = world.Air[2];
        for (int second = 0; second < 55; second++)
        {
            world.Run(1000);
            Assert.Equal(1, world.Link.Send([1], 0, 1, world.Air[0].Address, BleCentralLink.AddressBytes, true));
        }

        Assert.False(waiting.IsConnected);
        world.Until(() => waiting.IsConnected);
        Assert.True(world.Air[0].IsConnected, "who is answered stays");
        Assert.Equal(1, world.Link.LetGo);

        // the one that gave way was never answered, and is left alone
        waiting.Leave();
        world.Run(540_000);
        Assert.Equal(1, world.Air[1].Connects);
        world.Run(90_000);
        Assert.Equal(2, world.Air[1].Connects);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Of_two_that_are_no_longer_answered_the_one_that_was_answered_longest_ago_gives_way(int first)
    {
        World world = new(2, 3);
        world.Until(() => world.Link.Connected == 2);
        foreach (int one in new[] { first, 1 - first })
        {
            world.Run(5000);
            Assert.Equal(1, world.Link.Send([1], 0, 1, world.Air[one].Address, BleCentralLink.AddressBytes, true));
        }

        // by then both are of no use, and the stack was busy with something else meanwhile
        world.Skip(70_000);
        world.Until(() => world.Air[2].IsConnected, 5000);
        Assert.Equal((first == 1, first == 0), (world.Air[0].IsConnected, world.Air[1].IsConnected));
    }

    [Fact]
    public void A_radio_that_is_closed_and_opened_waits_until_the_stack_has_ended_its_connections()
    {
        World world = new(1, 1);
        world.Until(() => world.Link.Connected == 1);
        world.Link.Close();
        Assert.Equal(LinkError.None, world.Link.Open());
        world.Until(() => world.Link.Connected == 1 && world.Air[0].IsConnected);
    }

    [Fact]
    public void Devices_that_take_all_slots_and_say_nothing_keep_none_from_a_device_for_longer_than_a_minute()
    {
        World world = new(3, 3);
        world.Until(() => world.Link.Connected == 3);
        ScriptedPeripheral honest = world.Add(out BleLink device);
        world.Until(() => honest.IsConnected, 70_000);
        Assert.Equal(1, device.Send([7], 0, 1, null!, 0, false));
        Assert.Equal([7], world.Receive(world.Link));
    }

    [Fact]
    public void A_device_that_takes_the_connection_and_answers_nothing_holds_up_others_for_20_s_and_rests()
    {
        World world = new(3, 2, air => air[0].IsSilent = true);
        world.Run(15_000);
        Assert.Equal(0, world.Link.Connected);
        Assert.Equal(FrameLinkResult.TooLate,
            world.Link.Send([1], 0, 1, world.Air[0].Address, BleCentralLink.AddressBytes, false));
        world.Until(() => world.Air[1].IsConnected, 10_000);
        Assert.Equal(1, world.Link.Failed);

        // what is connected is served while the silent one is tried again and again
        int tried = world.Air[0].Connects;
        for (int second = 0; second < 100; second++)
        {
            world.Run(1000);
            Assert.Equal(1, world.Devices[1].Send([3], 0, 1, null!, 0, false));
            Assert.Equal([3], world.Receive(world.Link));
        }

        Assert.InRange(world.Air[0].Connects - tried, 2, 4);
    }

    [Fact]
    public void A_device_that_refuses_is_tried_again_after_its_rest_and_not_before()
    {
        World world = new(3, 1, air => air[0].Refuses = true);
        world.Run(19_000);
        Assert.Equal(1, world.Air[0].Connects);
        world.Run(10_000);
        Assert.Equal(2, world.Air[0].Connects);
        world.Air[0].Refuses = false;
        world.Until(() => world.Link.Connected == 1, 40_000);
    }

    [Fact]
    public void A_device_that_leaves_in_the_middle_of_a_frame_costs_that_frame_and_is_heard_when_it_comes_back()
    {
        World world = new(3, 2);
        world.Until(() => world.Link.Connected == 2);
        world.Air[0].Pipe.Refuses = 1;
        Assert.Equal(200, world.Devices[0].Send(new byte[200], 0, 200, null!, 0, false));
        byte[] half = new byte[20];
        half[0] = 0x80;
        Assert.True(world.Air[0].Pipe.Send(half, 20));
        world.Air[0].Leave();
        world.Run(200);
        Assert.Equal(1, world.Link.Connected);
        Assert.Equal(FrameLinkResult.TooLate,
            world.Link.Send([1], 0, 1, world.Air[0].Address, BleCentralLink.AddressBytes, false));
        world.Air[0].IsOn = true;
        world.Until(() => world.Link.Connected == 2);
        world.Until(() => world.Devices[0].Send([1, 2, 3], 0, 3, null!, 0, false) == 3);
        Assert.Equal([1, 2, 3], world.Receive(world.Link));
        Assert.Equal(0, world.Link.Receive(half, 0, 20));
    }

    [Fact]
    public void A_device_that_floods_with_pieces_of_no_frame_costs_the_others_nothing()
    {
        World world = new(3, 2);
        world.Until(() => world.Link.Connected == 2);
        AttPipe flood = world.Air[0].Pipe;
        SeededRandom random = new(3);
        byte[] buffer = new byte[244];
        byte[] piece = new byte[20];
        for (int i = 0; i < 500; i++)
        {
            for (int many = 0; many < 100; many++)
            {
                random.Fill(piece, 0, piece.Length);

                // beginnings without an end, ends without a beginning, frames that exceed the longest
                piece[0] = (byte)(many % 3 == 0 ? 0x80 : many & 0x3F);
                flood.Send(piece, 20);
            }

            byte[] frame = [(byte)i, 1, 2];
            Assert.Equal(3, world.Devices[1].Send(frame, 0, 3, null!, 0, false));
            world.Run(10);
            int count = world.Link.Receive(buffer, 0, buffer.Length);
            Assert.Equal(frame, buffer[..count]);
            Assert.Equal(world.Air[1].Address, FrameLinkPair.Origin(world.Link));
            Assert.Equal(0, world.Link.Receive(buffer, 0, buffer.Length));
        }
    }

    [Fact]
    public void A_device_that_floods_with_frames_gets_its_turn_and_no_more()
    {
        World world = new(2, 2);
        world.Until(() => world.Link.Connected == 2);
        byte[] buffer = new byte[244];
        List<byte> heard = [];
        for (int i = 0; i < 20; i++)
        {
            for (int many = 0; many < 40; many++)
            {
                world.Air[0].Pipe.Send([0xC0, 9], 2);
            }

            world.Devices[1].Send([1], 0, 1, null!, 0, false);
            Assert.Equal(1, world.Link.Receive(buffer, 0, 244));
            heard.Add(buffer[0]);
            Assert.Equal(1, world.Link.Receive(buffer, 0, 244));
            heard.Add(buffer[0]);
        }

        Assert.Equal(20, heard.Count(one => one == 1));
    }

    [Fact]
    public void A_crowd_of_made_up_addresses_takes_no_memory_and_ends_no_connection()
    {
        World world = new(3, 1);
        world.Until(() => world.Link.Connected == 1);
        world.Air.AddRange(Enumerable.Range(0, 200).Select(i => new ScriptedPeripheral((byte)i, isRandom: true) { Refuses = true }));
        byte[] buffer = new byte[244];
        for (int i = 0; i < 100; i++)
        {
            world.Run(1000);
            Assert.Equal(1, world.Devices[0].Send([1], 0, 1, null!, 0, false));
            Assert.Equal([1], world.Receive(world.Link));
        }

        Assert.True(world.Link.Failed > 100);
        Assert.Equal(1, world.Link.Connected);
        Assert.Equal(0, world.Link.Receive(buffer, 0, buffer.Length));
    }

    [Fact]
    public void A_public_address_and_a_random_one_of_the_same_bytes_are_two_devices()
    {
        World world = new(3, 1);
        world.Until(() => world.Link.Connected == 1);
        ScriptedPeripheral twin = new(0, isRandom: true);
        BleLink device = new(twin.Pipe);
        device.Open();
        world.Central.Air.Add(twin);
        world.Until(() => world.Link.Connected == 2);
        Assert.Equal(1, world.Link.Send([5], 0, 1, twin.Address, BleCentralLink.AddressBytes, false));
        world.Run(10);
        Assert.Equal([5], world.Receive(device));
        Assert.Equal(0, world.Devices[0].Receive(new byte[244], 0, 244));
    }

    [Fact]
    public void Without_a_name_a_frame_goes_to_whom_is_connected_and_to_nobody_while_nobody_is()
    {
        World world = new(3, 1);
        Assert.Equal(FrameLinkResult.Busy, world.Link.Send([1], 0, 1, null!, 0, false));
        world.Until(() => world.Link.Connected == 1);
        Assert.Equal(1, world.Link.Send([1], 0, 1, null!, 0, false));
        Assert.Equal(FrameLinkResult.TooLate, world.Link.Send([1], 0, 1, [1, 2], 2, false));
    }

    [Fact]
    public void A_clock_that_is_set_back_makes_nobody_wait_longer()
    {
        World world = new(1, 2);
        world.Until(() => world.Link.Connected == 1);
        ScriptedPeripheral waiting = world.Air.Single(one => !one.IsConnected);
        world.Run(50_000);
        world.SetBack(40_000);
        world.Until(() => waiting.IsConnected, 15_000);
    }

    [Fact]
    public void All_slots_taken_and_answered_the_radio_does_not_scan()
    {
        World world = new(1, 1);
        world.Until(() => world.Link.Connected == 1);
        world.Run(1000);
        Assert.False(world.Central.IsScanning);
        Assert.False(world.Central.Air.Count > 1);
        world.Air[0].Leave();
        world.Run(1000);
        Assert.True(world.Central.IsScanning);
    }

    [Theory]
    [InlineData(7, "6232706269 6C1E9B364A5C2F01001B7D", true)]
    [InlineData(6, "0000000000000000000000000000000062327062696C1E9B364A5C2F01001B7D", true)]
    [InlineData(6, "62327062696C1E9B364A5C2F01001B", false)]
    [InlineData(7, "62327062696C1E9B364A5C2F02001B7D", false)]
    [InlineData(9, "62327062696C1E9B364A5C2F01001B7D", false)]
    [InlineData(3, "0F181B7D", true)]
    [InlineData(2, "1B7D", true)]
    [InlineData(3, "001B7D", false)]
    [InlineData(3, "", false)]
    public void An_advertisement_names_the_service_by_128_bits_or_by_the_16_of_Meadow(int type, string section, bool isOurs)
    {
        byte[] data = Convert.FromHexString(section.Replace(" ", "", StringComparison.Ordinal));
        Assert.Equal(isOurs, BleAdvertisement.OffersFrames(type, data, data.Length));
    }

    [Fact]
    public void The_service_in_an_advertisement_is_the_one_of_the_drivers()
        => Assert.True(BleAdvertisement.OffersFrames(7, [.. new Guid(BleService.Service).ToByteArray(bigEndian: true).Reverse()], 16));

    protected override FrameLinkPair Create() => new Pair();

    private sealed class World
    {
        private long _now = 1;
        private long _offset;

        internal World(int slots, int devices, Action<ScriptedPeripheral[]>? script = null)
        {
            Central = new ScriptedCentral(slots);
            for (int i = 0; i < devices; i++)
            {
                Add(out _);
            }

            script?.Invoke([.. Air]);
            Link = new BleCentralLink(Central);
            Assert.Equal(LinkError.None, Link.Open());
        }

        internal ScriptedCentral Central { get; }

        internal BleCentralLink Link { get; }

        internal List<ScriptedPeripheral> Air => Central.Air;

        internal List<BleLink> Devices { get; } = [];

        internal ScriptedPeripheral Add(out BleLink device)
        {
            ScriptedPeripheral peripheral = new((byte)Air.Count);
            device = new BleLink(peripheral.Pipe);
            device.Open();
            Air.Add(peripheral);
            Devices.Add(device);
            return peripheral;
        }

        /// <summary>Time in which nothing runs.</summary>
        internal void Skip(long milliseconds) => _now += milliseconds;

        internal void SetBack(long milliseconds) => _offset -= milliseconds;

        internal void Run(long milliseconds)
        {
            for (long end = _now + milliseconds; _now < end; _now += 10)
            {
                Central.Advance(_now);
                Assert.InRange(Link.Poll(_now + _offset), 0, FrameLinkResult.IdleMs);
                Devices.ForEach(one => one.Poll(_now));
            }
        }

        internal void Until(Func<bool> isSo, long milliseconds = 120_000)
        {
            for (long end = _now + milliseconds; !isSo();)
            {
                Assert.True(_now < end, $"not within {milliseconds} ms");
                Run(10);
            }
        }

        internal byte[] Receive(IFrameLink link)
        {
            byte[] buffer = new byte[244];
            int count = 0;
            Until(() => (count = link.Receive(buffer, 0, buffer.Length)) > 0, 1000);
            return buffer[..count];
        }
    }

    private sealed class Pair : FrameLinkPair
    {
        private readonly ScriptedCentral _central = new(3);
        private long _now;

        public Pair()
        {
            ScriptedPeripheral peripheral = new(1);
            _central.Air.Add(peripheral);
            Device = new BleLink(peripheral.Pipe);
            BleCentralLink gateway = new(_central);
            Gateway = gateway;
            Assert.Equal(LinkError.None, Device.Open());
            Assert.Equal(LinkError.None, Gateway.Open());
            Until(() => gateway.Connected == 1);
        }

        public override IFrameLink Device { get; }

        public override IFrameLink Gateway { get; }

        protected override long NowMs => _now;

        public override void Pass()
        {
            _now += 10;
            _central.Advance(_now);
            base.Pass();
        }
    }
}
