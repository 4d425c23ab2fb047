using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Dials, and streams of the application both ways.
public sealed partial class Libp2pNode
{
    // ids that may be proposed for one stream
    private const int MaxProposals = 16;

    /// <summary>Dials a peer, as <see cref="DialAsync(Multiaddr, CancellationToken)"/>.</summary>
    /// <param name="address">A multiaddr, such as <c>/ip4/192.168.1.2/tcp/4001/p2p/12D3KooW...</c> or
    /// <c>/dns4/example.org/tcp/4001</c>.</param>
    /// <param name="cancellationToken">Ends the dial.</param>
    /// <exception cref="ArgumentException">It is no multiaddr, or not one that can be dialled.</exception>
    public Task<PeerId> DialAsync(string address, CancellationToken cancellationToken = default)
        => DialAsync(Multiaddr.TryParse(address, out string error)
            ?? throw new ArgumentException($"'{address}' is no multiaddr: {error}"), cancellationToken);

    /// <summary>Dials a peer: connects, and proves who is there. A peer that the address names and that is connected is not dialled
    /// again.</summary>
    /// <param name="address">A multiaddr of TCP or WebSocket, by address or name, or a <c>/dnsaddr/</c>; with <c>/p2p/</c> that peer must
    /// answer.</param>
    /// <param name="cancellationToken">Ends the dial.</param>
    /// <returns>Who answered.</returns>
    /// <exception cref="Libp2pException">It failed; Reason and Detail say why, and Attempts for each address of a name.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">It is no address that can be dialled.</exception>
    public Task<PeerId> DialAsync(Multiaddr address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        return DialAsync([address], cancellationToken);
    }

    /// <summary>Dials a peer at the best of several addresses: see README, "Dialing". All who dial the same peer meanwhile share one
    /// dial.</summary>
    /// <param name="addresses">Where it may be. Those with a peer id must name the same peer; without any, who answers first is
    /// taken.</param>
    /// <param name="cancellationToken">Ends the dial, unless others wait for it, too.</param>
    /// <returns>Who answered.</returns>
    /// <exception cref="Libp2pException">It failed; Attempts has each address with its reason.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">There is none, none can be dialled, or they name different peers.</exception>
    public async Task<PeerId> DialAsync(IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        PeerId? expected = null;
        bool isDialable = false;
        bool isDirect = false;
        foreach (Multiaddr address in addresses)
        {
            PeerId? named = address.PeerId;
            if (expected != null && named != null && !named.Equals(expected))
            {
                throw new ArgumentException($"the addresses name two peers, {expected} and {named}; give those of one");
            }

            expected ??= named;
            DialKind kind = DialTarget.Of(address).Kind;
            isDialable |= Dialer.Dials(kind);
            isDirect |= kind is not DialKind.None and not DialKind.Circuit;
        }

        if (!isDialable)
        {
            throw new ArgumentException((addresses.Count == 0 ? "no address" : string.Join(", ", addresses))
                + ": there is nothing to dial; give an address of TCP or WebSocket, such as /ip4/192.168.1.2/tcp/4001");
        }

        ThrowIfOver(cancellationToken);
        if (expected != null && Find(expected) is { } open && (!isDirect || !open.Link.IsLimited))
        {
            return expected;
        }

        ShardConnection connection = await Dialer.DialAsync(expected, addresses, true, cancellationToken).ConfigureAwait(false);
        return connection.Peer!;
    }

