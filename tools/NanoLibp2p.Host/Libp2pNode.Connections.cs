using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Who may connect, and who stays.
public sealed partial class Libp2pNode
{
    private readonly CallerLimits _callers;

    /// <summary>Which connections are kept when there are many: values, and protection.</summary>
    public ConnectionManager ConnectionManager { get; }

    /// <summary>Who may connect: Libp2pNodeOptions.Access, which may be changed while the node runs.</summary>
    public AccessList Access => _options.Access;

    /// <summary>Callers that have not proved yet who they are.</summary>
    internal int HalfOpen => _callers.HalfOpen;

    /// <summary>Bytes that connections keep: their buffers, and what their streams hold.</summary>
    internal long KeptBytes => _shards.Sum(shard => shard.Budget.UsedBytes);

    /// <summary>Bytes that the sockets have received.</summary>
    internal long ReceivedBytes => _shards.Sum(shard => Volatile.Read(ref shard.Traffic.Received));

    /// <summary>Bytes of buffers that connections have rented.</summary>
    internal long RentedBytes => _shards.Sum(shard => shard.Budget.UsedBytes - shard.Budget.HeldBytes);

    /// <summary>Bytes that streams of the application hold.</summary>
    internal long HeldBytes => _shards.Sum(shard => shard.Budget.HeldBytes);

    /// <summary>Open connections that a host may have called for.</summary>
    internal int ConnectionsPerHost => _options.Connections.PerHost;

    /// <summary>The limits of callers, for those of a transport that takes some time before there is a link.</summary>
    internal CallerLimits CreateCallerLimits() => new(_options.Connections, Access);

    /// <summary>Takes a link that a peer has begun, if it may.</summary>
    /// <param name="source">The link; given up where the caller is turned away.</param>
    /// <param name="address">Where it calls from; null where there is no address, as through a relay.</param>
    /// <param name="room">Released once a shard has looked at it.</param>
    internal void Adopt(LinkSource source, IPAddress? address = null, SemaphoreSlim? room = null)
    {
        RefusalReason reason = address == null ? RefusalReason.None
            : !Access.Allows(address) ? RefusalReason.AddressNotAllowed
            : _options.Gate is { } gate && !gate.AllowsCaller(address) ? RefusalReason.Gate
            : RefusalReason.None;
        Caller? gaveWay = null;
        Caller? caller = reason == RefusalReason.None ? _callers.Admit(address, out gaveWay, out reason) : null;
        if (caller == null)
        {
            source.Discard();
            room?.Release();
            OnRefused(reason, null, address);
            return;
        }

        if (gaveWay?.Connection is { } former)
        {
            former.Shard.Post(gaveWay);
        }

        Shard shard = source.Home ?? LeastLoaded();
        shard.AddLoad();
        shard.Post(new AcceptWork(source, room, caller));
    }

    /// <summary>A caller's connection has ended, or was never made.</summary>
    internal void EndCaller(Caller caller) => _callers.End(caller);

    /// <summary>A caller found no place: all connections are in use.</summary>
    internal void OnNoPlace(Caller caller)
    {
        _callers.End(caller);
        OnRefused(RefusalReason.ConnectionLimit, null, caller.Address);
    }

    /// <summary>Whether a peer that has proved who it is may stay; on its shard's thread.</summary>
    /// <param name="connection">Its connection.</param>
    /// <param name="reason">What it is told if not.</param>
    internal bool Admits(ShardConnection connection, out CloseReason reason)
    {
        PeerId peer = connection.Peer!;
        Multiaddr? address = connection.Link.RemoteAddress;
        RefusalReason refusal = RefusalReason.None;
        reason = CloseReason.Blocked;
        if (connection.Caller is { } caller && !_callers.Open(caller))
        {
            refusal = RefusalReason.HostLimit;
            reason = CloseReason.ConnectionLimit;
        }
        else if (!Access.Allows(peer))
        {
            refusal = RefusalReason.PeerNotAllowed;
        }
        else if (_options.Gate is { } gate && !gate.AllowsPeer(peer, address, connection.Connection.IsInbound))
        {
            refusal = RefusalReason.Gate;
        }

        if (refusal == RefusalReason.None)
        {
            return true;
        }

        OnRefused(refusal, peer, AddressOf(connection));
        return false;
    }

    /// <summary>Checks that a peer at an address may be dialled.</summary>
    /// <param name="peer">Who; null where that is not known.</param>
    /// <param name="address">Where; null where it is no IP address, or not known yet.</param>
    /// <exception cref="Libp2pException">It may not: its Reason is Blocked.</exception>
    internal void CheckDial(PeerId? peer, IPAddress? address)
    {
        RefusalReason refusal = RefusalOf(peer, address);
        if (refusal != RefusalReason.None)
        {
            throw new Libp2pException(Libp2pError.DialFailed, peer, $"{address?.ToString() ?? "the peer"} is not dialled: "
                + RefusalText.Describe(refusal), CloseReason.Blocked);
        }
    }

    /// <summary>Why a peer at an address may not be dialled.</summary>
    internal RefusalReason RefusalOf(PeerId? peer, IPAddress? address)
        => peer != null && !Access.Allows(peer) ? RefusalReason.PeerNotAllowed
            : address != null && !Access.Allows(address) ? RefusalReason.AddressNotAllowed
            : _options.Gate is { } gate && !gate.AllowsDial(peer, address) ? RefusalReason.Gate
            : RefusalReason.None;

    /// <summary>Tells a peer's connections whether it is protected now.</summary>
    internal void SetProtected(PeerId peer)
    {
        lock (_peers)
        {
            if (!_peers.TryGetValue(peer, out List<ShardConnection>? all))
            {
                return;
            }

            foreach (ShardConnection one in all)
            {
                one.Shard.Post(new ShardCall<bool>(_ => one.IsProtected = ConnectionManager.IsProtected(peer)));
            }
        }
    }

    /// <summary>All open connections, and whether each has a stream that its protocol would keep.</summary>
    internal async Task<(ShardConnection Connection, bool IsInUse)[]> CandidatesAsync()
    {
        List<(ShardConnection, bool)[]> all = [];
        foreach (Shard shard in _shards)
        {
            all.Add(await CallAsync(shard, one => one.Open(), CancellationToken.None).ConfigureAwait(false));
        }

        return [.. all.SelectMany(some => some)];
    }

    /// <summary>Closes a connection for a reason, which its peer is told.</summary>
    internal async Task CloseAsync(ShardConnection connection, CloseReason reason)
    {
        await CallAsync(
            connection.Shard,
            _ =>
            {
                connection.CloseFor(reason);
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    private static IPAddress? AddressOf(ShardConnection connection)
    {
        byte[] bytes = new byte[16];
        int count = connection.Link.CopyRemoteAddress(bytes, 0);
        return count == 0 ? null : new IPAddress(bytes.AsSpan(0, count));
    }

    // once a second, from the first shard
    internal void TrimSoon()
    {
        if (Load > ConnectionManager.HighWater)
        {
            _ = Task.Run(ConnectionManager.TrimAsync);
        }
    }

    private void CloseBlocked()
    {
        lock (_peers)
        {
            foreach (ShardConnection one in _peers.Values.SelectMany(all => all))
            {
                if (!Access.Allows(one.Peer!) || (AddressOf(one) is { } address && !Access.Allows(address)))
                {
                    one.Shard.Post(new ShardCall<bool>(_ =>
                    {
                        one.CloseFor(CloseReason.Blocked);
                        return true;
                    }));
                }
            }
        }
    }
}
