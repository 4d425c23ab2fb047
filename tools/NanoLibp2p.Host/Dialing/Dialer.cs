using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Dialing;

/// <summary>All dials of a node: one a peer, however many ask; so many attempts at a time; who failed is left alone for a while.</summary>
internal sealed class Dialer
{
    private readonly Libp2pNode _node;
    private readonly CancellationToken _stopping;
    private readonly int _connectMs;
    private readonly SemaphoreSlim _slots;
    private readonly Dictionary<PeerId, PeerDial> _dials = [];
    private readonly BackOffTable<Multiaddr> _addresses;
    private readonly BackOffTable<PeerId> _peers;
    private volatile ILinkDialer[] _dialers;

    internal Dialer(Libp2pNode node, Libp2pNodeOptions options, CancellationToken stopping)
    {
        _node = node;
        _stopping = stopping;
        _connectMs = options.Node.DialTimeoutMs;
        Options = options.Dial;
        Time = options.Time;
        Resolver = new AddressResolver(options.Dial.Names ?? new SystemNameResolver());
        Networks = new NearNetworks();
        _slots = new SemaphoreSlim(options.Dial.MaxParallel);
        _addresses = new BackOffTable<Multiaddr>(options.Dial, options.Time);
        _peers = new BackOffTable<PeerId>(options.Dial, options.Time);
        Tcp = new TcpConnector(options.NewSocket);
        _dialers = [new TcpDialer(Tcp), new WebSocketDialer(options.Dial, Tcp)];
    }

    internal DialOptions Options { get; }

    /// <summary>Its TCP connections, and the port that they leave from.</summary>
    internal TcpConnector Tcp { get; }

    internal TimeProvider Time { get; }

    internal AddressResolver Resolver { get; }

    internal NearNetworks Networks { get; set; }

    /// <summary>The lock of the dials and their lists; nothing waits in it.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>Dials that are under way.</summary>
    internal int Count
    {
        get
        {
            lock (Gate)
            {
                return _dials.Count;
            }
        }
    }

    internal static Libp2pException NotReached(Multiaddr address, LinkError error, Exception? inner)
        => new(Libp2pError.DialFailed, address.PeerId,
            $"{address.WithoutPeerId()} could not be reached: "
            + $"{Firmware.CloseText.Describe(CloseReason.DialFailed, (int)error, new NodeOptions())}",
            CloseReason.DialFailed, (int)error, inner);

    /// <summary>Has links of more kinds made from now on, or of one in place of who made them before.</summary>
    internal void Add(ILinkDialer dialer)
    {
        lock (Gate)
        {
            _dialers = [dialer, .. _dialers];
        }
    }

    internal bool Dials(DialKind kind) => kind != DialKind.None && _dialers.Any(dialer => dialer.Dials(kind));

    internal Libp2pException Ended() => _node.Ended();

    /// <summary>Dials, or waits for the dial of this peer that is under way.</summary>
    /// <param name="peer">Who; null for whoever answers.</param>
    /// <param name="addresses">Where, names and all.</param>
    /// <param name="isForced">Whether they are dialled though they failed not long ago.</param>
    /// <param name="cancellationToken">Ends the wait; the dial, too, when nobody else waits for it.</param>
    internal async Task<ShardConnection> DialAsync(PeerId? peer, IReadOnlyList<Multiaddr> addresses, bool isForced,
        CancellationToken cancellationToken)
    {
        _node.CheckDial(peer, null);
        if (peer != null && !isForced && _peers.Find(peer) is { } why)
        {
            throw new Libp2pException(Libp2pError.DialFailed, peer, "the peer is " + why);
        }

        PeerDial? dial;
        lock (Gate)
        {
            // one that is over is joined no more: its connection may have ended since
            dial = peer != null && _dials.TryGetValue(peer, out PeerDial? current) && !current.Result.IsCompleted ? current : null;

            // it may have connected between the caller's look and now
            if (peer != null && dial == null && _node.FindDirect(peer) is { } open)
            {
                return open;
            }

            bool isNew = dial == null;
            dial ??= new PeerDial(this, peer, _stopping);
            if (isNew && peer != null)
            {
                _dials[peer] = dial;
            }

            dial.Askers++;
            dial.Add(addresses, isForced);
            if (isNew)
            {
                _ = Task.Run(dial.RunAsync, CancellationToken.None);
            }
        }

        try
        {
            return await dial.Result.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e) when (e.Attempts.Count > 0 && dial.Peer != null && e.Attempts.Any(one => one.Reason
            != CloseReason.None))
        {
            _peers.Fail(dial.Peer, e.Text);

            // an exception of its own for each who asked
            throw new Libp2pException(e.Error, e.Peer, e.Text, e.Reason, e.Detail, e, e.Attempts);
        }
        finally
        {
            lock (Gate)
            {
                if (--dial.Askers == 0 && !dial.Result.IsCompleted)
                {
                    // who asks now begins anew
                    Forget(dial);
                    dial.GiveUp();
                }
            }
        }
    }

