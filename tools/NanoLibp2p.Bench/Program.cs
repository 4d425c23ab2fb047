using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Bench.Gateway;
using NanoLibp2p.Bench.Postbox;
using NanoLibp2p.Bench.Soak;
using NanoLibp2p.Host;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Bench;

/// <summary>Figures of our node and of js-libp2p, in one run, each pair in its turn, so that a busy machine is busy for all.</summary>
internal static class Program
{
    private const int Connects = 10;
    private const int Pings = 50;

    private static readonly Option<int> _rounds =
        new("--rounds") { Description = "how often each pair has its turn", DefaultValueFactory = _ => 5 };

    private static readonly Option<long[]> _bytes = new("--bytes")
    {
        Description = "what perf moves each way; may be given several times",
        DefaultValueFactory = _ => [10_000_000, 100_000_000],
    };

    private static readonly Option<string> _crypto = new("--crypto")
    {
        Description = "our node's cryptography: desktop (libsodium and .NET) or managed, the device's own",
        DefaultValueFactory = _ => "desktop",
    };

    private static readonly Option<int[]> _idle = new("--idle")
    {
        Description = "idle connections at which the gateway's memory is looked at; may be given several times, 0 for none",
        DefaultValueFactory = _ => [1000, 5000],
    };

    private static readonly Option<int> _connects = new("--connects")
    {
        Description = "connections that are opened in each round", DefaultValueFactory = _ => 200,
    };

    private static readonly Option<int> _size = new("--size")
    {
        Description = "bytes that perf moves each way", DefaultValueFactory = _ => 100_000_000,
    };

    private static readonly Option<string?> _beside = new("--beside")
    {
        Description = "program that is measured in js-libp2p's place, such as the one that `go build` makes of the folder Go",
    };

    private static readonly Argument<int> _connections = new("connections");

    private static readonly Option<bool> _asJson = new("--json") { Description = "one JSON object instead of the table" };

    private static int Main(string[] args)
    {
        _crypto.AcceptOnlyFromAmong("desktop", "managed");
        Command listen = new("listen", "our node as the other side, for this program itself") { Hidden = true };
        listen.Options.Add(_crypto);
        listen.SetAction(parsed => NanoListener.RunAsync(parsed.GetValue(_crypto) == "managed"));
        Command peer = new("peer", "our node as one of the gateway's peers, for this program itself") { Hidden = true };
        peer.Arguments.Add(_connections);
        peer.SetAction(parsed => NanoPeer.RunAsync(parsed.GetValue(_connections)));
        Command gateway = new("gateway", "a gateway between two peers, all ours against all js-libp2p or another, round by round")
        {
            _rounds, _size, _connects, _idle, _beside, _asJson
        };
        gateway.SetAction(parsed => RunAsync(async () => await MeasureGatewayAsync(
            new GatewaySizes(parsed.GetValue(_rounds), parsed.GetValue(_connects), parsed.GetValue(_size), Pings,
                [.. parsed.GetValue(_idle)!.Where(one => one > 0)]),
            parsed.GetValue(_beside), parsed.GetValue(_asJson))));
        RootCommand root = new("Connect time, ping and throughput between nanoLibp2p and js-libp2p on this machine.")
        {
            _rounds, _bytes, _crypto, _asJson, listen, peer, gateway
        };
        foreach (Command command in (Command[])
        [
            .. IdleBench.Commands(), .. CostBench.Commands(), .. FloodBench.Commands(), .. SoakBench.Commands(), .. StoreBench.Commands(),
        ])
        {
            root.Subcommands.Add(command);
        }

        root.SetAction(parsed => RunAsync(() => MeasureAsync(parsed.GetValue(_rounds), parsed.GetValue(_bytes)!, parsed.GetValue(_crypto)!,
            parsed.GetValue(_asJson))));
        return root.Parse(args).Invoke();
    }

    private static async Task<int> RunAsync(Func<Task> measure)
    {
        try
        {
            await measure();
            return 0;
        }
        catch (Exception e) when (e is JsPeerException or TimeoutException or InvalidOperationException or Libp2pException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static async Task MeasureGatewayAsync(GatewaySizes sizes, string? program, bool json)
    {
        IReadOnlyList<GatewayFigures> both = await GatewayBench.RunAsync(sizes, program);
        Console.Write(json ? GatewayReport.Json(both[0], both[1]) + Environment.NewLine : GatewayReport.Table(both[0], both[1]));
        if (!json)
        {
            Console.WriteLine();
            Console.WriteLine(
                $"Medians of {sizes.Rounds} rounds in turn; the ratio is ours to theirs, CPU the gateway's in all rounds, both's.");
        }
    }

    private static async Task MeasureAsync(int rounds, long[] bytes, string crypto, bool json)
    {
        using NanoListener nanoListener = await NanoListener.StartAsync(crypto);
        await using JsPeer jsListener = await JsPeer.StartAsync(new JsPeerOptions());
        await using JsPeer jsDialer = await JsPeer.StartAsync(new JsPeerOptions { Listen = null });
        await using Libp2pNode nano = await NanoNode.StartAsync(crypto == "managed", null);
        IDialer nanoDials = new NanoDialer(nano);
        IDialer jsDials = new JsDialer(jsDialer);
        (string Name, IDialer Dialer, string Address, Samples Samples)[] pairs =
        [
            ("nano → nano", nanoDials, nanoListener.Address, new Samples()),
            ("nano → js", nanoDials, jsListener.Address, new Samples()),
            ("js → nano", jsDials, nanoListener.Address, new Samples()),
            ("js → js", jsDials, jsListener.Address, new Samples()),
        ];

        // round 0 is for the compilers of both sides
        for (int round = 0; round <= rounds; round++)
        {
            foreach ((_, IDialer dialer, string address, Samples samples) in pairs)
            {
                await MeasureAsync(dialer, address, round == 0 ? new Samples() : samples, round == 0 ? [bytes.Min()] : bytes);
            }
        }

        string cryptoName = NanoNode.CryptoName(crypto == "managed");
        List<(string, Samples)> results = [.. pairs.Select(one => (one.Name, one.Samples))];
        Console.Write(json ? Report.Json(results, cryptoName) + Environment.NewLine : Report.Table(results));
        if (!json)
        {
            Console.WriteLine();
            Console.WriteLine(
                $"Medians of {rounds} rounds in turn; in brackets the ratio to js → js. Our cryptography: {cryptoName}.");
        }
    }

    private static async Task MeasureAsync(IDialer dialer, string address, Samples samples, long[] bytes)
    {
        samples.Add("connect, ms", await dialer.ConnectAsync(address, Connects));
        samples.Add("ping, ms", await dialer.PingAsync(address, Pings));
        foreach (long one in bytes)
        {
            (double upload, double download) = await dialer.TransferAsync(address, one);
            string size = (one / 1e6).ToString(CultureInfo.InvariantCulture);
            samples.Add($"{size} MB up, MB/s", [upload]);
            samples.Add($"{size} MB down, MB/s", [download]);
        }
    }
}
