using System;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Discovery;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Datagrams;

namespace NanoLibp2p.Host.Discovery;

/// <summary>mDNS's group on one interface, IPv4 or IPv6. The port is shared with every other program of the host.</summary>
internal sealed class MulticastSocket(LocalNetwork network, int port) : IMulticastLink
{
    // RFC 6762 3
    private static readonly IPAddress _group6 = IPAddress.Parse("ff02::fb");

    private const int LinkLocalHops = 255;

    private readonly bool _isSix = network.Family == AddressFamily.InterNetworkV6;
    private Socket? _socket;

    private IPAddress Group => _isSix ? _group6 : IPAddress.Parse(Mdns.Group);

    /// <inheritdoc/>
    public LinkError Open()
    {
        Close();
        Socket socket = new(network.Family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            SocketOptionLevel level = _isSix ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            if (_isSix)
            {
                socket.DualMode = false;
            }

            KeepToItself(socket);
            socket.Bind(new IPEndPoint(_isSix ? IPAddress.IPv6Any : IPAddress.Any, port));
            socket.SetSocketOption(level, SocketOptionName.AddMembership,
                _isSix ? new IPv6MulticastOption(Group, network.Index) : new MulticastOption(Group, network.Index));

            // IPv4 takes the index in network order
            socket.SetSocketOption(level, SocketOptionName.MulticastInterface,
                _isSix ? network.Index : IPAddress.HostToNetworkOrder(network.Index));
            socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, LinkLocalHops);
            socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, true);
            _socket = socket;
            return LinkError.None;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            return e.SocketErrorCode == SocketError.AddressAlreadyInUse ? LinkError.AddressUnavailable : LinkError.Other;
        }
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        EndPoint from = new IPEndPoint(_isSix ? IPAddress.IPv6Any : IPAddress.Any, 0);
        try
        {
            int count = _socket.ReceiveFrom(buffer, offset, capacity, SocketFlags.None, ref from);

            // from another network it is none of ours (RFC 6762 11); an empty one is as good as nothing that was read
            IPAddress sender = ((IPEndPoint)from).Address;
            return sender.IsIPv6LinkLocal || network.IsNeighbour(sender) ? Math.Max(count, 1) : 1;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.MessageSize => capacity,
                SocketError.WouldBlock or SocketError.Interrupted or SocketError.ConnectionReset => 0,
                _ => LinkResult.Failed,
            };
        }
    }

    /// <inheritdoc/>
    public int Send(byte[] buffer, int offset, int count)
    {
        if (_socket == null)
        {
            return LinkResult.Failed;
        }

        try
        {
            return _socket.SendTo(buffer, offset, count, SocketFlags.None, new IPEndPoint(Group, port));
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.WouldBlock ? 0 : LinkResult.Failed;
        }
    }

    /// <inheritdoc/>
    public bool IsNeighbour(byte[] address, int offset, int count)
        => _socket != null && network.IsNeighbour(new IPAddress(address.AsSpan(offset, count)));

    /// <inheritdoc/>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    // Linux gives a socket the datagrams of every interface on which any program has joined the group, unless *_MULTICAST_ALL is off.
    private void KeepToItself(Socket socket)
    {
        if (OperatingSystem.IsLinux())
        {
            const int IpLevel = 0;
            const int Ip4MulticastAll = 49;
            const int Ip6Level = 41;
            const int Ip6MulticastAll = 29;
            socket.SetRawSocketOption(_isSix ? Ip6Level : IpLevel, _isSix ? Ip6MulticastAll : Ip4MulticastAll, new byte[4]);
        }
    }
}
