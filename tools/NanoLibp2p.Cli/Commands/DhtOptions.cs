using System;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using System.Linq;
using NanoLibp2p.Cli.Hosting;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Commands;

/// <summary>What the commands of a DHT have in common.</summary>
internal sealed class DhtOptions
{
    private readonly Option<Multiaddr[]> _via = new("--via")
    {
        Description = "Server of the DHT to begin with; may be given several times, and one that answers is enough",
        HelpName = "MULTIADDR",
        Required = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => [.. result.Tokens.Select(token => CommonOptions.ParsePeer(token.Value, result)!)],
    };

    private readonly Option<string> _protocol = new("--protocol")
    {
        Description = "The DHT's protocol",
        HelpName = "ID",
        DefaultValueFactory = _ => KademliaServiceOptions.PublicProtocol,
    };

    private readonly Option<Duration> _timeout = CommonOptions.Timeout();

    internal DhtOptions()
    {
        _protocol.Validators.Add(result =>
        {
            string id = result.GetValueOrDefault<string>() ?? "";
            if (id.Length is 0 or > 126 || !System.Text.Ascii.IsValid(id) || id[0] != '/')
            {
                result.AddError($"'{id}' is no protocol id; give one such as {KademliaServiceOptions.PublicProtocol}");
            }
        });
    }

    internal void AddTo(Command command)
    {
        command.Add(_via);
        command.Add(_protocol);
        command.Add(_timeout);
    }

    internal DhtSettings Settings(ParseResult parsed, FileInfo? key = null, IReadOnlyList<Multiaddr>? listen = null)
        => new(parsed.GetRequiredValue(_via), parsed.GetRequiredValue(_protocol), parsed.GetValue(_timeout).Time, key, listen ?? []);

    /// <summary>What a DHT knows providers by.</summary>
    internal static Argument<Cid> ContentId() => new("CID")
    {
        Description = "Content id, such as bafkrei... or Qm...",
        CustomParser = result =>
        {
            Cid? cid = Cid.TryParse(result.Tokens[0].Value, out string error);
            if (cid == null)
            {
                result.AddError(error);
            }
            else if (cid.Multihash.Length > KademliaService.MaxProviderKeyBytes)
            {
                result.AddError($"{cid}: a DHT takes multihashes of at most {KademliaService.MaxProviderKeyBytes} bytes, and this one has "
                    + $"{cid.Multihash.Length}");
                cid = null;
            }

            return cid!;
        },
    };
}
