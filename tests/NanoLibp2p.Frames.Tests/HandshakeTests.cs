using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Both handshakes byte for byte (SPEC.md 18), and what a forged frame does at each step: nothing.</summary>
public class HandshakeTests
{
    private static readonly ManagedCrypto _crypto = new();
    private readonly FrameSecrets _secrets = new(_crypto);
    private readonly Identity _device = new(_crypto, Vectors.Get("device.seed"), 0);
    private readonly Identity _gateway = new(_crypto, Vectors.Get("gateway.seed"), 0);
    private readonly KeyPair _deviceKey = new();
    private readonly KeyPair _gatewayKey = new();
    private readonly KeyPair _gatewayEphemeral = new();
    private readonly FrameHandshake _opening;
    private readonly FrameHandshake _answering;
    private readonly byte[] _frame = new byte[256];
    private readonly byte[] _root = new byte[32];

    public HandshakeTests()
    {
        _opening = new FrameHandshake(_secrets);
        _answering = new FrameHandshake(_secrets);
        _secrets.DeriveStatic(_device, 0, _deviceKey);
        _secrets.DeriveStatic(_gateway, 0, _gatewayKey);
        Vectors.Get("gateway.ephemeral private").CopyTo(_gatewayEphemeral.PrivateKey, 0);
        _crypto.X25519Base(_gatewayEphemeral.PrivateKey, 0, _gatewayEphemeral.PublicKey, 0);
    }

    [Fact]
    public void Two_that_know_each_other_open_in_two_frames()
    {
        byte[] kk1 = Vectors.Get("KK1 S=1 C=0 nd 69560001h");
        _opening.WriteKK1(FrameHead.Short, _device.PeerId, _gateway.PeerId, _deviceKey, _gatewayKey.PublicKey, Ephemeral(), Vectors.Nd,
            _frame, 1);
        Assert.Equal(kk1, _frame[1..(1 + FrameHandshake.KK1Bytes)]);
        int hid = FrameHandshake.Hid(kk1, 0);
        AssertForgedAreNothing(kk1, forged => _answering.ReadKK1(forged, 0, forged.Length, _device.PeerId, _gateway.PeerId, _gatewayKey,
            _deviceKey.PublicKey, out _));
        Assert.True(_answering.ReadKK1([.. kk1], 0, kk1.Length, _device.PeerId, _gateway.PeerId, _gatewayKey, _deviceKey.PublicKey,
            out uint nd));
        Assert.Equal(Vectors.Nd, nd);

        _answering.WriteKK2(kk1[0], hid, _gatewayEphemeral, Vectors.Time, 0x456, _frame, 0);
        byte[] kk2 = Vectors.Get("KK2 unix 1767225600 sid 456h");
        Assert.Equal(kk2, _frame[..FrameHandshake.KK2Bytes]);
        AssertForgedAreNothing(kk2, forged => _opening.ReadKK2(kk1[0], hid, forged, 0, forged.Length) >= 0);
        Assert.Equal(0x456, _opening.ReadKK2(kk1[0], hid, [.. kk2], 0, kk2.Length));
        Assert.Equal(Vectors.Time, _opening.Time);
        AssertRoots("KK root T");
    }

    [Fact]
    public void Two_that_never_met_open_in_three_frames_and_an_end()
    {
        byte[] xx1 = Vectors.Get("XX1 S=0 C=0");
        _opening.WriteXX1(0, _gateway.PeerId, _deviceKey, Ephemeral(), _frame, 0);
        Assert.Equal(xx1, _frame[..FrameHandshake.XX1Bytes]);
        int hid = FrameHandshake.Hid(xx1, 0);
        Assert.True(_answering.ReadXX1([.. xx1], 0, xx1.Length, _gatewayKey));

        _answering.WriteXX2(xx1[0], hid, _gatewayEphemeral, Vectors.Time, 0x123, Vectors.Get("gateway.card"), _frame, 0);
        byte[] xx2 = Vectors.Get("XX2 unix 1767225600 sid 123h");
        Assert.Equal(xx2, _frame[..FrameHandshake.XX2Bytes]);
        AssertForgedAreNothing(xx2, forged => _opening.ReadXX2(xx1[0], hid, forged, 0, forged.Length) >= 0);

        // a gateway that isn't wanted: its answer is taken back, and the next one opens
        Assert.Equal(0x123, _opening.ReadXX2(xx1[0], hid, [.. xx2], 0, xx2.Length));
        _opening.TakeBack();
        Assert.Equal(0x123, _opening.ReadXX2(xx1[0], hid, [.. xx2], 0, xx2.Length));
        Assert.Equal(Vectors.Time, _opening.Time);
        Assert.Equal(Vectors.Get("gateway.card"), _opening.Card);
        Assert.Equal(_gatewayKey.PublicKey, _opening.Noise.RemoteStatic);

        _opening.WriteXX3(xx1[0], hid, Vectors.Nd, Vectors.Get("device.card"), _frame, 0);
        byte[] xx3 = Vectors.Get("XX3 nd 69560001h");
        Assert.Equal(xx3, _frame[..FrameHandshake.XX3Bytes]);
        AssertForgedAreNothing(xx3, forged => _answering.ReadXX3(xx1[0], hid, forged, 0, forged.Length, out _));
        Assert.True(_answering.ReadXX3(xx1[0], hid, [.. xx3], 0, xx3.Length, out uint nd));
        Assert.Equal(Vectors.Nd, nd);
        Assert.Equal(Vectors.Get("device.card"), _answering.Card);
        AssertRoots("XX root T");

        SessionKeys keys = new(_secrets);
        keys.Set(_root, 0, false);
        byte[] end = new byte[64];
        Assert.Equal(20, keys.Seal(false, 0, 0x123, end, 8, 1));
        Assert.Equal(Vectors.Get("XX end PING, down n 0"), end[8..28]);
        Array.Clear(end);
        Convert.FromHexString("020669560010").CopyTo(end, 11);
        Assert.Equal(25, keys.Seal(false, 0, 0x123, end, 8, 6));
        Assert.Equal(Vectors.Get("XX end NOTICE 6 with 69560010h"), end[8..33]);
    }