    /// <summary>A peer is connected, whoever dialled: who waits for it has what he wants. Only over a direct way, as the dial may be for
    /// one.</summary>
    internal void OnConnected(ShardConnection connection)
    {
        lock (Gate)
        {
            if (!connection.Link.IsLimited && _dials.TryGetValue(connection.Peer!, out PeerDial? dial))
            {
                dial.Finish(connection);
            }
        }
    }

    internal void Remove(PeerDial dial)
    {
        lock (Gate)
        {
            Forget(dial);
        }
    }

    /// <summary>One attempt: the link, then its handshake.</summary>
    internal async Task<ShardConnection> AttemptAsync(DialTarget target, PeerId? expected, CancellationToken cancellationToken)
    {
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ILinkDialer dialer = _dialers.First(one => one.Dials(target.Kind));
            LinkSource source;
            using (CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
            {
                late.CancelAfter(_connectMs);
                try
                {
                    source = await dialer.DialAsync(target, late.Token).ConfigureAwait(false);
                }
                catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
                {
                    Libp2pException why = NotReached(target.Address, LinkError.TimedOut, e);
                    _node.OnDialFailed(target.Address, expected, why);
                    throw why;
                }
                catch (Libp2pException e)
                {
                    _node.OnDialFailed(target.Address, expected, e);
                    throw;
                }
            }

            using Activity? upgrade = NodeTracing.Start(NodeTracing.Upgrade, expected, target.Address);
            try
            {
                return await _node.ConnectAsync(source, expected, true, cancellationToken).ConfigureAwait(false);
            }
            catch (Libp2pException e)
            {
                upgrade.Fail(e);
                throw;
            }
        }
        finally
        {
            _slots.Release();
        }
    }

    internal string? BackOffOf(PeerId? peer, DialTarget target) => _addresses.Find(Key(peer, target));

    internal void Failed(PeerId? peer, DialTarget target, string why) => _addresses.Fail(Key(peer, target), why);

    /// <summary>An address has answered.</summary>
    /// <param name="peer">Who it is.</param>
    /// <param name="target">The address.</param>
    /// <param name="delay">How long after the dial's begin it was its turn.</param>
    internal void Succeeded(PeerId peer, DialTarget target, TimeSpan delay)
    {
        _addresses.Succeed(Key(peer, target));
        _peers.Succeed(peer);
        _node.OnAddressDialed(delay);
    }

    /// <summary>A dial of a peer is over.</summary>
    /// <param name="hasSucceeded">Whether it has a connection.</param>
    /// <param name="attempts">How many addresses were dialled.</param>
    /// <param name="took">How long it took.</param>
    internal void Completed(bool hasSucceeded, int attempts, TimeSpan took) => _node.OnDialCompleted(hasSucceeded, attempts, took);

    /// <summary>Why an address may not be dialled; null when it may.</summary>
    internal string? RefusalOf(PeerId? peer, DialTarget target)
    {
        RefusalReason refusal = _node.RefusalOf(peer, target.Ip);
        return refusal == RefusalReason.None ? null : RefusalText.Describe(refusal);
    }

    internal Task CloseAsync(ShardConnection connection) => _node.CloseAsync(connection, CancellationToken.None);

    private void Forget(PeerDial dial)
    {
        if (dial.Peer != null && _dials.TryGetValue(dial.Peer, out PeerDial? current) && current == dial)
        {
            _dials.Remove(dial.Peer);
        }
    }

    private static Multiaddr Key(PeerId? peer, DialTarget target)
        => peer == null || target.Kind == DialKind.Circuit ? target.Address : target.Address.WithPeerId(peer);
}
