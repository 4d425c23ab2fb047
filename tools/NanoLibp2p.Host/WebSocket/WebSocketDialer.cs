using System;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>WebSockets with and without TLS, by the client of the base class library. The proxy of the system is not used.</summary>
internal sealed class WebSocketDialer(DialOptions options, TcpConnector connector) : ILinkDialer
{
    /// <inheritdoc/>
    public bool Dials(DialKind kind) => kind is DialKind.WebSocket or DialKind.SecureWebSocket;

    /// <inheritdoc/>
    public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
    {
        ExceptionHolder unreached = new();
        SocketsHttpHandler handler = new()
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                TargetHost = target.ServerName,
                RemoteCertificateValidationCallback = options.CheckCertificate,
            },
            ConnectCallback = async (_, token) =>
            {
                try
                {
                    return new NetworkStream(await connector.ConnectAsync(target, token).ConfigureAwait(false), ownsSocket: true);
                }
                catch (Libp2pException e)
                {
                    unreached.Value = e;
                    throw;
                }
            },
        };
        HttpMessageInvoker invoker = new(handler, disposeHandler: true);
        ClientWebSocket socket = new();
        try
        {
            // Yamux has its own signs of life
            socket.Options.KeepAliveInterval = TimeSpan.Zero;
            string host = IPAddress.TryParse(target.ServerName, out IPAddress? ip) && ip.AddressFamily == AddressFamily.InterNetworkV6
                ? $"[{ip}]" : target.ServerName;
            string scheme = target.Kind == DialKind.SecureWebSocket ? "wss" : "ws";
            await socket.ConnectAsync(new Uri($"{scheme}://{host}:{target.Port}/"), invoker, cancellationToken).ConfigureAwait(false);
            return new WebSocketSource(socket, new IPEndPoint(target.Ip!, target.Port), target.Address.WithoutPeerId(), invoker);
        }
        catch (Exception e)
        {
            socket.Dispose();
            invoker.Dispose();
            if (unreached.Value != null)
            {
                throw unreached.Value;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (e is WebSocketException or HttpRequestException or IOException or AuthenticationException or UriFormatException)
            {
                throw new Libp2pException(Libp2pError.DialFailed, target.Address.PeerId,
                    $"{target.Address.WithoutPeerId()} answers, but not as a WebSocket: {Innermost(e)}", CloseReason.DialFailed,
                    (int)LinkError.Other, e);
            }

            throw;
        }
    }

    // "the handshake failed, see inner exception" tells nobody that a certificate has expired
    private static string Innermost(Exception e)
    {
        while (e.InnerException != null)
        {
            e = e.InnerException;
        }

        return e.Message;
    }

    private sealed class ExceptionHolder
    {
        internal Libp2pException? Value { get; set; }
    }
}
