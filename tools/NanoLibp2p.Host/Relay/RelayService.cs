using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Host.Relay;

/// <summary>
/// A circuit relay (circuit relay v2 spec, "hop"): peers that can't be dialed reserve a place here, and others are connected to them
/// through streams of connections that are open already. What passes is encrypted end to end.
/// </summary>
/// <example>
/// <code>
/// await using RelayService relay = RelayService.Start(node, new RelayServiceOptions());
/// </code>
/// </example>
/// <remarks>
/// This is what all shards share: who has a reservation, and how many circuits there are. Each shard's <see cref="HopProtocol"/> moves the
/// bytes of its own connections.
/// </remarks>
public sealed class RelayService : IAsyncDisposable
{
    private readonly Libp2pNode _node;
    private readonly Lock _gate = new();
    private readonly Dictionary<PeerId, Reservation> _reservations = [];
    private readonly Dictionary<HostKey, int> _hosts = [];
    private readonly Dictionary<PeerId, int> _peers = [];
    private readonly HashSet<Circuit> _circuits = [];
    private long _relayedBytes;
    private volatile bool _isOver;

    private RelayService(Libp2pNode node, RelayServiceOptions options)
    {
        _node = node;
        Options = options;
        Metrics = new RelayMetrics(this);
    }

    /// <summary>Reservations that hold now.</summary>
    public int Reservations
    {
        get
        {
            DateTimeOffset now = _node.Time.GetUtcNow();
            lock (_gate)
            {
                return _reservations.Values.Count(one => one.Expires > now);
            }
        }
    }

    /// <summary>Circuits that are open, or being made.</summary>
    public int Circuits
    {
        get
        {
            lock (_gate)
            {
                return _circuits.Count;
            }
        }
    }

    /// <summary>Bytes that were passed on, both ways together.</summary>
    public long RelayedBytes => Interlocked.Read(ref _relayedBytes);

    /// <summary>Who has a reservation now, for people to look at.</summary>
    /// <param name="most">How many at most; of more any.</param>
    public IReadOnlyList<ReservedPeer> ListReservations(int most)
    {
        DateTimeOffset now = _node.Time.GetUtcNow();
        lock (_gate)
        {
            return [.. _reservations.Where(one => one.Value.Expires > now).Take(most)
                .Select(one => new ReservedPeer(one.Key, one.Value.Expires, one.Value.IsSensor))];
        }
    }

    /// <summary>The circuits that are open now, for people to look at.</summary>
    /// <param name="most">How many at most; of more any.</param>
    public IReadOnlyList<RelayedCircuit> ListCircuits(int most)
    {
        lock (_gate)
        {
            return [.. _circuits.Where(one => one.Opened != 0).Take(most)
                .Select(one => new RelayedCircuit(one.From, one.To, one.OpenedAt, one.RelayedBytes, one.IsLimited))];
        }
    }

    internal bool IsOver => _isOver;

    internal RelayServiceOptions Options { get; }

    internal Libp2pNode Node => _node;

    internal RelayMetrics Metrics { get; }

    /// <summary>Has a node relay. It serves from when this returns.</summary>
    /// <param name="node">The node; one service each.</param>
    /// <param name="options">What it serves; not changed any more afterwards.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which, and the range.</exception>
    /// <exception cref="InvalidOperationException">The node has such a service, or has no protocol ids left.</exception>
    /// <exception cref="Libp2pException">The node has ended.</exception>
    public static RelayService Start(Libp2pNode node, RelayServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        RelayService service = new(node, options);
        try
        {
            node.AddRelay(service);
            return service;
        }
        catch
        {
            service.Metrics.Dispose();
            throw;
        }
    }

