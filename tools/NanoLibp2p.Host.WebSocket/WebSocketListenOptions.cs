using System;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>How a node listens for WebSockets.</summary>
public sealed class WebSocketListenOptions
{
    /// <summary>
    /// The certificate for addresses of <c>/tls/ws</c> and <c>/wss</c>, with its private key; null for none. Asked at each TLS
    /// handshake, so a renewed one is put in place here while the node runs. Browsers want one of a known authority, except on this
    /// host.
    /// </summary>
    public X509Certificate2? Certificate
    {
        get => CertificateContext?.TargetCertificate;
        set => CertificateContext = value == null ? null : SslStreamCertificateContext.Create(value, null, offline: true);
    }

    /// <summary>The same with the certificates between it and its authority, which callers are sent with it; <see cref="Certificate"/>
    /// sets it without any.</summary>
    public SslStreamCertificateContext? CertificateContext { get; set; }

    /// <summary>HTTP connections at a time of each listening address, upgraded or not; more are closed at once.</summary>
    public int MaxConnections { get; set; } = 16384;

    /// <summary>How long a caller has for its TLS handshake, and again for its request.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    internal void Check()
    {
        Core.NodeOptions.CheckRange(MaxConnections, 1, 1 << 20, "WebSocketListenOptions.MaxConnections");
        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout > TimeSpan.FromHours(1))
        {
            throw new ArgumentException($"WebSocketListenOptions.RequestTimeout = {RequestTimeout}; give up to an hour");
        }
    }
}
