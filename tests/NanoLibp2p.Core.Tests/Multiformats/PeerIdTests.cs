using System;
using System.Security.Cryptography;
using CsCheck;
using NanoLibp2p.Core.Tests.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

/// <summary>The peer-ids spec.</summary>
public class PeerIdTests
{
    private const string Ed25519 = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    private const string Rsa = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    [Theory]
    [InlineData("bafzbeie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe", "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N")]
    [InlineData("bafzbeigvf25ytwc3akrijfecaotc74udrhcxzh2cx3we5qqnw5vgrei4bm", Rsa)]
    [InlineData("k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7", Rsa)]
    [InlineData("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u", Ed25519)]
    [InlineData("k51qzi5uqu5dhb6l8spkdx7yxafegfkee5by8h7lmjh2ehc2sgg34z7c15vzqs", Ed25519)]
    [InlineData("BAFZ", null)]
    [InlineData("12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA", "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA")]
    public void A_peer_id_is_read_in_every_form_and_shown_in_base58(string text, string? base58)
    {
        PeerId? id = PeerId.TryParse(text, out string error);
        Assert.Equal(base58, id?.ToString());
        Assert.Equal(base58 == null, error != null);
        if (text.StartsWith("baf", StringComparison.Ordinal))
        {
            Assert.Equal(text, id!.ToCid());
        }
    }

    [Fact]
    public void Every_multibase_that_is_known_carries_a_cid()
    {
        PeerId id = PeerId.Parse(Ed25519);
        byte[] cid = [0x01, 0x72, .. id.ToBytes()];
        Assert.Equal(id, PeerId.Parse("z" + Multibase.Encode(Multibase.Base58, cid, 0, cid.Length)));
        Assert.Equal(id, PeerId.Parse("u" + Multibase.Encode(Multibase.Base64Url, cid, 0, cid.Length)));
        Assert.Equal(id, PeerId.Parse("k" + Multibase.Encode(Multibase.Base36, cid, 0, cid.Length)));
        Assert.Equal(id, PeerId.Parse(id.ToCid()));
    }

    [Theory]
    [InlineData("", "an empty text is not a peer id")]
    [InlineData(null, "an empty text is not a peer id")]
    [InlineData("peer", "'peer' is not a peer id: it begins neither with 12D3 or Qm nor with a known multibase prefix (b, k, u, z)")]
    [InlineData("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhxl0",
        "'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhxl0' is not a peer id: it has a character which its base doesn't have")]
    [InlineData("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5",
        "'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5' is not a peer id: its hash is neither identity nor sha2-256")]
    [InlineData("12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5m",
        "'12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5m' is not a peer id: its hash is not of the length that it states; is it cut?")]
    [InlineData("bafkreie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe",
        "'bafkreie5745rpv2m6tjyuugywy4d5ewrqgqqhfnf445he3omzpjbx5xqxe' is not a peer id: it is not a CIDv1 of codec libp2p-key")]
    [InlineData("k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z",
        "'k2jmtxwoe2phm1hbqp0e7nufqf6umvuu2e9qd7ana7h411a0haqj6i2z' is not a peer id: it is not a CIDv1 of codec libp2p-key")]
    [InlineData("Q", "'Q' is not a peer id: it begins neither with 12D3 or Qm nor with a known multibase prefix (b, k, u, z)")]
    [InlineData("1", "'1' is not a peer id: its hash is not of the length that it states; is it cut?")]
    [InlineData("b", "'b' is not a peer id: it is not a CIDv1 of codec libp2p-key")]
    [InlineData("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5uaaaaaaaaaaaa",
        "'bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5uaaaaaaaaaaaa' is not a peer id: it is too long")]
    [InlineData("bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5",
        "'bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5' is not a peer id: "
        + "its last character can't be the end of a whole byte; is it cut?")]
    public void A_text_that_is_none_says_why(string? text, string message)
    {
        Assert.Null(PeerId.TryParse(text!, out string error));
        Assert.Equal(message, error);
        Assert.Equal(message, Assert.Throws<FormatException>(() => PeerId.Parse(text!)).Message);
    }

    [Theory]
    [InlineData(SpecKeys.Ed25519)]
    [InlineData(SpecKeys.Secp256k1)]
    public void A_short_key_is_the_id_itself(string hex)
    {
        byte[] key = Convert.FromHexString(hex);
        PeerId id = PeerId.FromPublicKey([1, 2, .. key, 3], 2, key.Length, new ManagedCrypto());
        Assert.Equal([0, (byte)key.Length, .. key], id.ToBytes());
        Assert.StartsWith(hex == SpecKeys.Ed25519 ? "12D3KooW" : "16Uiu2HA", id.ToString());
    }

