using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Where this node can be reached, as far as it knows: what it listens on or was told to announce, what the application and relays add,
/// what enough peers have seen, without what AutoNAT found unreachable. From any thread.
/// </summary>
/// <remarks>
/// Peers hear what they can use: one on this host everything, one in a private network no loopback addresses, and a stranger public ones
/// alone, since records are passed on. Each has a signed record of exactly that; that for strangers has the lowest sequence, so that none
/// of the others is replaced by it at a peer of the same network.
/// </remarks>
internal sealed class LocalAddresses
{
    /// <summary>Addresses that are announced.</summary>
    internal const int MaxAddresses = 64;

    /// <summary>Kinds of peers that hear something different.</summary>
    internal const int Kinds = 3;

    // of the addresses in one record, so that it fits a message
    private const int MaxBytes = 3400;

    // kinds of peers: by what they can reach
    private static readonly AddressScope[] _kinds = [AddressScope.Public, AddressScope.Private, AddressScope.Loopback];

    private readonly object _lock = new();
    private readonly Identity _identity;
    private readonly CryptoProvider _crypto;
    private readonly TimeProvider _time;
    private readonly ObservedAddresses _observed;
    private readonly List<Multiaddr> _added = [];
    private readonly Dictionary<Multiaddr, bool> _verdicts = [];
    private readonly IReadOnlyList<Multiaddr>? _instead;
    private IReadOnlyList<Multiaddr> _listening = [];
    private volatile Announcement[] _announcements;
    private ulong _sequence;

    /// <param name="identity">Who signs.</param>
    /// <param name="crypto">For this object alone.</param>
    /// <param name="time">The clock.</param>
    /// <param name="instead">What is announced in place of the listen addresses; null or none for those.</param>
    internal LocalAddresses(Identity identity, CryptoProvider crypto, TimeProvider time, IReadOnlyList<Multiaddr>? instead)
    {
        _identity = identity;
        _crypto = crypto;
        _time = time;
        _observed = new ObservedAddresses(time);
        _instead = instead is { Count: > 0 } ? instead : null;
        All = [];
        _announcements = Make([]);
    }

    /// <summary>All that is announced, without the peer id; public ones first.</summary>
    internal IReadOnlyList<Multiaddr> All { get; private set; }

    /// <summary>What is announced to strangers.</summary>
    internal Announcement Public => _announcements[0];

    /// <summary>What enough peers say.</summary>
    internal IReadOnlyList<ObservedAddress> Observed
    {
        get
        {
            lock (_lock)
            {
                return _observed.Believed(Ports());
            }
        }
    }

    /// <summary>What a peer at an address hears; null for one of whom nothing is known, who hears what strangers do.</summary>
    internal Announcement For(Multiaddr? remote)
        => _announcements[remote == null || remote.Has(MultiaddrProtocol.P2pCircuit) ? 0 : AddressScopes.Of(remote) switch
        {
            AddressScope.Loopback => 2,
            AddressScope.Private or AddressScope.Link => 1,
            _ => 0,
        }];

    /// <summary>The addresses that it listens on, those of its interfaces in place of 0.0.0.0 and ::.</summary>
    /// <returns>Whether what is announced has changed; so with all others.</returns>
    internal bool SetListening(IReadOnlyList<Multiaddr> addresses) => Change(() => _listening = addresses);

    internal bool Add(Multiaddr address)
        => Change(() =>
        {
            if (!_added.Contains(address) && _added.Count < MaxAddresses)
            {
                _added.Add(address);
            }
        });

    internal bool Remove(Multiaddr address) => Change(() => _added.Remove(address));

    /// <summary>A peer says where it sees us.</summary>
    internal bool Observe(Multiaddr? observer, Multiaddr? observed, bool isInbound, bool isFromListenPort = false)
    {
        lock (_lock)
        {
            // most peers of a local network say nothing that counts, and all of what is announced is put together anew by a change
            if (!_observed.Add(observer, observed, isInbound, isFromListenPort) && !_observed.IsAnyOld)
            {
                return false;
            }
        }

        return Change(static () => { });
    }

    /// <summary>Whether peers see connections that leave from one port of ours at a port each of their own.</summary>
    internal bool IsMappedByPeer
    {
        get
        {
            lock (_lock)
            {
                return _observed.IsMappedByPeer;
            }
        }
    }

    /// <summary>What AutoNAT found of an address; null for nothing.</summary>
    internal bool SetVerdict(Multiaddr address, bool? isReachable)
        => Change(() =>
        {
            if (isReachable == null)
            {
                _verdicts.Remove(address);
            }
            else if (_verdicts.ContainsKey(address) || _verdicts.Count < MaxAddresses)
            {
                _verdicts[address] = isReachable.Value;
            }
        });

    /// <summary>The public addresses that may be this node's, announced or not, the likelier ones first: what AutoNAT is to find out
    /// about.</summary>
    internal IReadOnlyList<Multiaddr> Candidates()
    {
        lock (_lock)
        {
            // one observer is enough to ask others
            return [.. Own().Concat(_observed.Believed(Ports(), 1).Select(one => one.Address))
                .Where(one => AddressScopes.IsPublic(one) && !one.Has(MultiaddrProtocol.P2pCircuit)).Distinct().Take(MaxAddresses)];
        }
    }

    private bool Change(Action change)
    {
        lock (_lock)
        {
            change();
            List<Multiaddr> all = [.. Select().Take(MaxAddresses)];
            if (all.SequenceEqual(All))
            {
                return false;
            }

            All = all;
            _announcements = Make(all);
            return true;
        }
    }

    private IEnumerable<Multiaddr> Own() => (_instead ?? _listening).Concat(_added);

    private IEnumerable<Multiaddr> Select()
        => Own().Concat(_observed.Believed(Ports()).Where(one => !one.IsGuess || _verdicts.GetValueOrDefault(one.Address))
                .Select(one => one.Address))
            .Where(one => !_verdicts.TryGetValue(one, out bool isReachable) || isReachable)
            .Distinct()
            .OrderByDescending(AddressScopes.Of);

    private HashSet<int> Ports() => [.. _listening.Where(one => one.IsTcp).Select(one => one.Port)];

    private Announcement[] Make(IReadOnlyList<Multiaddr> all)
    {
        // a number that grows, also over a restart, as long as the clock does
        _sequence = Math.Max(_sequence + 1, (ulong)Math.Max(0, _time.GetUtcNow().ToUnixTimeMilliseconds()));
        Announcement[] made = new Announcement[_kinds.Length];
        for (int i = 0; i < made.Length; i++)
        {
            made[i] = Make(all, _kinds[i]);
            _sequence++;
        }

        return made;
    }

    private Announcement Make(IReadOnlyList<Multiaddr> all, AddressScope kind)
    {
        int bytes = 0;
        List<Multiaddr> chosen = [];
        List<Multiaddr> signed = [];
        foreach (Multiaddr address in all.Where(one => IsFor(one, kind)))
        {
            chosen.Add(address);
            bytes += address.ToBytes().Length + 6;
            if (bytes <= MaxBytes)
            {
                signed.Add(address);
            }
        }

        return new Announcement(chosen, PeerRecord.Seal(_identity, _crypto, _sequence, signed));
    }

    private static bool IsFor(Multiaddr address, AddressScope kind)
        => kind switch
        {
            AddressScope.Public => AddressScopes.IsPublic(address),
            AddressScope.Private => AddressScopes.Of(address) != AddressScope.Loopback,
            _ => true,
        };
}
