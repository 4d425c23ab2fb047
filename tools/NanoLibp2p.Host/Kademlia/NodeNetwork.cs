using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>The network of a <see cref="Libp2pNode"/>.</summary>
internal sealed class NodeNetwork(Libp2pNode node, KademliaServiceOptions options) : IKademliaNetwork
{
    // as go-libp2p-kad-dht's for a peer of its table
    private const int ValueOfServer = 5;

    private readonly Lock _lock = new();

    // connections that lookups have made, the oldest first: closed when they are too many
    private readonly LinkedList<PeerConnection> _own = [];
    private readonly Dictionary<PeerId, int> _inUse = [];
    private readonly Dictionary<PeerId, int> _streams = [];
    private readonly CancellationTokenSource _ended = new();
    private int _streamCount;
    private KademliaService? _service;

    /// <summary>Streams that are served now.</summary>
    internal int StreamCount => Volatile.Read(ref _streamCount);

    /// <inheritdoc/>
    public PeerId LocalPeer => node.PeerId;

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> LocalAddresses => node.AnnouncedAddresses;

    /// <inheritdoc/>
    public void Attach(KademliaService service)
    {
        _service = service;
        node.PeerIdentified += OnIdentified;
        foreach (PeerId peer in node.Peers)
        {
            if (node.PeerStore.Supports(peer, options.Protocol))
            {
                service.OnIdentified(peer, true, AddressesOf(peer));
            }
        }
    }

    /// <inheritdoc/>
    public void Detach()
    {
        node.PeerIdentified -= OnIdentified;
        _ended.Cancel();
    }

    /// <inheritdoc/>
    public void Serve(bool isServer)
    {
        if (isServer)
        {
            node.Handle(options.Protocol, ServeAsync);
        }
        else
        {
            node.StopHandling(options.Protocol);
        }
    }

    /// <inheritdoc/>
    public void Value(PeerId peer, bool isInTable)
        => node.ConnectionManager.Tag(peer, "kademlia " + options.Protocol, isInTable ? ValueOfServer : 0);

    /// <inheritdoc/>
    public bool IsConnected(PeerId peer) => node.IsConnected(peer);

    /// <inheritdoc/>
    public IReadOnlyList<Multiaddr> AddressesOf(PeerId peer)
        => [.. node.PeerStore.Addresses(peer).Where(one => one.Source >= AddressSource.Identify).Select(one => one.Address)];

    /// <inheritdoc/>
    public IPAddress? RemoteAddressOf(PeerId peer)
    {
        IReadOnlyList<PeerConnection> connections = node.ConnectionsTo(peer);
        return connections.Count > 0 ? AddressScopes.IpOf(connections[^1].RemoteAddress) : null;
    }

    /// <inheritdoc/>
    public async Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken)
    {
        if (node.IsConnected(peer))
        {
            return;
        }

        try
        {
            await node.DialAsync([.. addresses.Select(one => one.WithPeerId(peer))], cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException e)
        {
            throw Libp2pException.For(Libp2pError.DialFailed, peer, "none of its addresses is one that this node can dial: " + e.Message);
        }

        lock (_lock)
        {
            if (node.ConnectionsTo(peer) is [.., PeerConnection made])
            {
                _own.AddLast(made);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<byte[]> RequestAsync(
        PeerId peer, IReadOnlyList<Multiaddr> addresses, IReadOnlyList<byte[]> requests, int maxAnswerBytes,
        CancellationToken cancellationToken)
    {
        Use(peer, 1);
        try
        {
            await ConnectAsync(peer, addresses, cancellationToken).ConfigureAwait(false);
            PeerStream stream = await node.OpenStreamAsync(peer, options.Protocol, cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                MessageStream messages = new(stream, Timeout.InfiniteTimeSpan);
                foreach (byte[] request in requests)
                {
                    await messages.WriteMessageAsync(request, cancellationToken).ConfigureAwait(false);
                }

                byte[]? answer = await messages.ReadMessageAsync(maxAnswerBytes, cancellationToken).ConfigureAwait(false);
                stream.CompleteWrites();
                return answer
                    ?? throw Libp2pException.For(Libp2pError.MessageMalformed, peer, "the peer ended the stream without an answer");
            }
        }
        finally
        {
            Use(peer, -1);
            CloseOldest();
        }
    }

    // Serves requests one after another, until the peer ends the stream.
    private async Task ServeAsync(PeerStream stream, CancellationToken cancellationToken)
    {
        PeerId peer = stream.RemotePeer;
        if (!Enter(peer))
        {
            _service!.CountRefused();
            stream.Abort(ErrorCode.ResourceLimit);
            return;
        }

        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ended.Token);
        try
        {
            MessageStream messages = new(stream, options.QueryTimeout) { IdleTimeout = options.IdleTimeout };
            while (await messages.ReadMessageAsync(options.MaxRequestBytes, either.Token).ConfigureAwait(false) is { } request)
            {
                byte[]? answer = await _service!.AnswerAsync(peer, request, either.Token).ConfigureAwait(false);
                if (answer == null)
                {
                    stream.Abort(ErrorCode.ProtocolViolation);
                    return;
                }

                if (answer.Length > 0)
                {
                    await messages.WriteMessageAsync(answer, either.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Libp2pException e) when (e.Error is Libp2pError.MessageTooLong or Libp2pError.MessageMalformed)
        {
            _service!.CountRefused();
            throw;
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            stream.Abort(ErrorCode.ShuttingDown);
        }
        finally
        {
            Leave(peer);
        }
    }

    private void OnIdentified(PeerIdentification said)
        => _service!.OnIdentified(said.Peer, said.Protocols.Contains(options.Protocol), said.ListenAddresses);

    private bool Enter(PeerId peer)
    {
        lock (_lock)
        {
            int own = _streams.GetValueOrDefault(peer);
            if (_streamCount >= options.MaxStreams || own >= options.MaxStreamsAPeer)
            {
                return false;
            }

            _streamCount++;
            _streams[peer] = own + 1;
            return true;
        }
    }

    private void Leave(PeerId peer)
    {
        lock (_lock)
        {
            _streamCount--;
            Count(_streams, peer, -1);
        }
    }

    private void Use(PeerId peer, int change)
    {
        lock (_lock)
        {
            Count(_inUse, peer, change);
        }
    }

    private static void Count(Dictionary<PeerId, int> counts, PeerId peer, int change)
    {
        int count = counts.GetValueOrDefault(peer) + change;
        if (count == 0)
        {
            counts.Remove(peer);
        }
        else
        {
            counts[peer] = count;
        }
    }

    // A lookup goes from peer to peer, and a node has room for so many connections: of those that lookups have made the oldest gives way.
    private void CloseOldest()
    {
        List<PeerConnection> over = [];
        lock (_lock)
        {
            LinkedListNode<PeerConnection>? one = _own.First;
            while (_own.Count > options.MaxConnections && one != null)
            {
                LinkedListNode<PeerConnection>? next = one.Next;
                if (!_inUse.ContainsKey(one.Value.Peer))
                {
                    over.Add(one.Value);
                    _own.Remove(one);
                }

                one = next;
            }
        }

        foreach (PeerConnection connection in over)
        {
            _ = CloseAsync(connection);
        }
    }

    private async Task CloseAsync(PeerConnection connection)
    {
        try
        {
            await node.CloseAsync(connection, _ended.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // it, or the node, has ended
        }
    }
}
