using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// Who may connect, both ways: peers and networks that are blocked, and those that alone are allowed where there are any. May be changed at
/// any time, from any thread; connections that are not allowed any more are closed at once, with <see cref="Core.CloseReason.Blocked"/>.
/// </summary>
/// <remarks>Networks are looked through one by one at each connect: some thousands are fine.</remarks>
public sealed class AccessList
{
    private readonly System.Threading.Lock _lock = new();
    private volatile Lists _lists = new([], [], [], [], []);

    /// <summary>Raised after a change that may take connections away.</summary>
    internal event Action? Tightened;

    /// <summary>The peers that are blocked.</summary>
    public IReadOnlyCollection<PeerId> BlockedPeers => _lists.BlockedPeers;

    /// <summary>The networks that are blocked.</summary>
    public IReadOnlyCollection<IPNetwork> BlockedNetworks => _lists.BlockedNetworks;

    /// <summary>The peers that alone are allowed; all when there are none.</summary>
    public IReadOnlyCollection<PeerId> AllowedPeers => _lists.AllowedPeers;

    /// <summary>The networks that alone are allowed; all when there are none.</summary>
    public IReadOnlyCollection<IPNetwork> AllowedNetworks => _lists.AllowedNetworks;

    /// <summary>The networks whose hosts have no limits of their own.</summary>
    public IReadOnlyCollection<IPNetwork> TrustedNetworks => _lists.TrustedNetworks;

    /// <summary>Blocks a peer. Nothing happens when it is blocked.</summary>
    public void Block(PeerId peer) => Change(true, lists => lists with { BlockedPeers = lists.BlockedPeers.Add(peer) });

    /// <summary>Blocks a network, such as <c>203.0.113.0/24</c> or <c>2001:db8::/32</c>.</summary>
    public void Block(IPNetwork network) => Change(true, lists => lists with { BlockedNetworks = lists.BlockedNetworks.Add(network) });

    /// <summary>Blocks a peer no more.</summary>
    public void Unblock(PeerId peer) => Change(false, lists => lists with { BlockedPeers = lists.BlockedPeers.Remove(peer) });

    /// <summary>Blocks a network no more; the very one that was given.</summary>
    public void Unblock(IPNetwork network)
        => Change(false, lists => lists with { BlockedNetworks = lists.BlockedNetworks.Remove(network) });

    /// <summary>Allows a peer: from the first on, nobody else.</summary>
    public void Allow(PeerId peer) => Change(true, lists => lists with { AllowedPeers = lists.AllowedPeers.Add(peer) });

    /// <summary>Allows a network: from the first on, no other.</summary>
    public void Allow(IPNetwork network) => Change(true, lists => lists with { AllowedNetworks = lists.AllowedNetworks.Add(network) });

    /// <summary>Takes a peer off those allowed. With the last one, all are.</summary>
    public void Disallow(PeerId peer) => Change(true, lists => lists with { AllowedPeers = lists.AllowedPeers.Remove(peer) });

    /// <summary>Takes a network off those allowed. With the last one, all are.</summary>
    public void Disallow(IPNetwork network)
        => Change(true, lists => lists with { AllowedNetworks = lists.AllowedNetworks.Remove(network) });

    /// <summary>Has a network's hosts call as often as they like, such as many devices behind one router's address.</summary>
    public void Trust(IPNetwork network) => Change(false, lists => lists with { TrustedNetworks = lists.TrustedNetworks.Add(network) });

    /// <summary>Takes a network's trust away, for connections to come.</summary>
    public void Distrust(IPNetwork network)
        => Change(false, lists => lists with { TrustedNetworks = lists.TrustedNetworks.Remove(network) });

    /// <summary>Whether a peer may connect.</summary>
    public bool Allows(PeerId peer)
    {
        Lists lists = _lists;
        return !lists.BlockedPeers.Contains(peer) && (lists.AllowedPeers.IsEmpty || lists.AllowedPeers.Contains(peer));
    }

    /// <summary>Whether an address may connect.</summary>
    public bool Allows(IPAddress address)
    {
        Lists lists = _lists;
        return !Contains(lists.BlockedNetworks, address) && (lists.AllowedNetworks.IsEmpty || Contains(lists.AllowedNetworks, address));
    }

    /// <summary>Whether an address has no limits of its own.</summary>
    public bool Trusts(IPAddress address) => Contains(_lists.TrustedNetworks, address);

    private static bool Contains(ImmutableHashSet<IPNetwork> networks, IPAddress address)
    {
        if (networks.IsEmpty)
        {
            return false;
        }

        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (IPNetwork network in networks)
        {
            if (network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private void Change(bool isTighter, Func<Lists, Lists> change)
    {
        lock (_lock)
        {
            _lists = change(_lists);
        }

        if (isTighter)
        {
            Tightened?.Invoke();
        }
    }

    private sealed record Lists(
        ImmutableHashSet<PeerId> BlockedPeers,
        ImmutableHashSet<IPNetwork> BlockedNetworks,
        ImmutableHashSet<PeerId> AllowedPeers,
        ImmutableHashSet<IPNetwork> AllowedNetworks,
        ImmutableHashSet<IPNetwork> TrustedNetworks);
}
