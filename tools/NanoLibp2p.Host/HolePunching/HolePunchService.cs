using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.HolePunching;

/// <summary>
/// Direct connections in place of relayed ones (DCUtR spec). A peer that comes through a relay is dialed at its public addresses, and where
/// that fails both dial each other at the same moment, so that each one's NAT takes the other's packets for answers. New streams are opened
/// on the direct connection; the relayed one is closed when its streams have ended.
/// </summary>
/// <example>
/// <code>
/// await using HolePunchService punches = HolePunchService.Start(node, new HolePunchOptions());
/// punches.Finished += report =&gt; Console.WriteLine(report.Text);
/// </code>
/// </example>
/// <remarks>
/// <code>
///   who was dialed through the relay: initiator         who dialed: receiver
///   dials the public addresses that the peer tells
///   CONNECT, own addresses                  -----&gt;
///                                           &lt;-----      CONNECT, own addresses
///   SYNC                                    -----&gt;
///   waits half of the round trip, dials                 dials at once, and is the client of the handshake
/// </code>
/// </remarks>
public sealed class HolePunchService : IAsyncDisposable
{
    private const string NoOwnAddress = "no public address of this node is known: no peer outside has said where it sees it";

    // how often, and after how long each time, it is looked whether the relay has said where it sees this node
    private const int OwnAddressLooks = 20;

    private static readonly TimeSpan _ownAddressPause = TimeSpan.FromMilliseconds(50);

    private readonly Libp2pNode _node;
    private readonly HolePunchOptions _options;
    private readonly RequestLimiter _limiter;
    private readonly CancellationTokenSource _stopping = new();

    // one of a peer; of two in which the parts differ the first goes on
    private readonly ConcurrentDictionary<PeerId, Punch> _punches = new();

    // whom this node leads an exchange with, and whose exchange it follows: the newest of a peer, under the lock of the latter
    private readonly ConcurrentDictionary<PeerId, bool> _led = new();
    private readonly Dictionary<PeerId, CancellationTokenSource> _followed = [];
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private int _underWay;
    private long _direct;
    private long _failed;

    private HolePunchService(Libp2pNode node, HolePunchOptions options)
    {
        _node = node;
        _options = options;
        _limiter = new RequestLimiter(node.Time, options.PerMinute, options.PerMinutePerPeer);
    }

    /// <summary>Relayed connections that a direct one has taken the place of.</summary>
    public long Direct => Interlocked.Read(ref _direct);

    /// <summary>Searches for a direct way that found none.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>A search has ended. Raised on the thread pool.</summary>
    public event Action<HolePunchReport>? Finished;

    /// <summary>Begins: peers that come through relays from now on get direct connections, where that can be, and connections into the
    /// internet leave from the port that the node listens on (Linux and macOS).</summary>
    /// <param name="node">The node; one service each. It listens on TCP, else it can only be dialed back to.</param>
    /// <param name="options">Times and bounds; not changed any more afterwards.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="InvalidOperationException">The node has such a service.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static HolePunchService Start(Libp2pNode node, HolePunchOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        HolePunchService service = new(node, options);
        node.AddPunches(service, options.AllowPrivateAddresses);
        try
        {
            node.Handle(HolePunchMessages.Id, service.ServeAsync);
        }
        catch
        {
            node.RemovePunches(service);
            throw;
        }

