using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>A socket that listens, and deals who calls to the shard with the fewest connections.</summary>
internal sealed class Listener
{
    // callers that no shard has looked at yet; more wait in the system's own queue
    private const int MaxUnseen = 256;

    private const int Backlog = 512;

    // the system has no more files or memory: wait for some
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly SemaphoreSlim _room = new(MaxUnseen);

    private Listener(Socket socket, Multiaddr address)
    {
        _socket = socket;
        Address = address;
    }

    /// <summary>The address with its port, without a peer id.</summary>
    internal Multiaddr Address { get; }

    /// <exception cref="Libp2pException">It can't listen there.</exception>
    /// <exception cref="ArgumentException">It is not a TCP address.</exception>
    internal static Listener Bind(Multiaddr address, Func<AddressFamily, Socket> newSocket)
    {
        if (!address.IsTcp || !IPAddress.TryParse(address.Host, out IPAddress? host))
        {
            throw new ArgumentException($"{address} is not a TCP address of this host; give one such as /ip4/0.0.0.0/tcp/4001");
        }

        Socket socket = newSocket(host.AddressFamily);
        try
        {
            // IPv6 alone, so that :: and 0.0.0.0 can have the same port
            SocketCalls.PrepareListener(socket);
            socket.Bind(new IPEndPoint(host, address.Port));
            socket.Listen(Backlog);
            return new Listener(socket, address.WithoutPeerId().WithPort(((IPEndPoint)socket.LocalEndPoint!).Port));
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new Libp2pException(Libp2pError.ListenFailed, null, $"cannot listen on {address}: {e.Message}", CloseReason.None,
                (int)TcpErrors.Of(e), e);
        }
    }

    /// <summary>Its socket, whose port connections may leave from.</summary>
    internal Socket Socket => _socket;

    /// <summary>Accepts until it is closed.</summary>
    internal async Task RunAsync(Libp2pNode node, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _room.WaitAsync(stopping).ConfigureAwait(false);
                Socket socket = await AcceptAsync(stopping).ConfigureAwait(false);
                if (!OpenFiles.IsOneOfLast(socket.SafeHandle) && AddressOf(socket) is { } address)
                {
                    node.Accept(socket, address, _room);
                }
                else
                {
                    // no file to spare for it, or it left again
                    socket.Dispose();
                    _room.Release();
                }
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        _socket.Dispose();
    }

    internal void Close() => _socket.Dispose();

    private static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private async Task<Socket> AcceptAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await _socket.AcceptAsync(stopping).ConfigureAwait(false);
            }
            catch (SocketException)
            {
                // it called and left, or there is no file for it
                await Task.Delay(_pause, stopping).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                throw new OperationCanceledException(stopping);
            }
        }
    }
}
