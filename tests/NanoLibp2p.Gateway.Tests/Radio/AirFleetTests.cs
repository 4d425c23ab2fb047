using System;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Xml.Linq;
using NanoLibp2p.Gateway.Radio;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>What fleets get through, as a table that is kept: loss x profile x MTU, seeded, in virtual time, with the real
/// sessions.</summary>
public sealed class AirFleetTests
{
    private const string Table = "Radio/air.txt";

    // of the table
    private const int FirstRow = 2;
    private const int Share = 6;
    private const int Twice = 8;
    private const int Airtime = 10;
    private const int Worst = 11;

    private static readonly (string Profile, int EveryMinutes, int Mtu)[] _kinds =
    [
        ("lora-sf7-eu868", 1, 0), ("lora-sf7-eu868", 1, 96), ("lora-sf9-eu868", 2, 0), ("lora-sf9-eu868", 2, 96),
        ("lora-sf12-eu868", 10, 0), ("802154", 5, 0),
    ];

    [Fact]
    public void The_table_of_loss_MTU_and_profile_is_the_one_that_is_kept()
    {
        string table = Draw();
        string file = Path.Combine(ReadmeTests.Root(), "tests/NanoLibp2p.Gateway.Tests", Table);
        if (Environment.GetEnvironmentVariable("NANOLIBP2P_SNAPSHOTS") == "write")
        {
            File.WriteAllText(file, table);
        }

        // the sessions may come to ask a little earlier or later: what a user would notice is held, and not each frame
        string[] kept = File.ReadAllLines(file);
        string[] now = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(kept.Length, now.Length);
        for (int i = FirstRow; i < now.Length; i++)
        {
            string[] before = kept[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            string[] after = now[i].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(before[..5], after[..5]);
            string both = $"{kept[i]}\n{now[i]}: write the table anew if that is meant";
            Assert.True(Math.Abs(Number(before[Share]) - Number(after[Share])) <= 4, both);
            Assert.True(Math.Abs(Number(before[Airtime]) - Number(after[Airtime])) <= (0.15 * Number(before[Airtime])) + 0.1, both);
            Assert.True(Number(after[Twice]) <= Number(before[Twice]), both);
            Assert.True(Number(after[Worst]) <= 36, now[i]);
        }

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void No_device_of_a_fleet_exceeds_its_duty_cycle_though_readings_are_many_times_too_many()
    {
        using AirFleet fleet = new(new AirFleetOptions
        {
            Profile = "lora-sf9-eu868", Devices = 3, Every = TimeSpan.FromSeconds(10), Time = TimeSpan.FromHours(3), Loss = 0.3,
        });
        AirFleetResult result = fleet.Play(null, CancellationToken.None);
        Assert.InRange(result.WorstHourMs, 20_000, 36_000);
        Assert.True(result.Delivered > 0, "nothing came through");
    }

    [Fact]
    public void A_plot_is_a_document_with_two_bars_for_each_hour()
    {
        AirFleetOptions options = new() { Profile = "ble", Time = TimeSpan.FromHours(3) };
        using AirFleet fleet = new(options);
        string svg = AirPlot.Draw(options, fleet.Play(null, CancellationToken.None));
        Assert.Equal(1 + (2 * 3), XDocument.Parse(svg).Root!.Elements("{http://www.w3.org/2000/svg}rect").Count());
    }

    private static string Draw()
    {
        StringBuilder table = new();
        table.Append("one device, readings of 20 bytes, 24 hours; seconds on the air of an hour, and of the busiest sliding hour\n");
        table.Append("profile          MTU minutes loss readings on-topic      % waiting twice frames device-s worst-s gateway-s   mJ\n");
        foreach ((string profile, int every, int mtu) in _kinds)
        {
            foreach (int loss in new[] { 10, 30, 50 })
            {
                using AirFleet fleet = new(new AirFleetOptions
                {
                    Profile = profile, Every = TimeSpan.FromMinutes(every), Mtu = mtu, Loss = loss / 100.0, Seed = 1,
                });
                AirFleetResult one = fleet.Play(null, CancellationToken.None);
                table.Append(CultureInfo.InvariantCulture, $"{profile,-15} {mtu,4} {every,7} {loss,4} {one.Readings,8} {one.Delivered,8} ")
                    .Append(CultureInfo.InvariantCulture, $"{one.Share * 100,6:0.0} {one.Waiting,7} {one.Repeated,5} {one.Frames,6} ")
                    .Append(CultureInfo.InvariantCulture, $"{one.AirtimeMs / 1000,8:0.00} {one.WorstHourMs / 1000,7:0.00} ")
                    .Append(CultureInfo.InvariantCulture, $"{one.GatewayAirtimeMs / 1000,9:0.00} {one.MillijoulesForReading,4:0}")
                    .Append('\n');
            }
        }

        return table.ToString();
    }
}
