using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>
/// AutoNAT, versions 1 and 2: finds out whether strangers can dial this node, address by address, by asking connected peers; and dials
/// peers that ask. What it finds is in <see cref="Report"/>, and an address that nobody can dial is announced no more.
/// </summary>
/// <example>
/// <code>
/// await using AutoNatService autoNat = AutoNatService.Start(node, new AutoNatOptions());
/// autoNat.ReachabilityChanged += report =&gt; Console.WriteLine(report.Overall);
/// </code>
/// </example>
public sealed class AutoNatService : IAsyncDisposable
{
    // how often it is looked whether somebody is to be asked
    private static readonly TimeSpan _tick = TimeSpan.FromSeconds(1);

    private readonly Libp2pNode _node;
    private readonly AutoNatOptions _options;
    private readonly TimeProvider _time;
    private readonly AutoNatMetrics _metrics;
    private readonly AutoNatServer _server;
    private readonly AutoNatClient _client;
    private readonly ReachabilityTracker _tracker;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<PeerId, DateTimeOffset> _refused = new();
    private readonly Task _probing;
    private Task _raising = Task.CompletedTask;

    private AutoNatService(Libp2pNode node, AutoNatOptions options)
    {
        options.Check();
        _node = node;
        _options = options;
        _time = node.Time;
        _tracker = new ReachabilityTracker(options, _time);
        _metrics = new AutoNatMetrics(node, () => Report);
        _server = new AutoNatServer(options, _time, _metrics);
        _client = new AutoNatClient(node, options, _metrics);
        node.Handle(AutoNatMessages.DialBackId, Quietly(_client.ServeDialBackAsync));
        if (options.ServeV2)
        {
            node.Handle(AutoNatMessages.DialRequestId, Quietly(_server.ServeV2Async));
        }

        if (options.ServeV1)
        {
            node.Handle(AutoNatMessages.V1, Quietly(_server.ServeV1Async));
        }

        _probing = options.Probe ? ProbeAsync() : Task.CompletedTask;
    }

    /// <summary>What is known now.</summary>
    public ReachabilityReport Report => _tracker.Report;

    /// <summary>Whether strangers can dial this node.</summary>
    public Reachability Reachability => Report.Overall;

    /// <summary><see cref="Report"/> says something else than before. Raised on the thread pool, in order.</summary>
    public event Action<ReachabilityReport>? ReachabilityChanged;

    /// <summary>Dials that were made for peers.</summary>
    public int DialsForPeers => _server.Dials;

