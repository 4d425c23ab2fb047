using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Radio.Tests;

/// <summary>Time on air, held to published figures.</summary>
public sealed class LoRaAirtimeTests
{
    /// <summary>Semtech's LoRa calculator at 125 kHz, CR 4/5, preamble 8, explicit header, CRC; milliseconds for 20, 50, 100, 222 and 255
    /// bytes.</summary>
    public static TheoryData<int, double[]> Published => new()
    {
        { 7, [56.6, 97.5, 174.3, 348.4, 399.6] },
        { 8, [102.9, 174.6, 307.7, 614.9, 707.1] },
        { 9, [185.3, 328.7, 554.0, 1106.9, 1250.3] },
        { 10, [370.7, 616.4, 1026.0, 2009.1, 2295.8] },
        { 11, [741.4, 1314.8, 2215.9, 4427.8, 5001.2] },
        { 12, [1318.9, 2301.9, 3940.4, 8036.4, 9019.4] },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Time_on_air_is_that_of_the_published_table(int spreadingFactor, double[] milliseconds)
    {
        int[] bytes = [20, 50, 100, 222, 255];
        for (int i = 0; i < bytes.Length; i++)
        {
            Assert.Equal(milliseconds[i], LoRaAirtime.Microseconds(spreadingFactor, 125_000, bytes[i]) / 1000.0, 0.06);
        }
    }

    [Theory]
    [InlineData(20, 395)]
    [InlineData(50, 641)]
    [InlineData(100, 1010)]
    [InlineData(222, 1911)]
    [InlineData(255, 2157)]
    public void Other_bandwidths_and_preambles_count(int bytes, int milliseconds)
    {
        // Meshtastic's LongFast: SF11, 250 kHz, 16 symbols
        Assert.Equal(milliseconds, LoRaAirtime.Microseconds(11, 250_000, 1, 16, true, true, bytes) / 1000.0, 1.0);
    }

    [Fact]
    public void Low_data_rate_optimisation_is_on_from_symbols_of_16_ms_on()
    {
        Assert.True(LoRaAirtime.IsLowRate(11, 125_000));
        Assert.True(LoRaAirtime.IsLowRate(12, 250_000));
        Assert.False(LoRaAirtime.IsLowRate(10, 125_000));
        Assert.False(LoRaAirtime.IsLowRate(11, 250_000));
    }

    [Fact]
    public void A_longer_frame_is_never_shorter_on_the_air_and_nothing_overflows()
    {
        foreach (int bandwidth in new[] { 7_800, 62_500, 125_000, 250_000, 500_000 })
        {
            for (int spreadingFactor = 7; spreadingFactor <= 12; spreadingFactor++)
            {
                int before = 0;
                for (int bytes = 0; bytes <= 255; bytes++)
                {
                    int now = LoRaAirtime.Microseconds(spreadingFactor, bandwidth, 4, 8, true, true, bytes);
                    Assert.True(now >= before && now > 0, $"SF{spreadingFactor} {bandwidth} Hz {bytes} bytes: {now} us");
                    before = now;
                }
            }
        }
    }
}
