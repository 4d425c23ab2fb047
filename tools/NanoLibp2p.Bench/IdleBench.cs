using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.IO;
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

    private static readonly Argument<int> _most = new("connections") { DefaultValueFactory = _ => StandardConnections };

    private const int StandardConnections = 8192;

    /// <summary>The command, and the hidden one of the process that is measured.</summary>
    internal static IEnumerable<Command> Commands()
    {
        const string What = "heap and resident memory of a node with idle connections, each to a device with one topic";
        Command idle = new("idle", What) { _connections };
        idle.SetAction(async parsed => await RunAsync(parsed.GetValue(_connections)!));
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

            // identify, its push, and the topic's own streams
            await Task.Delay(TimeSpan.FromSeconds(5));
            (long full, long resident) = Parse(await process.AskAsync("measure"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{count,11}{full / 1e3,14:N0}{(full - heap) / count,17:N0}{resident / 1e6,18:N1}{processor / count * 1e6,20:N0}"));
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
