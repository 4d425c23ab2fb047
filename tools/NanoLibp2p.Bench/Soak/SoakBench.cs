using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Bench.Soak;

/// <summary>
/// Devices that come and go at a gateway for a long time, each in one of three ways, while an observer hears their readings and dials them
/// through the relay; and whether the gateway's memory is flat, and it keeps nothing of them at the end.
/// </summary>
internal static class SoakBench
{
    // Readings that the dying wrote may be lost with them, and a device may die while it is dialled: seldom, where lives are long
    private const double HeardShare = 0.95;
    private const double ReachedShare = 0.9;
    private const double ShortShare = 0.5;

    private const int PickMs = 500;

    private static readonly TimeSpan _leavePatience = TimeSpan.FromMinutes(2);

    private static readonly Option<double> _minutes =
        new("--minutes") { Description = "how long the devices come and go", DefaultValueFactory = _ => 30 };

    private static readonly Option<int> _count =
        new("--devices") { Description = "how many there are, two thirds of them connected at a time", DefaultValueFactory = _ => 500 };

    private static readonly Argument<string> _gateway = new("gateway");

    /// <summary>The command, and the hidden ones of its two processes.</summary>
    internal static IEnumerable<Command> Commands()
    {
        Command soak = new("soak", "devices come and go at a gateway; exit code 0 if its memory is flat and no reading is missing")
        {
            _minutes, _count,
        };
        soak.SetAction(parsed => RunAsync(Sizes(parsed)));
        yield return soak;
        Command gateway = new("soak-gateway", "the gateway of a soak, for this program itself") { Hidden = true };
        gateway.Options.Add(_count);
        gateway.SetAction(parsed => SoakGateway.RunAsync(parsed.GetValue(_count)));
        yield return gateway;
        Command devices = new("soak-devices", "the devices of a soak, for this program itself") { Hidden = true };
        devices.Options.Add(_minutes);
        devices.Options.Add(_count);
        devices.Arguments.Add(_gateway);
        devices.SetAction(parsed => SoakDevices.RunAsync(Multiaddr.Parse(parsed.GetValue(_gateway)!), Sizes(parsed)));
        yield return devices;
    }

    private static SoakSizes Sizes(ParseResult parsed) => new(TimeSpan.FromMinutes(parsed.GetValue(_minutes)), parsed.GetValue(_count));

    private static async Task<int> RunAsync(SoakSizes sizes)
    {
        try
        {
            sizes.Check();
            SoakVerdict verdict = await MeasureAsync(sizes);
            Console.WriteLine();
            foreach (string line in verdict.Lines)
            {
                Console.WriteLine(line);
            }

            return verdict.IsGood ? 0 : 1;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Libp2pException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    private static async Task<SoakVerdict> MeasureAsync(SoakSizes sizes)
    {
        string count = sizes.Devices.ToString(CultureInfo.InvariantCulture);
        using BenchProcess gateway = BenchProcess.Start("soak-gateway", "--devices", count);
        Multiaddr address = Multiaddr.Parse(await gateway.ReadAsync());
        await using SoakObserver observer = await SoakObserver.StartAsync(address);
        List<SoakSample> samples = [];
        SoakCount did;
        using (BenchProcess devices = BenchProcess.Start("soak-devices", address.ToString(), "--devices", count, "--minutes",
            sizes.Time.TotalMinutes.ToString(CultureInfo.InvariantCulture)))
        {
            await devices.ReadAsync();
            Console.WriteLine(SoakSample.Head + "  alive  lives  published    heard  reached  missed");
            Stopwatch watch = Stopwatch.StartNew();
            do
            {
                TimeSpan next = sizes.SampleEvery * (samples.Count + 1);
                while (watch.Elapsed < next)
                {
                    await observer.StayAsync();
                    string picked = await devices.AskAsync("pick");
                    await (picked.Length > 0 ? observer.ReachAsync(picked) : Task.CompletedTask);
                    await Task.Delay(PickMs);
                }

                did = JsonSerializer.Deserialize<SoakCount>(await devices.AskAsync("count"))!;
                samples.Add(await SampleAsync(gateway, watch.Elapsed));
                Console.WriteLine(samples[^1].Line() + string.Create(CultureInfo.InvariantCulture,
                    $"{did.Alive,7}{did.Lives,7}{did.Published,11}{observer.Heard,9}{observer.Reached,9}{observer.Missed,8}"));
            }
            while (watch.Elapsed < sizes.Time);
        }

        SoakVerdict verdict = new();
        verdict.LookAt(samples);
        LookAt(verdict, did, observer, sizes.Time.TotalMinutes < SoakVerdict.LeastMinutes);
        SoakSample after = await LeftAsync(gateway, sizes.Time);
        verdict.LookAt(after is { Connections: <= 1, Reservations: 0 }, string.Create(CultureInfo.InvariantCulture,
            $"after all devices had left: {after.Connections} connection (the observer's) and {after.Reservations} reservations, ")
            + string.Create(CultureInfo.InvariantCulture,
            $"heap {after.HeapBytes / 1e6:0.0} MB, {after.Threads} threads, {after.Handles} handles"));
        return verdict;
    }

    private static void LookAt(SoakVerdict verdict, SoakCount did, SoakObserver observer, bool isShort)
    {
        double heard = (isShort ? ShortShare : HeardShare) * did.Published;
        verdict.LookAt(observer.Heard >= heard && did.Published > 0, string.Create(CultureInfo.InvariantCulture,
            $"readings: {observer.Heard} heard of {did.Published} published by {did.Lives} lives, ")
            + $"of which {did.Closed} ended in order, {did.Broken} with their socket, {did.Silent} without a word");
        verdict.LookAt(observer.Twice == 0, $"readings heard twice: {observer.Twice}");
        double reached = (isShort ? ShortShare : ReachedShare) * (observer.Reached + observer.Missed);
        verdict.LookAt(observer.Reached >= reached && observer.Reached > 0,
            $"devices pinged through the relay: {observer.Reached}, and {observer.Missed} that did not answer"
            + (observer.Why == null ? "" : $" (the last: {observer.Why})"));
    }

    // what died without a word is found out by the keep-alive; the system closes the sockets of the process that ended
    private static async Task<SoakSample> LeftAsync(BenchProcess gateway, TimeSpan time)
    {
        Stopwatch watch = Stopwatch.StartNew();
        SoakSample sample;
        do
        {
            await Task.Delay(PickMs);
            sample = await SampleAsync(gateway, time + watch.Elapsed);
        }
        while ((sample.Connections > 1 || sample.Reservations > 0) && watch.Elapsed < _leavePatience);
        return sample;
    }

    private static async Task<SoakSample> SampleAsync(BenchProcess gateway, TimeSpan at)
        => JsonSerializer.Deserialize<SoakSample>(await gateway.AskAsync(JsonSerializer.Serialize(at.TotalMinutes)))!;
}
