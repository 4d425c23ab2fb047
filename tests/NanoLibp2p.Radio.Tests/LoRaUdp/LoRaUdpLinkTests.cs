using System;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Air;
using NanoLibp2p.Hal.Radio.LoRaUdp;

namespace NanoLibp2p.Radio.Tests.LoRaUdp;

/// <summary>A gateway whose concentrator is behind Semtech's packet forwarder; the device is on the air.</summary>
public sealed class LoRaUdpLinkTests : FrameLinkTests
{
    [Fact]
    public void A_frame_down_is_what_a_packet_forwarder_sends_in_the_receive_window()
    {
        using LoRaUdpPair pair = new("lora-sf9-eu868");
        pair.Send(pair.Device, [1, 2, 3]);
        Assert.Equal([1, 2, 3], pair.Receive(pair.Gateway));
        Assert.Equal(4 * 9.8, pair.Gateway.SnrQuarterDb, 1.0);
        Assert.InRange(pair.Gateway.RssiDbm, -100, -50);
        pair.Send(pair.Gateway, [9, 8], FrameLinkPair.Origin(pair.Gateway));
        Assert.Equal([9, 8], pair.Receive(pair.Device));
        JsonElement sent = Assert.Single(pair.Forwarder.Sends);
        Assert.Equal("""
            imme false,freq 869.525,rfch 0,powe 14,modu "LORA",datr "SF9BW125",codr "4/5",ipol true,prea 8,size 2,data "CQg="
            """, string.Join(',', sent.EnumerateObject().Where(one => one.Name != "tmst")
                .Select(one => $"{one.Name} {one.Value.GetRawText()}")));
        Assert.Contains((byte)1, pair.Forwarder.Kinds);
        Assert.Contains((byte)4, pair.Forwarder.Kinds);
        Assert.Equal(["0016c001ff10a235"], pair.Link.Forwarders);
    }

    [Fact]
    public void A_frame_whose_CRC_was_wrong_is_dropped()
    {
        using LoRaUdpPair pair = new("lora-sf9-eu868");
        pair.Forwarder.Push(pair.Forwarder.Heard(7, -80, [6, 6], crc: -1));
        pair.Forwarder.Push(pair.Forwarder.Heard(8, -80, [6, 7], crc: 0));
        pair.Forwarder.Push(pair.Forwarder.Heard(9, -80, [1, 1]));
        Assert.Equal([1, 1], pair.Receive(pair.Gateway));
    }

    [Fact]
    public void An_answer_that_comes_after_its_window_is_refused_at_once()
    {
        using LoRaUdpPair pair = new("lora-sf9-eu868");
        pair.Send(pair.Device, [1]);
        pair.Receive(pair.Gateway);
        byte[] origin = FrameLinkPair.Origin(pair.Gateway);
        pair.Clock.NowMs += 990;
        Assert.Equal(FrameLinkResult.TooLate, pair.Gateway.Send([1], 0, 1, origin, origin.Length, true));
        Assert.Equal(FrameLinkResult.TooLate, pair.Gateway.Send([1], 0, 1, null!, 0, true));
    }

    [Fact]
    public void What_a_forwarder_refuses_is_counted_with_its_reason()
    {
        using LoRaUdpPair pair = new("lora-sf9-eu868");
        pair.Until(() => pair.Gateway.Receive(new byte[300], 0, 300) == 0 && pair.Forwarder.Kinds.Contains(4));
        pair.Forwarder.Push(pair.Forwarder.Heard(4_000, -80, [1]));
        pair.Receive(pair.Gateway);

        // the concentrator never heard such a frame
        pair.Send(pair.Gateway, [5], FrameLinkPair.Origin(pair.Gateway));
        pair.Until(() => pair.Gateway.Receive(new byte[300], 0, 300) == 0 && pair.Link.Refused == 1);
        Assert.Equal("TOO_LATE", pair.Link.LastRefusal);
    }

    [Fact]
    public void Forwarders_that_are_not_named_are_not_heard()
    {
        using LoRaUdpPair pair = new("lora-sf9-eu868", "0016c001ff10a236");
        pair.Forwarder.Push(pair.Forwarder.Heard(4_000, -80, [1]));
        pair.Until(() => pair.Gateway.Receive(new byte[300], 0, 300) == 0 && pair.Link.Dropped > 0);
        Assert.Empty(pair.Link.Forwarders);
        Assert.Throws<ArgumentException>(() => new LoRaUdpLink(new LoRaUdpOptions
        {
            Local = new IPEndPoint(IPAddress.Loopback, 0), Forwarders = ["xyz"],
        }));
    }

