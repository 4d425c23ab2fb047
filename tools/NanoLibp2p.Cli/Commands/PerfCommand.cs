using System;
using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Perf;

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
            PerfProtocol perf = new(1, NodeOptions.MaxRecordBytes, serve: false);
            return PeerSession.Run(
                parsed.GetRequiredValue(peer), Output.Of(parsed), parsed.GetValue(timeout).Time, null,
                session => session.Runner.Node.Add(perf),
                session => MeasureAsync(session, perf, toSend, toReceive));
        });
        return command;
    }

    private static async Task<int> MeasureAsync(PeerSession session, PerfProtocol perf, ulong upload, ulong download)
    {
        if (upload > 0 || download == 0)
        {
            await TransferAsync(session, perf, "upload", upload, 0);
        }
        if (download > 0)
        {
            await TransferAsync(session, perf, "download", 0, download);
        }
        return 0;
    }

    private static async Task TransferAsync(PeerSession session, PerfProtocol perf, string direction, ulong upload, ulong download)
    {
        Listener listener = new();
        perf.Events = listener;
        long start = Stopwatch.GetTimestamp();
        PerfTransfer transfer = perf.Start(session.Connection, upload, download)
            ?? throw new CliException("the transfer could not start: the connection has no stream left");
        (ulong sentBefore, ulong receivedBefore, long before) = (0, 0, start);
        while (true)
        {
            Task first = await session.WaitAsync(Task.WhenAny(listener.End, session.Runner.DelayAsync(_reportEvery)));
            if (first == listener.End)
            {
                break;
            }
            Report(session.Output, "intermediary", direction, Stopwatch.GetElapsedTime(before), transfer.Uploaded - sentBefore,
                transfer.Downloaded - receivedBefore);
            (sentBefore, receivedBefore, before) = (transfer.Uploaded, transfer.Downloaded, Stopwatch.GetTimestamp());
        }
        if (!await listener.End)
        {
            throw new CliException(
                $"{session.Peer} broke the {direction} off after {transfer.Uploaded + transfer.Downloaded} bytes, or does not serve "
                    + $"{PerfProtocol.Id}; a nanolibp2p peer serves it with: listen --perf");
        }
        Report(session.Output, "final", direction, Stopwatch.GetElapsedTime(start, listener.EndedAt), upload, download);
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

    private sealed class Listener : PerfEvents
    {
        private readonly TaskCompletionSource<bool> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal Task<bool> End => _end.Task;

        internal long EndedAt { get; private set; }

        public override void OnEnd(PerfTransfer transfer, bool complete)
        {
            EndedAt = Stopwatch.GetTimestamp();
            _end.TrySetResult(complete);
        }
    }
}
