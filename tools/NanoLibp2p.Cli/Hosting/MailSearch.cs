using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;

namespace NanoLibp2p.Cli.Hosting;

/// <summary>Looks for a peer's gateways where the user said: in a DHT, whose protocol is that of the peer to begin with, and at rendezvous
/// points.</summary>
/// <param name="node">The command's node.</param>
/// <param name="servers">Servers of the DHT; may be none.</param>
/// <param name="points">Rendezvous points; may be none.</param>
/// <param name="timeout">How long a peer may take.</param>
/// <param name="tell">Hears a sentence of each that failed.</param>
internal sealed class MailSearch(
    Libp2pNode node, IReadOnlyCollection<Multiaddr> servers, IReadOnlyCollection<Multiaddr> points, TimeSpan timeout, Action<string> tell)
{
    internal async Task<IReadOnlyList<Multiaddr>> FindAsync(PeerId peer, CancellationToken cancellationToken)
    {
        KademliaService? kademlia = await StartAsync(cancellationToken);
        try
        {
            MailboxFinder finder = new(node, kademlia, points);
            finder.SourceFailed += e => tell($"where a mailbox was looked for: {e.Message}");
            return await finder.FindAsync(peer, cancellationToken);
        }
        finally
        {
            if (kademlia != null)
            {
                await kademlia.DisposeAsync();
            }
        }
    }

    private async Task<KademliaService?> StartAsync(CancellationToken cancellationToken)
    {
        (Multiaddr Address, string Protocol)[] found = [.. (await Task.WhenAll(servers.Select(one => AskAsync(one, cancellationToken))))
            .OfType<(Multiaddr Address, string Protocol)>()];
        if (found.Length == 0)
        {
            return null;
        }

        KademliaServiceOptions options = new()
        {
            Protocol = found[0].Protocol,
            Mode = KademliaMode.Client,

            // who begins at a private address looks into a private network
            PublicAddressesOnly = found.All(one => AddressScopes.IsPublic(one.Address)),
        };
        foreach ((Multiaddr address, string protocol) in found)
        {
            if (protocol == options.Protocol)
            {
                options.Bootstrap.Add(address);
            }
            else
            {
                tell($"{address} is of the DHT {protocol}, which is another than {options.Protocol}; it is not asked");
            }
        }

        return KademliaService.Start(node, options);
    }

    private async Task<(Multiaddr Address, string Protocol)?> AskAsync(Multiaddr server, CancellationToken cancellationToken)
    {
        using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(timeout);
        try
        {
            PeerId peer = await node.DialAsync(server, late.Token);
            PeerIdentification said = await node.IdentifyAsync(peer, late.Token);
            string[] served = [.. said.Protocols.Where(one => one.Contains("/kad/", StringComparison.Ordinal))];
            if (served.Length > 0)
            {
                string protocol = served.FirstOrDefault(one => one == KademliaServiceOptions.PublicProtocol) ?? served[0];
                return ((said.Connection.RemoteAddress ?? server).WithPeerId(peer), protocol);
            }

            tell($"{server} serves no DHT; give one that does with --dht");
        }
        catch (IOException e)
        {
            tell($"cannot connect to {server}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            tell($"{server} did not answer within {timeout.TotalSeconds:0.###} s; raise --timeout");
        }

        return null;
    }
}
