using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench;

/// <summary>
/// What a ping costs a node beside few idle connections and beside many: two nodes and their devices, each in a process of its own, so that
/// 10,000 connections need 10,000 open files of one process; and the two have their turns.
/// </summary>
internal static class CostBench
{
    private const int Rounds = 9;
    private const int Pings = 3000;
    private const int SpareConnections = 2048;

    private static readonly TimeSpan _settling = TimeSpan.FromSeconds(5);

    private static readonly Option<int[]> _idle = new("--idle")
    {
        Description = "idle connections of the one node and of the other",
        DefaultValueFactory = _ => [100, 10_000],
        Arity = new ArgumentArity(2, 2),
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Argument<string> _address = new("address");
    private static readonly Argument<int> _count = new("count");

    /// <summary>The command, and the hidden one of the devices' process.</summary>
    internal static IEnumerable<Command> Commands()
    {
        Command cost = new("cost", "processor time of a ping beside few idle connections and beside many") { _idle };
        cost.SetAction(async parsed => await RunAsync(parsed.GetValue(_idle)!));
        yield return cost;
        Command devices = new("idle-devices", "idle devices, for this program itself") { _address, _count };
        devices.Hidden = true;
        devices.SetAction(async parsed => await ConnectAsync(parsed.GetValue(_address)!, parsed.GetValue(_count)));
        yield return devices;
    }

    private static async Task RunAsync(int[] counts)
    {
        List<Scene> scenes = [];
        await using Libp2pNode pinger = await Libp2pNode.StartAsync(new Libp2pNodeOptions { PubSub = null });
        try
        {
            foreach (int count in counts)
            {
                scenes.Add(await Scene.StartAsync(pinger, count));
            }

            await Task.Delay(_settling);

            // round 0 is for the compilers
            for (int round = 0; round <= Rounds; round++)
            {
                foreach (Scene scene in scenes)
                {
                    await scene.MeasureAsync(pinger, isWarmUp: round == 0);
                }
            }

            Console.WriteLine("idle connections      processor, µs a ping      the same but what idling costs      idling, ms a second");
            foreach (Scene scene in scenes)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{scene.Count,16}{scene.Cost,26:0.0}{scene.Net,36:0.0}{scene.Idling * 1000,25:0.0}"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"ratio of medians of {Rounds} rounds in turn: {scenes[1].Cost / scenes[0].Cost:0.00}, ")
                + string.Create(CultureInfo.InvariantCulture, $"without idling {scenes[1].Net / scenes[0].Net:0.00}"));
        }
        finally
        {
            scenes.ForEach(scene => scene.Dispose());
        }
    }

    private static async Task ConnectAsync(string address, int count)
    {
        using IdleDevices devices = new(Multiaddr.Parse(address), count);
        while (devices.Connected < count)
        {
            await Task.Delay(50);
        }

        Console.WriteLine("connected");

        // until whoever began it ends it
        await Console.In.ReadLineAsync();
    }

    private sealed class Scene : IDisposable
    {
        private readonly BenchProcess _node;
        private readonly BenchProcess _devices;
        private readonly PeerId _peer;
        private readonly List<double> _costs = [];
        private readonly List<double> _nets = [];
        private readonly List<double> _idlings = [];

        private Scene(int count, BenchProcess node, BenchProcess devices, PeerId peer)
        {
            Count = count;
            _node = node;
            _devices = devices;
            _peer = peer;
        }

        internal int Count { get; }

        internal double Cost => Middle(_costs);

        internal double Net => Middle(_nets);

        internal double Idling => Middle(_idlings);

        public void Dispose()
        {
            _devices.Dispose();
            _node.Dispose();
        }

        internal static async Task<Scene> StartAsync(Libp2pNode pinger, int count)
        {
            BenchProcess node = BenchProcess.Start("idle-node", (count + SpareConnections).ToString(CultureInfo.InvariantCulture));
            string address = await node.ReadAsync();
            BenchProcess devices = BenchProcess.Start("idle-devices", address, count.ToString(CultureInfo.InvariantCulture));
            await devices.ReadAsync();
            return new Scene(count, node, devices, await pinger.DialAsync(address));
        }

        internal async Task MeasureAsync(Libp2pNode pinger, bool isWarmUp)
        {
            double before = _node.ProcessorSeconds;
            TimeSpan rest = TimeSpan.FromSeconds(1);
            await Task.Delay(rest);
            double idling = (_node.ProcessorSeconds - before) / rest.TotalSeconds;
            before = _node.ProcessorSeconds;
            DateTime begun = DateTime.UtcNow;
            for (int i = 0; i < Pings; i++)
            {
                await pinger.PingAsync(_peer);
            }

            double seconds = (DateTime.UtcNow - begun).TotalSeconds;
            double used = _node.ProcessorSeconds - before;
            if (!isWarmUp)
            {
                _costs.Add(used / Pings * 1e6);
                _nets.Add((used - (idling * seconds)) / Pings * 1e6);
                _idlings.Add(idling);
            }
        }

        private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