        node.Opened += service.OnOpened;
        node.PeerIdentified += service.OnIdentified;
        return service;
    }

    /// <summary>Looks for direct ways no more. Connections that it has found stay.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        _node.PeerIdentified -= OnIdentified;
        _node.Opened -= OnOpened;
        _node.StopHandling(HolePunchMessages.Id);
        _node.RemovePunches(this);
        await Task.WhenAll(_running.Keys).ConfigureAwait(false);
    }

    /// <summary>The dials to a peer that dials this node from an address now, and expects it to begin the handshake; null for
    /// none.</summary>
    internal Punch? Expected(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (Punch punch in _punches.Values)
        {
            if (punch.Expects(plain))
            {
                return punch;
            }
        }

        return null;
    }

    private static bool IsCircuit(PeerConnection connection) => !RelayService.IsDirect(connection.Own);

    private void OnOpened(ShardConnection connection)
    {
        if (RelayService.IsDirect(connection) && _punches.TryGetValue(connection.Peer!, out Punch? punch))
        {
            punch.Succeed(connection);
        }
    }

    private void OnIdentified(PeerIdentification said)
    {
        if (said.IsPush || !said.Connection.IsInbound || !IsCircuit(said.Connection) || _node.FindDirect(said.Peer) != null)
        {
            return;
        }

        bool speaks = said.Protocols.Contains(HolePunchMessages.Id);
        List<DialTarget> direct = Dialable(said.Peer, said.ListenAddresses);
        if ((speaks || direct.Count > 0) && _led.TryAdd(said.Peer, true))
        {
            if (!Begin(said.Peer))
            {
                _led.TryRemove(said.Peer, out _);
                return;
            }

            Task running = Task.Run(() => LeadAsync(said.Connection, direct, speaks));
            _running.TryAdd(running, true);
            _ = running.ContinueWith(one => _running.TryRemove(one, out _), TaskScheduler.Default);
        }
    }

    // so many at a time, and so many a minute
    private bool Begin(PeerId peer)
    {
        if (Interlocked.Increment(ref _underWay) <= _options.MaxParallel && !_stopping.IsCancellationRequested && _limiter.Count(peer))
        {
            return true;
        }

        Interlocked.Decrement(ref _underWay);
        return false;
    }

    private async Task LeadAsync(PeerConnection relayed, List<DialTarget> direct, bool speaks)
    {
        Attempt attempt = new(relayed.Peer, true);
        try
        {
            if (direct.Count > 0 && await DialAloneAsync(relayed.Peer, direct).ConfigureAwait(false) is { } found)
            {
                Finish(attempt, HolePunchOutcome.Dialed, found, "answered at its public address");
                return;
            }

            if (!speaks)
            {
                Finish(attempt, HolePunchOutcome.NotSupported, null, "it did not answer at its public addresses, and does not speak "
                    + HolePunchMessages.Id);
                return;
            }

            await PunchAsync(relayed, attempt).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the service ends
        }
        catch (Libp2pException e)
        {
            Finish(attempt, HolePunchOutcome.ProtocolFailed, null, e.Text);
        }
        finally
        {
            _led.TryRemove(relayed.Peer, out _);
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task<ShardConnection?> DialAloneAsync(PeerId peer, List<DialTarget> targets)
    {
        Punch dials = new(_node, peer, targets, true, TimeSpan.Zero) { Alone = _node.NewConnector() };
        ShardConnection? found = await dials.RunAsync(_options.DirectDialTimeout, _stopping.Token).ConfigureAwait(false);
        _node.CountDirectDial(found != null);
        return found;
    }

    private async Task PunchAsync(PeerConnection relayed, Attempt attempt)
    {
        while (true)
        {
            attempt.Number++;
            Libp2pException? broken = null;
            try
            {
                if (await PunchOnceAsync(relayed, attempt).ConfigureAwait(false))
                {
                    return;
                }
            }
            catch (Libp2pException e)
            {
                broken = e;
            }

            if (attempt.Number == _options.Attempts || relayed.Own.End != null || !_limiter.Count(relayed.Peer))
            {
                Finish(attempt, broken == null ? HolePunchOutcome.NotReached : HolePunchOutcome.ProtocolFailed, null,
                    broken?.Text ?? attempt.Errors + Hint());
                return;
            }

            // at random, so that two that lead to each other don't stay in step
            await Task.Delay(_options.RetryPause * (1 + Random.Shared.NextDouble()), _stopping.Token).ConfigureAwait(false);
        }
    }

    // true when it is over, well or not
    private async Task<bool> PunchOnceAsync(PeerConnection relayed, Attempt attempt)
    {
        attempt.Ours = await FindOwnAddressesAsync(_stopping.Token).ConfigureAwait(false);
        if (attempt.Ours.Count == 0)
        {
            Finish(attempt, HolePunchOutcome.NoOwnAddress, null, NoOwnAddress);
            return true;
        }

        PeerStream stream = await _node.OpenStreamAsync(relayed, [HolePunchMessages.Id], _stopping.Token).ConfigureAwait(false);
        List<DialTarget> targets;
        await using (stream.ConfigureAwait(false))
        {
            MessageStream messages = new(stream, _options.MessageTimeout);
            long begun = Stopwatch.GetTimestamp();
            await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Connect, attempt.Ours), _stopping.Token)
                .ConfigureAwait(false);
            attempt.Theirs = await ReadAsync(messages, stream, HolePunchMessages.Connect, _stopping.Token).ConfigureAwait(false);
            attempt.RoundTrip = Stopwatch.GetElapsedTime(begun);
            targets = Dialable(attempt.Peer, attempt.Theirs);
            if (targets.Count == 0)
            {
                stream.Abort();
                Finish(attempt, HolePunchOutcome.NoPeerAddress, null, NoAddress(attempt.Theirs));
                return true;
            }

            await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Sync, []), _stopping.Token).ConfigureAwait(false);
            stream.CompleteWrites();
            await Task.Delay(attempt.RoundTrip.Value / 2, _stopping.Token).ConfigureAwait(false);
        }

        // where go-libp2p before 0.41 is the receiver, it is the server: as go does, the last of several attempts is for it
        bool isClient = attempt.Number > 1 && attempt.Number == _options.Attempts;
        return await DialAsync(attempt, targets, isClient, _stopping.Token).ConfigureAwait(false);
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken cancellation)
    {
        PeerConnection relayed = stream.Connection;

        // only who was dialed through a relay leads; go resets others, too
        if (relayed.IsInbound || !IsCircuit(relayed) || !Begin(relayed.Peer))
        {
            stream.Abort(ErrorCode.ResourceLimit);
            return;
        }

        // js gives up sooner than we do, and begins anew: its next attempt ends what is left of the one before
        using CancellationTokenSource newer = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
        lock (_followed)
        {
            if (_followed.TryGetValue(relayed.Peer, out CancellationTokenSource? former))
            {
                former.Cancel();
            }

            _followed[relayed.Peer] = newer;
        }

        Attempt attempt = new(relayed.Peer, false) { Number = 1 };
        try
        {
            await FollowAsync(stream, attempt, newer.Token).ConfigureAwait(false);
        }
        catch (Libp2pException e)
        {
            stream.Abort(e);
            Finish(attempt, HolePunchOutcome.ProtocolFailed, null, e.Text);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // a newer attempt of the peer's, or the end
            stream.Abort(_stopping.IsCancellationRequested ? ErrorCode.ShuttingDown : ErrorCode.Supplanted);
        }
        finally
        {
            lock (_followed)
            {
                if (_followed.GetValueOrDefault(relayed.Peer) == newer)
                {
                    _followed.Remove(relayed.Peer);
                }
            }

            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task FollowAsync(PeerStream stream, Attempt attempt, CancellationToken cancellation)
    {
        MessageStream messages = new(stream, _options.MessageTimeout);
        attempt.Theirs = await ReadAsync(messages, stream, HolePunchMessages.Connect, cancellation).ConfigureAwait(false);
        attempt.Ours = await FindOwnAddressesAsync(cancellation).ConfigureAwait(false);
        List<DialTarget> targets = Dialable(attempt.Peer, attempt.Theirs);
        if (targets.Count == 0 || attempt.Ours.Count == 0)
        {
            stream.Abort();
            Finish(attempt, targets.Count == 0 ? HolePunchOutcome.NoPeerAddress : HolePunchOutcome.NoOwnAddress, null,
                targets.Count == 0 ? NoAddress(attempt.Theirs) : NoOwnAddress);
            return;
        }

        long begun = Stopwatch.GetTimestamp();
        await messages.WriteMessageAsync(HolePunchMessages.Write(HolePunchMessages.Connect, attempt.Ours), cancellation)
            .ConfigureAwait(false);
        await ReadAsync(messages, stream, HolePunchMessages.Sync, cancellation).ConfigureAwait(false);
        attempt.RoundTrip = Stopwatch.GetElapsedTime(begun);
        stream.CompleteWrites();
        if (!await DialAsync(attempt, targets, true, cancellation).ConfigureAwait(false))
        {
            Finish(attempt, HolePunchOutcome.NotReached, null, attempt.Errors + Hint());
        }
    }

    private async Task<bool> DialAsync(Attempt attempt, List<DialTarget> targets, bool isClient, CancellationToken cancellation)
    {
        Punch punch = new(_node, attempt.Peer, targets, isClient, attempt.RoundTrip ?? default);
        Punch first = _punches.AddOrUpdate(attempt.Peer, punch, (_, other) => other.IsClient == isClient ? punch : other);
        try
        {
            // where both have dialed each other through the relay, both lead: one of the two is enough
            Task<ShardConnection?> running = first == punch ? punch.RunAsync(_options.DialTimeout, cancellation)
                : first.WaitAsync(_options.DialTimeout, cancellation);
            if (await running.ConfigureAwait(false) is { } connection)
            {
                Finish(attempt, HolePunchOutcome.Punched, connection, "both dialed");
                return true;
            }

            attempt.Errors = first.Errors;
            return false;
        }
        finally
        {
            _punches.TryRemove(new KeyValuePair<PeerId, Punch>(attempt.Peer, punch));
        }
    }

    private async Task<List<Multiaddr>> ReadAsync(MessageStream messages, PeerStream stream, ulong type,
        CancellationToken cancellation)
    {
        byte[]? message = await messages.ReadMessageAsync(HolePunchMessages.MaxBytes, cancellation).ConfigureAwait(false);
        List<Multiaddr>? addresses = HolePunchMessages.Read(message, type);
        if (addresses == null)
        {
            stream.Abort(ErrorCode.ProtocolViolation);
            throw Libp2pException.For(Libp2pError.MessageMalformed, stream.RemotePeer, "the peer "
                + (message == null ? "has ended the stream in place of " : "has sent something else than ")
                + (type == HolePunchMessages.Sync ? "SYNC" : "CONNECT"));
        }

        return addresses;
    }

    // who has just dialed the relay may not have heard from it yet
    private async Task<List<Multiaddr>> FindOwnAddressesAsync(CancellationToken cancellation)
    {
        List<Multiaddr> own = OwnAddresses();
        for (int i = 0; own.Count == 0 && i < OwnAddressLooks; i++)
        {
            await Task.Delay(_ownAddressPause, cancellation).ConfigureAwait(false);
            own = OwnAddresses();
        }

        return own;
    }

    // what strangers see of this node
    private List<Multiaddr> OwnAddresses()
    {
        IEnumerable<Multiaddr> own = _options.AllowPrivateAddresses
            ? _node.CandidateAddresses.Concat(_node.AnnouncedAddresses.Select(one => one.WithoutPeerId())) : _node.CandidateAddresses;
        return [.. own.Where(one => DialTarget.Of(one) is { Kind: DialKind.Tcp, Ip: not null }).Distinct()
            .Take(HolePunchMessages.MaxAddresses)];
    }

    // Addresses of a peer that may be dialed for it: no names, as they lead anywhere, and nothing of our own networks.
    private List<DialTarget> Dialable(PeerId peer, IEnumerable<Multiaddr> addresses)
    {
        List<DialTarget> targets = [];
        foreach (Multiaddr address in addresses)
        {
            DialTarget target = DialTarget.Of(address);
            if (targets.Count < Punch.MaxAddresses && target.Kind == DialKind.Tcp && target.Ip != null && target.Port > 0
                && (_options.AllowPrivateAddresses || AddressScopes.Of(target.Ip) == AddressScope.Public)
                && targets.TrueForAll(one => !one.Address.Equals(address)) && _node.RefusalOf(peer, target.Ip) == RefusalReason.None)
            {
                targets.Add(target);
            }
        }

        return targets;
    }

    private string NoAddress(List<Multiaddr> theirs)
        => theirs.Count == 0 ? "it tells no address: nobody outside sees it yet"
            : $"none of its {theirs.Count} addresses is a public one of TCP with an IP address: {string.Join(", ", theirs.Take(4))}";

    // what is known of our own side
    private string Hint() => _node.IsMappedByPeer
        ? ". This node's NAT shows each peer another port (a symmetric NAT), so the peer can't know which to dial" : "";

    private void Finish(Attempt attempt, HolePunchOutcome outcome, ShardConnection? connection, string text)
    {
        bool isDirect = connection != null;
        Interlocked.Increment(ref isDirect ? ref _direct : ref _failed);
        Multiaddr? address = connection?.Link.RemoteAddress;
        string told = isDirect ? $"there is a direct connection now, at {address}: {text}"
            : $"there is no direct connection, the relayed one stays: {text}";
        HolePunchReport report = new(attempt.Peer, attempt.IsInitiator, outcome, attempt.Number, address, attempt.RoundTrip, told);
        _node.TellUpgrade(report, attempt.Theirs, attempt.Ours);
        if (Finished is { } handlers)
        {
            ThreadPool.QueueUserWorkItem(_ => _node.Raise(handlers, report));
        }
    }

    /// <summary>What is known of a search so far.</summary>
    private sealed class Attempt(PeerId peer, bool isInitiator)
    {
        internal PeerId Peer { get; } = peer;

        internal bool IsInitiator { get; } = isInitiator;

        internal int Number { get; set; }

        internal List<Multiaddr> Ours { get; set; } = [];

        internal List<Multiaddr> Theirs { get; set; } = [];

        internal TimeSpan? RoundTrip { get; set; }

        internal string Errors { get; set; } = "";
    }
}
