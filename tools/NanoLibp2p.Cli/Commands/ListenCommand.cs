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
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Perf;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>listen</c>: a node that others dial; it tells of peers and messages, and passes messages on.</summary>
internal static class ListenCommand
{
    // the port that libp2p programs listen on by default
    private const string StandardAddress = "/ip4/0.0.0.0/tcp/4001";

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
            Multiaddr[] addresses = parsed.GetValue(listen) is { Length: > 0 } given ? given : [Multiaddr.Parse(StandardAddress)];
            bool signed = !parsed.GetValue(noSign);
            Libp2pNodeOptions options = Options(output, signed);
            options.Identity = Keys.ReadOrMake(parsed.GetValue(key), output);
            string[] names = [.. (parsed.GetValue(topics) ?? []).Select(topic => Messages.CheckTopic(topic, options.PubSub!.Router!))];
            return RunAsync(options, addresses, names, parsed.GetValue(perf), signed, output).GetAwaiter().GetResult();
        });
        return command;
    }

    /// <summary>Starts a node that listens.</summary>
    /// <exception cref="CliException">An address can't be listened on.</exception>
    internal static async Task<Libp2pNode> StartAsync(Libp2pNodeOptions options, IEnumerable<Multiaddr> addresses)
    {
        foreach (Multiaddr address in addresses)
        {
            options.ListenAddresses.Add(address.ToString());
        }
        if (addresses.Any(address => !address.IsTcp))
        {
            options.UseWebSockets();
        }
        try
        {
            return await Libp2pNode.StartAsync(options);
        }
        catch (Libp2pException e)
        {
            throw addresses.Select(ListenFailure.Of).FirstOrDefault(why => why != null)
                ?? new CliException($"{e.Message}; give another address or port with --listen");
        }
    }

    /// <summary>Tells each address at which a node can be reached.</summary>
    internal static List<string> TellAddresses(Libp2pNode node, Output output)
    {
        List<string> reachable = [.. node.ListenAddresses.SelectMany(HostAddresses.Expand)];
        foreach (string one in reachable)
        {
            JsonObject json = Output.Event("listening");
            json["addr"] = one;
            output.Tell(json, $"listening on [bold]{one}[/]");
        }
        return reachable;
    }

    private static async Task<int> RunAsync(
        Libp2pNodeOptions options, Multiaddr[] addresses, string[] topics, bool perf, bool signed, Output output)
    {
        using Interruption interruption = new();
        Libp2pNode node = await StartAsync(options, addresses);
        PeerLog peers = new(node, options, signed, output);
        SigningPolicy.Serve(node, signed, peers.Notice);
        if (perf)
        {
            PerfService.Start(node, _ => true);
        }
        Task[] reading =
        [
            .. topics.Select(topic => Messages.ReadAsync(node.SubscribeAsync(topic), output, message =>
            {
                Messages.Tell(output, message);
                return true;
            })),
        ];
        TellAddresses(node, output);
        output.Note($"Ctrl-C ends");
        await interruption.Asked;
        await node.DisposeAsync();
        await Task.WhenAll(reading).ContinueWith(_ => { }, TaskScheduler.Default);
        await peers.EndAsync();
        return 0;
    }

    // room for a fleet, as far as the system lets a program have so many files; half of it at most for one host
    private static Libp2pNodeOptions Options(Output output, bool signed)
    {
        int connections = Math.Min(MaxConnections, OpenFiles.Connections);
        if (connections == 0)
        {
            throw new CliException($"cannot listen: this system lets a program have {OpenFiles.Limit} open files, which leaves none for a "
                + $"connection; raise it with ulimit -n");
        }
        if (connections < MaxConnections)
        {
            output.Notice(null, $"room for {connections} connections instead of {MaxConnections} under this system's limit of "
                + $"{OpenFiles.Limit} open files; raise it with ulimit -n");
        }
        Libp2pNodeOptions options = new() { MaxConnections = connections, PubSub = Messages.Options(signed) };
        options.Connections.PerHost = Math.Max(1, connections / 2);
        options.Connections.HalfOpenPerHost = options.Connections.PerHost;
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
        else if (address.Has(MultiaddrProtocol.Tls) || address.Has(MultiaddrProtocol.Wss))
        {
            result.AddError($"{text}: TLS takes a certificate, which nanolibp2p gateway run has; listen on /ws here");
        }
        else if (address.PeerId != null)
        {
            result.AddError($"{text}: the peer id follows from the key; leave /p2p/ out");
        }
        return address;
    }
}
