using System;
using System.Collections.Generic;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.IO;
using System.Linq;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Perf;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>listen</c>: a node that others dial; it tells of peers and messages, and passes messages on.</summary>
internal static class ListenCommand
{
    // the port that libp2p programs listen on by default
    private const string StandardAddress = "/ip4/0.0.0.0/tcp/4001";

    private const int PerfTransfers = 16;

    private const int MaxConnections = 256;

    internal static Command Create()
    {
        Option<Multiaddr[]> listen = new("--listen")
        {
            Description = $"Address to listen on; may be given several times [default: {StandardAddress}]. Port 0 takes a free one, "
                + $"0.0.0.0 all IPv4 addresses of this host",
            HelpName = "MULTIADDR",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => result.Tokens.Select(token => ParseAddress(token.Value, result)!).ToArray(),
        };
        Option<FileInfo?> key = CommonOptions.Key();
        Option<string[]> topics = new("--topic")
        {
            Description = "Topic to subscribe to and to pass on; may be given several times",
            HelpName = "T",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<bool> perf = new("--perf") { Description = "Serve the perf protocol: any peer may then fill the line" };
        Option<bool> noSign = new("--no-sign") { Description = "Take unsigned messages, and only those: nobody proves who sent them" };
        Command command = new("listen", "Be a peer that others dial; print peers and messages") { listen, key, topics, perf, noSign };
        command.Validators.Add(result =>
        {
            if (result.GetResult(listen) is { Tokens.Count: > Node.MaxListenAddresses } many)
            {
                result.AddError($"{many.Tokens.Count} addresses to listen on are too many; give at most {Node.MaxListenAddresses}, or "
                    + $"/ip4/0.0.0.0/tcp/4001 for all of this host");
            }
        });
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            NodeOptions options = Options(output);
            Identity identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            using Interruption interruption = new();
            NodeRunner runner = new(options, identity);
            if (parsed.GetValue(perf))
            {
                runner.Node.Add(new PerfProtocol(PerfTransfers, NodeOptions.MaxRecordBytes, serve: true));
            }
            Messages messages = new(runner.Node, signed: !parsed.GetValue(noSign), output);
            messages.Received += (topic, message) => Messages.Tell(output, topic, message);
            runner.Connected += messages.CheckTwice;
            foreach (string topic in parsed.GetValue(topics) ?? [])
            {
                messages.Join(topic);
            }
            TellPeers(runner, output);
            Multiaddr[] addresses = parsed.GetValue(listen) is { Length: > 0 } given ? given : [Multiaddr.Parse(StandardAddress)];
            return runner.Run(async () =>
            {
                Start(runner.Node, addresses, output);
                output.Note($"Ctrl-C ends");
                await interruption.Asked;
                return 0;
            });
        });
        return command;
    }

    /// <summary>Listens, and tells each address at which the node can be reached.</summary>
    internal static List<string> Start(Node node, IEnumerable<Multiaddr> addresses, Output output)
    {
        List<string> reachable = [];
        foreach (Multiaddr address in addresses)
        {
            Multiaddr bound = node.Listen(address, out LinkError error);
            if (bound == null)
            {
                throw ListenFailure.Of(address, error);
            }
            foreach (string one in HostAddresses.Expand(bound))
            {
                reachable.Add(one);
                JsonObject json = Output.Event("listening");
                json["addr"] = one;
                output.Tell(json, $"listening on [bold]{one}[/]");
            }
        }
        return reachable;
    }

    /// <summary>Tells who comes and who goes, and why.</summary>
    internal static void TellPeers(NodeRunner runner, Output output)
    {
        // what a connection's link no longer knows when it is closed
        Dictionary<Connection, string?> from = [];
        DoorLog door = new(time => runner.DelayAsync(time), output);
        runner.Connected += connection =>
        {
            string peer = connection.RemotePeer.ToString();
            string? address = HostAddresses.Remote(connection.Link);
            from[connection] = address;
            JsonObject json = Output.Event("connected");
            json["peer"] = peer;
            json["addr"] = address;
            output.Tell(json, $"[green]+[/] {peer} from {address}");
        };
        runner.Closed += connection =>
        {
            string reason = CloseText.Describe(connection, runner.Node.Options);
            if (from.Remove(connection, out string? address))
            {
                JsonObject json = Output.Event("disconnected");
                json["peer"] = connection.RemotePeer.ToString();
                json["addr"] = address;
                json["reason"] = connection.CloseReason.ToString();
                json["text"] = reason;
                output.Tell(json, $"[red]-[/] {connection.RemotePeer.ToString()} {reason}");
            }
            else
            {
                JsonObject json = Output.Event("failed");
                json["reason"] = connection.CloseReason.ToString();
                json["text"] = reason;
                door.Tell(json, $"[red]![/] incoming connection failed: {reason}");
            }
        };
        runner.Refused += link =>
        {
            string? address = HostAddresses.Remote(link);
            NodeOptions options = runner.Node.Options;
            string reason = $"all {options.MaxConnections} connections are in use";
            if (options.MaxConnectionsPerHost > 0)
            {
                reason += $", or {options.MaxConnectionsPerHost} by this host alone";
            }
            JsonObject json = Output.Event("refused");
            json["addr"] = address;
            json["text"] = reason;
            door.Tell(json, $"[red]![/] refused {address}: {reason}");
        };
    }

    // room for a fleet, as far as the system lets a program have so many files; half of it at most for one host
    private static NodeOptions Options(Output output)
    {
        NodeOptions options = NodeOptions.Desktop();
        options.MaxConnections = FileLimit.Connections(MaxConnections);
        if (options.MaxConnections == 0)
        {
            throw new CliException($"cannot listen: this system lets a program have {FileLimit.Files} open files, which leaves none for a "
                + $"connection; raise it with ulimit -n");
        }
        options.MaxHandshakes = options.MaxConnections;
        options.MaxConnectionsPerHost = Math.Max(1, options.MaxConnections / 2);
        if (options.MaxConnections < MaxConnections)
        {
            output.Notice(null, $"room for {options.MaxConnections} connections instead of {MaxConnections} under this system's limit of "
                + $"{FileLimit.Files} open files; raise it with ulimit -n");
        }
        return options;
    }

    /// <summary>Reads an address of this host.</summary>
    internal static Multiaddr? ParseAddress(string text, SymbolResult result)
    {
        Multiaddr? address = CommonOptions.ParseAddress(text, result);
        if (address == null)
        {
            return null;
        }
        if (!IPAddress.TryParse(address.Host, out _))
        {
            result.AddError($"{text}: one listens on an address, not on a name; give one such as {StandardAddress}");
        }
        else if (address.PeerId != null)
        {
            result.AddError($"{text}: the peer id follows from the key; leave /p2p/ out");
        }
        return address;
    }
}
