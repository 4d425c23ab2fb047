using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;

namespace NanoLibp2p.Radio.Tests.Air;

/// <summary>What a shared air does to frames.</summary>
public sealed class AirMediumTests
{
    private const long HourMs = 3_600_000;
    private readonly VirtualClock _clock = new();
    private readonly List<AirLink> _links = [];

    [Fact]
    public void Two_frames_at_the_same_time_are_lost_unless_one_is_much_stronger()
    {
        AirMedium air = New("802154-like");
        AirLink gateway = Join(air, true);
        AirLink near = Join(air, false, 90);
        AirLink far = Join(air, false, 95);
        AirLink farther = Join(air, false, 96);
        SendAll(near, far);
        Assert.Empty(Received(gateway));
        Assert.Equal(2, gateway.Counters.Collided);
        SendAll(near, farther);
        Assert.Equal(["near"], Received(gateway, near, farther));

        string[] Received(AirLink link, params AirLink[] _) => [.. Drain(link).Select(one => one[0] == 90 ? "near" : "far")];
    }

    [Fact]
    public void A_gateway_hears_nothing_while_it_sends()
    {
        AirMedium air = New("lora-sf9-eu868");
        AirLink gateway = Join(air, true);
        AirLink one = Join(air, false);
        AirLink other = Join(air, false);
        Send(one, 1);
        Pass(300);
        byte[] frame = Assert.Single(Drain(gateway));
        byte[] origin = FrameLinkPairOrigin(gateway);
        Assert.Equal(50, gateway.Send(new byte[50], 0, 50, origin, origin.Length, true));
        Pass(1000);
        Send(other, 2);
        Pass(2000);
        Assert.Empty(Drain(gateway));
        Assert.Equal(1, gateway.Counters.Missed);
        Assert.Single(Drain(one));
        Assert.NotNull(frame);
    }

    [Fact]
    public void A_LoRa_device_hears_only_what_begins_in_its_receive_window()
    {
        AirMedium air = New("lora-sf7-eu868");
        AirLink gateway = Join(air, true);
        AirLink sleeper = Join(air, false);
        AirLink asker = Join(air, false);
        Send(asker, 1);
        Pass(200);
        Assert.Single(Drain(gateway));
        byte[] origin = FrameLinkPairOrigin(gateway);
        Assert.Equal(3, gateway.Send([1, 2, 3], 0, 3, origin, origin.Length, true));
        Pass(3000);
        Assert.Single(Drain(asker));
        Assert.Empty(Drain(sleeper));
        Assert.Equal(1, sleeper.Counters.Missed);
        Assert.Equal(FrameLinkResult.TooLate, gateway.Send([1, 2, 3], 0, 3, origin, origin.Length, true));
    }

    [Fact]
    public void Signals_below_the_sensitivity_do_not_arrive_and_slower_ones_reach_farther()
    {
        foreach ((string profile, int loss, int arrived) in new[]
        {
            ("lora-sf7-eu868", 136, 1), ("lora-sf7-eu868", 139, 0), ("lora-sf12-eu868", 150, 1), ("lora-sf12-eu868", 153, 0),
        })
        {
            AirMedium air = New(profile);
            AirLink gateway = Join(air, true);
            Send(Join(air, false, loss), 1);
            Pass(3000);
            Assert.Equal(arrived, Drain(gateway).Count);
            Assert.Equal(1 - arrived, gateway.Counters.Weak);
        }
    }

    [Fact]
    public void Loss_is_the_share_that_is_asked_for_and_the_same_for_the_same_seed()
    {
        int[] arrived = [Play(5), Play(5), Play(6)];
        Assert.Equal(arrived[0], arrived[1]);
        Assert.NotEqual(arrived[0], arrived[2]);
        Assert.InRange(arrived[0], 630, 770);

        int Play(int seed)
        {
            AirMedium air = New("ble", seed);
            air.Loss = 0.3;
            AirLink gateway = Join(air, true);
            AirLink device = Join(air, false);
            int count = 0;
            for (int i = 0; i < 1000; i++)
            {
                Send(device, 1);
                Pass(10);
                count += Drain(gateway).Count;
            }

            return count;
        }
    }