    /// <summary>Serves nobody any more: reservations are forgotten, and circuits broken off.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return;
            }

            _isOver = true;
            _reservations.Clear();
            _hosts.Clear();
        }

        await _node.RemoveRelayAsync(this).ConfigureAwait(false);
        Metrics.Dispose();
    }

    internal void Count(int bytes) => Interlocked.Add(ref _relayedBytes, bytes);

    /// <summary>A peer asks for a reservation, or for its refresh, over a direct connection.</summary>
    internal RelayStatus Reserve(ShardConnection connection, out DateTimeOffset expires, out bool isSensor)
    {
        PeerId peer = connection.Peer!;
        DateTimeOffset now = _node.Time.GetUtcNow();
        expires = now + Options.ReservationTime;
        RelayClass wanted = Options.Admission?.Admit(peer, connection.Link.RemoteAddress) ?? RelayClass.Ordinary;
        isSensor = wanted == RelayClass.Sensor;
        if (wanted == RelayClass.Refused)
        {
            return RelayStatus.PermissionDenied;
        }

        HostKey host = HostOf(connection);
        lock (_gate)
        {
            if (_isOver)
            {
                return RelayStatus.ReservationRefused;
            }

            // those that are over give their places up where places are short
            if (_reservations.Count >= Options.MaxReservations || _hosts.GetValueOrDefault(host) >= Options.MaxReservationsPerHost)
            {
                Sweep(now);
            }

            bool isRefresh = Remove(peer);
            if (!isRefresh && (_reservations.Count >= Options.MaxReservations
                || _hosts.GetValueOrDefault(host) >= Options.MaxReservationsPerHost))
            {
                return RelayStatus.ReservationRefused;
            }

            _reservations.Add(peer, new Reservation(expires, host, isSensor));
            _hosts[host] = _hosts.GetValueOrDefault(host) + 1;
            Metrics.ReservationAllowed(isRefresh);
            return RelayStatus.Ok;
        }
    }

    /// <summary>A peer wants to be connected to another one.</summary>
    internal RelayStatus Connect(PeerId from, PeerId to, out ShardConnection? target, out Circuit? circuit)
    {
        target = null;
        circuit = null;
        lock (_gate)
        {
            if (!_reservations.TryGetValue(to, out Reservation? reservation) || reservation.Expires <= _node.Time.GetUtcNow())
            {
                return RelayStatus.NoReservation;
            }

            if (_circuits.Count >= Options.MaxCircuits || _peers.GetValueOrDefault(from) >= Options.MaxCircuitsPerPeer
                || _peers.GetValueOrDefault(to) >= Options.MaxCircuitsPerPeer)
            {
                return RelayStatus.ResourceLimitExceeded;
            }

            target = _node.FindDirect(to);
            if (target == null)
            {
                return RelayStatus.NoReservation;
            }

            // a shard that has no memory left gets no more to keep
            if (target.Shard.Budget.IsExceeded)
            {
                return RelayStatus.ResourceLimitExceeded;
            }

            circuit = new Circuit(this, from, to, reservation.IsSensor);
            _circuits.Add(circuit);
            _peers[from] = _peers.GetValueOrDefault(from) + 1;
            _peers[to] = _peers.GetValueOrDefault(to) + 1;
            return RelayStatus.Ok;
        }
    }

    internal void Release(Circuit circuit)
    {
        lock (_gate)
        {
            _circuits.Remove(circuit);
            Less(_peers, circuit.From);
            Less(_peers, circuit.To);
        }

        if (circuit.Opened != 0)
        {
            TimeSpan took = Stopwatch.GetElapsedTime(circuit.Opened);
            Metrics.ConnectionClosed(took);
            NodeTracing.Over(NodeTracing.Circuit, took, circuit.From, null, null,
            [
                new("libp2p.relay.target", circuit.To.ToString()),
                new("libp2p.relay.bytes", circuit.RelayedBytes),
            ]);
        }
    }

    /// <summary>A connection of a peer has ended: its reservation goes with the last one that is direct.</summary>
    internal void Left(PeerId peer)
    {
        if (_node.FindDirect(peer) == null)
        {
            lock (_gate)
            {
                if (Remove(peer))
                {
                    Metrics.ReservationsClosed(1);
                }
            }
        }
    }

    internal static bool IsDirect(ShardConnection connection) => connection.Link is not CircuitLink;

    private bool Remove(PeerId peer)
    {
        if (!_reservations.Remove(peer, out Reservation? old))
        {
            return false;
        }

        Less(_hosts, old.Host);
        return true;
    }

    private void Sweep(DateTimeOffset now)
    {
        List<PeerId> over = [];
        foreach ((PeerId peer, Reservation reservation) in _reservations)
        {
            if (reservation.Expires <= now)
            {
                over.Add(peer);
            }
        }

        over.ForEach(peer => Remove(peer));
        Metrics.ReservationsClosed(over.Count);
    }

    private static void Less<T>(Dictionary<T, int> counts, T key)
        where T : notnull
    {
        int left = counts.GetValueOrDefault(key) - 1;
        if (left > 0)
        {
            counts[key] = left;
        }
        else
        {
            counts.Remove(key);
        }
    }

    // those whose address nobody knows are one host
    private static HostKey HostOf(ShardConnection connection)
    {
        byte[] address = new byte[16];
        int count = connection.Link.CopyRemoteAddress(address, 0);
        return count is 4 or 16 ? HostKey.Of(new IPAddress(address.AsSpan(0, count))) : default;
    }

    private sealed record Reservation(DateTimeOffset Expires, HostKey Host, bool IsSensor);
}
