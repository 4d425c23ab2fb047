using System;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using CsCheck;

namespace NanoLibp2p.Firmware.Tests;

public class ReadingTests
{
    [Fact]
    public void Every_number_with_every_place_of_its_point_is_the_JSON_that_it_should_be()
    {
        Gen.Select(Gen.Long, Gen.Int[0, 9]).Sample((value, decimals) =>
        {
            JsonElement read = JsonDocument.Parse(Text(reading => reading.Add(Reading.Name("x"), value, decimals))).RootElement
                .GetProperty("x");
            decimal expected = value / (decimal)BigInteger.Pow(10, decimals);
            Assert.Equal(expected, decimal.Parse(read.GetRawText(), CultureInfo.InvariantCulture));
        });
    }

    [Theory]
    [InlineData(0, 0, "0")]
    [InlineData(0, 2, "0.00")]
    [InlineData(5, 2, "0.05")]
    [InlineData(-5, 1, "-0.5")]
    [InlineData(2150, 2, "21.50")]
    [InlineData(long.MinValue, 0, "-9223372036854775808")]
    [InlineData(long.MinValue, 9, "-9223372036.854775808")]
    public void Numbers_look_as_people_write_them(long value, int decimals, string expected) =>
        Assert.Equal($$"""{"n":7,"x":{{expected}}}""", Text(reading => reading.Add(Reading.Name("x"), value, decimals)));

    [Fact]
    public void A_sensor_that_says_nothing_makes_no_reading() => Assert.Equal("", Text(_ => { }));

    [Fact]
    public void A_sensor_can_write_a_format_of_its_own() =>
        Assert.Equal("T=21", Text(reading => reading.Write("xT=21"u8.ToArray(), 1, 4)));

    private static string Text(Action<Reading> read)
    {
        Reading reading = new(256);
        reading.Begin(7, 0);
        read(reading);
        reading.End();
        Assert.False(reading.TooLong);
        return Encoding.UTF8.GetString(reading.Bytes, 0, reading.Count);
    }
}
