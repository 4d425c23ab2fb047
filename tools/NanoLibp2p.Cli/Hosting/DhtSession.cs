using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli.Hosting;

/// <summary>A node that asks a DHT, of which it was given peers to begin with.</summary>
internal sealed class DhtSession : IAsyncDisposable
{
    private DhtSession(Libp2pNode node, KademliaService kad)
    {
        Node = node;
        Kad = kad;
    }

    internal Libp2pNode Node { get; }

    internal KademliaService Kad { get; }

    /// <summary>Does a command's work in a DHT, until it is done or the user wants an end.</summary>
    /// <param name="settings">What the user has given.</param>
    /// <param name="output">Where it speaks.</param>
    /// <param name="work">The work; its token is cancelled when the user wants an end.</param>
    /// <returns>The exit code.</returns>
    internal static int Run(DhtSettings settings, Output output, Func<DhtSession, CancellationToken, Task<int>> work)
    {
        using Interruption interruption = new();
        try
        {
            return RunAsync(settings, output, work, interruption.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return CliException.Failed;
        }
        catch (Libp2pException e)
        {
            throw new CliException(e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Kad.DisposeAsync();
        await Node.DisposeAsync();
    }

    private static async Task<int> RunAsync(
        DhtSettings settings, Output output, Func<DhtSession, CancellationToken, Task<int>> work, CancellationToken cancellation)
    {
        Libp2pNodeOptions options = new()
        {
            Identity = Keys.ReadOrMake(settings.Key, output),
            Shards = 1,
            PubSub = null,
            Node = NodeOptions.Desktop(),
        };
        foreach (Multiaddr address in settings.Listen)
        {
            options.ListenAddresses.Add(address.ToString());
        }

        Libp2pNode node = await Libp2pNode.StartAsync(options, cancellation);
        KademliaService? kad = null;
        try
        {
            Multiaddr[] begin = await DialAsync(node, settings, cancellation);
            KademliaServiceOptions kademlia = new()
            {
                Protocol = settings.Protocol,
                Mode = KademliaMode.Client,

                // who begins at a private address looks into a private network
                PublicAddressesOnly = begin.All(AddressScopes.IsPublic),
                QueryTimeout = settings.Timeout,
            };
            foreach (Multiaddr address in begin)
            {
                kademlia.Bootstrap.Add(address);
            }

            kad = KademliaService.Start(node, kademlia);
            return await work(new DhtSession(node, kad), cancellation);
        }
        finally
        {
            if (kad != null)
            {
                await kad.DisposeAsync();
            }

            await node.DisposeAsync();
        }
    }

    // Those that answer and serve the DHT, each with its peer id; one is enough.
    private static async Task<Multiaddr[]> DialAsync(Libp2pNode node, DhtSettings settings, CancellationToken cancellation)
    {
        List<Multiaddr> found = [];
        string? why = null;
        foreach (Multiaddr via in settings.Via)
        {
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            late.CancelAfter(settings.Timeout);
            try
            {
                PeerId peer = await node.DialAsync(via, late.Token);
                PeerIdentification said = await node.IdentifyAsync(peer, late.Token);
                if (said.Protocols.Contains(settings.Protocol))
                {
                    Multiaddr at = said.Connection.RemoteAddress ?? via;
                    found.Add(at.WithPeerId(peer));
                }
                else
                {
                    string[] others = [.. said.Protocols.Where(one => one.Contains("/kad/", StringComparison.Ordinal))];
                    why ??= $"{peer} is connected, but does not serve {settings.Protocol}; "
                        + (others.Length > 0
                            ? $"it serves {string.Join(", ", others)}: give one with --protocol"
                            : "give a server of the DHT");
                }
            }
            catch (IOException e)
            {
                why ??= $"cannot connect to {via}: {e.Message}";
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                why ??= $"cannot connect to {via}: it did not answer within {settings.Timeout.TotalSeconds:0.###} s; raise --timeout";
            }
        }

        return found.Count > 0 ? [.. found] : throw new CliException(why!);
    }
}

/// <summary>Where a command asks a DHT, and as whom.</summary>
/// <param name="Via">Peers to begin with, at least one.</param>
/// <param name="Protocol">The DHT's protocol.</param>
/// <param name="Timeout">How long a peer may take.</param>
/// <param name="Key">A key file; null for somebody new.</param>
/// <param name="Listen">Where to listen; nowhere for who only asks.</param>
internal sealed record DhtSettings(
    IReadOnlyList<Multiaddr> Via, string Protocol, TimeSpan Timeout, FileInfo? Key, IReadOnlyList<Multiaddr> Listen);
