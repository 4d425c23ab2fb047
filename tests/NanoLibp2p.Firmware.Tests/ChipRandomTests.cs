using System;
using System.Linq;
using System.Security.Cryptography;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Firmware.Tests;

public class ChipRandomTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(1000)]
    public void It_fills_exactly_what_it_is_given(int count)
    {
        Generator random = new(Good);
        byte[] bytes = new byte[count + 2];
        random.Fill(bytes, 1, count);
        byte[] again = new byte[count + 2];
        random.Fill(again, 1, count);

        Assert.Equal([0, 0, 0, 0], new[] { bytes[0], again[0], bytes[^1], again[^1] });
        Assert.True(count == 1 || !bytes.SequenceEqual(again));
    }

    /// <summary>What a generator does whose errors are thrown away.</summary>
    public static TheoryData<string, Action<byte[]>> Broken => new()
    {
        { "leaves the buffer as it was", bytes => { } },
        { "gives zeros", bytes => Array.Clear(bytes) },
        { "gives one word again and again",
            bytes => Enumerable.Range(0, bytes.Length).ToList().ForEach(i => bytes[i] = (byte)(0x51 + i % 4)) },
        { "stops in the middle", bytes => RandomNumberGenerator.Fill(bytes.AsSpan(0, bytes.Length / 2)) },
        { "stops before the last word", bytes => RandomNumberGenerator.Fill(bytes.AsSpan(0, bytes.Length - 4)) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void A_generator_that_fails_gives_an_exception_and_no_key(string how, Action<byte[]> draw)
    {
        Generator random = new(draw);

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => random.Fill(new byte[32], 0, 32));
        Assert.True(e.Message.StartsWith("the chip's random generator fails", StringComparison.Ordinal), how);
    }

    [Fact]
    public void A_generator_that_fails_once_is_asked_again()
    {
        int draws = 0;
        Generator random = new(bytes =>
        {
            if (++draws > 2)
            {
                RandomNumberGenerator.Fill(bytes);
            }
        });
        byte[] key = new byte[32];
        random.Fill(key, 0, 32);

        Assert.Equal(3, draws);
        Assert.True(key.Distinct().Count() > 8);
    }

    [Fact]
    public void Numbers_that_follow_from_a_seed_make_no_identity()
    {
        // .NET's Random is such a one, as that of nanoFramework is on chips and in firmware that have no hardware behind it
        TestBoard board = new(new MemoryNetwork(1)) { Weakness = new ChipRandom().Weakness() };

        InvalidOperationException e = Assert.Throws<InvalidOperationException>(() => DeviceIdentity.Load(board));
        Assert.Contains("can be guessed: two generators gave the same bytes", e.Message);
    }

    [Fact]
    public void A_generator_that_answers_nothing_makes_no_identity_and_a_good_one_does()
    {
        Assert.Contains("or it fails", new Generator(bytes => { }).Weakness());
        Assert.Null(new Generator(Good).Weakness());
    }

    private static void Good(byte[] bytes) => RandomNumberGenerator.Fill(bytes);

    private sealed class Generator(Action<byte[]> draw) : ChipRandom
    {
        protected override void Draw(Random generator, byte[] bytes) => draw(bytes);
    }
}
