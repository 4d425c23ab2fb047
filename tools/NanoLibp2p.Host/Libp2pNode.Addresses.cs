using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.NetworkInformation;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Where the node can be reached, and whom that is told.
public sealed partial class Libp2pNode
{
    // several changes at once are told as one
    private static readonly TimeSpan _tellDelay = TimeSpan.FromMilliseconds(100);

    private readonly LocalAddresses _addresses;
    private int _isTellingSoon;

    /// <summary>
    /// What this node says of where it can be reached, with its peer id: the addresses that it listens on (of the interfaces, for 0.0.0.0
    /// and ::) or Libp2pNodeOptions.AnnounceAddresses, those of <see cref="Announce"/>, and those at which four different peers see it.
    /// Peers hear of them by identify, of each those that it can use: strangers public ones alone.
    /// </summary>
    public IReadOnlyList<Multiaddr> AnnouncedAddresses => [.. _addresses.All.Select(one => one.WithPeerId(PeerId))];

    /// <summary>The public ones of them, signed, as peers pass it on; without addresses where there are none.</summary>
    public PeerRecord SignedPeerRecord => _addresses.Public.Record;

    /// <summary>Where peers see this node: public addresses on which at least four of them agree.</summary>
    public IReadOnlyList<ObservedAddress> ObservedAddresses => _addresses.Observed;

    /// <summary><see cref="AnnouncedAddresses"/> is another one than before. Raised on the thread pool.</summary>
    public event Action<IReadOnlyList<Multiaddr>>? AnnouncedAddressesChanged;

    /// <summary>Announces one more address, such as one through a relay or of a router's forwarded port, and tells connected
    /// peers.</summary>
    /// <param name="address">The address, with or without this node's peer id; at most 64 are kept.</param>
    /// <exception cref="ArgumentException">It is of another peer.</exception>
    public void Announce(Multiaddr address)
    {
        if (_addresses.Add(OwnAddress(address)))
        {
            OnAddressesChanged();
        }
    }

    /// <summary>Announces an address of <see cref="Announce"/> no more.</summary>
    /// <exception cref="ArgumentException">It is of another peer.</exception>
    public void Withdraw(Multiaddr address)
    {
        if (_addresses.Remove(OwnAddress(address)))
        {
            OnAddressesChanged();
        }
    }

    /// <summary>The clock for what lives for minutes and longer.</summary>
    internal TimeProvider Time => _options.Time;

    /// <summary>Who verifies signatures of keys that are not Ed25519.</summary>
    internal IIdentityVerifier Verifier => _options.Node.Verifier;

    /// <summary>What peers at an address are told.</summary>
    internal Announcement AnnouncementFor(Multiaddr? remote) => _addresses.For(remote);

    /// <summary>The public addresses that may be this node's, for AutoNAT.</summary>
    internal IReadOnlyList<Multiaddr> CandidateAddresses => _addresses.Candidates();

    /// <summary>What AutoNAT found of an address; null when it is not known any more.</summary>
    internal void SetReachable(Multiaddr address, bool? isReachable)
    {
        if (_addresses.SetVerdict(address, isReachable))
        {
            OnAddressesChanged();
        }
    }

    /// <summary>A peer has said at which address it sees this node; from any thread.</summary>
    internal void Observe(PeerConnection by, Multiaddr? observed)
    {
        if (observed != null && _addresses.Observe(by.RemoteAddress, observed, by.IsCall, IsFromListenPort(by.Own)))
        {
            OnAddressesChanged();
        }
    }

    /// <summary>Looks up anew what it listens on.</summary>
    internal void RefreshAddresses()
    {
        string[] hosts = new BoundAddresses().HostAddresses();
        if (_addresses.SetListening([.. ListenAddresses.SelectMany(one => Expand(one.WithoutPeerId(), hosts)).Distinct()]))
        {
            OnAddressesChanged();
        }
    }

    private static IEnumerable<Multiaddr> Expand(Multiaddr address, string[] hosts)
    {
        if (address.Host is not ("0.0.0.0" or "::"))
        {
            // one with a zone, or of a link, means nothing to a peer
            return AddressScopes.Of(address) == AddressScope.Link ? [] : [address];
        }

        string any = address.Host == "::" ? "/ip6/::" : "/ip4/0.0.0.0";
        string rest = address.ToString()[any.Length..];
        return hosts.Where(host => host.StartsWith(any[..5], StringComparison.Ordinal)).Select(host => Multiaddr.Parse(host + rest));
    }

    private Multiaddr OwnAddress(Multiaddr address)
    {
        ArgumentNullException.ThrowIfNull(address);
        PeerId? named = address.PeerId;
        return named == null ? address
            : named.Equals(PeerId) && address.WithoutPeerId() is { } bare ? bare
            : throw new ArgumentException($"{address} is not an address of this node, {PeerId}");
    }

    private void OnAddressesChanged()
    {
        TellSoon("addresses_updated");
        if (AnnouncedAddressesChanged is { } handlers)
        {
            IReadOnlyList<Multiaddr> now = AnnouncedAddresses;
            ThreadPool.QueueUserWorkItem(_ => Raise(handlers, now));
        }
    }

    private void WatchInterfaces() => NetworkChange.NetworkAddressChanged += OnInterfacesChanged;

    private void UnwatchInterfaces() => NetworkChange.NetworkAddressChanged -= OnInterfacesChanged;

    private void OnInterfacesChanged(object? sender, EventArgs e)
    {
        try
        {
            RefreshAddresses();
        }
        catch (NetworkInformationException)
        {
            // an interface that comes or goes at this moment; the next change tells
        }
    }

    // identify push to everybody, shortly
    private void TellSoon(string trigger = "protocols_updated")
    {
        // each change, as go has it, also where the one before is still to be told and both are told at once
        _metrics?.PushTriggered(trigger);
        if (Interlocked.Exchange(ref _isTellingSoon, 1) == 0)
        {
            _ = TellAllWhoAsync();
        }
    }

    private async Task TellAllWhoAsync()
    {
        try
        {
            await Task.Delay(_tellDelay, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        Volatile.Write(ref _isTellingSoon, 0);
        foreach (Shard shard in _shards)
        {
            shard.Post(new ShardCall<bool>(one => one.TellWho()));
        }
    }
}
