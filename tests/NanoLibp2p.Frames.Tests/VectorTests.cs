using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames.Tests;

/// <summary>The vectors of SPEC.md 18, each where a device or a gateway makes or reads it.</summary>
public class VectorTests
{
    private static readonly byte[] _root = Vectors.Get("T");
    private readonly ManagedCrypto _crypto = new();
    private readonly FrameSecrets _secrets;

    public VectorTests() => _secrets = new FrameSecrets(_crypto);

    public static TheoryData<bool, bool, int, string, string> Data => new()
    {
        { true, true, 70000, "0832312e35", "data.short.up sid 123h n 70000 inner 0832312e35" },
        { true, false, 5, "8017004fff", "data.short.down sid 123h n 5 inner 8017004fff" },
        { false, true, 70000, "0832312e35", "data.full.up sid 123h n 70000 inner 0832312e35" },
        { false, false, 5, "8017004fff", "data.full.down sid 123h n 5 inner 8017004fff" },
    };

    [Theory]
    [MemberData(nameof(Data))]
    public void A_data_frame_is_sealed_and_opened(bool isShort, bool isUp, int number, string inner, string name)
    {
        SessionKeys keys = new(_secrets);
        keys.Set(_root, 0, isShort);
        byte[] frame = new byte[64];
        Convert.FromHexString(inner).CopyTo(frame, 11);
        int count = keys.Seal(isUp, number, 0x123, frame, 8, inner.Length / 2);
        Assert.Equal(Vectors.Get(name), frame[8..(8 + count)]);
        Assert.True(FrameHead.IsData(frame, 8));
        Assert.Equal(0x123, FrameHead.Sid(frame, 8));
        Assert.Equal(number & 0xFFF, FrameHead.Number(frame, 8));

        // every other direction, number and bit: as if it had not come
        byte[] whole = [.. frame];
        Assert.Equal(-1, keys.Open(!isUp, number, frame, 8, count));
        Assert.Equal(-1, keys.Open(isUp, number + 4096, frame, 8, count));
        for (int bit = 0; bit < 8 * count; bit++)
        {
            frame[8 + (bit / 8)] ^= (byte)(1 << (bit % 8));
            Assert.Equal(-1, keys.Open(isUp, number, frame, 8, count));
            frame[8 + (bit / 8)] ^= (byte)(1 << (bit % 8));
        }

        for (int less = 0; less < count; less++)
        {
            Assert.Equal(-1, keys.Open(isUp, number, frame, 8, less));
        }

        Assert.Equal(whole[8..(8 + count)], frame[8..(8 + count)]);
        Assert.Equal(inner.Length / 2, keys.Open(isUp, number, frame, 8, count));
        Assert.Equal(Convert.FromHexString(inner), frame[11..(11 + (inner.Length / 2))]);
    }

