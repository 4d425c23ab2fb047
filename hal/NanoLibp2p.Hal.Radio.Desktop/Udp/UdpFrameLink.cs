using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Radio.Udp;

/// <summary>Frames over UDP, one in a datagram: Thread and other local networks (frame sessions, SPEC.md 14).</summary>
/// <remarks>A gateway binds a port and answers whoever sent; a device has one far end, and drops what others send.</remarks>
public sealed class UdpFrameLink : IFrameLink
{
    private const int MaxWaitUs = 1_000_000;
    private static readonly byte[] _mappedPrefix = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF];

    private readonly IPEndPoint? _local;
    private readonly IPEndPoint? _far;
    private readonly byte[] _datagram;
    private readonly SocketAddress _from = new(AddressFamily.InterNetworkV6);
    private Socket? _socket;
    private SocketAddress? _farAddress;
    private bool _hasFrame;

    private UdpFrameLink(IPEndPoint? local, IPEndPoint? far, int mtu)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(mtu, 64);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mtu, 1500);
        _local = local;
        _far = far;
        Mtu = mtu;
        _datagram = new byte[mtu + 1];
    }

    /// <inheritdoc/>
    public int Mtu { get; }

    /// <inheritdoc/>
    public bool HasAddresses => true;

    /// <inheritdoc/>
    public bool IsBoundedByAir => false;

    /// <inheritdoc/>
    public int AnswerMs => 2000;

    /// <inheritdoc/>
    public int RssiDbm => FrameLinkResult.NoSignal;

    /// <inheritdoc/>
    public int SnrQuarterDb => FrameLinkResult.NoSignal;

    /// <summary>The port that it has while it is open.</summary>
    public int Port => (_socket?.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>A gateway's end: whoever sends here is answered.</summary>
    /// <param name="local">Where it listens; port 0 for one that the system picks. <c>[::]</c> takes IPv4, too.</param>
    /// <param name="mtu">The longest frame, 64 to 1,500.</param>
    public static UdpFrameLink Listen(IPEndPoint local, int mtu = 256) => new(local, null, mtu);

    /// <summary>A device's end.</summary>
    /// <param name="far">Its gateway.</param>
    /// <param name="mtu">The longest frame, 64 to 1,500.</param>
    public static UdpFrameLink Connect(IPEndPoint far, int mtu = 256) => new(null, far, mtu);

    /// <inheritdoc/>
    public LinkError Open()
    {
        Close();
        bool is4 = (_local ?? _far!).AddressFamily == AddressFamily.InterNetwork;
        IPEndPoint local = _local ?? new IPEndPoint(is4 ? IPAddress.Any : IPAddress.IPv6Any, 0);
        Socket? socket = null;
        try
        {
            socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            if (local.AddressFamily == AddressFamily.InterNetworkV6 && local.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            socket.Bind(local);
            _farAddress = _far?.Serialize();
            _socket = socket;
            return LinkError.None;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            return exception.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable or SocketError.AccessDenied
                    => LinkError.AddressUnavailable,
                _ => LinkError.Other,
            };
        }
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => 0;

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent) => 0;

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[]? to, int toCount, bool isUrgent)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        if (count < 1 || count > Mtu)
        {
            return FrameLinkResult.TooLong;
        }

        SocketAddress? address = _farAddress;
        if (address == null)
        {
            if (to == null || toCount < 1 || to[0] != toCount - 1 || toCount - 1 > _from.Buffer.Length)
            {
                return FrameLinkResult.TooLate;
            }

            address = new SocketAddress(_socket.AddressFamily, toCount - 1);
            to.AsSpan(1, toCount - 1).CopyTo(address.Buffer.Span);
        }

        try
        {
            return _socket.SendTo(frame.AsSpan(offset, count), SocketFlags.None, address);
        }
        catch (SocketException exception)
        {
            // what a datagram that can't be delivered tells is no fault of this link: it is lost, as any may be
            return exception.SocketErrorCode switch
            {
                SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable => FrameLinkResult.Busy,
                _ => count,
            };
        }
        catch (ObjectDisposedException)
        {
            return LinkResult.Failed;
        }
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        // bounded, since a flood of what is dropped must not keep the caller from its work
        for (int i = 0; i < 64; i++)
        {
            int count;
            try
            {
                if (!_socket.Poll(0, SelectMode.SelectRead))
                {
                    return 0;
                }

                _from.Size = _from.Buffer.Length;
                count = _socket.ReceiveFrom(_datagram, SocketFlags.None, _from);
            }
            catch (SocketException)
            {
                // an ICMP of an earlier send, or a datagram beyond the room
                continue;
            }
            catch (ObjectDisposedException)
            {
                return LinkResult.Failed;
            }

            if (count < 1 || count > Mtu || count > capacity || (_farAddress != null && !IsFarEnd()))
            {
                continue;
            }

            _hasFrame = true;
            _datagram.AsSpan(0, count).CopyTo(buffer.AsSpan(offset));
            return count;
        }

        return 0;
    }

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset)
    {
        if (!_hasFrame)
        {
            return 0;
        }

        // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address
        bool is4 = _from.Family == AddressFamily.InterNetwork;
        Span<byte> address = _from.Buffer.Span.Slice(is4 ? 4 : 8, is4 ? 4 : 16);
        if (!is4 && address[..12].SequenceEqual(_mappedPrefix))
        {
            address = address[12..];
        }

        address.CopyTo(buffer.AsSpan(offset));
        return address.Length;
    }

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset)
    {
        if (!_hasFrame)
        {
            return 0;
        }

        buffer[offset] = (byte)_from.Size;
        _from.Buffer.Span[.._from.Size].CopyTo(buffer.AsSpan(offset + 1));
        return 1 + _from.Size;
    }

    /// <inheritdoc/>
    public int Poll(long nowMs) => FrameLinkResult.IdleMs;

    /// <inheritdoc/>
    public void Wait(int milliseconds)
    {
        try
        {
            if (_socket == null)
            {
                Thread.Sleep(Math.Clamp(milliseconds, 0, 10));
            }
            else
            {
                _socket.Poll(Math.Clamp(milliseconds, 0, MaxWaitUs / 1000) * 1000, SelectMode.SelectRead);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // closed meanwhile: the next call says so
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
        _hasFrame = false;
    }

    private bool IsFarEnd()
    {
        bool is4 = _from.Family == AddressFamily.InterNetwork;
        Span<byte> from = _from.Buffer.Span;
        Span<byte> far = _farAddress!.Buffer.Span;
        return _from.Family == _farAddress.Family && from.Slice(2, 2).SequenceEqual(far.Slice(2, 2))
            && from.Slice(is4 ? 4 : 8, is4 ? 4 : 16).SequenceEqual(far.Slice(is4 ? 4 : 8, is4 ? 4 : 16));
    }
}
