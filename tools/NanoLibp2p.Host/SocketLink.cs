using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// A TCP connection of a shard, on a socket that is connected already. It asks the socket only when its <see cref="Poller"/> has said that
/// there is something, and otherwise behaves as the links of TcpTransport. One thread uses it.
/// </summary>
internal sealed class SocketLink : IShardLink
{
    private readonly Poller _poller;
    private readonly byte[] _address;
    private readonly byte[] _scratch;
    private readonly Traffic _traffic;
    private readonly ClosingSockets _closing;
    private Multiaddr? _remote;
    private bool _isOpenToTheEnd;
    private LinkError _error;
    private bool _isClosed;
    private int _isSocketClosed;

    /// <summary>Makes the link; the poller watches it at once.</summary>
    /// <exception cref="SocketException">The peer has already left. The socket is still the caller's.</exception>
    internal SocketLink(Socket socket, Poller poller, byte[] scratch, Traffic traffic, ClosingSockets closing)
    {
        _traffic = traffic;
        _closing = closing;
        _poller = poller;
        _scratch = scratch;
        Socket = socket;
        IPEndPoint remote = (IPEndPoint)socket.RemoteEndPoint!;
        _address = (remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address).GetAddressBytes();
        RemotePort = remote.Port;
        SocketCalls.Prepare(socket);
        poller.Add(this);
    }

    internal Socket Socket { get; }

    /// <inheritdoc/>
    public ShardConnection? Owner { get; set; }

    /// <inheritdoc/>
    public bool IsReadable { get; set; } = true;

    /// <inheritdoc/>
    public bool IsWriteBlocked { get; set; }

    /// <summary>The peer has ended or broken the connection: read on until a read says so.</summary>
    internal bool IsEnding { get; set; }

    /// <summary>Where the epoll poller keeps it; -1 when it does not.</summary>
    internal int Place { get; set; } = -1;

    /// <summary>What the asynchronous poller has under way.</summary>
    internal AsyncPoller.Operation? Reading { get; set; }

    internal AsyncPoller.Operation? Sending { get; set; }

    /// <inheritdoc/>
    public LinkState State { get; private set; } = LinkState.Open;

    /// <inheritdoc/>
    public LinkError Error => _error;

    /// <inheritdoc/>
    public int RemotePort { get; }

    /// <summary>The port at our end; 0 when the socket is closed.</summary>
    internal int LocalPort
    {
        get
        {
            try
            {
                return ((IPEndPoint)Socket.LocalEndPoint!).Port;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    public Multiaddr RemoteAddress => _remote ??= Describe();

    /// <inheritdoc/>
    public bool IsLimited => false;

    /// <inheritdoc/>
    public bool IsCall { get; set; }

    /// <inheritdoc/>
    public int Read(byte[] buffer, int offset, int count)
    {
        switch (State)
        {
            case LinkState.Closed:
                return LinkResult.Ended;
            case LinkState.Failed:
                return LinkResult.Failed;
        }

        if (count == 0 || !IsReadable)
        {
            return 0;
        }

        int read = SocketCalls.Receive(Socket, buffer, offset, count, out LinkError error);
        if (read > 0)
        {
            _traffic.Received += read;
        }

        if (read == LinkResult.Failed)
        {
            _error = error;
            State = LinkState.Failed;
        }
        else if (read == LinkResult.Ended)
        {
            // after a write that failed, all that came before is read now
            State = _error == LinkError.None ? LinkState.Closed : LinkState.Failed;
            read = _error == LinkError.None ? read : LinkResult.Failed;
        }
        else if (read < count && (read == 0 || !IsEnding))
        {
            IsReadable = false;
            _poller.WantRead(this);
        }

        return read;
    }

    /// <inheritdoc/>
    public int Write(byte[] buffer, int offset, int count)
    {
        if (State == LinkState.Failed || _error != LinkError.None || _isClosed)
        {
            return LinkResult.Failed;
        }

        if (count == 0 || IsWriteBlocked)
        {
            return 0;
        }

        int written = SocketCalls.Send(Socket, buffer, offset, count, out LinkError error);
        if (written == LinkResult.Failed)
        {
            // still open for what the peer said before it left
            _error = error;
            IsReadable = true;
        }
        else if (written < count)
        {
            IsWriteBlocked = true;
            written += _poller.WantWrite(this, buffer.AsSpan(offset + written, count - written));
        }

        if (written > 0)
        {
            _traffic.Sent += written;
        }

        return written;
    }

    /// <inheritdoc/>
    public int CopyRemoteAddress(byte[] buffer, int offset)
    {
        _address.CopyTo(buffer, offset);
        return _address.Length;
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _isOpenToTheEnd = State == LinkState.Open && _error == LinkError.None && Owner is { Info: not null };
            Owner = null;
            _poller.Remove(this);
            _poller.Close(this);
            State = State == LinkState.Failed ? State : LinkState.Closed;
        }
    }

    private Multiaddr Describe()
    {
        byte[] bytes = new byte[1 + _address.Length + 1 + sizeof(ushort)];
        bytes[0] = (byte)(_address.Length == 4 ? MultiaddrProtocol.Ip4 : MultiaddrProtocol.Ip6);
        _address.CopyTo(bytes, 1);
        bytes[^3] = (byte)MultiaddrProtocol.Tcp;
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(bytes.Length - sizeof(ushort)), (ushort)RemotePort);
        return Multiaddr.FromBytes(bytes, 0, bytes.Length);
    }

    /// <summary>The poller has news of it.</summary>
    internal void OnReady() => Owner?.OnReady();

    /// <summary>Remembers a task that will close it.</summary>
    internal void CloseBy(Task closing) => _closing.Add(closing);

    /// <summary>Closes the socket, once: that of a connection which was open to the end when the peer has ended, too.</summary>
    internal void CloseSocket()
    {
        if (Interlocked.Exchange(ref _isSocketClosed, 1) == 0 && !(_isOpenToTheEnd && _closing.Begin(Socket)))
        {
            try
            {
                SocketCalls.Close(Socket, _scratch);
            }
            catch (ObjectDisposedException)
            {
                // it is closed
            }
        }
    }
}
