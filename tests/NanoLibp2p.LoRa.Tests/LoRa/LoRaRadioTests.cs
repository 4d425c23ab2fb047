using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>The radio over models of both chips, on one air in virtual time.</summary>
public sealed class LoRaRadioTests
{
    public static TheoryData<string, string> Pairs => new()
    {
        { "sx127x", "sx127x" }, { "sx127x", "sx126x" }, { "sx126x", "sx127x" }, { "sx126x", "sx126x" },
    };

    public static TheoryData<string> Chips => ["sx127x", "sx126x"];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_device_is_heard_by_a_gateway_and_hears_the_answer_in_its_window(string deviceChip, string gatewayChip)
    {
        Medium medium = new();
        Station device = Device(medium, deviceChip);
        Station gateway = Gateway(medium, gatewayChip);
        byte[] reading = [.. Enumerable.Range(0, 128).Select(i => (byte)(i * 7))];
        gateway.OnFrame = (_, origin) => Assert.Equal(20, gateway.Send(new byte[20], origin));

        Assert.Equal(128, device.Send(reading));
        Station.Run(medium, 3000, device, gateway);

        Assert.Equal(reading, gateway.Heard.Single());
        Assert.Equal(new byte[20], device.Heard.Single());

        // the answer began a second after the frame's end, by two clocks that look every millisecond
        (long at, int us, _, _) = medium.Sent[0];
        Assert.InRange(medium.Sent[1].At - at - (us / 1000), 1000, 1010);
        Assert.Equal(LoRaState.Idle, device.Radio.State);
        Assert.Equal(LoRaState.Listening, gateway.Radio.State);
        Assert.Equal(0, device.Radio.Resets + gateway.Radio.Resets);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_lost_interrupt_edge_costs_milliseconds_and_no_frame(string chip)
    {
        Medium medium = new();
        Station device = Device(medium, chip);
        Station gateway = Gateway(medium, chip);
        gateway.Model.LosesInterrupts = true;
        device.Model.LosesInterrupts = true;
        for (int i = 0; i < 5; i++)
        {
            device.Send(new byte[30]);
            Station.Run(medium, 4000, device, gateway);
        }

        Assert.Equal(5, gateway.Heard.Count);
        Assert.Equal(0, device.Radio.Resets + gateway.Radio.Resets);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_damaged_frame_is_dropped_and_the_next_one_is_heard(string chip)
    {
        Medium medium = new() { Damages = true };
        Station device = Device(medium, chip);
        Station gateway = Gateway(medium, chip);
        device.Send(new byte[30]);
        Station.Run(medium, 4000, device, gateway);
        Assert.Empty(gateway.Heard);
        Assert.Equal(1, gateway.Radio.Damaged);

        medium.Damages = false;
        device.Send(new byte[31]);
        Station.Run(medium, 4000, device, gateway);
        Assert.Equal(31, gateway.Heard.Single().Length);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_frame_without_a_CRC_is_not_taken_where_one_is_asked_for(string chip)
    {
        Medium medium = new();
        Station gateway = Gateway(medium, chip);
        gateway.Model.Hear(new byte[30], hasCrc: false, isDamaged: false, rssi: -50, snrQuarters: 20);
        Station.Run(medium, 100, gateway);
        Assert.Empty(gateway.Heard);
        Assert.Equal(1, gateway.Radio.Damaged);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_chip_that_its_supply_reset_listens_again_within_ten_seconds(string chip)
    {
        Medium medium = new();
        Station device = Device(medium, chip);
        Station gateway = Gateway(medium, chip);
        gateway.Model.PowerOn();
        Station.Run(medium, LoRaRadio.HealthMs + 100, gateway);
        Assert.Equal(1, gateway.Radio.Resets);

        device.Send(new byte[30]);
        Station.Run(medium, 2000, device, gateway);
        Assert.Single(gateway.Heard);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_frame_that_never_leaves_is_given_up_and_the_chip_is_reset(string chip)
    {
        Medium medium = new();
        Station device = Device(medium, chip);
        device.Model.NeverEndsSending = true;
        device.Send(new byte[30]);
        Station.Run(medium, 3000, device);
        Assert.Equal(1, device.Radio.Resets);
        Assert.Equal(LoRaState.Idle, device.Radio.State);

        device.Model.NeverEndsSending = false;
        Assert.Equal(30, device.Send(new byte[30]));
        Station.Run(medium, 3000, device);
        Assert.Single(medium.Sent);
    }

    [Fact]
    public void A_stuck_busy_line_is_cured_by_a_reset()
    {
        Medium medium = new();
        Station device = Device(medium, "sx127x");
        Station gateway = Gateway(medium, "sx126x");
        gateway.Model.IsStuck = true;
        Station.Run(medium, LoRaRadio.HealthMs + 500, gateway);
        Assert.True(gateway.Radio.Resets > 0);

        device.Send(new byte[30]);
        Station.Run(medium, 2000, device, gateway);
        Assert.Single(gateway.Heard);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_chip_that_is_gone_is_told_as_a_broken_link_and_used_again_when_it_is_back(string chip)
    {
        Medium medium = new();
        Station gateway = Gateway(medium, chip);
        gateway.Model.IsDead = true;
        Station.Run(medium, LoRaRadio.HealthMs + 5000, gateway);
        Assert.Equal(LinkResult.Failed, gateway.Radio.Receive(new byte[255], 0, 255));
        Assert.Equal(FrameLinkResult.Failed, gateway.Send(new byte[20]));

        gateway.Model.IsDead = false;
        Station.Run(medium, 2000, gateway);
        Assert.Equal(LoRaState.Listening, gateway.Radio.State);
        Assert.Equal(0, gateway.Radio.Receive(new byte[255], 0, 255));
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void Without_a_chip_it_does_not_open_and_says_so(string chip)
    {
        Station device = new(new Medium(), chip, LoRaOptions.Eu868(9, false));
        device.Model.IsDead = true;
        Assert.Equal(LinkError.Unreachable, device.Radio.Open());
        Assert.Equal(FrameLinkResult.Failed, device.Send(new byte[20]));
        device.Model.IsDead = false;
        Assert.Equal(LinkError.None, device.Radio.Open());
    }

    [Fact]
    public void An_answer_after_its_window_is_refused_as_too_late()
    {
        Medium medium = new();
        Station device = Device(medium, "sx127x");
        Station gateway = Gateway(medium, "sx127x");
        byte[] kept = [];
        gateway.OnFrame = (_, origin) => kept = origin;
        device.Send(new byte[30]);
        Station.Run(medium, 2500, device, gateway);
        Assert.Equal(FrameLinkResult.TooLate, gateway.Send(new byte[20], kept));
        Assert.Equal(FrameLinkResult.TooLate, gateway.Send(new byte[20], [1, 2, 3]));
        Assert.Equal(FrameLinkResult.TooLate, gateway.Send(new byte[20], [255, 255, 255, 255, 255, 255, 255, 255]));
        Assert.Single(medium.Sent);
    }

    [Fact]
    public void A_second_answer_is_refused_while_one_waits_for_its_window()
    {
        Medium medium = new();
        Station device = Device(medium, "sx127x");
        Station gateway = Gateway(medium, "sx127x");
        List<int> results = [];
        gateway.OnFrame = (_, origin) => results.AddRange([gateway.Send(new byte[20], origin), gateway.Send(new byte[21], origin)]);
        device.Send(new byte[30]);
        Station.Run(medium, 2500, device, gateway);
        Assert.Equal([20, FrameLinkResult.Busy], results);
        Assert.Equal(20, device.Heard.Single().Length);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_window_stays_open_for_a_frame_that_began_in_it(string chip)
    {
        Medium medium = new();
        Station device = Device(medium, chip);
        Station gateway = Gateway(medium, chip);
        gateway.OnFrame = (_, origin) => Assert.Equal(128, gateway.Send(new byte[128], origin));
        device.Send(new byte[20]);
        Station.Run(medium, 3000, device, gateway);
        Assert.Equal(128, device.Heard.Single().Length);
    }

    [Fact]
    public void A_device_sleeps_outside_its_window_and_a_gateway_does_not_hear_gateways()
    {
        Medium medium = new();
        Station device = Device(medium, "sx126x");
        Station gateway = Gateway(medium, "sx127x");
        Station other = Gateway(medium, "sx126x");
        Assert.Equal(20, gateway.Send(new byte[20]));
        Station.Run(medium, 2000, device, gateway, other);
        Assert.Empty(device.Heard);
        Assert.Empty(other.Heard);
        Assert.Equal(LoRaAntenna.None, device.Model.Antenna);
    }

    [Fact]
    public void No_hour_has_more_airtime_than_the_channel_allows_whatever_is_asked()
    {
        Medium medium = new();
        LoRaOptions settings = LoRaOptions.Eu868(12, false);
        settings.ChannelsHz = [868100000];
        Station device = Station.Open(medium, "sx127x", settings);
        HashSet<int> results = [];
        for (int second = 0; second < 2 * 3600 + 1800; second++)
        {
            results.Add(device.Send(new byte[51]));
            for (int i = 0; i < 4; i++)
            {
                medium.Advance(250);
                device.Step();
            }
        }

        Assert.Equal([51, FrameLinkResult.Busy, FrameLinkResult.HeldBack], results.OrderDescending());
        Assert.True(device.Radio.WaitMs(51, false) > 0);
        Assert.True(medium.Sent.Count > 20);
        foreach ((long end, _, _, _) in medium.Sent)
        {
            long used = medium.Sent.Where(frame => frame.At <= end && frame.At > end - 3600000).Sum(frame => (long)frame.AirUs);
            Assert.InRange(used, 0, 36000000);
        }
    }

    [Fact]
    public void A_channel_is_chosen_anew_for_each_frame()
    {
        Medium medium = new();
        Station device = Device(medium, "sx127x", oneChannel: false);
        for (int i = 0; i < 20; i++)
        {
            device.Send(new byte[20]);
            Station.Run(medium, 1500, device);
        }

        Assert.Equal(3, medium.Sent.Select(frame => frame.Tuning.FrequencySteps).Distinct().Count());
    }

    [Fact]
    public void On_US915_no_channel_comes_again_within_20_seconds_nor_is_one_used_right_after_a_start()
    {
        Medium medium = new();
        Station device = Station.Open(medium, "sx126x", LoRaOptions.Us915(7, false));
        Assert.Equal(FrameLinkResult.HeldBack, device.Send(new byte[50]));
        Assert.Equal(20000, device.Radio.WaitMs(50, false));
        for (int i = 0; i < 200000; i += 100)
        {
            device.Send(new byte[50]);
            Station.Run(medium, 100, device);
        }

        Assert.InRange(medium.Sent.Count, 60, 80);
        ILookup<int, long> channels = medium.Sent.ToLookup(frame => frame.Tuning.FrequencySteps, frame => frame.At);
        Assert.Equal(8, channels.Count);
        foreach (IGrouping<int, long> channel in channels)
        {
            long[] times = [.. channel];
            Assert.All(times.Zip(times[1..], (first, next) => next - first), gap => Assert.True(gap >= 20000));
        }
    }

    [Fact]
    public void Frames_of_no_length_or_too_long_are_refused()
    {
        Station device = Device(new Medium(), "sx127x");
        Assert.Equal(FrameLinkResult.TooLong, device.Send([]));
        Assert.Equal(FrameLinkResult.TooLong, device.Send(new byte[129]));
        Assert.Equal(128, device.Send(new byte[128]));
    }

    [Fact]
    public void A_clock_that_is_set_back_delays_nothing()
    {
        Medium medium = new();
        Station device = Device(medium, "sx127x");
        device.Send(new byte[20]);
        device.Radio.Poll(medium.Now - 1000000);
        for (int i = 0; i < 2500; i++)
        {
            medium.Advance(1);
            device.Radio.Poll(medium.Now - 1000000);
        }

        Assert.Equal(LoRaState.Idle, device.Radio.State);
        Assert.Equal(0, device.Radio.Resets);
    }

    [Theory]
    [InlineData(868100000, 15, 36000, "lower PowerDbm")]
    [InlineData(868100000, 14, 36001, "lower LimitMs")]
    [InlineData(868100000, 14, 0, "lower LimitMs")]
    [InlineData(868650000, 14, 36000, "has no band")]
    [InlineData(868570000, 14, 36000, "has no band")]
    [InlineData(915000000, 14, 36000, "has no band")]
    [InlineData(868900000, 14, 3600, null)]
    [InlineData(869525000, 20, 360000, null)]
    [InlineData(868537000, 14, 36000, null)]
    public void What_EU868_does_not_allow_is_refused_with_what_to_change(int hz, int dbm, int limitMs, string? advice)
    {
        LoRaOptions settings = LoRaOptions.Eu868(9, false);
        settings.ChannelsHz = [hz];
        settings.PowerDbm = dbm;
        settings.LimitMs = limitMs;
        Assert.Equal(advice, advice is null ? LoRaRegion.Eu868.Check(settings) : advice);
        if (advice is not null)
        {
            Assert.Contains(advice, LoRaRegion.Eu868.Check(settings), StringComparison.Ordinal);
            Medium medium = new();
            Assert.Throws<ArgumentException>(() => new LoRaRadio(new Sx127x(new Sx127xModel(medium), true), settings, null!,
                new SeededRandom(1)));
        }
    }

    [Theory]
    [InlineData(7, 255, null)]
    [InlineData(8, 138, null)]
    [InlineData(9, 66, null)]
    [InlineData(9, 67, "lower Mtu")]
    [InlineData(10, 66, "lower Mtu")]
    public void US915_allows_no_frame_of_more_than_400_ms(int spreadingFactor, int mtu, string? advice)
    {
        LoRaOptions settings = LoRaOptions.Us915(spreadingFactor, false);
        settings.Mtu = mtu;
        string? found = LoRaRegion.Us915.Check(settings);
        Assert.Equal(advice is null, found is null);
        Assert.Contains(advice ?? "", found ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, true, 0xFF, 0x87, 0x31)]
    [InlineData(17, true, 0xFF, 0x84, 0x2B)]
    [InlineData(2, true, 0xF0, 0x84, 0x2B)]
    [InlineData(14, false, 0x7E, 0x84, 0x2B)]
    [InlineData(0, false, 0x04, 0x84, 0x2B)]
    [InlineData(-4, false, 0x00, 0x84, 0x2B)]
    public void Power_of_an_SX1276_is_set_as_Semtechs_driver_does(int dbm, bool usesBoost, int paConfig, int paDac, int overCurrent)
    {
        Sx127xModel model = new(new Medium());
        Sx127x chip = new(model, usesBoost);
        Assert.True(chip.CanSendWith(dbm));
        Assert.True(chip.Configure(0x12, dbm, 868100000));
        Assert.True(model.WasCalibrated);
        Assert.Equal((paConfig, paDac, overCurrent), (model[0x09], model[0x4D], model[0x0B]));
    }

    [Theory]
    [InlineData(22, false, "04070001", "1604")]
    [InlineData(-9, false, "04070001", "f704")]
    [InlineData(15, true, "06000101", "0e04")]
    [InlineData(-17, true, "04000101", "ef04")]
    public void Power_of_an_SX1261_and_SX1262_is_set_as_Semtechs_driver_does(int dbm, bool isSx1261, string paConfig, string txParams)
    {
        Sx126xModel model = new(new Medium());
        Sx126x chip = new(model, new Sx126xOptions { IsSx1261 = isSx1261 });
        model.Rest();
        model.Wait(5);
        Assert.True(chip.CanSendWith(dbm));
        Assert.False(chip.CanSendWith(23));
        Assert.True(chip.Configure(0x12, dbm, 915000000));
        Assert.Equal(Convert.FromHexString(paConfig), model.PaConfig);
        Assert.Equal(Convert.FromHexString(txParams), model.TxParams);
        Assert.Equal([0xE1, 0xE9], model.ImageBand);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void At_500_kHz_the_errata_of_the_receiver_are_minded(string chip)
    {
        Medium medium = new();
        LoRaOptions settings = LoRaOptions.Us915(7, false);
        settings.ListensAlways = true;
        Station device = Station.Open(medium, chip, settings);
        if (device.Model is Sx127xModel old)
        {
            Assert.Equal((0x02, 0x64, 0xC3), (old[0x36], old[0x3A], old[0x31]));
        }
        else
        {
            Assert.Equal(0, ((Sx126xModel)device.Model)[0x889] & 4);
        }
    }

    [Fact]
    public void Nothing_is_allocated_by_sending_listening_and_receiving()
    {
        Medium medium = new();
        Station device = Device(medium, "sx126x");
        SilentBus bus = new();
        LoRaRadio radio = new(new Sx127x(bus, true), LoRaOptions.Eu868(9, true), device.Ledger!, new SeededRandom(1));
        byte[] buffer = new byte[255];
        Assert.Equal(LinkError.None, radio.Open());
        long now = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                now += 20;
                radio.Poll(now);
                radio.Receive(buffer, 0, buffer.Length);
                radio.Send(buffer, 0, 10, null!, 0, true);
                radio.Wait(0);
            }

            if (round == 1)
            {
                Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            }
        }

        Assert.True(bus.Transactions > 3000);
    }

    private static Station Device(Medium medium, string chip, bool oneChannel = true)
    {
        LoRaOptions settings = LoRaOptions.Eu868(9, false);
        if (oneChannel)
        {
            settings.ChannelsHz = [868100000];
        }

        return Station.Open(medium, chip, settings);
    }

    private static Station Gateway(Medium medium, string chip) => Station.Open(medium, chip, LoRaOptions.Eu868(9, true));

    /// <summary>A bus that answers every read of the version, says that all was sent, and allocates nothing.</summary>
    private sealed class SilentBus : ILoRaBus
    {
        private byte _mode;

        public int Transactions { get; private set; }

        public bool IsBusy => false;

        public bool IsInterrupted => true;

        public bool Transfer(byte[] send, byte[] receive, int count)
        {
            Transactions++;
            _mode = send[0] == 0x81 ? send[1] : _mode;
            receive[1] = send[0] switch { 0x42 => 0x12, 0x12 => 0x48, 0x01 => _mode, 0x1C => 0x40, 0x13 => 20, _ => 0 };
            return true;
        }

        public void HoldReset(bool isHeld)
        {
        }

        public void SwitchAntenna(LoRaAntenna antenna)
        {
        }

        public void Rest()
        {
        }

        public void Wait(int milliseconds)
        {
        }
    }
}
