using System;
using System.Collections.Generic;
using System.Diagnostics;
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
        List<NatsRate> raw = [];
        List<NatsRate> own = [];
        List<NatsRate> acknowledged = [];
        for (int round = 0; round <= rounds; round++)
        {
            int first = round * Count;
            PostboxDeposit[] deposits = [.. Enumerable.Range(first, Count).Select(deposit)];
            NatsRate rawRate = await MeasureAsync(server, async i =>
            {
                PubAckResponse ack = await context.PublishAsync($"raw.{first + i}", deposits[i].Item);
                ack.EnsureSuccess();
            });
            PostboxHead[] heads = new PostboxHead[Count];
            NatsRate ownRate = await MeasureAsync(server, async i =>
            {
                PostboxAppend one = (await store.AppendAsync([deposits[i]]))[0];
                heads[i] = one.Head ?? throw new InvalidOperationException($"a deposit was {one.Outcome}: {one.Reason}");
            });
            NatsRate settleRate = await MeasureAsync(
                server, i => store.SettleAsync([new PostboxSettlement(heads[i], PostboxState.Delivered)]));
            if (round > 0)
            {
                raw.Add(rawRate);
                own.Add(ownRate);
                acknowledged.Add(settleRate);
            }
        }

        Console.WriteLine($"On NATS, one server, {InFlight} in flight; {rounds} rounds in turn. The processor's time is of one, in us.");
        Console.WriteLine();
        Console.WriteLine("| | a second | share, median of the rounds (least to most) | processor here | at the server |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        Row("published", raw, raw);
        Row("acknowledgements", acknowledged, raw);
        return Row("deposits", own, raw);
    }

    // the median of each round's share
    private static double Row(string what, List<NatsRate> rates, List<NatsRate> raw)
    {
        double[] shares = [.. rates.Zip(raw, (one, other) => one.PerSecond / other.PerSecond)];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {what} | {Median(rates.Select(one => one.PerSecond)):N0} | {Median(shares):F2} ({shares.Min():F2} to {shares.Max():F2}) "
            + $"| {Median(rates.Select(one => one.HereUs)):F0} | {Median(rates.Select(one => one.ServerUs)):F0} |"));
        return Median(shares);
    }

    private static async Task<NatsRate> MeasureAsync(NatsServer server, Func<int, Task> one)
    {
        using Process process = Process.GetProcessById(server.ProcessId);
        TimeSpan before = process.TotalProcessorTime;
        StoreWatch watch = new();
        await Task.WhenAll(Enumerable.Range(0, InFlight).Select(worker => Task.Run(async () =>
        {
            for (int i = worker; i < Count; i += InFlight)
            {
                await one(i);
            }
        })));
        StoreRate rate = watch.Read(Count);
        process.Refresh();
        return new NatsRate(rate.PerSecond, rate.ProcessorUs, (process.TotalProcessorTime - before).TotalMicroseconds / Count);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private sealed record NatsRate(double PerSecond, double HereUs, double ServerUs);
}
