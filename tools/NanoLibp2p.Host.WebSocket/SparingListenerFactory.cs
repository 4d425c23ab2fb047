using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>
/// Kestrel's sockets, of which no caller gets one of the last files that this process may have open, as with callers by TCP
/// (<see cref="OpenFiles.IsOneOfLast"/>): it is closed before the next is accepted, as a burst comes faster than any middleware runs.
/// </summary>
internal sealed class SparingListenerFactory(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    /// <summary>Addresses of a network alone: who calls a socket of the file system is of this host.</summary>
    public bool CanBind(EndPoint endpoint) => endpoint is IPEndPoint;

    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        => new Sparing(await _sockets.BindAsync(endpoint, cancellationToken).ConfigureAwait(false));

    private sealed class Sparing(IConnectionListener listener) : IConnectionListener
    {
        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await listener.AcceptAsync(cancellationToken).ConfigureAwait(false) is { } connection)
            {
                Socket? socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
                if (socket == null || !OpenFiles.IsOneOfLast(socket.SafeHandle))
                {
                    return connection;
                }

                connection.Abort();
                await connection.DisposeAsync().ConfigureAwait(false);
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => listener.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => listener.DisposeAsync();
    }
}
