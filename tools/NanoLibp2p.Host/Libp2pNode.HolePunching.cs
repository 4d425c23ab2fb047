using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.HolePunching;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// What the search for direct ways needs of a node.
public sealed partial class Libp2pNode
{
    // callers of one moment that are listened to for that long
    private const int MaxListenedTo = 64;

    private HolePunchService? _punches;
    private int _listenedTo;

    /// <summary>What looks for direct connections in place of relayed ones: that of <see cref="Libp2pNodeOptions.HolePunching"/>, or of
    /// <see cref="HolePunchService.Start"/>; null when nothing does.</summary>
    public HolePunchService? HolePunching => _punches;

    /// <summary>A connection has opened; on its shard's thread.</summary>
    internal event Action<ShardConnection>? Opened;

    /// <summary>Whether peers see this node's listen port at a port each of their own, as far as they tell.</summary>
    internal bool IsMappedByPeer => _addresses.IsMappedByPeer;

    /// <summary>Has a service look for direct ways.</summary>
    /// <exception cref="InvalidOperationException">Another one does so.</exception>
    internal void AddPunches(HolePunchService service, bool isForPrivate)
    {
        if (Interlocked.CompareExchange(ref _punches, service, null) != null)
        {
            throw new InvalidOperationException("this node punches holes already; dispose its HolePunchService first");
        }

        Dialer.Tcp.Share(_listeners.Select(one => one.Socket), isForPrivate);
    }

    internal void RemovePunches(HolePunchService service)
    {
        if (Interlocked.CompareExchange(ref _punches, null, service) == service)
        {
            Dialer.Tcp.ShareNone();
        }
    }

    /// <summary>Makes connections from ports of their own.</summary>
    internal TcpConnector NewConnector() => new(_options.NewSocket);

    /// <summary>Takes a caller's socket.</summary>
    internal void Accept(Socket socket, IPAddress address, SemaphoreSlim room)
    {
        if (_punches?.Expected(address) is { } punch && punch.TakeCaller())
        {
            if (Interlocked.Increment(ref _listenedTo) <= MaxListenedTo)
            {
                _ = AcceptExpectedAsync(socket, address, room, punch);
                return;
            }

            Interlocked.Decrement(ref _listenedTo);
        }

        Adopt(new SocketSource(socket, isCall: true), address, room);
    }

    /// <summary>Counts and tells how a search for a direct way has ended.</summary>
    internal void TellUpgrade(HolePunchReport report, IReadOnlyList<Multiaddr> theirs, IReadOnlyList<Multiaddr> ours)
    {
        _metrics.Upgraded(report, theirs, ours);
        Events.Add(report.IsDirect ? NodeEventKind.Upgraded : NodeEventKind.UpgradeFailed, report.Peer, report.Address?.ToString(),
            CloseReason.None, RefusalReason.None, report.Text);
    }

    /// <summary>Counts a dial to a public address of a peer that came through a relay.</summary>
    internal void CountDirectDial(bool hasSucceeded) => _metrics.DirectDial(hasSucceeded);

    // a peer that dials while we do, and does not reuse its port, comes as a caller that expects us to begin (DCUtR spec: who dialed
    // through the relay is the client, whichever dial arrives)
    private async Task AcceptExpectedAsync(Socket socket, IPAddress address, SemaphoreSlim room, Punch punch)
    {
        bool isSilent = !await Punch.SpeaksFirstAsync(socket, punch.Silence).ConfigureAwait(false)
            && !_stopping.IsCancellationRequested && RefusalOf(punch.Peer, address) == RefusalReason.None;
        Interlocked.Decrement(ref _listenedTo);
        if (!isSilent)
        {
            Adopt(new SocketSource(socket, isCall: true), address, room);
            return;
        }

        room.Release();
        try
        {
            await ConnectAsync(new SocketSource(socket, isCall: true), punch.Peer, true, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Libp2pException)
        {
            // it was somebody else, or has left
        }
    }

    // on the connection's own thread
    private bool IsFromListenPort(ShardConnection connection)
        => _punches != null && connection.Link is SocketLink link && Dialer.Tcp.IsShared(link.LocalPort);
}
