using System.Collections.Generic;
using System.Net;
using System.Threading;

namespace NanoLibp2p.Host;

/// <summary>
/// How many callers there may be, of one host and of all, before and after they have proved who they are. From any thread.
/// </summary>
/// <remarks>
/// <code>
///   socket --Admit--> half-open --Open--> open --End--> gone
///                        | the oldest that says nothing gives way to the next caller
/// </code>
/// </remarks>
internal sealed class CallerLimits(ConnectionOptions options, AccessList access)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<HostKey, Host> _hosts = [];

    // in the order in which they came
    private readonly LinkedList<Caller> _halfOpen = new();

    /// <summary>Callers that have not proved yet who they are.</summary>
    internal int HalfOpen
    {
        get
        {
            lock (_lock)
            {
                return _halfOpen.Count;
            }
        }
    }

    /// <summary>Counts a caller in.</summary>
    /// <param name="address">Where it calls from; null where that is not known, as through a relay.</param>
    /// <param name="gaveWay">Who gave it its place, and is to be ended; null when nobody had to.</param>
    /// <param name="reason">Why it is turned away.</param>
    /// <returns>The caller; null when it is turned away.</returns>
    internal Caller? Admit(IPAddress? address, out Caller? gaveWay, out RefusalReason reason)
    {
        gaveWay = null;
        bool isLimited = address != null && (options.LimitsLoopback || !IPAddress.IsLoopback(address)) && !access.Trusts(address);
        Caller caller = new(isLimited ? HostKey.Of(address!) : null, address);
        lock (_lock)
        {
            Host? host = null;
            if (caller.Host is { } key && !_hosts.TryGetValue(key, out host))
            {
                host = new Host();
            }

            reason = Find(host, ref gaveWay);
            if (reason != RefusalReason.None)
            {
                return null;
            }

            if (gaveWay != null)
            {
                gaveWay.HasGivenWay = true;
                Forget(gaveWay);
            }

            if (host != null)
            {
                // again, as it may have been the last of its host that gave way
                _hosts[caller.Host!.Value] = host;
                host.HalfOpen.AddLast(caller);
            }

            _halfOpen.AddLast(caller);
            return caller;
        }
    }

    /// <summary>A caller has proved who it is.</summary>
    /// <returns>False when its host has as many open connections as it may have.</returns>
    internal bool Open(Caller caller)
    {
        lock (_lock)
        {
            if (caller.IsOver || caller.IsOpen)
            {
                return true;
            }

            _halfOpen.Remove(caller);
            caller.IsOpen = true;
            if (caller.Host is not { } key)
            {
                return true;
            }

            Host host = _hosts[key];
            host.HalfOpen.Remove(caller);
            host.Open++;
            return options.PerHost == 0 || host.Open <= options.PerHost;
        }
    }

    /// <summary>A caller is gone.</summary>
    internal void End(Caller caller)
    {
        lock (_lock)
        {
            Forget(caller);
        }
    }

    private RefusalReason Find(Host? host, ref Caller? gaveWay)
    {
        if (host != null && options.PerHost > 0 && host.Open >= options.PerHost)
        {
            return RefusalReason.HostLimit;
        }

        if (host != null && options.HalfOpenPerHost > 0 && host.HalfOpen.Count >= options.HalfOpenPerHost)
        {
            gaveWay = OldestSilent(host.HalfOpen);
            return gaveWay == null ? RefusalReason.HalfOpenHostLimit : RefusalReason.None;
        }

        if (options.HalfOpen > 0 && _halfOpen.Count >= options.HalfOpen)
        {
            gaveWay = OldestSilent(_halfOpen);
            return gaveWay == null ? RefusalReason.HalfOpenLimit : RefusalReason.None;
        }

        return RefusalReason.None;
    }

    private static Caller? OldestSilent(LinkedList<Caller> callers)
    {
        foreach (Caller caller in callers)
        {
            if (caller.IsSilent)
            {
                return caller;
            }
        }

        return null;
    }

    private void Forget(Caller caller)
    {
        if (caller.IsOver)
        {
            return;
        }

        caller.IsOver = true;
        if (!caller.IsOpen)
        {
            _halfOpen.Remove(caller);
        }

        if (caller.Host is { } key)
        {
            Host host = _hosts[key];
            if (caller.IsOpen)
            {
                host.Open--;
            }
            else
            {
                host.HalfOpen.Remove(caller);
            }

            if (host.Open == 0 && host.HalfOpen.Count == 0)
            {
                _hosts.Remove(key);
            }
        }
    }

    private sealed class Host
    {
        internal readonly LinkedList<Caller> HalfOpen = new();
        internal int Open;
    }
}
