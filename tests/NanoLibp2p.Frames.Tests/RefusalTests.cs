using System;
using System.Collections.Generic;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>What a device that has a session, and means ill, gets for it: a NOTICE, and nothing on any topic.</summary>
public class RefusalTests : DeviceSessionEvents
{
    private static readonly FrameLinkInfo _link = new("", true);
    private readonly ManagedCrypto _crypto = new();
    private readonly List<byte[]> _up = [];
    private readonly List<FrameTaken> _taken = [];
    private readonly List<byte[]> _notices = [];
    private readonly FrameGateway _gateway;
    private readonly DeviceSession _device;
    private readonly Identity _identity;
    private readonly SetClock _clock = new();
    private readonly byte[] _card = new byte[FrameCard.CardBytes];
    private readonly KeyPair _key = new();
    private int _closed;

    public RefusalTests()
    {
        FrameSecrets secrets = new(_crypto);
        _identity = Identity.Create(_crypto, new SeededRandom(1));
        Identity gateway = Identity.Create(_crypto, new SeededRandom(2));
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = gateway, Crypto = _crypto, Random = new SeededRandom(3), Store = new MemoryFrameStore(), Admits = _ => true,
            Time = _clock, MayPublish = (_, topic) => topic != "secret",
        }, (_, taken) => _taken.Add(taken));
        secrets.DeriveStatic(_identity, 0, _key);
        new FrameCard(_crypto).Write(_identity, 0, _key, _card, 0);
        Assert.True(_gateway.Remember(_identity.PeerId, _card, _key.PublicKey));
        _device = new DeviceSession(new DeviceSessionOptions(), secrets, _identity, new BoardValues(), new SeededRandom(4), this);
        _device.Provision(1, new byte[32], 1UL << 56);
        _device.OpenKnown(0, gateway.PeerId, _gateway.StaticKey.ToArray());
        Pass();
        Send(FrameInner.Ping, []);
        _taken.Clear();
    }

    public static TheoryData<int, string, string> Refused => new()
    {
        // an alias that nobody registered; with the number in full, which sets the base
        { FrameInner.Publish | 4, "0100000000000000" + "AA", "0100" },
        { FrameInner.Publish | 7, "0100000000000000" + "09AA", "0109" },

        // no number was ever given; half a number; an alias above 15
        { FrameInner.Publish, "AA", "05" },
        { FrameInner.Publish | 4, "010000", "05" },
        { FrameInner.Publish | 7, "0100000000000000" + "10AA", "05" },

        // distances of 0, of 1,024, and none
        { FrameInner.Again | 4, "0100000000000000" + "00AA", "05" },
        { FrameInner.Again | 4, "0100000000000000" + "8008AA", "05" },
        { FrameInner.Again | 4, "0100000000000000", "05" },

        // aliases: reserved flags, a topic that is not the device's, a template that is none, a topic that is longer than its alias
        { FrameInner.Alias, "002074", "04" },
        { FrameInner.Alias, "0000736563726574", "04" },
        { FrameInner.Alias, "0010017425", "05" },
        { FrameInner.Alias, "001009742530", "05" },
        { FrameInner.Alias, "1000" + "74", "05" },

        // channels 5 to 7, an answer without a status, controls with bodies
        { 5 << 3, "00", "05" },
        { FrameInner.Answer, "00", "05" },
        { FrameInner.Call, "00", "05" },
        { FrameInner.Ping, "00", "05" },
        { 7, "", "05" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_is_malformed_or_not_allowed_is_not_taken(int kind, string body, string notice)
    {
        int number = _device.Next;
        Send(kind, Convert.FromHexString(body));
        byte[] got = Assert.Single(_notices);
        Assert.Equal(notice.Length == 2 ? $"{notice}{number & 0xFFF:X4}" : notice, Convert.ToHexString(got));
        Assert.Empty(_taken);
        Assert.False(_device.IsTaken(number));
    }

    [Fact]
    public void A_signature_that_is_not_the_devices_own_is_refused()
    {
        Send(FrameInner.Alias, [0, 0, (byte)'t']);
        Assert.Single(_taken);
        Send(FrameInner.Publish | 4, [1, 0, 0, 0, 0, 0, 0, 9, 0xAA, .. new byte[64]]);
        Assert.Equal(2, Assert.Single(_notices)[0]);
        Assert.Empty(_gateway.Outbox());
    }

    [Fact]
    public void Readings_that_wait_for_a_batch_are_bounded()
    {
        Send(FrameInner.Alias, [0, FrameTopic.Batched, (byte)'t']);
        for (int i = 0; i < 128; i++)
        {
            Send(FrameInner.Publish | 4, [1, 0, 0, 0, 0, 0, (byte)(i >> 8), (byte)(i + 100), 0xAA]);
            Assert.Empty(_notices);
        }

        Send(FrameInner.Publish | 4, [1, 0, 0, 0, 0, 0, 2, 9, 0xAA]);
        Assert.Equal(4, Assert.Single(_notices)[0]);
        Assert.Equal(128, _gateway.Find(_identity.PeerId)!.Held.Count);

        // after a week they make room
        _clock.Now += TimeSpan.FromDays(8);
        Send(FrameInner.Publish | 4, [1, 0, 0, 0, 0, 0, 2, 10, 0xAA]);
        Assert.Single(_gateway.Find(_identity.PeerId)!.Held);
    }

    [Theory]
    [InlineData("1803" + "0000" + "00" + "00" + "01")]
    [InlineData("0103" + "0000" + "00" + "01" + "00")]
    [InlineData("0103" + "0000" + "00" + "02" + "01")]
    [InlineData("0103" + "0000" + "00" + "FF" + "01")]
    public void A_batch_that_names_no_readings_signs_nothing(string head)
    {
        Send(FrameInner.Alias, [0, FrameTopic.Batched, (byte)'t']);
        Send(FrameInner.Call, [.. Convert.FromHexString(head), .. new byte[64]]);
        Assert.Empty(_gateway.Outbox());
        Assert.Equal(FrameInner.Answer, _lastKind);
        Assert.NotEqual(0, _lastBody[1]);
    }

    [Fact]
    public void Sixteen_malformed_parts_in_an_hour_end_the_session()
    {
        for (int i = 0; i < 16; i++)
        {
            Send(7, []);
        }

        Assert.Equal(15, _notices.Count);
        Assert.Equal(1, _closed);
    }

    [Fact]
    public void An_address_opens_twenty_times_a_second_and_no_more()
    {
        _clock.Now += TimeSpan.FromSeconds(1);
        int answered = 0;
        Identity gateway = Identity.Create(_crypto, new SeededRandom(2));
        for (int i = 0; i < 25; i++)
        {
            _device.OpenKnown(0, gateway.PeerId, _gateway.StaticKey.ToArray());
            answered += _gateway.Receive(_up[^1], _link) == null ? 0 : 1;
        }

        Assert.Equal(20, answered);
        Assert.NotNull(_gateway.Receive(_up[^1], new FrameLinkInfo("another", true)));
        _clock.Now += TimeSpan.FromSeconds(1);
        _device.OpenKnown(0, gateway.PeerId, _gateway.StaticKey.ToArray());
        Assert.NotNull(_gateway.Receive(_up[^1], _link));
    }

    [Fact]
    public void Where_anybody_may_send_with_anybodys_address_a_hundred_open_in_a_second_and_no_more()
    {
        _clock.Now += TimeSpan.FromSeconds(1);
        FrameRadio udp = new() { Name = "udp", Mtu = 256, TakesStrangers = false };
        FrameRadio ble = new() { Name = "ble", Mtu = 256 };
        PeerId gateway = Identity.Create(_crypto, new SeededRandom(2)).PeerId;
        int answered = 0;
        for (int i = 0; i < 130; i++)
        {
            answered += Open(udp, $"10.0.{i}.1") ? 1 : 0;
        }

        Assert.Equal(100, answered);

        // another link has its own share, and so has the next second
        Assert.True(Open(ble, "10.1.1.1"));
        Assert.False(Open(udp, "10.1.1.2"));
        _clock.Now += TimeSpan.FromSeconds(1);
        Assert.True(Open(udp, "10.1.1.3"));

        bool Open(FrameRadio radio, string address)
        {
            _device.OpenKnown(0, gateway, _gateway.StaticKey.ToArray());
            return _gateway.OnFrame(radio, address, _up[^1], _clock.GetUtcNow()) != null;
        }
    }

    private int _lastKind;
    private byte[] _lastBody = [];

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count) => _up.Add(frame[offset..(offset + count)]);

    public override bool OnFrame(DeviceSession session, int kind, bool asks, byte[] body, int offset, int count)
    {
        _lastKind = kind;
        _lastBody = body[offset..(offset + count)];
        if (kind == FrameInner.Notice)
        {
            _notices.Add(_lastBody);
        }

        _closed += kind == FrameInner.Close ? 1 : 0;
        return true;
    }

    private void Send(int kind, byte[] body)
    {
        body.CopyTo(_device.Body, DeviceSession.BodyOffset);
        Assert.True(_device.Send(kind, true, false, body.Length) >= 0);
        Pass();
    }

    private void Pass()
    {
        byte[]? answer = _gateway.Receive(_up[^1], _link);
        if (answer != null)
        {
            _device.Receive(answer, 0, answer.Length);
        }
    }
}
