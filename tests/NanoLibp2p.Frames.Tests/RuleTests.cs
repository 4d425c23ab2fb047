using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Frames.Tests;

/// <summary>
/// Rules that random play hardly ever decides (SPEC.md 5.4, 6.3, 7, 8.1): each with the few frames in which it does. Without its rule each
/// of these fails: <c>dotnet run -c Release -- mutants</c> takes the rules out, one at a time.
/// </summary>
public class RuleTests : DeviceSessionEvents
{
    private static readonly FrameLinkInfo _link = new("", true);
    private readonly WatchingCrypto _crypto = new();
    private readonly FrameSecrets _secrets;
    private readonly Identity _deviceIdentity;
    private readonly Identity _gatewayIdentity;
    private readonly CutAt _board = new();
    private readonly FrameGateway _gateway;
    private readonly DeviceSession _device;
    private readonly SetClock _clock = new();
    private readonly List<byte[]> _up = [];

    public RuleTests()
    {
        _secrets = new FrameSecrets(_crypto);
        _deviceIdentity = Identity.Create(_crypto, new SeededRandom(1));
        _gatewayIdentity = Identity.Create(_crypto, new SeededRandom(2));
        _gateway = new FrameGateway(new FrameGatewayOptions
        {
            Identity = _gatewayIdentity, Crypto = _crypto, Random = new SeededRandom(3), Admits = _ => true, Store = new MemoryFrameStore(),
            Time = _clock,
        }, (_, _) => { });
        KeyPair key = new();
        _secrets.DeriveStatic(_deviceIdentity, 0, key);
        byte[] card = new byte[FrameCard.CardBytes];
        new FrameCard(_crypto).Write(_deviceIdentity, 0, key, card, 0);
        Assert.True(_gateway.Remember(_deviceIdentity.PeerId, card, key.PublicKey));
        _device = new DeviceSession(new DeviceSessionOptions { Reserve = 4 }, _secrets, _deviceIdentity, _board, new SeededRandom(4), this);
        _device.Provision(100, new byte[32], 1UL << 56);
        OpenKnown();
        Give(Receive(_up[^1]));
        Assert.True(Passes());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Nothing_goes_out_under_a_root_before_the_store_has_it(bool isCutAfterTheWrite)
    {
        // W4
        _device.Resume();
        byte[] r2 = Receive(_up[^1])!;
        int sent = _up.Count;
        _board.CutBefore = !isCutAfterTheWrite;
        _board.CutAfter = isCutAfterTheWrite;
        Assert.Throws<PowerCut>(() => Give(r2));
        Assert.Equal(sent, _up.Count);
        Assert.True(_device.Start());

        // numbers that the store set aside may have been used; none is used twice
        Assert.Equal(4, _device.Next);
        Assert.True(Passes());
        Assert.Null(_crypto.Fault);
    }

    [Fact]
    public void A_resumption_of_the_past_does_not_take_the_place_of_a_later_one()
    {
        // R1 in order under one root
        _device.Resume();
        byte[] first = _up[^1];
        _device.Resume();
        Give(Receive(_up[^1]));
        Assert.Null(Receive(first));
        Assert.True(Passes());
    }

    [Fact]
    public void An_opening_of_the_past_does_not_take_the_place_of_a_later_one()
    {
        OpenKnown();
        byte[] first = _up[^1];
        OpenKnown();
        Give(Receive(_up[^1]));
        Assert.Null(Receive(first));
        Assert.True(Passes());
    }

    [Fact]
    public void Who_has_an_IPv6_network_has_the_openings_of_one_address()
    {
        FrameRadio udp = new() { Name = "udp", IsBoundedByAir = true, TakesStrangers = false };
        OpenKnown();
        byte[] kk1 = _up[^1];
        for (int i = 0; i < 20; i++)
        {
            byte[] forged = [.. kk1];
            forged[^1] ^= (byte)(i + 1);
            Assert.Null(_gateway.OnFrame(udp, $"2001:db8:0:1::{i}", forged, _clock.Now));
        }

        Assert.Null(_gateway.OnFrame(udp, "2001:db8:0:1::99", kk1, _clock.Now));
        Assert.NotNull(_gateway.OnFrame(udp, "2001:db8:0:2::99", kk1, _clock.Now));
    }

    [Fact]
    public void The_same_resumption_gets_the_same_answer()
    {
        // H4: the device takes the first one, and the gateway answers a repeat
        _device.Resume();
        byte[] r1 = _up[^1];
        byte[] r2 = Receive(r1)!;
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(r2, Receive(r1));
        Give(r2);
        Assert.True(Passes());
    }

    [Fact]
    public void The_same_opening_gets_the_same_answer()
    {
        OpenKnown();
        byte[] kk1 = _up[^1];
        byte[] kk2 = Receive(kk1)!;
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Equal(kk2, Receive(kk1));
        Give(kk2);
        Assert.True(Passes());
    }

    [Fact]
    public void The_old_session_goes_on_until_the_new_one_is_proved()
    {
        _device.Resume();
        Assert.NotNull(Receive(_up[^1]));
        Assert.True(Passes());
        OpenKnown();
        Assert.NotNull(Receive(_up[^1]));
        Assert.True(Passes());
    }

    [Fact]
    public void A_device_that_lost_its_record_and_the_end_of_first_contact_opens_with_what_it_knows()
    {
        // XX sets known below its own number: else KK is refused until the device's number is as high as before
        _device.Provision(1, Hedge(), 1UL << 57);
        _device.OpenNew(_gatewayIdentity.PeerId);
        Give(Receive(_up[^1]));
        Assert.Equal(FrameHead.XX3, FrameHead.Type(_up[^1], 0));
        Assert.NotNull(Receive(_up[^1]));
        _device.EndAttempt();
        OpenKnown();
        Give(Receive(_up[^1]));
        Assert.True(Passes());
    }

    [Fact]
    public void A_forged_opening_with_a_seen_hid_displaces_nobody()
    {
        // H2
        _device.OpenNew(_gatewayIdentity.PeerId);
        byte[] seen = _up[^1];
        byte[] xx2 = Receive(seen)!;
        for (uint i = 0; i < 6; i++)
        {
            KeyPair ephemeral = new();
            ephemeral.Generate(_crypto, new SeededRandom(100 + i));
            byte[] forged = new byte[FrameHandshake.XX1Bytes];
            new FrameHandshake(_secrets).WriteXX1(0, _gatewayIdentity.PeerId, ephemeral, ephemeral, forged, 0);
            seen.AsSpan(1, 2).CopyTo(forged.AsSpan(1));
            seen.AsSpan(1, 2).CopyTo(forged.AsSpan(6));
            Receive(forged);
        }

        Give(xx2);
        Give(Receive(_up[^1]));
        Assert.True(Passes());
    }

    [Fact]
    public void An_acknowledgement_that_comes_late_says_nothing_of_numbers_that_were_used_since()
    {
        // 8.1: its 12 bits would mean a number 4,096 higher by now
        int number = _device.Send(FrameInner.Ping, true, false, 0);
        byte[] late = Receive(_up[^1])!;
        while (_device.Next < number + 4096 + 20)
        {
            bool asks = _device.Next % 200 == 0;
            Assert.True(_device.Send(FrameInner.Ping, asks, false, 0) >= 0);
            if (asks)
            {
                Give(Receive(_up[^1]));
            }
        }

        Give(late);
        Assert.False(_device.IsTaken(number + 4096));
        Assert.True(Passes());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(300)]
    public void Data_ends_under_a_root_before_twelve_bits_of_an_acknowledgement_are_doubtful(int every)
    {
        // 4.4: who holds acknowledgements back may give them in order, and each is above all before it
        Queue<byte[]> held = new();
        for (int i = 0; i < 6; i++)
        {
            _device.Send(FrameInner.Ping, true, false, 0);
            held.Enqueue(Receive(_up[^1])!);
        }

        int result = 0;
        for (int i = 1; i < 5000 && result >= 0; i++)
        {
            result = _device.Send(FrameInner.Ping, false, false, 0);
            if (every > 0 && i % every == 0 && held.TryDequeue(out byte[]? frame))
            {
                Give(frame);
            }
        }

        Assert.Equal(FrameResult.MustResume, result);
        Assert.InRange(_device.Next, 1900, 1984);
    }

    public override void OnSend(DeviceSession session, byte[] frame, int offset, int count) => _up.Add(frame[offset..(offset + count)]);

    public override void OnOpen(DeviceSession session)
    {
        session.Send(FrameInner.Ping, false, false, 0);
    }

    public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey) => 0;

    private static byte[] Hedge() => [.. Enumerable.Repeat((byte)9, 32)];

    private void OpenKnown() => _device.OpenKnown(0, _gatewayIdentity.PeerId, _gateway.StaticKey.ToArray());

    private byte[]? Receive(byte[] frame) => _gateway.Receive(frame, _link);

    private void Give(byte[]? frame)
    {
        Assert.NotNull(frame);
        _device.Receive(frame, 0, frame.Length);
    }

    private bool Passes()
    {
        int number = _device.Send(FrameInner.Ping, true, false, 0);
        byte[]? answer = Receive(_up[^1]);
        if (answer != null)
        {
            Give(answer);
        }

        return _device.IsTaken(number);
    }

    // the power goes at the next write
    private sealed class CutAt : IStore
    {
        private byte[]? _value;

        internal bool CutBefore { get; set; }

        internal bool CutAfter { get; set; }

        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            _value?.CopyTo(buffer, offset);
            return _value?.Length ?? -1;
        }

        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            if (CutBefore)
            {
                CutBefore = false;
                throw new PowerCut();
            }

            _value = buffer.AsSpan(offset, count).ToArray();
            if (CutAfter)
            {
                CutAfter = false;
                throw new PowerCut();
            }

            return true;
        }
    }
}
