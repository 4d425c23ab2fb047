using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// What relays and circuits need of a node.
public sealed partial class Libp2pNode
{
    // relays that may bring a caller, and how many reservations there are at each
    private readonly ConcurrentDictionary<PeerId, int> _relays = new();
    private RelayService? _relayService;

    /// <summary>Whether streams of any protocol may use a connection through a relay that limits it.</summary>
    internal bool UsesLimited => _options.UsesLimitedConnections;

    /// <summary>The newest connection to a peer that is no circuit; null when there is none.</summary>
    internal ShardConnection? FindDirect(PeerId peer)
    {
        lock (_peers)
        {
            return _peers.TryGetValue(peer, out List<ShardConnection>? all)
                ? all.LastOrDefault(one => one.End == null && RelayService.IsDirect(one))
                : null;
        }
    }

    /// <summary>The relay's part on a shard; null when there is none.</summary>
    internal HopProtocol? HopOf(Shard shard) => shard.Hop;

    internal bool AcceptsFrom(PeerId relay) => _relays.ContainsKey(relay);

    /// <summary>Has circuits accepted that a relay brings.</summary>
    internal void AcceptFrom(PeerId relay)
    {
        _relays.AddOrUpdate(relay, 1, (_, count) => count + 1);
        foreach (Shard shard in _shards)
        {
            CallAsync(shard, one => one.Circuits.Serve(), CancellationToken.None).GetAwaiter().GetResult();
        }

        TellSoon();
    }

    internal void AcceptNoMoreFrom(PeerId relay)
    {
        if (_relays.AddOrUpdate(relay, 0, (_, count) => count - 1) <= 0)
        {
            _relays.TryRemove(relay, out _);
        }
    }

    internal void AddRelay(RelayService service)
    {
        if (Interlocked.CompareExchange(ref _relayService, service, null) != null)
        {
            throw new InvalidOperationException("this node relays already; dispose its RelayService first");
        }

        foreach (Shard shard in _shards)
        {
            CallAsync(shard, one => one.AddHop(service), CancellationToken.None).GetAwaiter().GetResult();
        }

        TellSoon();
    }

    internal async Task RemoveRelayAsync(RelayService service)
    {
        try
        {
            foreach (Shard shard in _shards)
            {
                await CallAsync(
                    shard,
                    one =>
                    {
                        one.Hop?.Stop();
                        return true;
                    },
                    CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Libp2pException)
        {
            // the node has ended before
        }

        Interlocked.CompareExchange(ref _relayService, null, service);
    }
}