    [Fact]
    public void A_flood_is_bounded_in_forwarders_and_in_frames_a_second()
    {
        VirtualClock clock = new();
        LoRaUdpLink link = new(new LoRaUdpOptions { Local = new IPEndPoint(IPAddress.Loopback, 0) }, clock);
        Assert.Equal(LinkError.None, link.Open());
        using Socket attacker = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        IPEndPoint to = new(IPAddress.Loopback, link.Port);
        byte[] buffer = new byte[300];
        for (byte i = 0; i < 40; i++)
        {
            byte[] pull = [2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, i];
            attacker.SendTo(pull, to);
            link.Receive(buffer, 0, buffer.Length);
        }

        Assert.Equal(LoRaUdpLink.MaxForwarders, link.Forwarders.Count);
        string frame = "{\"tmst\":1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"data\":\"AQ==\"}";
        byte[] push = [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, .. Encoding.ASCII.GetBytes(
            $"{{\"rxpk\":[{string.Join(',', Enumerable.Repeat(frame, 60))}]}}")];
        int heard = 0;
        for (int i = 0; i < 20; i++)
        {
            attacker.SendTo(push, to);
            while (link.Receive(buffer, 0, buffer.Length) > 0)
            {
                heard++;
            }
        }

        Assert.InRange(heard, 60, LoRaUdpLink.MaxFramesASecond);
        link.Close();
    }

    [Fact]
    public void Datagrams_of_any_kind_are_at_worst_nothing()
    {
        Random random = new(11);
        string[] seeds =
        [
            "{\"rxpk\":[{\"tmst\":1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"rssi\":-80,\"lsnr\":5.5,\"data\":\"AQID\"}]}",
            "{\"txpk_ack\":{\"error\":\"TOO_LATE\"}}", "{\"rxpk\":[[[[[[[[[[[[]]]]]]]]]]]]}", "{\"rxpk\":{}}", "[]", "\"\\ud800\"", "1e999",
            "{\"rxpk\":[{\"tmst\":-1,\"stat\":1e99,\"modu\":7,\"datr\":\"SF99BW1\",\"rssi\":1e300,\"lsnr\":null,\"data\":\"****\"}]}",
        ];
        for (int i = 0; i < 50_000; i++)
        {
            byte[] seed = Encoding.UTF8.GetBytes(seeds[random.Next(seeds.Length)]);
            byte[] datagram = [2, 1, 1, (byte)random.Next(7), 0, 0, 0, 0, 0, 0, 0, 1, .. seed];
            for (int flips = random.Next(6); flips > 0; flips--)
            {
                datagram[random.Next(datagram.Length)] = (byte)random.Next(256);
            }

            datagram = datagram[..random.Next(random.Next(2) == 0 ? 0 : datagram.Length, datagram.Length + 1)];
            if (LoRaUdpPacket.Kind(datagram) < 0)
            {
                continue;
            }

            foreach (LoRaUdpHeard heard in LoRaUdpPacket.ReadHeard(datagram))
            {
                Assert.InRange(heard.Frame.Length, 1, 255);
                Assert.InRange(heard.SpreadingFactor, 7, 12);
            }

            LoRaUdpPacket.ReadError(datagram);
        }
    }

    protected override FrameLinkPair Create() => new LoRaUdpPair("lora-sf7-eu868");
}

/// <summary>A device on a simulated air, a packet forwarder on it, and a gateway's link.</summary>
internal sealed class LoRaUdpPair : FrameLinkPair
{
    internal LoRaUdpPair(string profile, params string[] forwarders)
    {
        AirMedium air = new(AirProfile.Find(profile), Clock, 1);
        Device = air.Join(new AirLinkOptions());
        Assert.Equal(LinkError.None, Device.Open());
        AirLink concentrator = air.Join(new AirLinkOptions { IsGateway = true });
        concentrator.Open();
        Link = new LoRaUdpLink(new LoRaUdpOptions
        {
            Local = new IPEndPoint(IPAddress.Loopback, 0), Forwarders = forwarders, Store = new MemoryStore(),
        }, Clock);
        Assert.Equal(LinkError.None, Link.Open());
        string rate = profile[5..].Split('-')[0].ToUpperInvariant() + "BW125";
        Forwarder = new PacketForwarder(new IPEndPoint(IPAddress.Loopback, Link.Port), concentrator, Clock, rate);
    }

    public override IFrameLink Device { get; }

    public override IFrameLink Gateway => Link;

    public override bool MayAllocate => true;

    internal LoRaUdpLink Link { get; }

    internal PacketForwarder Forwarder { get; }

    internal VirtualClock Clock { get; } = new();

    protected override long NowMs => Clock.NowMs;

    public override void Pass()
    {
        // datagrams on loopback are real, the air's time is not
        Device.Poll(NowMs);
        Forwarder.Poll();
        Gateway.Poll(NowMs);
        Gateway.Wait(1);
        Clock.NowMs += 10;
        Device.Poll(NowMs);
        Forwarder.Poll();
    }

    public override void Dispose()
    {
        base.Dispose();
        Forwarder.Dispose();
    }
}
