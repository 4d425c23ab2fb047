using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;

namespace NanoLibp2p.Bench;

/// <summary>
/// How much later a peer's pings are answered while another peer floods the gateway: three processes, the gateway alone on one core, the
/// two peers on another, of which the one that pings is ahead of the one that floods, so that it is late by what the gateway does and not
/// by its own core. Alone and beside each flood have their turns.
/// </summary>
internal static class FloodBench
{
    private const int WarmUpPings = 3000;

    // the issue's bound: a tenth more than alone, and the time of one verification
    private const double Allowed = 1.1;

    private static readonly TimeSpan _settling = TimeSpan.FromMilliseconds(300);

    private static readonly Option<int> _rounds =
        new("--rounds") { Description = "how often each has its turn", DefaultValueFactory = _ => 5 };

    private static readonly Option<int> _pings =
        new("--pings") { Description = "pings in each turn", DefaultValueFactory = _ => 5000 };

    private static readonly Argument<string> _address = new("address");

    /// <summary>The command, and the hidden ones of its processes.</summary>
    internal static IEnumerable<Command> Commands()
    {
        Command flood = new("flood", "round trip of a peer alone and beside one that floods, on two cores") { _rounds, _pings };
        flood.SetAction(async parsed => await RunAsync(parsed.GetValue(_rounds), parsed.GetValue(_pings)));
        yield return flood;
        Command gateway = new("flood-gateway", "the gateway, for this program itself") { Hidden = true };
        gateway.SetAction(async _ => await FloodPeers.ServeAsync());
        yield return gateway;
        Command friend = new("flood-friend", "who pings, for this program itself") { _address };
        friend.Hidden = true;
        friend.SetAction(async parsed => await FloodPeers.PingAsync(parsed.GetValue(_address)!));
        yield return friend;
        Command flooder = new("flood-flooder", "who floods, for this program itself") { _address };
        flooder.Hidden = true;
        flooder.SetAction(async parsed => await FloodPeers.FloodAsync(parsed.GetValue(_address)!));
        yield return flooder;
    }

    private static async Task RunAsync(int rounds, int pings)
    {
        using BenchProcess gateway = BenchProcess.StartAhead(0, spins: true, "flood-gateway");
        string address = await gateway.ReadAsync();
        using BenchProcess friend = BenchProcess.StartAhead(1, spins: false, "flood-friend", address);
        using BenchProcess flooder = BenchProcess.StartBehind(1, "flood-flooder", address);
        await friend.ReadAsync();
        await flooder.ReadAsync();
        string[] kinds = ["alone", "gigabit", "data", "messages"];
        Dictionary<string, Samples> samples = kinds.ToDictionary(one => one, _ => new Samples());
        for (int round = 0; round <= rounds; round++)
        {
            foreach (string kind in kinds)
            {
                double before = 0;
                DateTime begun = DateTime.UtcNow;
                if (kind != "alone")
                {
                    await flooder.AskAsync(kind);
                    await Task.Delay(_settling);
                    before = Number(await flooder.AskAsync("count"));
                    begun = DateTime.UtcNow;
                }

                double[] said = Numbers(await friend.AskAsync((round == 0 ? WarmUpPings : pings).ToString(CultureInfo.InvariantCulture)));
                double rate = 0;
                if (kind != "alone")
                {
                    rate = (Number(await flooder.AskAsync("count")) - before) / (DateTime.UtcNow - begun).TotalSeconds;
                    await flooder.AskAsync("end");
                }

                if (round > 0)
                {
                    samples[kind].Add("p50", [said[0]]);
                    samples[kind].Add("p99", [said[1]]);
                    samples[kind].Add("rate", [rate]);
                }
            }
        }

        double verification = Number(await gateway.AskAsync("verify"));
        double alone = samples["alone"].Median("p99");
        Console.WriteLine("beside              p50, µs   p99, µs   p99 to that alone   allowed, µs   flood");
        foreach (string kind in kinds)
        {
            double late = samples[kind].Median("p99");
            string rate = kind switch
            {
                "data" or "gigabit" => string.Create(CultureInfo.InvariantCulture, $"{samples[kind].Median("rate") / 1e6:N0} MB a second"),
                "messages" => string.Create(CultureInfo.InvariantCulture, $"{samples[kind].Median("rate"):N0} signed messages a second"),
                _ => "",
            };
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Name(kind),-17}{samples[kind].Median("p50"),10:N0}")
                + string.Create(CultureInfo.InvariantCulture, $"{late,10:N0}{late / alone,20:0.00}{(alone * Allowed) + verification,14:N0}")
                + $"   {rate}");
        }

        if (!BenchProcess.MayGoAhead)
        {
            Console.WriteLine("The gateway and who pings wait for their cores, too, and that counts: with chrt and as root they go ahead.");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Medians of {rounds} rounds of {pings} pings. Allowed: p99 alone and a tenth, and one verification ({verification:0} µs)."));
    }

    private static string Name(string kind) => kind switch
    {
        "data" => "a flood of data",
        "gigabit" => "a gigabit link",
        "messages" => "one of messages",
        _ => "nobody",
    };

    private static double Number(string line) => double.Parse(line, CultureInfo.InvariantCulture);

    private static double[] Numbers(string line) => [.. line.Split(' ').Select(Number)];
}
