using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Firmware.Roaming;
using NanoLibp2p.Frames;

namespace NanoLibp2p.LoRa.Tests.Firmware;

/// <summary>Readings from the firmware to their topic, over models of the radio chips.</summary>
public sealed class RadioDeviceTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void A_reading_goes_from_an_SX1276_to_an_SX1262_and_stands_on_its_topic(int spreadingFactor)
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true, spreadingFactor);
        for (int i = 0; i < 5; i++)
        {
            world.Publish($"{{\"n\":{i}}}");
            world.Run(60000);
        }

        world.Program.Node.Ask();
        world.Until(() => world.Program.Node.Unsettled == 0);
        Assert.Equal(Enumerable.Range(0, 5).Select(i => $"{{\"n\":{i}}}"), world.Published);
        Assert.Equal(0, world.Device!.Radio.Resets + world.Gateway!.Radio.Resets);
    }

    [Fact]
    public void A_sleeping_board_wakes_publishes_and_sleeps_and_no_reading_is_lost()
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true);
        world.Publish("r0");
        world.Program.Node.Ask();
        world.Until(() => world.Program.SleepMs(world.Air.Now, world.Air.Now + 1000) > 0);
        List<long> awake = [];
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal(600000, world.Program.SleepMs(world.Air.Now, world.Air.Now + 600000));
            world.Sleep(600000);
            RadioDevice program = world.Boot(600000);
            long began = world.Air.Now;
            world.Publish($"r{i}");
            program.Node.Ask();
            Assert.Equal(0, program.SleepMs(world.Air.Now, world.Air.Now + 1000));
            world.Until(() => program.SleepMs(world.Air.Now, world.Air.Now + 1000) > 0);
            awake.Add(world.Air.Now - began);
        }

        Assert.Equal(Enumerable.Range(0, 11).Select(i => $"r{i}"), world.Published);
        Assert.InRange(awake.Max(), 1000, 20000);
    }

    [Fact]
    public void A_device_roams_from_BLE_to_LoRa_and_back_and_loses_no_reading()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: true);
        List<string> sent = [];
        void PublishFor(int times)
        {
            for (int i = 0; i < times; i++)
            {
                sent.Add($"r{sent.Count}");
                world.Publish(sent[^1]);
                world.Program.Node.Ask();
                world.Run(120000);
            }
        }

        PublishFor(3);
        Assert.Equal(0, world.Program.Current);
        Assert.Empty(world.Air.Sent);

        // out of the gateway's BLE range
        world.Ble!.Loses = int.MaxValue;
        world.Ble.Other!.Loses = int.MaxValue;
        PublishFor(5);
        Assert.NotEmpty(world.Air.Sent);

        // and back: it is found again when its pause is over
        world.Ble.Loses = 0;
        world.Ble.Other.Loses = 0;
        for (int i = 0; i < 40 && (world.Program.Current != 0 || world.Program.Node.Unsettled > 0); i++)
        {
            PublishFor(1);
        }

        Assert.Equal(0, world.Program.Current);
        PublishFor(2);
        world.Program.Node.Ask();
        world.Until(() => world.Program.Node.Unsettled == 0);
        Assert.Equal(0, world.Lost);
        Assert.Equal(sent.Order(), world.Published.Distinct().Order());
        Assert.Equal(FrameState.Open, world.Program.Node.State);
    }

    [Fact]
    public void A_device_that_goes_over_from_BLE_to_Wi_Fi_publishes_each_reading_once()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false, hasWifi: true);
        world.Wifi!.IsUp = false;
        List<string> sent = [];
        void PublishFor(int seconds)
        {
            for (int i = 0; i < seconds; i += 5)
            {
                sent.Add($"r{sent.Count}");
                world.Publish(sent[^1]);
                world.Run(5000);
            }
        }

        PublishFor(30);
        Assert.Equal(1, world.Program.Current);
        Assert.Equal(0, world.Wifi.Sent);

        // home: Wi-Fi is there, and BLE goes in the middle of a reading
        world.Wifi.IsUp = true;
        PublishFor(20);
        world.Publish("r-last-on-BLE");
        sent.Add("r-last-on-BLE");
        world.Ble!.Loses = int.MaxValue;
        world.Ble.Other!.Loses = int.MaxValue;
        PublishFor(60);
        world.Program.Node.Ask();
        world.Until(() => world.Program.Node.Unsettled == 0);
        Assert.Equal(0, world.Program.Current);
        Assert.Equal(0, world.Lost);
        Assert.Equal(sent.Order(), world.Published.Order());
    }

    [Fact]
    public void The_first_radio_that_works_has_its_turn_Wi_Fi_then_BLE_then_LoRa()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: true, hasWifi: true);
        int published = 0;
        void PublishUntil(int radio)
        {
            for (int i = 0; i < 80 && (world.Program.Current != radio || world.Program.Node.Unsettled > 0); i++)
            {
                world.Publish($"r{published++}");
                world.Program.Node.Ask();
                world.Run(120000);
            }

            Assert.Equal(radio, world.Program.Current);
        }

        world.Publish($"r{published++}");
        world.Until(() => world.Program.Node.Unsettled == 0);
        Assert.Equal(0, world.Program.Current);
        world.Wifi!.IsUp = false;
        PublishUntil(1);
        world.Ble!.Loses = int.MaxValue;
        world.Ble.Other!.Loses = int.MaxValue;
        PublishUntil(2);
        Assert.NotEmpty(world.Air.Sent);
        world.Wifi.IsUp = true;
        PublishUntil(0);
        Assert.Equal(0, world.Lost);
        Assert.Equal(Enumerable.Range(0, published).Select(i => $"r{i}").Order(), world.Published.Distinct().Order());
    }

    [Fact]
    public void A_record_whose_newest_copy_rots_is_resumed_and_never_gone_on_with()
    {
        RadioWorld world = new(hasBle: false, hasLoRa: true);
        world.Publish("r0");
        world.Until(() => world.Program.Node.Unsettled == 0);
        FrameRecord last = world.Program.Node.Session.Record;
        Assert.True(last.IsKept);
        (uint nd, int used, int sid) = (last.Nd, world.Program.Node.Session.Next, last.Sid);
        world.Sleep(60000);
        byte[][] copies = [ReadCopy(world, "frames-a"), ReadCopy(world, "frames-b")];
        int newest = copies[0].AsSpan(0, 4).SequenceCompareTo(copies[1].AsSpan(0, 4)) > 0 ? 0 : 1;
        copies[newest][40] ^= 1;
        world.Values.Write(newest == 0 ? "frames-a" : "frames-b", copies[newest], 0, copies[newest].Length);

        FrameNode node = world.Boot(60000).Node;
        Assert.Equal(FrameState.Resuming, node.State);
        Assert.False(node.Session.IsOpen);
        Assert.True(node.Session.Record.Nd > nd, "the attempt that was lost has its number again");
        Assert.True(node.Session.Record.Reserved >= used, "numbers that may have been sent are free again");
        world.Publish("r1");
        world.Until(() => world.Program.Node.Unsettled == 0);
        Assert.NotEqual(sid, node.Session.Record.Sid);
        Assert.Equal(["r0", "r1"], world.Published);
    }

    [Fact]
    public void A_device_that_nobody_is_connected_to_waits_and_does_not_spin()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: false);
        world.Publish("r0");
        world.Run(1000);
        world.Ble!.Connection = 0;
        world.Publish("r1");
        int steps = 0;
        for (long end = world.Air.Now + 10000; world.Air.Now < end; steps++)
        {
            world.Air.Advance(Math.Max(1, world.Program.Step(world.Air.Now)));
        }

        Assert.InRange(steps, 1, 100);
        world.Ble.Reconnect();
        world.Program.Node.Ask();
        world.Until(() => world.Program.Node.Unsettled == 0, 60000);
    }

    [Fact]
    public void A_radio_without_a_chip_gives_way_to_the_next()
    {
        RadioWorld world = new(hasBle: true, hasLoRa: true);
        world.Device!.Model.IsDead = true;
        world.Ble!.Loses = int.MaxValue;
        world.Publish("r0");
        world.Run(120000);
        world.Ble.Loses = 0;
        world.Until(() => world.Program.Node.Unsettled == 0, 2 * 3600000);
        Assert.Equal(["r0"], world.Published.Distinct());
    }

    [Fact]
    public void Links_and_a_choice_that_do_not_fit_are_refused()
    {
        RadioChoice choice = new(new RadioChoiceOptions());
        Assert.Throws<ArgumentException>(() => new RadioDevice([], new FrameNodeOptions(), choice, null!, null!, null!, null!));
        Assert.Throws<ArgumentException>(() => new RadioDevice([], new FrameNodeOptions(), null!, null!, null!, null!, null!));
    }

    private static byte[] ReadCopy(RadioWorld world, string name)
    {
        byte[] buffer = new byte[300];
        return buffer[..world.Values.Read(name, buffer, 0, buffer.Length)];
    }
}