    /// <summary>Begins: serves peers, and has them find out about this node.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the node has one already.</exception>
    /// <exception cref="Libp2pException">The node has too many protocols, or has ended.</exception>
    public static AutoNatService Start(Libp2pNode node, AutoNatOptions options)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(options);
        return new AutoNatService(node, options);
    }

    /// <summary>Asks a connected peer by version 2 to dial one of this node's addresses, and counts what it says.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="addresses">The addresses, of which the peer dials the first that it would; null for those that may be this
    /// node's.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Libp2pException">The peer is not connected, does not serve version 2, or did not answer.</exception>
    /// <exception cref="InvalidOperationException">There is no address to ask about.</exception>
    public async Task<DialBackAnswer> AskV2Async(PeerId peer, IReadOnlyList<Multiaddr>? addresses = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Multiaddr> asked = Wanted(addresses);
        DialBackAnswer answer = await _client.AskV2Async(peer, asked, cancellationToken).ConfigureAwait(false);
        if (answer.Outcome == DialBackOutcome.None)
        {
            _refused[peer] = _time.GetUtcNow() + _options.RefusedPause;
        }
        else if (answer.Address != null)
        {
            Change(() => _tracker.AddV2(answer.Address, GroupOf(peer), answer.Outcome == DialBackOutcome.Reached));
        }

        return answer;
    }

    /// <summary>The same by version 1, which knows of no address but that one of them, or none, could be dialled.</summary>
    /// <exception cref="Libp2pException">The peer is not connected, does not serve version 1, or did not answer.</exception>
    /// <exception cref="InvalidOperationException">There is no address to ask about.</exception>
    public async Task<DialBackAnswer> AskV1Async(PeerId peer, IReadOnlyList<Multiaddr>? addresses = null,
        CancellationToken cancellationToken = default)
    {
        IReadOnlyList<Multiaddr> asked = Wanted(addresses);
        DialBackAnswer answer = await _client.AskV1Async(peer, asked, cancellationToken).ConfigureAwait(false);
        if (answer.Outcome == DialBackOutcome.None)
        {
            _refused[peer] = _time.GetUtcNow() + _options.RefusedPause;
        }
        else
        {
            Change(() => _tracker.AddV1(GroupOf(peer), answer.Outcome == DialBackOutcome.Reached));
        }

        return answer;
    }

    /// <summary>Asks and answers no more. Peers that open a stream of it are refused from the end of the node on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _probing.ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _metrics.Dispose();
    }

    // what a peer does wrong, or a connection that ends, is no fault of a handler
    private Func<PeerStream, CancellationToken, Task> Quietly(Func<PeerStream, CancellationToken, Task> serve)
        => async (stream, cancellation) =>
        {
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stopping.Token);
            try
            {
                await serve(stream, either.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is Libp2pException or OperationCanceledException or ObjectDisposedException)
            {
                stream.Abort(e, _stopping.IsCancellationRequested);
            }
        };

    private IReadOnlyList<Multiaddr> Wanted(IReadOnlyList<Multiaddr>? addresses)
    {
        IReadOnlyList<Multiaddr> wanted = addresses ?? Candidates();
        return wanted.Count > 0 ? [.. wanted.Select(one => one.WithoutPeerId())]
            : throw new InvalidOperationException(
                "there is no public address to ask about: the node listens on none, and no peer sees it at one");
    }

    private IReadOnlyList<Multiaddr> Candidates()
        => _options.AllowPrivateAddresses
            ? [.. _node.CandidateAddresses.Concat(_node.AnnouncedAddresses.Select(one => one.WithoutPeerId())).Where(one => one.IsTcp)
                .Distinct()]
            : _node.CandidateAddresses;

    private IPNetwork? GroupOf(PeerId peer)
        => _node.ConnectionsTo(peer).Select(one => AddressScopes.IpOf(one.RemoteAddress)).FirstOrDefault(one => one != null) is { } ip
            ? AddressScopes.Group(ip) : null;

    private void Change(Action change)
    {
        lock (_tracker)
        {
            ReachabilityReport before = _tracker.Report;
            change();
            ReachabilityReport after = _tracker.Report;
            foreach (Multiaddr gone in before.Addresses.Select(one => one.Address).Except(after.Addresses.Select(one => one.Address)))
            {
                _node.SetReachable(gone, null);
            }

            foreach (AddressReachability one in after.Addresses)
            {
                _node.SetReachable(one.Address, one.Reachability switch
                {
                    Reachability.Public => true,
                    Reachability.Private => false,
                    _ => null,
                });
            }

            if (before.Overall != after.Overall || !before.Addresses.SequenceEqual(after.Addresses))
            {
                // one after the other
                Action<ReachabilityReport>? handlers = ReachabilityChanged;
                _raising = _raising.ContinueWith(_ => _node.Raise(handlers, after), TaskScheduler.Default);
            }
        }
    }

    private async Task ProbeAsync()
    {
        await Task.Yield();
        using PeriodicTimer timer = new(_tick, _time);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(_stopping.Token).ConfigureAwait(false);
                IReadOnlyList<Multiaddr> candidates = Candidates();
                Change(() => _tracker.Keep(candidates));
                IReadOnlyList<Multiaddr> due = _tracker.Due(candidates);
                if (due.Count > 0)
                {
                    await AskSomebodyAsync(due).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    // one peer a tick, and each address of one that was not asked about it lately
    private async Task AskSomebodyAsync(IReadOnlyList<Multiaddr> due)
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach ((PeerId peer, DateTimeOffset until) in _refused)
        {
            if (until <= now)
            {
                _refused.TryRemove(peer, out _);
            }
        }

        PeerId[] peers = [.. _node.Peers.Where(one => !_refused.ContainsKey(one))];
        Random.Shared.Shuffle(peers);
        (PeerId? peer2, Multiaddr[] addresses) = Choose(peers, AutoNatMessages.DialRequestId, due, _tracker.WasAskedV2);
        bool isV2 = peer2 != null;
        PeerId? asked = peer2;
        if (!isV2 && !peers.Any(one => _node.PeerStore.Supports(one, AutoNatMessages.DialRequestId)))
        {
            (asked, addresses) = Choose(peers, AutoNatMessages.V1, due, (_, group) => _tracker.WasAskedV1(group));
        }

        if (asked == null)
        {
            return;
        }

        _tracker.Begin(addresses);
        try
        {
            await (isV2 ? AskV2Async(asked, addresses, _stopping.Token) : AskV1Async(asked, addresses, _stopping.Token))
                .ConfigureAwait(false);
        }
        catch (Libp2pException)
        {
            // it has left, or does not answer
            _refused[asked] = _time.GetUtcNow() + _options.RefusedPause;
        }
    }

    private (PeerId? Peer, Multiaddr[] Addresses) Choose(PeerId[] peers, string protocol, IReadOnlyList<Multiaddr> due,
        Func<Multiaddr, IPNetwork?, bool> wasAsked)
    {
        foreach (PeerId peer in peers.Where(one => _node.PeerStore.Supports(one, protocol)))
        {
            IPNetwork? group = GroupOf(peer);
            Multiaddr[] addresses = [.. due.Where(one => !wasAsked(one, group))];
            if (addresses.Length > 0)
            {
                return (peer, addresses);
            }
        }

        return (null, []);
    }
}
