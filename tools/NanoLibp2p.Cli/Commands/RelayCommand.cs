using System;
using System.CommandLine;
using System.IO;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>relay reserve</c>: a peer that is reached through a relay, wherever it stands.</summary>
internal static class RelayCommand
{
    internal static Command Create() => new("relay", "Be reached through a circuit relay") { Reserve() };

    private static Command Reserve()
    {
        Option<Multiaddr> via = new("--via")
        {
            Description = "The relay's address, with /p2p/PEER-ID", HelpName = "MULTIADDR", Required = true, CustomParser = ParseRelay,
        };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<Duration> timeout = CommonOptions.Timeout();
        Option<int?> seconds = CommonOptions.Count("--seconds", "End after so long; without it, with Ctrl-C");
        Command command = new("reserve", "Reserve a place at a relay, print the address at which any peer dials this one, and answer pings "
            + "and identify there; ends with 1 when the relay refuses") { via, key, timeout, seconds };
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            TimeSpan? limit = parsed.GetValue(seconds) is { } count ? TimeSpan.FromSeconds(count) : null;
            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            return RunAsync(parsed.GetValue(via)!, identity, parsed.GetValue(timeout).Time, limit, output).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> RunAsync(Multiaddr via, Identity identity, TimeSpan timeout, TimeSpan? limit, Output output)
    {
        using Interruption interruption = new();
        Libp2pNodeOptions options = new() { Shards = 1, Identity = identity, UsesLimitedConnections = true };

        // the port that hole punching leaves from
        options.ListenAddresses.Add("/ip4/0.0.0.0/tcp/0");
        await using Libp2pNode node = await Libp2pNode.StartAsync(options);
        await using HolePunchService punches = HolePunchService.Start(node, new HolePunchOptions());
        punches.Finished += one => TellUpgrade(output, one);
        await using RelayReservation reservation = RelayReservation.Start(node, via);
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(interruption.Token);
        late.CancelAfter(timeout);
        Multiaddr address;
        try
        {
            address = await reservation.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            throw new CliException(interruption.Token.IsCancellationRequested ? "ended before the relay had answered"
                : reservation.LastError is { } error ? $"the relay gives no place: {error.Message}"
                : $"{via} has not answered within {timeout.TotalSeconds} s; give it longer with --timeout");
        }

        Tell(output, address);
        node.PeerConnected += one => TellPeer(output, "connected", one, null);
        node.PeerDisconnected += one => TellPeer(output, "disconnected", one.Connection, one.Why.Message);
        reservation.Changed += one =>
        {
            if (one.Address is { } again)
            {
                Tell(output, again);
            }
            else if (one.LastError is { } lost)
            {
                output.Notice(via.PeerId.ToString(), $"the place at the relay is lost and asked for again: {lost.Message}");
            }
        };
        output.Note($"Ctrl-C ends");
        await Task.WhenAny(interruption.Asked, limit is { } time ? Task.Delay(time) : Task.Delay(Timeout.Infinite));
        return 0;
    }

    private static void Tell(Output output, Multiaddr address)
    {
        JsonObject json = Output.Event("reserved");
        json["addr"] = address.ToString();
        output.Tell(json, $"reached at [bold]{address.ToString()}[/]");
    }

    private static void TellUpgrade(Output output, HolePunchReport report)
    {
        JsonObject json = Output.Event(report.IsDirect ? "direct" : "relayed");
        json["peer"] = report.Peer.ToString();
        json["addr"] = report.Address?.ToString();
        json["text"] = report.Text;
        output.Tell(json, $"{report.Peer.ToString()}: {report.Text}");
    }

    private static void TellPeer(Output output, string name, PeerConnection connection, string? why)
    {
        JsonObject json = Output.Event(name);
        json["peer"] = connection.Peer.ToString();
        json["addr"] = connection.RemoteAddress?.ToString();
        if (why == null)
        {
            output.Tell(json, $"[green]+[/] {connection.ToString()}");
        }
        else
        {
            json["text"] = why;
            output.Tell(json, $"[red]-[/] {connection.Peer.ToString()} {why}");
        }
    }

    private static Multiaddr? ParseRelay(System.CommandLine.Parsing.ArgumentResult result)
    {
        Multiaddr? address = CommonOptions.ParsePeer(result.Tokens[0].Value, result);
        if (address is { PeerId: null })
        {
            result.AddError($"{address} does not say who the relay is; give its address with /p2p/PEER-ID");
        }
        return address;
    }
}
