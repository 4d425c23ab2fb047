using System;
using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Crypto;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Strangers, thrown out devices and bad gateways, each frame of them well made.</summary>
public class HostileTests : DeviceSessionEvents
{
    private static readonly FrameLinkInfo _link = new("", false);
    private readonly ManagedCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly Identity _gatewayIdentity;
    private readonly GatewayStore _store = new(new Random(1));
    private readonly HashSet<PeerId> _thrownOut = [];
    private readonly FrameGateway _gateway;
    private readonly List<byte[]> _up = [];
    private readonly List<string> _failures = [];
    private bool _isStoreFull;

    public HostileTests()
    {
        _secrets = new FrameSecrets(_crypto);
        _gatewayIdentity = Identity.Create(_crypto, new SeededRandom(2));
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = _gatewayIdentity, Crypto = _crypto, Random = new SeededRandom(3), Store = new FullStore(this),
            Admits = peer => !_thrownOut.Contains(peer), OnStoreFailed = e => _failures.Add(e.Message),
        }, (_, _) => { });
    }

    [Fact]
    public void A_key_that_gives_no_secret_gets_no_answer_and_opens_nothing()
    {
        byte[] xx1 = new byte[FrameHandshake.XX1Bytes];
        new FrameHandshake(_secrets).WriteHint(_gatewayIdentity.PeerId, xx1, FrameHandshake.HeadBytes, 2);
        xx1[0] = FrameHead.XX1;
        Assert.Null(_gateway.Receive(xx1, _link));
        byte[] xx3 = new byte[FrameHandshake.XX3Bytes];
        xx3[0] = FrameHead.XX3;
        Assert.Null(_gateway.Receive(xx3, _link));
    }

    [Fact]
    public void Who_was_refused_gets_that_answer_a_second_apart_and_nothing_else()
    {
        DeviceSession session = Meet(Identity.Create(_crypto, new SeededRandom(9)), isThrownOut: true);
        byte[] xx3 = _up[^1];
        Assert.Equal(FrameHead.XX3, FrameHead.Type(xx3, 0));
        byte[] refusal = _gateway.Receive(xx3, _link)!;
        Assert.Null(_gateway.Receive(xx3, _link));
        byte[] other = [.. xx3];
        other[100] ^= 1;
        Assert.Null(_gateway.Receive(other, _link));
        session.Receive(refusal, 0, refusal.Length);
        Assert.False(session.IsOpening);
        Assert.False(session.IsOpen);
    }

    [Fact]
    public void A_store_that_is_full_for_a_moment_costs_no_first_contact()
    {
        DeviceSession session = Meet(Identity.Create(_crypto, new SeededRandom(9)), isThrownOut: false);
        _isStoreFull = true;
        Assert.Null(_gateway.Receive(_up[^1], _link));
        _isStoreFull = false;
        byte[] end = _gateway.Receive(_up[^1], _link)!;
        session.Receive(end, 0, end.Length);
        Assert.True(session.IsOpen);
    }

    [Fact]
    public void A_store_that_fails_is_told_whether_it_is_read_or_written()
    {
        Meet(Identity.Create(_crypto, new SeededRandom(9)), isThrownOut: false);
        _isStoreFull = true;
        FrameRadio radio = new() { Name = "serial", Mtu = 256 };
        Assert.Null(_gateway.OnFrame(radio, "", _up[^1], DateTimeOffset.UtcNow));
        Assert.Equal(["no note"], _failures);
        Assert.Null(_gateway.Receive(_up[^1], _link));
        Assert.Equal(["no note", "no space left"], _failures);
    }

    [Fact]
    public void Where_anybody_may_send_with_anybodys_address_strangers_get_no_answer()
    {
        FrameRadio udp = new() { Name = "udp", Mtu = 256, TakesStrangers = false };
        FrameRadio ble = new() { Name = "ble", Mtu = 256 };
        byte[] xx1 = Stranger(1);
        Assert.Null(_gateway.OnFrame(udp, "::1", xx1, DateTimeOffset.UtcNow));
        Assert.NotNull(_gateway.OnFrame(ble, "::1", xx1, DateTimeOffset.UtcNow));
    }

    [Fact]
    public void Strangers_on_one_radio_do_not_fill_what_another_has_for_first_contact()
    {
        FrameRadio full = new() { Name = "full", Mtu = 256 };
        FrameRadio other = new() { Name = "other", Mtu = 256 };
        int answered = 0;
        for (int i = 0; i < 64; i++)
        {
            answered += _gateway.OnFrame(full, $"10.0.0.{i}", Stranger(i), DateTimeOffset.UtcNow) == null ? 0 : 1;
        }

        Assert.Equal(32, answered);
        Assert.NotNull(_gateway.OnFrame(other, "", Stranger(100), DateTimeOffset.UtcNow));
    }

    [Fact]
    public void Airtime_of_an_hour_is_of_an_hour_that_passed_however_the_wall_clock_is_set()
    {
        TwoClocks clock = new();
        FrameRadio radio = new() { Name = "lora", TimeOnAir = _ => TimeSpan.FromSeconds(1), AirtimeOfHour = TimeSpan.FromSeconds(10) };
        radio.Attach(new MemoryFrameStore(), clock, false);
        while (radio.MayGo(20, false, TimeSpan.Zero))
        {
            clock.Passed += TimeSpan.FromSeconds(1);
        }

        clock.Wall += TimeSpan.FromHours(2);
        Assert.False(radio.MayGo(20, false, TimeSpan.Zero));
        clock.Wall -= TimeSpan.FromDays(1);
        clock.Passed += TimeSpan.FromMinutes(71);
        Assert.True(radio.MayGo(20, false, TimeSpan.Zero));
    }

    [Fact]
    public void Who_is_thrown_out_gets_nothing_more_over_the_session_that_it_has()
    {
        Identity device = Identity.Create(_crypto, new SeededRandom(9));
        DeviceSession session = Meet(device, isThrownOut: false);
        byte[] end = _gateway.Receive(_up[^1], _link)!;
        session.Receive(end, 0, end.Length);
        session.Send(FrameInner.Ping, true, false, 0);
        Assert.NotNull(_gateway.Receive(_up[^1], _link));

        _thrownOut.Add(device.PeerId);
        session.Send(FrameInner.Ping, true, false, 0);
        Assert.Null(_gateway.Receive(_up[^1], _link));
        session.Resume();
        Assert.Null(_gateway.Receive(_up[^1], _link));
        Assert.Null(_gateway.Seal(device.PeerId, FrameInner.Call, false, []));
        _gateway.Forget(device.PeerId);
        _thrownOut.Clear();
        session.Repeat();
        Assert.Null(_gateway.Receive(_up[^1], _link));
        Assert.Null(_gateway.Find(device.PeerId));
    }

    [Fact]
    public void A_gateway_can_not_set_a_devices_number_back()
    {
        Identity device = Identity.Create(_crypto, new SeededRandom(9));
        DeviceSession session = Meet(device, isThrownOut: false);
        uint nd = session.Record.Nd;
        byte[] end = _gateway.Receive(_up[^1], _link)!;

        // the same end, but as the notice of a gateway that says 0
        SessionKeys keys = new(_secrets);
        keys.Set(_store.Device!.Met!.Root, 0, false);
        byte[] forged = new byte[64];
        forged[11] = FrameInner.Notice;
        forged[12] = 6;
        int count = keys.Seal(false, 0, FrameHead.Sid(end, 0), forged, 8, 6);
        session.Receive(forged, 8, count);
        Assert.True(session.IsOpen);
        Assert.Equal(nd, session.Record.Nd);
        Assert.Equal(0, session.Resume());
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count) => _up.Add(frame[offset..(offset + count)]);

    public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey) => 0;

    // up to its XX3
    private byte[] Stranger(int seed)
    {
        Identity device = Identity.Create(_crypto, new SeededRandom((uint)(100 + seed)));
        DeviceSession session = new(new DeviceSessionOptions(), _secrets, device, new BoardStore(new Random(1)),
            new SeededRandom((uint)(500 + seed)), this);
        session.Provision(5, new byte[32], 1UL << 56);
        session.OpenNew(_gatewayIdentity.PeerId);
        return _up[^1];
    }

    private DeviceSession Meet(Identity device, bool isThrownOut)
    {
        if (isThrownOut)
        {
            _thrownOut.Add(device.PeerId);
        }

        DeviceSession session = new(new DeviceSessionOptions(), _secrets, device, new BoardStore(new Random(1)), new SeededRandom(4), this);
        session.Provision(5, new byte[32], 1UL << 56);
        session.OpenNew(_gatewayIdentity.PeerId);
        byte[] xx2 = _gateway.Receive(_up[^1], _link)!;
        session.Receive(xx2, 0, xx2.Length);
        return session;
    }

    private sealed class FullStore(HostileTests owner) : IFrameStore
    {
        public IEnumerable<FrameDevice> Load() => owner._store.Load();

        public void Remove(PeerId peer) => owner._store.Remove(peer);

        public IEnumerable<FramePublication> Outbox() => owner._store.Outbox();

        public void Published(FramePublication publication) => owner._store.Published(publication);

        public byte[]? ReadNote(string name) => owner._isStoreFull ? throw new IOException("no note") : owner._store.ReadNote(name);

        public void WriteNote(string name, byte[] value) => owner._store.WriteNote(name, value);

        public void Save(FrameDevice device, FrameTaken? taken)
        {
            if (owner._isStoreFull)
            {
                throw new IOException("no space left");
            }

            owner._store.Save(device, taken);
        }
    }

    private sealed class TwoClocks : TimeProvider
    {
        internal DateTimeOffset Wall { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        internal TimeSpan Passed { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Wall + Passed;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