    [Fact]
    public void A_jammer_takes_what_it_chooses_and_a_repeater_sends_it_twice()
    {
        AirMedium air = New("ble");
        air.Jammer = frame => frame.Bytes[0] == 6;
        air.Repeats = 1;
        AirLink gateway = Join(air, true);
        AirLink device = Join(air, false);
        Send(device, 6);
        Pass(10);
        Send(device, 7);
        Pass(10);
        Assert.Equal([7, 7], Drain(gateway).Select(one => (int)one[0]));
    }

    [Fact]
    public void A_polite_radio_waits_for_a_free_channel()
    {
        AirMedium air = New("802154");
        Join(air, true);
        AirLink one = Join(air, false);
        AirLink other = Join(air, false);
        Assert.Equal(100, one.Send(new byte[100], 0, 100, null!, 0, true));
        Assert.Equal(FrameLinkResult.Busy, other.Send(new byte[100], 0, 100, null!, 0, true));
        Pass(20);
        Assert.Equal(100, other.Send(new byte[100], 0, 100, null!, 0, true));
    }

    [Fact]
    public void No_sliding_hour_has_more_than_its_duty_cycle_whatever_is_sent_and_however_often_the_power_goes()
    {
        Random random = new(9);
        AirMedium air = New("lora-sf12-eu868");
        List<AirFrame> sent = [];
        air.Listener = sent.Add;
        MemoryStore store = new();
        AirLink device = air.Join(new AirLinkOptions { Store = store });
        device.Open();
        for (int i = 0; i < 60_000; i++)
        {
            device.Send(new byte[96], 0, random.Next(1, 97), null!, 0, random.Next(2) == 0);
            device.Poll(_clock.NowMs);
            _clock.NowMs += random.Next(1, 1000);
            if (random.Next(20_000) == 0)
            {
                // the power goes; the radio's memory with it
                device.Close();
                _clock.NowMs += random.Next(1, 60_000);
                device = air.Join(new AirLinkOptions { Store = store });
                device.Open();
            }
        }

        Assert.True(sent.Count > 50, $"{sent.Count} frames in {_clock.NowMs / HourMs} hours");
        long worst = sent.Max(last => sent.Where(one => one.EndUs > last.EndUs - (HourMs * 1000) && one.StartUs < last.EndUs)
            .Sum(one => (long)one.AirUs));
        Assert.InRange(worst, 10_000_000, 36_000_000);
    }

    [Fact]
    public void An_unknown_profile_is_told_with_those_that_are()
        => Assert.Contains("lora-sf9-eu868", Assert.Throws<ArgumentException>(() => AirProfile.Find("lora-sf6")).Message);

    private static byte[] FrameLinkPairOrigin(AirLink link) => FrameLinkPair.Origin(link);

    private static List<byte[]> Drain(AirLink link)
    {
        List<byte[]> all = [];
        byte[] buffer = new byte[link.Mtu];
        for (int count = link.Receive(buffer, 0, buffer.Length); count > 0; count = link.Receive(buffer, 0, buffer.Length))
        {
            all.Add(buffer[..count]);
        }

        return all;
    }

    private AirMedium New(string profile, int seed = 1)
    {
        _links.Clear();

        // one channel, on which frames disturb each other, and whoever sends does not look
        AirProfile one = profile == "802154-like" ? AirProfile.Find("lora-sf7-eu868") with { UpChannels = 1 } : AirProfile.Find(profile);
        return new AirMedium(one, _clock, seed);
    }

    private AirLink Join(AirMedium air, bool isGateway, int loss = 100)
    {
        AirLink link = air.Join(new AirLinkOptions { IsGateway = isGateway, LossDb = loss });
        Assert.Equal(LinkError.None, link.Open());
        _links.Add(link);
        return link;
    }

    private static void Send(AirLink link, byte first)
        => Assert.Equal(20, link.Send([first, .. new byte[19]], 0, 20, null!, 0, true));

    private void SendAll(params AirLink[] links)
    {
        byte[] losses = [90, 95];
        for (int i = 0; i < links.Length; i++)
        {
            Send(links[i], losses[i]);
        }

        Pass(500);
    }

    private void Pass(int milliseconds)
    {
        for (long end = _clock.NowMs + milliseconds; _clock.NowMs < end;)
        {
            int next = _links.Min(one => one.Poll(_clock.NowMs));
            _clock.NowMs = Math.Min(end, _clock.NowMs + Math.Max(1, next));
            _links.ForEach(one => one.Poll(_clock.NowMs));
        }
    }
}