    [Theory]
    [InlineData(SpecKeys.Rsa)]
    [InlineData(SpecKeys.Ecdsa)]
    public void A_long_key_is_hashed(string hex)
    {
        byte[] key = Convert.FromHexString(hex);
        PeerId id = PeerId.FromPublicKey([1, 2, .. key, 3], 2, key.Length, new ManagedCrypto());
        Assert.Equal([0x12, 0x20, .. SHA256.HashData(key)], id.ToBytes());
        Assert.StartsWith("Qm", id.ToString());
    }

    [Fact]
    public void The_longest_key_that_is_not_hashed_has_42_bytes()
    {
        Assert.Equal(44, PeerId.FromPublicKey(new byte[42], 0, 42, new ManagedCrypto()).Length);
        Assert.Equal(34, PeerId.FromPublicKey(new byte[43], 0, 43, new ManagedCrypto()).Length);
    }

    [Fact]
    public void An_ed25519_key_goes_in_and_comes_out()
    {
        Gen.Byte.Array[32].Sample(key =>
        {
            PeerId id = PeerId.FromEd25519([9, .. key], 1);
            Assert.Equal(key, id.ToBytes()[^32..]);
            Assert.Equal(PeerId.Ed25519Bytes, id.Length);
            Assert.StartsWith("12D3KooW", id.ToString());
            Assert.Equal(id, PeerId.Parse(id.ToString()));
            Assert.Equal(id, PeerId.Parse(id.ToCid()));
            Assert.Equal(id.GetHashCode(), PeerId.Parse(id.ToCid()).GetHashCode());
            byte[] message = new byte[PublicKey.Ed25519Bytes];
            PublicKey.WriteEd25519(key, 0, message, 0);
            Assert.Equal(id, PeerId.FromPublicKey(message, 0, message.Length, new ManagedCrypto()));
        });
    }

    [Fact]
    public void Bytes_are_matched_compared_and_copied()
    {
        PeerId id = PeerId.Parse(Ed25519);
        byte[] bytes = id.ToBytes();
        byte[] buffer = new byte[40];
        Assert.Equal(38, id.CopyTo(buffer, 1));
        Assert.Equal([0, .. bytes, 0], buffer);
        Assert.True(id.Matches(buffer, 1, 38));
        Assert.False(id.Matches(buffer, 1, 37));
        Assert.False(id.Matches(buffer, 0, 38));
        bytes[10]++;
        Assert.Equal(PeerId.Parse(Ed25519), id);
        Assert.NotEqual(PeerId.FromBytes(bytes, 0, bytes.Length), id);
        Assert.False(id.Equals(null));
        Assert.False(id.Equals(Ed25519));
    }

    [Fact]
    public void Bytes_that_are_no_peer_id_are_a_code_for_a_peer_and_an_exception_for_the_caller()
    {
        byte[] sha1 = Convert.FromHexString("1114da39a3ee5e6b4b0d3255bfef95601890afd80709");
        Assert.Equal(Multihash.UnknownFunction, PeerId.CheckBytes(sha1, 0, sha1.Length));
        Assert.Throws<ArgumentException>(() => PeerId.FromBytes(sha1, 0, sha1.Length));
    }

    [Fact]
    public void Any_text_is_a_peer_id_that_comes_back_or_an_error()
    {
        Gen<string> cut = Gen.Select(Gen.OneOf<string>(Ed25519, Rsa, PeerId.Parse(Rsa).ToCid()), Gen.Int[0, 70], Gen.Char['!', '\u0100'],
            (text, at, with) => at < text.Length ? text[..at] + with + text[(at + 1)..] : text);
        Gen.OneOf(Gen.String, cut).Sample(text =>
        {
            PeerId? id = PeerId.TryParse(text, out string error);
            Assert.NotEqual(id == null, error == null);
            if (id != null)
            {
                Assert.Equal(id, PeerId.Parse(id.ToString()));
            }
        });
    }

    [Fact]
    public void Looking_at_a_peers_bytes_allocates_nothing()
    {
        PeerId id = PeerId.Parse(Ed25519);
        byte[] bytes = id.ToBytes();
        byte[] rsa = Convert.FromHexString(SpecKeys.Rsa);
        byte[] derived = new byte[PeerId.MaxBytes];
        ManagedCrypto crypto = new();
        Assert.Equal(0, Allocated.By(() =>
        {
            Assert.True(PeerId.Derive(rsa, 0, rsa.Length, crypto, derived, 0) == 34);
            Assert.True(PeerId.CheckBytes(bytes, 0, bytes.Length) == 0 && id.Matches(bytes, 0, bytes.Length)
                && id.CopyTo(bytes, 0) == 38);
        }));
    }
}