    /// <summary>Dials a peer at the addresses that <see cref="PeerStore"/> has of it, unless it is connected.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="cancellationToken">Ends the dial, unless others wait for it, too.</param>
    /// <exception cref="Libp2pException">It failed, no address is known, or it failed not long ago and is left alone for a while
    /// (DialOptions.BackOff); Attempts has each address with its reason.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task DialAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ThrowIfOver(cancellationToken);
        if (Find(peer) == null)
        {
            if (peer.Equals(PeerId))
            {
                throw new Libp2pException(Libp2pError.DialFailed, peer, "this is the node itself", CloseReason.DialledSelf);
            }

            Multiaddr[] addresses = [.. PeerStore.Addresses(peer).Select(one => one.Address)];
            await Dialer.DialAsync(peer, addresses, false, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a stream to a connected peer, and waits until the peer has agreed on its protocol, unless
    /// <see cref="PeerStore"/> has it that the peer speaks it: see <see cref="PeerStream"/>.</summary>
    /// <param name="peer">The peer; dial it first.</param>
    /// <param name="protocol">The protocol's id, such as <c>/chat/1.0.0</c>; at most 126 ASCII characters.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The stream; dispose it.</returns>
    /// <exception cref="Libp2pException">
    /// There is no connection (NotConnected), the peer does not speak it (ProtocolRefused), or another of <see cref="Libp2pError"/>.
    /// </exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The id is empty, too long, or not ASCII.</exception>
    public Task<PeerStream> OpenStreamAsync(PeerId peer, string protocol, CancellationToken cancellationToken = default)
        => OpenStreamAsync(peer, [protocol], cancellationToken);

    /// <summary>As <see cref="OpenStreamAsync(PeerId, string, CancellationToken)"/>, with the first of several protocols that the peer
    /// speaks: <see cref="PeerStream.Protocol"/> tells which.</summary>
    /// <param name="peer">The peer; dial it first.</param>
    /// <param name="protocols">Their ids, 1 to 16; what is liked best comes first.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <exception cref="Libp2pException">As there; ProtocolRefused when the peer speaks none of them.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">There are none or too many, or one is no protocol id.</exception>
    public async Task<PeerStream> OpenStreamAsync(PeerId peer, IReadOnlyList<string> protocols,
        CancellationToken cancellationToken = default)
    {
        string[] ids = CheckProtocols(protocols);
        cancellationToken.ThrowIfCancellationRequested();
        return await OpenStreamAsync(Connection(peer), ids, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As <see cref="OpenStreamAsync(PeerId, IReadOnlyList{string}, CancellationToken)"/>, on one connection of several to a
    /// peer.</summary>
    public async Task<PeerStream> OpenStreamAsync(PeerConnection connection, IReadOnlyList<string> protocols,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        string[] ids = CheckProtocols(protocols);
        cancellationToken.ThrowIfCancellationRequested();
        return await OpenStreamAsync(connection.Own, ids, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Answers streams of a protocol that peers open, from when this returns. When the handler's task ends, the stream is closed in order;
    /// when it throws, it is broken off.
    /// </summary>
    /// <param name="protocol">The protocol's id; at most 126 ASCII characters, and some twenty ids a node.</param>
    /// <param name="handler">
    /// Called on the thread pool for each stream, many at a time. Its token is cancelled when the stream is broken off before
    /// the peer has completed its writes, and when the node ends.
    /// </param>
    /// <exception cref="ArgumentException">The id is empty, too long, not ASCII, or has a handler.</exception>
    /// <exception cref="Libp2pException">There are too many ids (TooManyProtocols), or the node has ended.</exception>
    public void Handle(string protocol, Func<PeerStream, CancellationToken, Task> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        CheckProtocol(protocol);
        if (!_handlers.TryAdd(protocol, handler))
        {
            throw new ArgumentException($"{protocol} has a handler already");
        }

        try
        {
            foreach (Shard shard in _shards)
            {
                CallAsync(
                    shard,
                    one =>
                    {
                        one.Streams.Serve(protocol);
                        return true;
                    },
                    CancellationToken.None).GetAwaiter().GetResult();
            }
        }
        catch (InvalidOperationException e)
        {
            _handlers.TryRemove(protocol, out _);
            throw new Libp2pException(Libp2pError.TooManyProtocols, null, e.Message, inner: e);
        }

        TellSoon();
    }

    /// <summary>
    /// Answers a protocol no more: <see cref="Handle"/>'s opposite, from when this returns. Streams that are open go on. Nothing happens
    /// when it has no handler, or when the node has ended.
    /// </summary>
    public void StopHandling(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        if (!_handlers.TryRemove(protocol, out _))
        {
            return;
        }

        foreach (Shard shard in _shards)
        {
            try
            {
                CallAsync(
                    shard,
                    one =>
                    {
                        one.Streams.StopServing(protocol);
                        return true;
                    },
                    CancellationToken.None).GetAwaiter().GetResult();
            }
            catch (Libp2pException e) when (e.Error == Libp2pError.NodeClosed)
            {
                return;
            }
        }

        TellSoon();
    }

    /// <summary>A peer has opened a stream; on its shard's thread.</summary>
    internal void Accept(PeerStream stream)
    {
        if (_handlers.TryGetValue(stream.Protocol, out Func<PeerStream, CancellationToken, Task>? handler))
        {
            // a handler may go on when its stream is broken off, and a peer may open the next at once
            ShardConnection connection = stream.Connection.Own;
            if (!connection.BeginHandler(_options.Node.MaxStreams))
            {
                OnRefused(RefusalReason.HandlerLimit, connection.Peer, AddressOf(connection));
                stream.Abort(ErrorCode.ResourceLimit);
                return;
            }

            _ = Task.Run(() => ServeAsync(stream, handler));
        }
        else
        {
            // it was taken away while the peer agreed on it
            stream.Abort(ErrorCode.NegotiationFailed);
        }
    }

    private async Task ServeAsync(PeerStream stream, Func<PeerStream, CancellationToken, Task> handler)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stream.Broken, _stopping.Token);
        Interlocked.Increment(ref _serving);
        try
        {
            await handler(stream, either.Token).ConfigureAwait(false);
            stream.CompleteWrites();
        }
        catch (Exception e)
        {
            stream.Abort(e, _stopping.IsCancellationRequested);
            bool isEnd = either.IsCancellationRequested && e is OperationCanceledException or Libp2pException;
            if (!isEnd)
            {
                HandlerFailed?.Invoke(stream, e);
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            Interlocked.Decrement(ref _serving);
            stream.Connection.Own.EndHandler();
        }
    }

    /// <summary>Makes a connection over a link of ours, whose source is used up in any case.</summary>
    /// <param name="source">The link.</param>
    /// <param name="expected">Who must be there; null for anybody.</param>
    /// <param name="isInitiator">Whether we have the dialer's part in the handshake.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Libp2pException">The handshake failed, or there is no place.</exception>
    internal async Task<ShardConnection> ConnectAsync(LinkSource source, PeerId? expected, bool isInitiator,
        CancellationToken cancellationToken)
    {
        try
        {
            CheckDial(expected, null);
        }
        catch
        {
            source.Discard();
            throw;
        }

        Shard shard = source.Home ?? LeastLoaded();
        shard.AddLoad();
        DialRequest request = new(shard, source, expected, isInitiator);
        shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<PeerStream> OpenStreamAsync(ShardConnection connection, string[] ids, CancellationToken cancellationToken)
    {
        if (connection.Link.IsLimited && !UsesLimited && Array.Exists(ids, id => !HostProtocol.IsForLimited(id)))
        {
            throw Libp2pException.For(Libp2pError.NotConnected, connection.Peer, "the only connection to this peer goes through a relay "
                + "that limits it; find a direct way, or set Libp2pNodeOptions.UsesLimitedConnections");
        }

        // of several, one that it spoke before this connection may be the wrong one now
        string? known = ids.Length == 1 || connection.IsIdentified ? Array.Find(ids, id => PeerStore.Supports(connection.Peer!, id)) : null;
        OpenRequest request = new(connection, known == null ? ids : [known], known != null);
        connection.Shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void ThrowIfOver(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposal != null)
        {
            throw Ended();
        }
    }

    private static string[] CheckProtocols(IReadOnlyList<string> protocols)
    {
        ArgumentNullException.ThrowIfNull(protocols);
        if (protocols.Count is 0 or > MaxProposals)
        {
            throw new ArgumentException($"{protocols.Count} protocol ids; give 1 to {MaxProposals}");
        }

        foreach (string protocol in protocols)
        {
            CheckProtocol(protocol);
        }

        return [.. protocols];
    }

    private static void CheckProtocol(string protocol)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        if (protocol.Length is 0 or > 126 || !System.Text.Ascii.IsValid(protocol))
        {
            throw new ArgumentException($"'{protocol}' is no protocol id; give 1 to 126 ASCII characters, such as /chat/1.0.0");
        }
    }
}
