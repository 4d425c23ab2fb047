using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Hosting;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary><c>lookup</c>: asks a DHT where a peer is, or who provides something.</summary>
internal static class LookupCommand
{
    internal static Command Create() => new("lookup", "Ask a DHT where a peer is, or who provides something") { Peer(), Providers() };

    private static Command Peer()
    {
        Argument<PeerId> id = new("PEER-ID")
        {
            Description = "The peer's id, such as 12D3KooW...",
            CustomParser = result =>
            {
                PeerId? peer = PeerId.TryParse(result.Tokens[0].Value, out string error);
                if (peer == null)
                {
                    result.AddError(error);
                }

                return peer!;
            },
        };
        DhtOptions options = new();
        Command command = new("peer", "Find a peer's addresses, and whether it answers there; ends with 1 when nobody knows it") { id };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            PeerId peer = parsed.GetRequiredValue(id);
            return DhtSession.Run(options.Settings(parsed), output, (session, ct) => FindAsync(session, peer, output, ct));
        });
        return command;
    }

    private static Command Providers()
    {
        Argument<Cid> cid = DhtOptions.ContentId();
        Option<int?> count = CommonOptions.Count("--count", "Providers after which it ends [default: all that are found]");
        DhtOptions options = new();
        Command command = new("providers", "Find who provides something; ends with 1 when nobody does") { cid, count };
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            Output output = Output.Of(parsed);
            Cid what = parsed.GetRequiredValue(cid);
            int most = parsed.GetValue(count) ?? int.MaxValue;
            return DhtSession.Run(options.Settings(parsed), output, (session, ct) => FindAsync(session, what, most, output, ct));
        });
        return command;
    }

    private static async Task<int> FindAsync(DhtSession session, PeerId peer, Output output, CancellationToken cancellation)
    {
        KademliaPeerInfo found = await session.Kad.FindPeerAsync(peer, cancellation)
            ?? throw new CliException($"nobody that was asked knows {peer}");
        Tell(output, "peer", found, found.IsConnected ? "answers" : "is said to be there, and could not be reached");
        return 0;
    }

    private static async Task<int> FindAsync(DhtSession session, Cid cid, int most, Output output, CancellationToken cancellation)
    {
        int providers = 0;
        await foreach (KademliaPeerInfo found in session.Kad.FindProvidersAsync(cid, cancellation))
        {
            Tell(output, "provider", found, "provides it");
            if (++providers == most)
            {
                break;
            }
        }

        return providers > 0 ? 0 : throw new CliException($"nobody that was asked knows a provider of {cid}");
    }

    private static void Tell(Output output, string name, KademliaPeerInfo found, string what)
    {
        List<string> addresses = [.. found.Addresses.Select(one => one.WithPeerId(found.Id).ToString())];
        JsonObject json = Output.Event(name);
        json["peer"] = found.Id.ToString();
        json["addrs"] = new JsonArray([.. addresses.Select(one => (JsonNode)one)]);
        json["connected"] = found.IsConnected;
        output.Tell(json, $"{found.Id.ToString()} {what}{(addresses.Count == 0 ? "; its addresses are not told" : "")}");
        foreach (string address in addresses)
        {
            output.Copyable("  " + address);
        }
    }
}
