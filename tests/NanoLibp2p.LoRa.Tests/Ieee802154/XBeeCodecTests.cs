using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal.Ieee802154;
using NanoLibp2p.Tests;

namespace NanoLibp2p.LoRa.Tests.Ieee802154;

/// <summary>API frames on the line. The first two examples are Digi's (90002273, "Escaped characters in API frames", "Calculate
/// checksums").</summary>
public sealed class XBeeCodecTests
{
    [Theory]
    [InlineData("23 11", "7e 00 02 23 7d 31 cb")]
    [InlineData("08 01 4e 49 58 42 45 45", "7e 00 08 08 01 4e 49 58 42 45 45 3b")]
    [InlineData("10 01 00 13 a2 00 40 0a 01 27 ff fe 00 00 54 78 44 61 74 61 30 41",
        "7e 00 16 10 01 00 7d 33 a2 00 40 0a 01 27 ff fe 00 00 54 78 44 61 74 61 30 41 7d 33")]
    [InlineData("7e 7d 11 13", "7e 00 04 7d 5e 7d 5d 7d 31 7d 33 e0")]
    public void A_frame_is_on_the_line_as_Digi_says(string data, string line)
    {
        byte[] plain = Hex(data);
        byte[] written = new byte[XBeeCodec.MaxLine];
        int count = XBeeCodec.Transmit(plain, plain.Length, written);
        Assert.Equal(Hex(line), written[..count]);
        Assert.Equal(plain, Read(new XBeeCodec(), written[..count]).Single());
    }

    [Fact]
    public void A_frame_with_a_wrong_checksum_is_dropped_and_the_next_one_comes()
    {
        XBeeCodec codec = new();
        byte[] bad = Hex("7e 00 02 23 7d 31 cc");
        byte[] good = Hex("7e 00 02 23 7d 31 cb");
        Assert.Equal([Hex("23 11")], Read(codec, [.. bad, .. good]));
        Assert.Equal(1, codec.Damaged);
    }

    [Fact]
    public void A_frame_that_lost_its_end_gives_way_to_the_next_delimiter()
    {
        XBeeCodec codec = new();
        Assert.Equal([Hex("23 11")], Read(codec, Hex("7e 00 08 08 01 4e 7e 00 02 23 7d 31 cb")));
        Assert.Equal(1, codec.Damaged);
    }

    [Theory]
    [InlineData("7e 00 00 ff")]
    [InlineData("7e 00 a1 01 02 03")]
    [InlineData("7e ff ff 01 02 03")]
    public void A_length_of_nothing_or_beyond_the_buffer_is_refused(string line)
    {
        XBeeCodec codec = new();
        Assert.Empty(Read(codec, Hex(line)));
        Assert.Equal(1, codec.Damaged);
        Assert.Equal([Hex("23 11")], Read(codec, Hex("7e 00 02 23 7d 31 cb")));
    }

    [Fact]
    public void A_million_arbitrary_bytes_give_no_fault_and_no_frame_beyond_the_buffer()
    {
        SeededRandom random = new(3);
        XBeeCodec codec = new();
        byte[] some = new byte[1000];
        int frames = 0;
        for (int i = 0; i < 1000; i++)
        {
            random.Fill(some, 0, some.Length);
            for (int at = 0; at < some.Length; at += 40)
            {
                // short lengths, so that frames end
                some[at] = 0x7E;
                some[at + 1] = 0;
                some[at + 2] &= 0x3F;
            }

            foreach (byte value in some)
            {
                int count = codec.Receive(value);
                Assert.InRange(count, 0, XBeeCodec.MaxData);
                frames += count > 0 ? 1 : 0;
            }
        }

        Assert.InRange(frames, 1, 1000);
        Assert.True(codec.Damaged > 10_000);
    }

    [Fact]
    public void Whatever_is_written_is_read()
    {
        SeededRandom random = new(5);
        XBeeCodec codec = new();
        byte[] line = new byte[XBeeCodec.MaxLine];
        for (int i = 0; i < 2000; i++)
        {
            byte[] data = new byte[1 + (random.Next() % XBeeCodec.MaxData)];
            random.Fill(data, 0, data.Length);
            int count = XBeeCodec.Transmit(data, data.Length, line);
            Assert.DoesNotContain((byte)0x7E, line[1..count]);
            Assert.Equal(data, Read(codec, line[..count]).Single());
        }
    }

    private static List<byte[]> Read(XBeeCodec codec, byte[] line)
    {
        List<byte[]> frames = [];
        foreach (byte value in line)
        {
            int count = codec.Receive(value);
            if (count > 0)
            {
                frames.Add(codec.Data[..count]);
            }
        }

        return frames;
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text.Replace(" ", "", StringComparison.Ordinal));
}
