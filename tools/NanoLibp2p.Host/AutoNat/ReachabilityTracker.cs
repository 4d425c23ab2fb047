using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>Counts what peers find. One network of observers has one voice an address, its last. From any thread.</summary>
internal sealed class ReachabilityTracker(AutoNatOptions options, TimeProvider time)
{
    /// <summary>Addresses that are followed.</summary>
    internal const int MaxAddresses = 64;

    /// <summary>Voices an address that count: the last.</summary>
    internal const int MaxVoices = 8;

    // of version 1, more than so many agree (autonat-v1 spec, "AutoNAT Protocol")
    private const int V1Agree = 3;

    private readonly Dictionary<Multiaddr, Followed> _addresses = [];
    private readonly List<(IPNetwork Group, bool IsReached, DateTimeOffset At)> _v1 = [];

    internal ReachabilityReport Report
    {
        get
        {
            lock (_addresses)
            {
                AddressReachability[] all = [.. _addresses.Values.Where(one => one.Voices.Count > 0).Select(Describe)
                    .OrderBy(one => one.Address.ToString(), StringComparer.Ordinal)];
                Reachability overall = all.Any(one => one.Reachability == Reachability.Public) ? Reachability.Public
                    : all.Length > 0 && all.Length == _addresses.Count && all.All(one => one.Reachability == Reachability.Private)
                        ? Reachability.Private
                        : Reachability.Unknown;
                if (overall == Reachability.Unknown && all.Length == 0)
                {
                    overall = _v1.Count(one => one.IsReached) > V1Agree ? Reachability.Public
                        : _v1.Count(one => !one.IsReached) > V1Agree ? Reachability.Private : Reachability.Unknown;
                }

                return new ReachabilityReport(overall, all);
            }
        }
    }

    /// <summary>What a peer of some network found of an address.</summary>
    internal void AddV2(Multiaddr address, IPNetwork? group, bool isReached)
    {
        lock (_addresses)
        {
            if (!_addresses.TryGetValue(address, out Followed? followed))
            {
                if (_addresses.Count >= MaxAddresses)
                {
                    return;
                }

                followed = new Followed(address);
                _addresses.Add(address, followed);
            }

            Voice(followed.Voices, group ?? default, isReached, MaxVoices);
        }
    }

    internal void AddV1(IPNetwork? group, bool isReached)
    {
        lock (_addresses)
        {
            Voice(_v1, group ?? default, isReached, 2 * (V1Agree + 1));
        }
    }

    /// <summary>Forgets the addresses that are this node's no more.</summary>
    internal void Keep(IReadOnlyCollection<Multiaddr> candidates)
    {
        lock (_addresses)
        {
            foreach (Multiaddr gone in _addresses.Keys.Where(one => !candidates.Contains(one)).ToArray())
            {
                _addresses.Remove(gone);
            }
        }
    }

    /// <summary>The addresses that should be asked about now.</summary>
    internal IReadOnlyList<Multiaddr> Due(IReadOnlyList<Multiaddr> candidates)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_addresses)
        {
            return [.. candidates.Where(one => !_addresses.TryGetValue(one, out Followed? followed)
                || followed.Asked + Pause(followed) <= now)];
        }
    }

    /// <summary>Somebody is asked about them now.</summary>
    internal void Begin(IReadOnlyCollection<Multiaddr> addresses)
    {
        lock (_addresses)
        {
            foreach (Multiaddr address in addresses)
            {
                if (!_addresses.TryGetValue(address, out Followed? followed))
                {
                    if (_addresses.Count >= MaxAddresses)
                    {
                        continue;
                    }

                    followed = new Followed(address);
                    _addresses.Add(address, followed);
                }

                followed.Asked = time.GetUtcNow();
            }
        }
    }

    /// <summary>Whether a network of observers has spoken of an address lately.</summary>
    internal bool WasAskedV2(Multiaddr address, IPNetwork? group)
    {
        lock (_addresses)
        {
            return _addresses.TryGetValue(address, out Followed? followed) && HasSpoken(followed.Voices, group ?? default);
        }
    }

    internal bool WasAskedV1(IPNetwork? group)
    {
        lock (_addresses)
        {
            return HasSpoken(_v1, group ?? default);
        }
    }

    // the second voice soon after the first, then now and then
    private TimeSpan Pause(Followed followed)
        => followed.Voices.Count == 0 ? options.ProbeInterval
            : Describe(followed).Reachability == Reachability.Unknown ? TimeSpan.Zero
            : options.RefreshInterval;

    private bool HasSpoken(List<(IPNetwork Group, bool IsReached, DateTimeOffset At)> voices, IPNetwork group)
        => voices.Exists(one => one.Group == group && one.At + options.RefreshInterval > time.GetUtcNow());

    private void Voice(List<(IPNetwork Group, bool IsReached, DateTimeOffset At)> voices, IPNetwork group, bool isReached, int most)
    {
        voices.RemoveAll(one => one.Group == group);
        voices.Add((group, isReached, time.GetUtcNow()));
        if (voices.Count > most)
        {
            voices.RemoveAt(0);
        }
    }

    private AddressReachability Describe(Followed followed)
    {
        int reached = followed.Voices.Count(one => one.IsReached);
        int failed = followed.Voices.Count - reached;
        Reachability found = reached - failed >= options.Confidence ? Reachability.Public
            : failed - reached >= options.Confidence ? Reachability.Private : Reachability.Unknown;
        return new AddressReachability(followed.Address, found, reached, failed);
    }

    private sealed class Followed(Multiaddr address)
    {
        internal readonly Multiaddr Address = address;
        internal readonly List<(IPNetwork Group, bool IsReached, DateTimeOffset At)> Voices = [];
        internal DateTimeOffset Asked;
    }
}
