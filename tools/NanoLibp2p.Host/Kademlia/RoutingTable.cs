using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// The servers that this node knows: a bucket for each number of bits that a server's place has in common with the own one (Kademlia paper,
/// 2.2). The old ones stay, since who was there for long is likely to stay; a full bucket takes nobody new. From any thread.
/// </summary>
/// <remarks>
/// One tenant with many identities is kept from filling it: at most so many servers of one IP group in all, and in a bucket
/// (go-libp2p-kad-dht's peer diversity filter). What counts is the address of a connection that proved the id, not what the peer says.
/// </remarks>
internal sealed class RoutingTable(KademliaKey self, int bucketSize, int maxAGroup, int maxAGroupInBucket)
{
    private readonly Lock _lock = new();
    private readonly List<Server>?[] _buckets = new List<Server>?[KademliaKey.Bits];
    private readonly Dictionary<PeerId, Server> _servers = [];
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);

    /// <summary>How many servers it has.</summary>
    internal int Count
    {
        get
        {
            lock (_lock)
            {
                return _servers.Count;
            }
        }
    }

    /// <summary>The number of the farthest bucket that everything close to the own place is in: the last one that has servers.</summary>
    internal int LastBucket
    {
        get
        {
            lock (_lock)
            {
                return Array.FindLastIndex(_buckets, bucket => bucket is { Count: > 0 });
            }
        }
    }

    /// <summary>Adds a server, or takes its new addresses.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="addresses">Where; at most as many as are to be kept.</param>
    /// <param name="group">Its IP group; null when no limit is for it.</param>
    /// <param name="now">When it was heard of.</param>
    /// <returns>False when there is no place for it.</returns>
    internal bool Add(PeerId peer, IReadOnlyList<Multiaddr> addresses, string? group, DateTimeOffset now)
    {
        KademliaKey place = KademliaKey.Of(peer);
        int index = KademliaKey.CommonPrefix(self, place);
        if (index == KademliaKey.Bits)
        {
            return false;
        }

        lock (_lock)
        {
            if (_servers.TryGetValue(peer, out Server? known))
            {
                known.Addresses = addresses;
                known.LastAnswer = now;
                return true;
            }

            List<Server> bucket = _buckets[index] ??= [];
            if (bucket.Count >= bucketSize)
            {
                return false;
            }

            if (group != null)
            {
                int all = _groups.GetValueOrDefault(group);
                if (all >= maxAGroup || bucket.Count(one => one.Group == group) >= maxAGroupInBucket)
                {
                    return false;
                }

                _groups[group] = all + 1;
            }

            Server server = new(peer, place, group) { Addresses = addresses, LastAnswer = now };
            bucket.Add(server);
            _servers.Add(peer, server);
            return true;
        }
    }

    /// <summary>A server has answered.</summary>
    internal void Answered(PeerId peer, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_servers.TryGetValue(peer, out Server? server))
            {
                server.LastAnswer = now;
            }
        }
    }

    /// <summary>Removes a server that failed, or is none any more.</summary>
    internal bool Remove(PeerId peer)
    {
        lock (_lock)
        {
            if (!_servers.Remove(peer, out Server? server))
            {
                return false;
            }

            _buckets[KademliaKey.CommonPrefix(self, server.Place)]!.Remove(server);
            if (server.Group != null && --_groups[server.Group] == 0)
            {
                _groups.Remove(server.Group);
            }

            return true;
        }
    }

    /// <summary>Where a server is; null for a peer that is not in the table.</summary>
    internal IReadOnlyList<Multiaddr>? AddressesOf(PeerId peer)
    {
        lock (_lock)
        {
            return _servers.GetValueOrDefault(peer)?.Addresses;
        }
    }

    /// <summary>The servers that are closest to a place, the closest first.</summary>
    /// <param name="target">The place.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="without">A peer that is not to be among them.</param>
    internal List<(PeerId Peer, IReadOnlyList<Multiaddr> Addresses)> Closest(KademliaKey target, int count, PeerId? without = null)
    {
        Server[] all;
        lock (_lock)
        {
            all = [.. _servers.Values];
        }

        Array.Sort(all, (one, other) => target.CompareDistance(one.Place, other.Place));
        return [.. all.Where(one => !one.Peer.Equals(without)).Take(count).Select(one => (one.Peer, one.Addresses))];
    }

    /// <summary>Servers that have not answered since a time.</summary>
    internal List<(PeerId Peer, IReadOnlyList<Multiaddr> Addresses)> SilentSince(DateTimeOffset time)
    {
        lock (_lock)
        {
            return [.. _servers.Values.Where(one => one.LastAnswer < time).Select(one => (one.Peer, one.Addresses))];
        }
    }

    /// <summary>Whether a bucket has room.</summary>
    internal bool HasRoom(int bucket)
    {
        lock (_lock)
        {
            return _buckets[bucket] is not { } servers || servers.Count < bucketSize;
        }
    }

    private sealed class Server(PeerId peer, KademliaKey place, string? group)
    {
        internal PeerId Peer { get; } = peer;

        internal KademliaKey Place { get; } = place;

        internal string? Group { get; } = group;

        internal IReadOnlyList<Multiaddr> Addresses { get; set; } = [];

        internal DateTimeOffset LastAnswer { get; set; }
    }
}
