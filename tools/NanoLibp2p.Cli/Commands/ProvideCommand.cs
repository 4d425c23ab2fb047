using System;
using System.CommandLine;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Hosting;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>provide</c>: tells a DHT that this node provides something, and stays where it has told that it is.</summary>
internal static class ProvideCommand
{
    private static readonly Multiaddr _anywhere = Multiaddr.Parse("/ip4/0.0.0.0/tcp/0");

    internal static Command Create()
    {
        Argument<Cid> cid = DhtOptions.ContentId();
        Option<Multiaddr[]> listen = new("--listen")
        {
            Description = $"Address to listen on, which the DHT is told; may be given several times [default: {_anywhere}]",
            HelpName = "MULTIADDR",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = false,
            CustomParser = result => [.. result.Tokens.Select(token => ListenCommand.ParseAddress(token.Value, result)!)],
        };
        Option<FileInfo?> key = CommonOptions.Key();
        DhtOptions options = new();
        Command command = new("provide", "Tell a DHT that this node provides something, again each 22 hours, and answer peers until "
            + "Ctrl-C; ends with 1 when nobody takes it")
        {
            cid, listen, key,
        };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Cid what = parsed.GetRequiredValue(cid);
            Multiaddr[] addresses = parsed.GetValue(listen) is { Length: > 0 } given ? given : [_anywhere];
            return DhtSession.Run(options.Settings(parsed, parsed.GetValue(key), addresses), output,
                (session, ct) => ProvideAsync(session, what, output, ct));
        });
        return command;
    }

    private static async Task<int> ProvideAsync(DhtSession session, Cid cid, Output output, CancellationToken cancellation)
    {
        int peers = await session.Kad.ProvideAsync(cid, cancellation);
        if (peers == 0)
        {
            throw new CliException($"nobody that was asked has taken the record of {cid}");
        }

        Libp2pNode node = session.Node;
        JsonObject json = Output.Event("provided");
        json["cid"] = cid.ToString();
        json["peer"] = node.PeerId.ToString();
        json["peers"] = peers;
        json["addrs"] = new JsonArray([.. node.AnnouncedAddresses.Select(one => (JsonNode)one.ToString())]);
        string keep = peers == 1 ? "peer keeps" : "peers keep";
        output.Tell(json, $"{node.PeerId.ToString()} provides {cid.ToString()}: {peers} {keep} the record");
        output.Note($"Ctrl-C ends; the record is forgotten within 48 hours");
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // it has done what it was to do
        }

        return 0;
    }
}
