using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>ping</c>: the round trip to a peer, through its Noise and Yamux.</summary>
internal static class PingCommand
{
    private const int StandardCount = 4;

    internal static Command Create()
    {
        Argument<Multiaddr> peer = CommonOptions.Peer();
        Option<int?> count = CommonOptions.Count("--count", $"Pings to send [default: {StandardCount}]");
        Option<Duration> every = CommonOptions.Time("--every", 1, "Time from ping to ping");
        Option<Duration> timeout = CommonOptions.Timeout();
        Command command = new("ping", "Measure the round trip to a peer; a first ping, which opens the stream, is not counted")
        {
            peer, count, every, timeout
        };
        command.SetAction(parsed => HostSession.Run(
            parsed.GetRequiredValue(peer), Output.Of(parsed), parsed.GetValue(timeout).Time,
            session => PingAsync(session, parsed.GetValue(count) ?? StandardCount, parsed.GetValue(every).Time)));
        return command;
    }

    private static async Task<int> PingAsync(HostSession session, int count, TimeSpan every)
    {
        // The first ping waits until its stream is agreed on, and both sides run that code for the first time: it measures no round trip.
        TimeSpan first = await session.WaitAsync(token => session.Node.PingAsync(session.PeerId, token),
            $"{session.Peer} is connected, but the first ping was not answered in time");
        List<double> times = [];
        int sent = 0;
        CliException? failure = null;
        try
        {
            while (sent < count)
            {
                if (sent > 0)
                {
                    await session.PauseAsync(every);
                }
                sent++;
                TimeSpan rtt = await session.WaitAsync(token => session.Node.PingAsync(session.PeerId, token),
                    $"{session.Peer} is connected, but ping {sent} was not answered in time");
                times.Add(rtt.TotalMilliseconds);
                JsonObject json = Output.Event("ping");
                json["seq"] = sent;
                json["rttMs"] = Round(rtt.TotalMilliseconds);
                session.Output.Tell(json, $"ping {sent}: {rtt.TotalMilliseconds:0.000} ms");
            }
        }
        catch (OperationCanceledException) when (times.Count > 0)
        {
            // the user has seen enough
        }
        catch (CliException e)
        {
            failure = e;
        }
        JsonObject summary = Output.Event("summary");
        summary["peer"] = session.Peer;
        summary["firstMs"] = Round(first.TotalMilliseconds);
        summary["sent"] = sent;
        summary["received"] = times.Count;
        summary["minMs"] = times.Count == 0 ? null : Round(times.Min());
        summary["avgMs"] = times.Count == 0 ? null : Round(times.Average());
        summary["maxMs"] = times.Count == 0 ? null : Round(times.Max());
        string spread = times.Count == 0 ? "" : $", min/avg/max {times.Min():0.000}/{times.Average():0.000}/{times.Max():0.000} ms";
        session.Output.Tell(summary, $"{session.Peer}: {times.Count} of {sent} answered{spread}");
        return failure == null ? 0 : throw failure;
    }

    private static double Round(double milliseconds) => Math.Round(milliseconds, 4);
}
