using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Bench.Postbox;

/// <summary>
/// A gateway's mail on NATS JetStream beside what its client publishes to that server: the same bytes, to a subject each, as many in
/// flight, in turn.
/// </summary>
internal static class NatsBench
{
    private const int InFlight = 64;
    private const int Count = 6400;

    /// <summary>Measures, and tells.</summary>
    /// <param name="rounds">How often each has its turn.</param>
    /// <param name="deposit">Makes a deposit by its number.</param>
    /// <param name="peers">The recipients.</param>
    /// <returns>The share of the server's own rate; null where there is no server.</returns>
    internal static async Task<double?> RunAsync(int rounds, Func<int, PostboxDeposit> deposit, IReadOnlyList<byte[]> peers)
    {
        Console.WriteLine();
        if (!NatsServer.IsHere)
        {
            Console.WriteLine(NatsServer.Missing);
            return null;
        }

        await using NatsServer server = await NatsServer.StartAsync();
        await using NatsConnection connection = new(new NatsOpts { Url = server.Url });
        NatsJSContext context = new(connection);
        await context.CreateStreamAsync(new StreamConfig("raw", ["raw.>"]) { MaxMsgsPerSubject = 1, Discard = StreamConfigDiscard.New });
        await using NatsPostboxStore store = new(new NatsPostboxOptions { Url = server.Url + "/mail", Replicas = 1 });
        await store.OpenAsync(_ => { });
        await Task.WhenAll(peers.Select(peer => store.SaveMailboxAsync(new PostboxMailbox(peer, 1))));
        List<double> raw = [];
        List<double> own = [];
        List<double> acknowledged = [];
        for (int round = 0; round <= rounds; round++)
        {
            int first = round * Count;
            PostboxDeposit[] deposits = [.. Enumerable.Range(first, Count).Select(deposit)];
            StoreRate rawRate = await MeasureAsync(async i =>
            {
                PubAckResponse ack = await context.PublishAsync($"raw.{first + i}", deposits[i].Item);
                ack.EnsureSuccess();
            });
            PostboxHead[] heads = new PostboxHead[Count];
            StoreRate ownRate = await MeasureAsync(async i =>
            {
                PostboxAppend one = (await store.AppendAsync([deposits[i]]))[0];
                heads[i] = one.Head ?? throw new InvalidOperationException($"a deposit was {one.Outcome}: {one.Reason}");
            });
            StoreRate settleRate = await MeasureAsync(
                i => store.SettleAsync([new PostboxSettlement(heads[i], PostboxState.Delivered)]));
            if (round > 0)
            {
                raw.Add(rawRate.PerSecond);
                own.Add(ownRate.PerSecond);
                acknowledged.Add(settleRate.PerSecond);
            }
        }

        double share = Median(own) / Median(raw);
        Console.WriteLine($"On NATS, one server, {InFlight} in flight; medians of {rounds} rounds in turn.");
        Console.WriteLine();
        Console.WriteLine("| | published, a second | store, a second | share |");
        Console.WriteLine("|---|--:|--:|--:|");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| deposits | {Median(raw):N0} | {Median(own):N0} | {share:F2} |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| acknowledgements | | {Median(acknowledged):N0} | {Median(acknowledged) / Median(raw):F2} |"));
        return share;
    }

    private static async Task<StoreRate> MeasureAsync(Func<int, Task> one)
    {
        StoreWatch watch = new();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(worker => Task.Run(async () =>
        {
            for (int i = worker; i < Count; i += InFlight)
            {
                await one(i);
            }
        })));
        return watch.Read(Count);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
