using System;
using System.Text;
using CsCheck;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

/// <summary>The vectors of the multibase spec (tests/*.csv) and of RFC 4648 10, and what no encoder writes.</summary>
public class MultibaseTests
{
    public static readonly TheoryData<string, string> Vectors = new()
    {
        { "yes mani !", "z7paNL19xttacUY" },
        { "yes mani !", "bpfsxgidnmfxgsibb" },
        { "yes mani !", "k2lcpzo5yikidynfl" },
        { "yes mani !", "ueWVzIG1hbmkgIQ" },
        { "\0yes mani !", "z17paNL19xttacUY" },
        { "\0yes mani !", "bab4wk4zanvqw42jaee" },
        { "\0yes mani !", "k02lcpzo5yikidynfl" },
        { "\0yes mani !", "uAHllcyBtYW5pICE" },
        { "\0\0yes mani !", "z117paNL19xttacUY" },
        { "\0\0yes mani !", "baaahszltebwwc3tjeaqq" },
        { "\0\0yes mani !", "k002lcpzo5yikidynfl" },
        { "\0\0yes mani !", "uAAB5ZXMgbWFuaSAh" },
        { "Decentralize everything!!", "zUXE7GvtEk8XTXs1GF8HSGbVA9FCX9SEBPe" },
        { "Decentralize everything!!", "birswgzloorzgc3djpjssazlwmvzhs5dinfxgoijb" },
        { "Decentralize everything!!", "k343ixo7d49hqj1ium15pgy1wzww5fxrid21td7l" },
        { "Decentralize everything!!", "uRGVjZW50cmFsaXplIGV2ZXJ5dGhpbmchIQ" },
        { "", "b" },
        { "f", "bmy" },
        { "fo", "bmzxq" },
        { "foo", "bmzxw6" },
        { "foob", "bmzxw6yq" },
        { "fooba", "bmzxw6ytb" },
        { "foobar", "bmzxw6ytboi" },
        { "f", "uZg" },
        { "fo", "uZm8" },
        { "foo", "uZm9v" },
        { "foobar", "uZm9vYmFy" },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void The_vectors_of_the_spec_encode_and_decode(string plain, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(plain);
        Assert.Equal(text[1..], Encode(text[0], bytes));

        byte[] buffer = new byte[64];
        Assert.Equal(bytes.Length, Multibase.Decode(text, buffer, 3, 61));
        Assert.Equal(bytes, buffer[3..(3 + bytes.Length)]);
    }

    [Theory]
    [InlineData("bnbswy3dpeB3W64TMMQ")]
    [InlineData("kfUvrsIvVnfRbjWaJo")]
    public void Bases_of_one_case_are_read_in_either(string text)
    {
        byte[] buffer = new byte[11];
        Assert.Equal(11, Multibase.Decode(text, buffer, 0, 11));
        Assert.Equal("hello world", Encoding.ASCII.GetString(buffer));
    }

    [Theory]
    [InlineData("z0abc", BaseText.BadCharacter)]
    [InlineData("zIabc", BaseText.BadCharacter)]
    [InlineData("zlabc", BaseText.BadCharacter)]
    [InlineData("bmy======", BaseText.BadCharacter)]
    [InlineData("bmzxw1", BaseText.BadCharacter)]
    [InlineData("k2lc-", BaseText.BadCharacter)]
    [InlineData("uZm+v", BaseText.BadCharacter)]
    [InlineData("uZé", BaseText.BadCharacter)]
    [InlineData("z\u20AC", BaseText.BadCharacter)]
    [InlineData("bm", BaseText.BadTail)]
    [InlineData("bmzx", BaseText.BadTail)]
    [InlineData("bmz", BaseText.BadTail)]
    [InlineData("uZ", BaseText.BadTail)]
    [InlineData("uZh", BaseText.BadTail)]
    [InlineData("f00", Multibase.UnknownBase)]
    [InlineData("", Multibase.UnknownBase)]
    [InlineData(null, Multibase.UnknownBase)]
    public void What_no_encoder_writes_is_refused_with_its_reason(string? text, int code)
    {
        Assert.Equal(code, Multibase.Decode(text!, new byte[16], 0, 16));
    }

    [Fact]
    public void Leading_zeros_count_towards_the_capacity()
    {
        byte[] buffer = [7, 7, 7];
        Assert.Equal(BaseText.TooLong, Multibase.Decode("z111", buffer, 0, 2));
        Assert.Equal(7, buffer[2]);
        Assert.Equal(3, Multibase.Decode("z111", buffer, 0, 3));
        Assert.Equal([0, 0, 0], buffer);
    }

    [Theory]
    [InlineData('z')]
    [InlineData('k')]
    [InlineData('b')]
    [InlineData('u')]
    public void Bytes_come_back_and_nothing_is_written_outside_the_capacity(char prefix)
    {
        // many zeros in front, which a number would lose
        Gen<byte[]> bytes = Gen.Select(Gen.Int[0, 4], Gen.Byte.Array[0, 50], (zeros, rest) => (byte[])[.. new byte[zeros], .. rest]);
        bytes.Sample(plain =>
        {
            string text = prefix + Encode(prefix, plain);
            byte[] buffer = new byte[plain.Length + 2];
            buffer[0] = buffer[^1] = 0xEE;
            Assert.Equal(plain.Length, Multibase.Decode(text, buffer, 1, plain.Length));
            Assert.Equal(plain, buffer[1..^1]);
            Assert.Equal(0xEE, buffer[0]);
            Assert.Equal(0xEE, buffer[^1]);
            if (plain.Length > 0)
            {
                Assert.Equal(BaseText.TooLong, Multibase.Decode(text, buffer, 1, plain.Length - 1));
                Assert.Equal(0xEE, buffer[^1]);
            }
        });
    }

    [Theory]
    [InlineData('z')]
    [InlineData('k')]
    [InlineData('b')]
    [InlineData('u')]
    public void Whatever_decodes_is_what_would_be_encoded(char prefix)
    {
        Gen.Char['-', 'z'].Array[0, 20].Sample(chars =>
        {
            string text = new(chars);
            byte[] buffer = new byte[20];
            int count = Multibase.Decode(prefix + text, buffer, 0, buffer.Length);
            if (count >= 0)
            {
                Assert.Equal(prefix is 'b' or 'k' ? text.ToLowerInvariant() : text, Encode(prefix, buffer[..count]));
            }
        });
    }

    private static string Encode(char prefix, byte[] bytes)
    {
        byte[] padded = [1, .. bytes, 2];
        return Multibase.Encode(prefix, padded, 1, bytes.Length);
    }
}
