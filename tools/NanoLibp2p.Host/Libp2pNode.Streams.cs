using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Dials, and streams of the application both ways.
public sealed partial class Libp2pNode
{
    // ids that may be proposed for one stream
    private const int MaxProposals = 16;

    /// <summary>Dials a peer, as <see cref="DialAsync(Multiaddr, CancellationToken)"/>.</summary>
    /// <param name="address">A TCP multiaddr, such as <c>/ip4/192.168.1.2/tcp/4001/p2p/12D3KooW...</c> or
    /// <c>/dns4/example.org/tcp/4001</c>.</param>
    /// <param name="cancellationToken">Ends the dial.</param>
    /// <exception cref="ArgumentException">It is no multiaddr, or not one of TCP.</exception>
    public Task<PeerId> DialAsync(string address, CancellationToken cancellationToken = default)
        => DialAsync(Multiaddr.TryParse(address, out string error)
            ?? throw new ArgumentException($"'{address}' is no multiaddr: {error}"), cancellationToken);

    /// <summary>Dials a peer: connects, and proves who is there. A peer that the address names and that is connected is not dialled
    /// again.</summary>
    /// <param name="address">A TCP multiaddr; with <c>/p2p/</c> that peer must answer. A name's addresses are tried one after the
    /// other.</param>
    /// <param name="cancellationToken">Ends the dial.</param>
    /// <returns>Who answered.</returns>
    /// <exception cref="Libp2pException">It failed; Reason and Detail say why.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">It is not an address of TCP.</exception>
    public async Task<PeerId> DialAsync(Multiaddr address, CancellationToken cancellationToken = default)
    {
        if (!address.IsTcp)
        {
            throw new ArgumentException($"{address} is not a TCP address; give one such as /ip4/192.168.1.2/tcp/4001");
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (_disposal != null)
        {
            throw Ended();
        }

        PeerId? expected = address.PeerId;
        if (expected != null && Find(expected) != null)
        {
            return expected;
        }

        Socket socket = await ConnectAsync(address, cancellationToken).ConfigureAwait(false);
        ShardConnection connection = await ConnectAsync(new SocketSource(socket), expected, true, cancellationToken).ConfigureAwait(false);
        return connection.Peer!;
    }

    /// <summary>Opens a stream to a connected peer, and waits until the peer has agreed on its protocol.</summary>
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
    }

    /// <summary>A peer has opened a stream; on its shard's thread.</summary>
    internal void Accept(PeerStream stream)
    {
        if (_handlers.TryGetValue(stream.Protocol, out Func<PeerStream, CancellationToken, Task>? handler))
        {
            _ = Task.Run(() => ServeAsync(stream, handler));
        }
        else
        {
            stream.Abort();
        }
    }

    private async Task ServeAsync(PeerStream stream, Func<PeerStream, CancellationToken, Task> handler)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stream.Broken, _stopping.Token);
        try
        {
            await handler(stream, either.Token).ConfigureAwait(false);
            stream.CompleteWrites();
        }
        catch (Exception e)
        {
            stream.Abort();
            bool isEnd = either.IsCancellationRequested && e is OperationCanceledException or Libp2pException;
            if (!isEnd)
            {
                HandlerFailed?.Invoke(stream, e);
            }
        }
        finally
        {
            await stream.DisposeAsync().ConfigureAwait(false);
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
        Shard shard = LeastLoaded();
        shard.AddLoad();
        DialRequest request = new(shard, source, expected, isInitiator);
        shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a link that a peer has begun.</summary>
    internal void Adopt(LinkSource source)
    {
        Shard shard = LeastLoaded();
        shard.AddLoad();
        shard.Post(new AcceptWork(source, null));
    }

    private static async Task<PeerStream> OpenStreamAsync(ShardConnection connection, string[] ids, CancellationToken cancellationToken)
    {
        OpenRequest request = new(connection, ids);
        connection.Shard.Post(request);
        return await request.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<Socket> ConnectAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach (IPAddress host in await ResolveAsync(address, cancellationToken).ConfigureAwait(false))
        {
            Socket socket = new(host.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            using CancellationTokenSource late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
            late.CancelAfter(_options.Node.DialTimeoutMs);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(host, address.Port), late.Token).ConfigureAwait(false);
                return socket;
            }
            catch (Exception e)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                if (_stopping.IsCancellationRequested)
                {
                    throw Ended();
                }

                last = e is OperationCanceledException ? new SocketException((int)SocketError.TimedOut) : e;
                if (last is not SocketException)
                {
                    throw;
                }
            }
        }

        throw NotReached(address, TcpErrors.Of(last!), last!);
    }

    private static async Task<IPAddress[]> ResolveAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(address.Host, out IPAddress? host))
        {
            return [host];
        }

        AddressFamily family = address.NameAddressBytes switch
        {
            4 => AddressFamily.InterNetwork,
            16 => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        try
        {
            IPAddress[] found = await Dns.GetHostAddressesAsync(address.Host, family, cancellationToken).ConfigureAwait(false);
            return found.Length > 0 ? found : throw new SocketException((int)SocketError.HostNotFound);
        }
        catch (SocketException e)
        {
            throw NotReached(address, LinkError.NameNotFound, e);
        }
    }

    private static Libp2pException NotReached(Multiaddr address, LinkError error, Exception inner)
        => new(Libp2pError.DialFailed, address.PeerId,
            $"{address.WithoutPeerId()} could not be reached: "
            + $"{Firmware.CloseText.Describe(CloseReason.DialFailed, (int)error, new NodeOptions())}",
            CloseReason.DialFailed, (int)error, inner);

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
