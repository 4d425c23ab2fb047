using System;
using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>perf</c>: the client of the perf protocol.</summary>
internal static class PerfCommand
{
    private const ulong StandardBytes = 10_000_000;
    private static readonly TimeSpan _reportEvery = TimeSpan.FromSeconds(1);

    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Option<ulong?> upload = CommonOptions.Size("--upload", "Bytes to send [default: 10MB each way if neither is given]");
        Option<ulong?> download = CommonOptions.Size("--download", "Bytes to receive");
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("perf",
            "Measure throughput to a peer that serves the perf protocol, such as: nanolibp2p listen --perf") { peer, upload, download,
            timeout };
        command.SetAction(parsed =>
        {
            ulong? up = parsed.GetValue(upload);
            ulong? down = parsed.GetValue(download);
            (ulong toSend, ulong toReceive) = up == null && down == null ? (StandardBytes, StandardBytes) : (up ?? 0, down ?? 0);
            return HostSession.Run(
                parsed.GetRequiredValue(peer), Output.Of(parsed), parsed.GetValue(timeout).Time,
                session => MeasureAsync(session, toSend, toReceive));
        });
        return command;
    }

    private static async Task<int> MeasureAsync(HostSession session, ulong upload, ulong download)
    {
        if (upload > 0 || download == 0)
        {
            await TransferAsync(session, "upload", upload, 0);
        }
        if (download > 0)
        {
            await TransferAsync(session, "download", 0, download);
        }
        return 0;
    }

    private static async Task TransferAsync(HostSession session, string direction, ulong upload, ulong download)
    {
        PerfProgress progress = new();
        Task<TimeSpan> transfer = PerfService.MeasureAsync(session.Node, session.PeerId, upload, download, progress, session.Interrupted);
        (long sentBefore, long receivedBefore, long before) = (0, 0, Stopwatch.GetTimestamp());
        while (await Task.WhenAny(transfer, Task.Delay(_reportEvery, session.Interrupted)) != transfer
            && !session.Interrupted.IsCancellationRequested)
        {
            (long sent, long received, long now) = (progress.Uploaded, progress.Downloaded, Stopwatch.GetTimestamp());
            Report(session.Output, "intermediary", direction, Stopwatch.GetElapsedTime(before, now), (ulong)(sent - sentBefore),
                (ulong)(received - receivedBefore));
            (sentBefore, receivedBefore, before) = (sent, received, now);
        }
        try
        {
            Report(session.Output, "final", direction, await transfer, upload, download);
        }
        catch (Libp2pException e)
        {
            throw session.Lost(e) ?? new CliException(
                $"{session.Peer} broke the {direction} off after {progress.Uploaded + progress.Downloaded} bytes, or does not serve "
                    + $"{PerfService.Id}; a nanolibp2p peer serves it with: listen --perf");
        }
    }

    // the names are those of the libp2p project's perf contract
    private static void Report(Output output, string type, string direction, TimeSpan time, ulong uploaded, ulong downloaded)
    {
        double megabytes = (uploaded + downloaded) / 1e6;
        JsonObject json = Output.Event("perf");
        json["type"] = type;
        json["direction"] = direction;
        json["timeSeconds"] = time.TotalSeconds;
        json["uploadBytes"] = uploaded;
        json["downloadBytes"] = downloaded;
        string more = type == "final" ? "" : " ...";
        output.Tell(json,
            $"{direction}: {megabytes:0.###} MB in {time.TotalSeconds:0.000} s, {megabytes / time.TotalSeconds:0.0} MB/s{more}");
    }
}
