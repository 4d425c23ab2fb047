using System;
using System.IO;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using NanoLibp2p.Core;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>Kestrel, which does HTTP and nothing else here: each upgraded request is a peer's connection.</summary>
internal sealed class WebSocketTransport(WebSocketListenOptions options) : IListenTransport
{
    private const int MaxHeaderBytes = 16 * 1024;

    // what the web server keeps of a connection each way, beside the link's own buffers
    private const int MaxServerBytes = 64 * 1024;

    /// <inheritdoc/>
    public bool Listens(Multiaddr address) => DialTarget.Of(address).Kind is DialKind.WebSocket or DialKind.SecureWebSocket;

    /// <inheritdoc/>
    public async Task<IListening> ListenAsync(Libp2pNode node, Multiaddr address, CancellationToken cancellationToken)
    {
        DialTarget target = DialTarget.Of(address);
        bool isSecure = target.Kind == DialKind.SecureWebSocket;
        if (target.Ip == null || address.PeerId != null)
        {
            throw new ArgumentException($"{address} is not an address of this host; give one such as /ip4/0.0.0.0/tcp/4002/ws");
        }

        if (isSecure && options.CertificateContext == null)
        {
            throw new ArgumentException($"{address} needs a certificate; set WebSocketListenOptions.Certificate, or listen without /tls");
        }

        HttpCallers callers = new(node);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());

        // the signals of the process are the application's own
        builder.Services.AddSingleton<IHostLifetime>(new NoLifetime());
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.MaxReadBufferSize = MaxServerBytes;
            sockets.MaxWriteBufferSize = MaxServerBytes;
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Limits.MaxRequestBufferSize = MaxServerBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestLineSize = MaxHeaderBytes / 2;
            kestrel.Limits.RequestHeadersTimeout = options.RequestTimeout;
            kestrel.Limits.KeepAliveTimeout = options.RequestTimeout;
            kestrel.Listen(target.Ip, target.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                listen.Use(next => connection => callers.ServeAsync(connection, next));
                if (isSecure)
                {
                    listen.UseHttps(new TlsHandshakeCallbackOptions
                    {
                        HandshakeTimeout = options.RequestTimeout,
                        OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
                        {
                            ServerCertificateContext = options.CertificateContext,
                        }),
                    });
                }
            });
        });
        builder.Services.AddSingleton<IConnectionListenerFactory, SparingListenerFactory>();
        WebApplication server = builder.Build();
        server.UseWebSockets();
        server.Run(context => AcceptAsync(node, callers, context, isSecure));
        try
        {
            await server.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidOperationException)
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw new Libp2pException(Libp2pError.ListenFailed, null, $"cannot listen on {address}: {e.Message}", CloseReason.None, 0, e);
        }

        int port = 0;
        foreach (string url in server.Urls)
        {
            port = new Uri(url).Port;
        }

        return new Listening(server, address.WithPort(port));
    }

    private static async Task AcceptAsync(Libp2pNode node, HttpCallers callers, HttpContext context, bool isSecure)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "websocket";

            // who has nothing to ask keeps no place
            context.Response.Headers.Connection = "close";
            await context.Response.WriteAsync("this is a libp2p node; it speaks WebSocket here\n").ConfigureAwait(false);
            return;
        }

        // Yamux has its own signs of life
        using System.Net.WebSockets.WebSocket socket = await context.WebSockets.AcceptWebSocketAsync(
            new WebSocketAcceptContext { KeepAliveInterval = TimeSpan.Zero }).ConfigureAwait(false);
        callers.Upgraded(context);
        IPEndPoint? remote = context.Connection.RemoteIpAddress is { } ip ? new IPEndPoint(ip, context.Connection.RemotePort) : null;
        await node.AcceptAsync(socket, remote, isSecure).ConfigureAwait(false);
    }

    private sealed class Listening(WebApplication server, Multiaddr address) : IListening
    {
        public Multiaddr Address => address;

        public async ValueTask DisposeAsync()
        {
            // what is left of requests has the time that the node's last words have, and no more
            using CancellationTokenSource late = new(TimeSpan.FromSeconds(3));
            await server.StopAsync(late.Token).ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