    [Fact]
    public void A_session_is_resumed()
    {
        byte[] rid = new byte[4];
        _secrets.WriteRid(_root, 0, rid, 0);
        Assert.Equal(Vectors.Get("resume.rid"), rid);
        byte[] r1 = new byte[FrameSecrets.R1Bytes];
        _secrets.WriteR1(_root, 0, FrameHead.Short, Vectors.Nd, r1, 0);
        Assert.Equal(Vectors.Get("R1 S=1 nd 69560001h"), r1);
        Assert.True(_secrets.ReadR1(_root, 0, r1, 0, out uint nd));
        Assert.Equal(Vectors.Nd, nd);
        byte[] r2 = new byte[FrameSecrets.R2Bytes];
        _secrets.WriteR2(_root, 0, r1, 0, Vectors.Time, 0xA1A2A3A4, 0x456, r2, 0);
        Assert.Equal(Vectors.Get("R2 unix 1767225600 random a1a2a3a4 sid 456h"), r2);
        Assert.Equal(0x456, _secrets.ReadR2(_root, 0, r1, 0, r2, 0, out uint time));
        Assert.Equal(Vectors.Time, time);
        byte[] next = [.. _root];
        _secrets.DeriveNext(next, 0, r1, 0, r2, 0, next, 0);
        Assert.Equal(Vectors.Get("T'"), next);

        // each bit of either, and another root
        Assert.False(_secrets.ReadR1(next, 0, r1, 0, out _));
        Assert.Equal(-1, _secrets.ReadR2(next, 0, r1, 0, r2, 0, out _));
        for (int bit = 0; bit < 8 * r1.Length; bit++)
        {
            r1[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(_secrets.ReadR1(_root, 0, r1, 0, out _));
            Assert.Equal(-1, _secrets.ReadR2(_root, 0, r1, 0, r2, 0, out _));
            r1[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (int bit = 0; bit < 8 * r2.Length; bit++)
        {
            r2[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(-1, _secrets.ReadR2(_root, 0, r1, 0, r2, 0, out _));
            r2[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("device")]
    [InlineData("gateway")]
    public void A_static_key_follows_from_the_seed_and_a_card_signs_it(string who)
    {
        Identity identity = new(_crypto, Vectors.Get($"{who}.seed"), 0);
        Assert.Equal(Vectors.Get($"{who}.peer id"), identity.PeerId.ToBytes());
        KeyPair key = new();
        _secrets.DeriveStatic(identity, 0, key);
        Assert.Equal(Vectors.Get($"{who}.static private, index 0"), key.PrivateKey);
        Assert.Equal(Vectors.Get($"{who}.static public"), key.PublicKey);
        FrameCard cards = new(_crypto);
        byte[] card = new byte[FrameCard.CardBytes];
        cards.Write(identity, 0, key, card, 0);
        Assert.Equal(Vectors.Get($"{who}.card"), card);
        Assert.True(cards.Verify(card, 0, key.PublicKey, 0));

        for (int at = 0; at < card.Length; at++)
        {
            card[at] ^= 1;
            Assert.False(cards.Verify(card, 0, key.PublicKey, 0));
            card[at] ^= 1;
        }

        key.PublicKey[7] ^= 1;
        Assert.False(cards.Verify(card, 0, key.PublicKey, 0));
    }

    [Fact]
    public void Another_index_is_another_key_and_an_anybodys_identity_has_no_card()
    {
        Identity identity = new(_crypto, Vectors.Get("device.seed"), 0);
        KeyPair key = new();
        KeyPair other = new();
        _secrets.DeriveStatic(identity, 0, key);
        _secrets.DeriveStatic(identity, 1, other);
        Assert.NotEqual(key.PublicKey, other.PublicKey);

        // y = 1: R = B, S = 1 passes for every message in many implementations
        byte[] card = Vectors.Get("device.card");
        Array.Clear(card, FrameCard.KeyAt + 4, 32);
        card[FrameCard.KeyAt + 4] = 1;
        Array.Clear(card, FrameCard.CardBytes - 64, 64);
        card[FrameCard.CardBytes - 64] = 0x58;
        Array.Fill(card, (byte)0x66, FrameCard.CardBytes - 63, 31);
        card[FrameCard.CardBytes - 32] = 1;
        Assert.False(new FrameCard(_crypto).Verify(card, 0, key.PublicKey, 0));
    }

    [Fact]
    public void An_ephemeral_key_is_hedged()
    {
        byte[] hedge = Vectors.Get("hedge");
        byte[] random = Vectors.Get("hedge.random for e and for next");
        KeyPair key = new();
        _secrets.MakeEphemeral(hedge, 0, Vectors.Nd, random, key);
        Assert.Equal(Vectors.Get("hedge.e nd 69560001h"), key.PrivateKey);
        Assert.Equal(Vectors.Get("hedge.next"), hedge);
        Assert.All(random, one => Assert.Equal(0, one));
    }

    [Theory]
    [InlineData(0x41, FrameHead.XX1)]
    [InlineData(0x06, FrameHead.R1)]
    [InlineData(0x67, FrameHead.R2)]
    [InlineData(0x00, 0)]
    [InlineData(0x08, 0)]
    [InlineData(0x11, 0)]
    [InlineData(0x81, 0)]
    public void A_control_frame_has_a_type_of_this_version_or_none(int first, int type)
        => Assert.Equal(type, FrameHead.Type([(byte)first], 0));
}
