using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench;

/// <summary>What idle connections take of a desktop node: heap and resident memory of a process that has nothing but them.</summary>
internal static class IdleBench
{
    private static readonly Option<int[]> _connections = new("--connections")
    {
        Description = "how many; may be given several times",
        DefaultValueFactory = _ => [1000, 5000],
    };

    private static readonly Option<string> _program = new("--gateway")
    {
        Description = "measures nanolibp2p gateway run in place of the library alone: the path of nanolibp2p, or of nanolibp2p.dll",
    };

    private static readonly Option<int> _rest = new("--rest")
    {
        Description = "with --gateway: seconds for which it is watched, from the 60th on",
        DefaultValueFactory = _ => StandardRest,
    };

    private static readonly Argument<int> _most = new("connections") { DefaultValueFactory = _ => StandardConnections };

    private const int StandardConnections = 8192;

    // what the storm of connections took has been given back by then
    private const int StandardRest = 60;

    // beside a quarter of the connections: from nine tenths of the limit on a gateway closes some
    private const int SpareConnections = 64;

    // identify, its push, and the topic's own streams
    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    /// <summary>The command, and the hidden one of the process that is measured.</summary>
    internal static IEnumerable<Command> Commands()
    {
        const string What = "heap and resident memory of a node with idle connections, each to a device with one topic";
        Command idle = new("idle", What) { _connections, _program, _rest };
        idle.SetAction(async parsed => await (parsed.GetValue(_program) is { } program
            ? RunGatewayAsync(program, parsed.GetValue(_connections)!, parsed.GetValue(_rest)) : RunAsync(parsed.GetValue(_connections)!)));
        yield return idle;
        Command node = new("idle-node", "the node that is measured, for this program itself") { _most };
        node.Hidden = true;
        node.SetAction(async parsed => await ServeAsync(parsed.GetValue(_most)));
        yield return node;
    }

    private static async Task RunAsync(int[] counts)
    {
        Console.WriteLine("connections      heap, KB      each, bytes      resident, MB      processor, µs a connect");
        foreach (int count in counts)
        {
            using BenchProcess process = BenchProcess.Start("idle-node");
            Multiaddr address = Multiaddr.Parse(await process.ReadAsync());
            (long heap, _) = Parse(await process.AskAsync("measure"));
            double before = process.ProcessorSeconds;
            using IdleDevices devices = new(address, count);
            while (devices.Connected < count)
            {
                await Task.Delay(50);
            }

            double processor = process.ProcessorSeconds - before;

            await Task.Delay(_settling);
            (long full, long resident) = Parse(await process.AskAsync("measure"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count,11}{full / 1e3,14:N0}{(full - heap) / count,17:N0}{resident / 1e6,18:N1}{processor / count * 1e6,20:N0}"));
        }
    }

    // the real program, from outside
    private static async Task RunGatewayAsync(string program, int[] counts, int rest)
    {
        Console.WriteLine("connections   resident without, MB   with, after 5 s, MB   at rest, MB   of which no file's, MB   "
            + "processor, µs a connect");
        foreach (int count in counts)
        {
            string data = Directory.CreateTempSubdirectory("nanolibp2p-bench-").FullName;
            try
            {
                string[] run =
                [
                    "gateway", "run", "--json", "--data", data, "--listen", "/ip4/127.0.0.1/tcp/0", "--http", "http://127.0.0.1:0", "--set",
                    string.Create(CultureInfo.InvariantCulture, $"limits.connections={count + (count / 4) + SpareConnections}"),
                ];
                using BenchProcess gateway = BenchProcess.StartProgram(
                    [.. program.EndsWith(".dll", StringComparison.Ordinal) ? ["dotnet", program] : (string[])[program], .. run]);
                string? address = null;
                while (address == null)
                {
                    JsonElement said = JsonElement.Parse(await gateway.ReadAsync());
                    address = said.TryGetProperty("addr", out JsonElement found) ? found.GetString() : null;
                }

                gateway.IgnoreRest();
                await Task.Delay(_settling);
                long without = gateway.ResidentBytes;
                double before = gateway.ProcessorSeconds;
                using IdleDevices devices = new(Multiaddr.Parse(address), count);
                while (devices.Connected < count)
                {
                    await Task.Delay(50);
                }

                double processor = gateway.ProcessorSeconds - before;
                await Task.Delay(_settling);
                long soon = gateway.ResidentBytes;
                (long resting, long own) = (0, 0);
                for (int i = 1; i <= Math.Max(rest, 1); i++)
                {
                    await Task.Delay(_second);
                    if (i >= Math.Min(rest, StandardRest) && gateway.ResidentBytes is var now && now > resting)
                    {
                        (resting, own) = (now, gateway.OwnBytes);
                    }
                }

                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count,11}{without / 1e6,23:N1}{soon / 1e6,23:N1}")
                    + string.Create(CultureInfo.InvariantCulture, $"{resting / 1e6,15:N1}{own / 1e6,26:N1}")
                    + string.Create(CultureInfo.InvariantCulture, $"{processor / count * 1e6,26:N0}"));
            }
            finally
            {
                Directory.Delete(data, true);
            }
        }
    }

    private static async Task ServeAsync(int connections)
    {
        Libp2pNodeOptions options = new() { MaxConnections = connections };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        _ = DrainAsync(node.SubscribeAsync(IdleDevices.Topic));
        Console.WriteLine(node.ListenAddresses[0]);
        while (await Console.In.ReadLineAsync() != null)
        {
            GC.Collect(2, GCCollectionMode.Aggressive, true, true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(true)} {Environment.WorkingSet}"));
        }
    }

    private static async Task DrainAsync(IAsyncEnumerable<TopicMessage> messages)
    {
        await foreach (TopicMessage _ in messages)
        {
        }
    }

    private static (long Heap, long Resident) Parse(string line)
    {
        string[] parts = line.Split(' ');
        return parts.Length == 2 ? (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture))
            : throw new InvalidDataException($"'{line}' is no measurement");
    }
}
