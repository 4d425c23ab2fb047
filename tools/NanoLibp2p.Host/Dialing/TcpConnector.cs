using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Host.Dialing;

/// <summary>
/// Connects by TCP. Once ports are shared, connections into the internet leave from the port that the node listens on, so that a NAT shows
/// all peers the same port, where it shows the same one to all (DCUtR spec). From any thread.
/// </summary>
/// <param name="make">Makes a TCP socket of a family.</param>
internal sealed class TcpConnector(Func<AddressFamily, Socket> make)
{
    // asm-generic/socket.h and sys/socket.h of the BSDs: .NET has no name for SO_REUSEPORT
    private const int LinuxSocket = 1;
    private const int LinuxReusePort = 15;
    private const int BsdSocket = 0xFFFF;
    private const int BsdReusePort = 0x200;

    private volatile IPEndPoint[] _shared = [];
    private volatile bool _isForPrivate;

    /// <summary>Has connections leave from these listeners' ports from now on.</summary>
    /// <param name="listeners">The listeners.</param>
    /// <param name="isForPrivate">Whether those to private and loopback addresses do so, too.</param>
    internal void Share(IEnumerable<Socket> listeners, bool isForPrivate)
    {
        _isForPrivate = isForPrivate;
        _shared = [.. listeners.Where(Allow).Select(one => (IPEndPoint)one.LocalEndPoint!)];
    }

    /// <summary>New ports for all connections again.</summary>
    internal void ShareNone() => _shared = [];

    /// <summary>Whether a port is one that connections leave from and that is listened on.</summary>
    internal bool IsShared(int port) => _shared.Any(one => one.Port == port);

    /// <summary>Connects.</summary>
    /// <exception cref="Libp2pException">It failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal async Task<Socket> ConnectAsync(DialTarget target, CancellationToken cancellationToken)
    {
        if (LocalFor(target.Ip!) is { } local)
        {
            try
            {
                return await ConnectAsync(target, local, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AddressNotAvailable)
            {
                // a connection between the same two ports lives, or did not long ago
            }
            catch (SocketException e)
            {
                throw Dialer.NotReached(target.Address, TcpErrors.Of(e), e);
            }
        }

        try
        {
            return await ConnectAsync(target, null, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            // also where the system has no IPv6, or no more files
            throw Dialer.NotReached(target.Address, TcpErrors.Of(e), e);
        }
    }

    private async Task<Socket> ConnectAsync(DialTarget target, IPEndPoint? local, CancellationToken cancellationToken)
    {
        Socket socket = make(target.Ip!.AddressFamily);
        try
        {
            if (local != null && Allow(socket))
            {
                socket.Bind(local);
            }

            await socket.ConnectAsync(new IPEndPoint(target.Ip, target.Port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private IPEndPoint? LocalFor(IPAddress remote)
    {
        AddressScope scope = AddressScopes.Of(remote);
        return scope != AddressScope.Public && !_isForPrivate ? null
            : _shared.FirstOrDefault(one => one.AddressFamily == remote.AddressFamily
                && (scope == AddressScope.Loopback || !IPAddress.IsLoopback(one.Address)));
    }

    // After it listens: a second program that listens on the port is refused all the same, as it has not got the option when it binds.
    private static bool Allow(Socket socket)
    {
        bool isLinux = OperatingSystem.IsLinux();
        if (!isLinux && !OperatingSystem.IsMacOS())
        {
            return false;
        }

        try
        {
            socket.SetRawSocketOption(isLinux ? LinuxSocket : BsdSocket, isLinux ? LinuxReusePort : BsdReusePort, BitConverter.GetBytes(1));
            return true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
