using System;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Plain TCP.</summary>
internal sealed class TcpDialer : ILinkDialer
{
    /// <inheritdoc/>
    public bool Dials(DialKind kind) => kind == DialKind.Tcp;

    /// <inheritdoc/>
    public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
        => new SocketSource(await ConnectAsync(target, cancellationToken).ConfigureAwait(false));

    internal static async Task<Socket> ConnectAsync(DialTarget target, CancellationToken cancellationToken)
    {
        Socket socket;
        try
        {
            socket = new Socket(target.Ip!.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        }
        catch (SocketException e)
        {
            // the system has no IPv6, or no more files
            throw Dialer.NotReached(target.Address, TcpErrors.Of(e), e);
        }

        try
        {
            await socket.ConnectAsync(new IPEndPoint(target.Ip, target.Port), cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException)
            {
                throw Dialer.NotReached(target.Address, TcpErrors.Of(e), e);
            }

            throw;
        }
    }
}
