using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Counts at which public addresses peers see this node (identify's observedAddr). One observer is believed nothing: an address counts when
/// <see cref="Threshold"/> of them agree, and an observer is an IPv4 address or an IPv6 /56, so that nobody is many. For one thread at a
/// time.
/// </summary>
internal sealed class ObservedAddresses(TimeProvider time)
{
    /// <summary>Observers that must agree, as in go-libp2p.</summary>
    internal const int Threshold = 4;

    /// <summary>Observers that are remembered; of more the one that was heard of the longest ago is forgotten.</summary>
    internal const int MaxObservers = 1024;

    /// <summary>Addresses of one observer that count: those it said last.</summary>
    internal const int MaxVotes = 3;

    /// <summary>Addresses that are believed at a time, those with the most observers.</summary>
    internal const int MaxBelieved = 8;

    // how long an observer is believed after it said so the last time
    private static readonly TimeSpan _lifetime = TimeSpan.FromMinutes(40);

    private readonly Dictionary<IPNetwork, Observer> _observers = [];
    private readonly LinkedList<Observer> _order = new();

    /// <summary>Observers that are remembered.</summary>
    internal int Count => _observers.Count;

    /// <summary>A peer says where it sees us.</summary>
    /// <param name="observer">The peer's address, as we see it.</param>
    /// <param name="observed">What it says.</param>
    /// <param name="isInbound">Whether the peer dialled us: only then has it seen a port that can be dialled.</param>
    /// <param name="isFromListenPort">Whether our own dial left from the port that we listen on: then it has seen how a NAT maps that
    /// port, and strangers may come in there once we have sent something to them.</param>
    /// <returns>Whether anything counts now that did not before.</returns>
    internal bool Add(Multiaddr? observer, Multiaddr? observed, bool isInbound, bool isFromListenPort = false)
    {
        // strangers alone see where strangers can dial; a circuit shows nothing of us
        IPAddress? from = AddressScopes.IpOf(observer);
        IPAddress? at = AddressScopes.IpOf(observed);
        if (from == null || at == null || observer!.Has(MultiaddrProtocol.P2pCircuit) || observed!.Has(MultiaddrProtocol.P2pCircuit)
            || AddressScopes.Of(from) != AddressScope.Public || AddressScopes.Of(at) != AddressScope.Public || observed.Port == 0
            || at.AddressFamily != from.AddressFamily)
        {
            return false;
        }

        // the address and the port are all that a peer can see
        Vote vote = new(Tcp(at, isInbound || isFromListenPort ? observed.Port : 0), !isInbound && isFromListenPort);
        IPNetwork group = AddressScopes.Group(from);
        if (!_observers.TryGetValue(group, out Observer? one))
        {
            if (_observers.Count == MaxObservers)
            {
                Forget(_order.First!.Value);
            }

            one = new Observer(group);
            _observers.Add(group, one);
        }
        else
        {
            _order.Remove(one.Place);
        }

        _order.AddLast(one.Place);
        one.Heard = time.GetUtcNow();
        if (!one.Votes.Remove(vote) && one.Votes.Count == MaxVotes)
        {
            one.Votes.RemoveAt(0);
        }

        one.Votes.Add(vote);
        return true;
    }

    /// <summary>Whether a NAT shows each peer another port of ours, as far as peers tell: two see connections from our listen port, and no
    /// two see them at the same address. Nobody can be told then where to dial.</summary>
    internal bool IsMappedByPeer
    {
        get
        {
            ForgetOld();
            Dictionary<Multiaddr, int> counts = [];
            int observers = 0;
            foreach (Observer one in _order)
            {
                Vote last = one.Votes.LastOrDefault(vote => vote.IsMapped);
                if (last.IsMapped)
                {
                    observers++;
                    counts[last.Address] = counts.GetValueOrDefault(last.Address) + 1;
                }
            }

            return observers > 1 && counts.Values.All(count => count == 1);
        }
    }

    /// <summary>What enough observers agree on.</summary>
    /// <param name="ports">The TCP ports that this node listens on: with which an address is guessed whose port nobody has seen.</param>
    /// <param name="least">How many are enough.</param>
    internal IReadOnlyList<ObservedAddress> Believed(IReadOnlyCollection<int> ports, int least = Threshold)
    {
        ForgetOld();
        Dictionary<Vote, int> counts = [];
        foreach (Vote vote in _order.SelectMany(one => one.Votes))
        {
            counts[vote] = counts.GetValueOrDefault(vote) + 1;
        }

        List<ObservedAddress> believed = [];
        foreach (((Multiaddr address, bool isMapped), int count) in counts.Where(one => one.Value >= least)
            .OrderBy(one => one.Key.Address.Port == 0 ? 2 : one.Key.IsMapped ? 1 : 0).ThenByDescending(one => one.Value)
            .ThenBy(one => one.Key.Address.ToString(), StringComparer.Ordinal))
        {
            IEnumerable<ObservedAddress> all = address.Port > 0 ? [new ObservedAddress(address, count, isMapped)]
                : ports.Select(port => new ObservedAddress(address.WithPort(port), count, true));
            believed.AddRange(all.Where(one => believed.TrueForAll(other => !other.Address.Equals(one.Address))));
        }

        return [.. believed.Take(MaxBelieved)];
    }

    /// <summary>Whether an observer's time is over.</summary>
    internal bool IsAnyOld => _order.First is { } first && first.Value.Heard + _lifetime <= time.GetUtcNow();

    private void ForgetOld()
    {
        DateTimeOffset now = time.GetUtcNow();
        while (_order.First is { } first && first.Value.Heard + _lifetime <= now)
        {
            Forget(first.Value);
        }
    }

    private static Multiaddr Tcp(IPAddress host, int port)
    {
        if (host.IsIPv4MappedToIPv6)
        {
            host = host.MapToIPv4();
        }

        bool isSix = host.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return Multiaddr.Parse($"/{(isSix ? "ip6" : "ip4")}/{host}/tcp/{port}");
    }

    private void Forget(Observer observer)
    {
        _observers.Remove(observer.Group);
        _order.Remove(observer.Place);
    }

    /// <summary>What an observer says.</summary>
    /// <param name="Address">Where; with port 0 where the port says nothing.</param>
    /// <param name="IsMapped">Whether it is what a NAT makes of the listen port in connections of ours.</param>
    private readonly record struct Vote(Multiaddr Address, bool IsMapped);

    private sealed class Observer
    {
        internal readonly IPNetwork Group;
        internal readonly LinkedListNode<Observer> Place;
        internal readonly List<Vote> Votes = [];
        internal DateTimeOffset Heard;

        internal Observer(IPNetwork group)
        {
            Group = group;
            Place = new LinkedListNode<Observer>(this);
        }
    }
}
