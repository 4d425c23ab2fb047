using System;
using CsCheck;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

public class PublicKeyTests
{
    [Theory]
    [InlineData(SpecKeys.Rsa, KeyType.Rsa, 5, 550)]
    [InlineData(SpecKeys.Ed25519, KeyType.Ed25519, 4, 32)]
    [InlineData(SpecKeys.Secp256k1, KeyType.Secp256k1, 4, 33)]
    [InlineData(SpecKeys.Ecdsa, KeyType.Ecdsa, 4, 91)]
    public void The_keys_of_the_spec_parse(string hex, KeyType type, int header, int length)
    {
        byte[] message = Convert.FromHexString("77" + hex);
        Assert.Equal((int)type, PublicKey.Parse(message, 1, message.Length - 1, out int data));
        Assert.Equal(1 + header, data);
        Assert.Equal(length, message.Length - data);
    }

    [Fact]
    public void An_ed25519_key_is_written_as_in_the_spec()
    {
        byte[] message = Convert.FromHexString(SpecKeys.Ed25519);
        byte[] buffer = new byte[38];
        Assert.Equal(36, PublicKey.WriteEd25519(message, 4, buffer, 1));
        Assert.Equal(message, buffer[1..37]);
        Assert.Equal(0, buffer[37]);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("0801", "no data")]
    [InlineData("08011200", "an Ed25519 key of no bytes")]
    [InlineData("08011203010203", "an Ed25519 key of three bytes")]
    [InlineData("0804120101", "an unknown type")]
    [InlineData("0802120201", "data cut short")]
    [InlineData("080212020102aa", "something after the data")]
    [InlineData("080212820001" + "02", "a length that is not minimal")]
    [InlineData("0882001201" + "aa", "a type that is not minimal")]
    [InlineData("1201aa0802", "the fields in the other order")]
    [InlineData("0802120100" + "1801", "a further field")]
    public void Another_form_is_malformed(string hex, string what)
    {
        byte[] message = Convert.FromHexString(hex);
        Assert.True(PublicKey.Parse(message, 0, message.Length, out _) == PublicKey.Malformed, what);
    }

    [Fact]
    public void Garbage_is_never_read_outside_its_range()
    {
        Gen.Select(Gen.Byte[0, 5], Gen.Byte[0, 40], Gen.Byte.Array[0, 40], Gen.Int[0, 44]).Sample((type, length, rest, cut) =>
        {
            byte[] message = [0x08, type, 0x12, length, .. rest];
            Array.Resize(ref message, Math.Min(cut, message.Length));
            int parsed = PublicKey.Parse(message, 0, message.Length, out int data);
            Assert.True(parsed == PublicKey.Malformed || (parsed == type && message.Length - data == length));
        });
    }

    [Theory]
    [InlineData("1220{0}0801", "the fields in the other order")]
    [InlineData("0800" + "08011220{0}", "the type twice")]
    [InlineData("120105" + "08011220{0}", "the data twice")]
    [InlineData("08810012a08000{0}", "padded varints")]
    [InlineData("180508011220{0}2a020102", "unknown fields")]
    [InlineData("1d0102030408011220{0}210102030405060708", "unknown fixed fields")]
    [InlineData("08011220{0}", "the one form")]
    public void A_key_in_a_form_that_everybody_reads_is_written_anew_where_it_ends(string form, string why)
    {
        string data = SpecKeys.Ed25519[8..];
        byte[] buffer = Convert.FromHexString("77" + string.Format(System.Globalization.CultureInfo.InvariantCulture, form, data) + "88");
        int begin = ProtobufReader.NormalizeKey(buffer, 1, buffer.Length - 2);

        Assert.True(begin > 0, why);
        Assert.Equal(SpecKeys.Ed25519, Convert.ToHexStringLower(buffer[begin..^1]));
        Assert.Equal(0x77, buffer[0]);
        Assert.Equal(0x88, buffer[^1]);
    }

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("0801", "no data")]
    [InlineData("120101", "no type")]
    [InlineData("0804120101", "an unknown type")]
    [InlineData("08818080808000" + "120101", "a type of six bytes")]
    [InlineData("0a0101120101", "a type that is bytes")]
    [InlineData("08011001", "data that are a number")]
    [InlineData("0801120201", "data cut short")]
    [InlineData("08011201013b3c", "a group")]
    [InlineData("080112010108", "a tag without its value")]
    [InlineData("08011201011d0102", "a fixed field cut short")]
    [InlineData("000008011201" + "01", "a field of number 0")]
    [InlineData("888080801001" + "08011201" + "01", "a tag beyond 32 bits")]
    public void A_key_that_only_some_read_stays_as_it_is(string hex, string why)
    {
        byte[] message = Convert.FromHexString(hex);
        byte[] copy = [.. message];
        Assert.True(ProtobufReader.NormalizeKey(copy, 0, copy.Length) == PublicKey.Malformed, why);
        Assert.Equal(message, copy);
    }

    [Fact]
    public void Any_bytes_normalize_to_a_key_that_parses_or_to_nothing() =>
        Gen.Byte.Array[0, 60].Sample(bytes =>
        {
            byte[] buffer = [.. bytes];
            int begin = ProtobufReader.NormalizeKey(buffer, 0, buffer.Length);
            if (begin >= 0)
            {
                // again, and nothing changes
                Assert.Equal(begin, ProtobufReader.NormalizeKey(buffer, begin, buffer.Length - begin));
            }
        }, iter: 20_000);
}
