using System;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>Turns WebSocket listening on.</summary>
public static class WebSocketNodeOptions
{
    /// <summary>
    /// Has a node listen on addresses such as <c>/ip4/0.0.0.0/tcp/4002/ws</c> and <c>/ip4/0.0.0.0/tcp/443/tls/ws</c> among its
    /// ListenAddresses. Dialling WebSockets needs no turning on.
    /// </summary>
    /// <param name="options">The node's options.</param>
    /// <param name="listen">The certificate and limits; null for the defaults, without a certificate.</param>
    /// <returns>The same options.</returns>
    /// <exception cref="ArgumentException">A limit is out of range; the message says which.</exception>
    public static Libp2pNodeOptions UseWebSockets(this Libp2pNodeOptions options, WebSocketListenOptions? listen = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        listen ??= new WebSocketListenOptions();
        listen.Check();
        options.ListenTransports.Add(new WebSocketTransport(listen));
        return options;
    }
}