    [Fact]
    public void A_card_of_another_key_is_refused_though_the_message_opens()
    {
        _opening.WriteXX1(0, null, _deviceKey, Ephemeral(), _frame, 0);
        Assert.Equal([0, 0], _frame[4..6]);
        byte[] xx1 = _frame[..FrameHandshake.XX1Bytes];
        int hid = FrameHandshake.Hid(xx1, 0);

        // a stranger's key with the gateway's card
        KeyPair stranger = new();
        _secrets.DeriveStatic(_device, 9, stranger);
        Assert.True(_answering.ReadXX1(xx1, 0, xx1.Length, stranger));
        _answering.WriteXX2(xx1[0], hid, _gatewayEphemeral, 0, 1, Vectors.Get("gateway.card"), _frame, 0);
        Assert.Equal(-1, _opening.ReadXX2(xx1[0], hid, _frame, 0, FrameHandshake.XX2Bytes));

        // and then the gateway itself
        Assert.True(_answering.ReadXX1(xx1, 0, xx1.Length, _gatewayKey));
        _answering.WriteXX2(xx1[0], hid, _gatewayEphemeral, 0, 1, Vectors.Get("gateway.card"), _frame, 0);
        Assert.Equal(1, _opening.ReadXX2(xx1[0], hid, _frame, 0, FrameHandshake.XX2Bytes));
    }

    [Fact]
    public void Ids_of_sessions_above_11_bits_are_of_a_later_version()
    {
        byte[] kk1 = Vectors.Get("KK1 S=1 C=0 nd 69560001h");
        _opening.WriteKK1(FrameHead.Short, _device.PeerId, _gateway.PeerId, _deviceKey, _gatewayKey.PublicKey, Ephemeral(), Vectors.Nd,
            _frame, 0);
        Assert.True(_answering.ReadKK1([.. kk1], 0, kk1.Length, _device.PeerId, _gateway.PeerId, _gatewayKey, _deviceKey.PublicKey, out _));
        _answering.WriteKK2(kk1[0], FrameHandshake.Hid(kk1, 0), _gatewayEphemeral, 0, 0x800, _frame, 0);
        Assert.Equal(-1, _opening.ReadKK2(kk1[0], FrameHandshake.Hid(kk1, 0), _frame, 0, FrameHandshake.KK2Bytes));
        byte[] kk2 = Vectors.Get("KK2 unix 1767225600 sid 456h");
        Assert.Equal(0x456, _opening.ReadKK2(kk1[0], FrameHandshake.Hid(kk1, 0), kk2, 0, kk2.Length));
    }

    // every bit, and every length
    private static void AssertForgedAreNothing(byte[] frame, Func<byte[], bool> takes)
    {
        for (int at = 0; at < frame.Length; at++)
        {
            byte[] forged = [.. frame];
            forged[at] ^= (byte)(1 << (at % 8));
            Assert.False(takes(forged), $"byte {at}");
        }

        Assert.False(takes(frame[..^1]));
        Assert.False(takes([.. frame, 0]));
        Assert.False(takes(new byte[4]));
    }

    private KeyPair Ephemeral()
    {
        KeyPair key = new();
        _secrets.MakeEphemeral(Vectors.Get("hedge"), 0, Vectors.Nd, Vectors.Get("hedge.random for e and for next"), key);
        return key;
    }

    private void AssertRoots(string name)
    {
        byte[] other = new byte[32];
        _secrets.TakeRoot(_opening.Noise, _root, 0);
        _secrets.TakeRoot(_answering.Noise, other, 0);
        Assert.Equal(Vectors.Get(name), _root);
        Assert.Equal(_root, other);
        Assert.False(_opening.Noise.IsComplete);
    }
}
