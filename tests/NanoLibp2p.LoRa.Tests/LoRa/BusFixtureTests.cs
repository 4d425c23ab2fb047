using System;
using System.IO;
using System.Linq;
using NanoLibp2p.Hal.LoRa;

namespace NanoLibp2p.LoRa.Tests.LoRa;

/// <summary>What goes over the bus, byte for byte, against fixtures with values of Semtech's reference driver and the datasheets.</summary>
public sealed class BusFixtureTests
{
    public static TheoryData<string> Chips => ["sx127x", "sx126x"];

    [Theory]
    [MemberData(nameof(Chips))]
    public void Opening_configures_the_chip_as_the_reference_drivers_do(string chip)
    {
        Station device = Station.Open(new Medium(), chip, OneChannel());
        AssertLog($"{chip}-open", device);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_frame_is_sent_as_the_reference_drivers_do(string chip)
    {
        Medium medium = new();
        Station device = Station.Open(medium, chip, OneChannel());
        device.Model.Log.Clear();
        Assert.Equal(100, device.Send([.. Enumerable.Range(1, 100).Select(i => (byte)i)]));
        device.Radio.Wait(50);
        while (device.Radio.State == LoRaState.Sending)
        {
            medium.Advance(1);
            if (device.Model.IsInterrupted)
            {
                device.Step();
            }
        }

        AssertLog($"{chip}-send", device);
        Assert.Equal(868100000, device.Model.Tuning.FrequencySteps * 15625L / 256, 61.0);
        Assert.Equal([.. Enumerable.Range(1, 100).Select(i => (byte)i)], medium.Sent.Single().Frame);
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public void A_frame_is_received_as_the_reference_drivers_do(string chip)
    {
        Medium medium = new();
        Station device = Station.Open(medium, chip, OneChannel());
        device.Send(new byte[64]);
        while (device.Radio.State != LoRaState.Listening)
        {
            device.Model.Log.Clear();
            Station.Run(medium, 1, device);
        }

        byte[] frame = [.. Enumerable.Range(7, 70).Select(i => (byte)i)];
        device.Model.Hear(frame, hasCrc: false, isDamaged: false, rssi: -97, snrQuarters: -21);
        device.Step();

        AssertLog($"{chip}-receive", device);
        Assert.Equal(frame, device.Heard.Single());
        Assert.Equal(-21, device.Radio.SnrQuarterDb);
        Assert.InRange(device.Radio.RssiDbm, -100, -90);
    }

    private static LoRaOptions OneChannel()
    {
        LoRaOptions settings = LoRaOptions.Eu868(9, false);
        settings.ChannelsHz = [868100000];
        return settings;
    }

    private static void AssertLog(string name, Station station)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "LoRa", "Fixtures", $"{name}.txt");
        string[] expected = [.. File.ReadAllLines(path).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0)];
        Assert.Equal(string.Join('\n', expected), string.Join('\n', station.Model.Log));
    }
}
