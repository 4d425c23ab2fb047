using System.Collections.Concurrent;
using System.Net;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>
/// Connections of a listening address that have not become a WebSocket: bounded as callers by TCP are, with the same figures. From the
/// upgrade on they are the node's own callers.
/// </summary>
/// <remarks>
/// <code>
///   TCP --ServeAsync--> waiting --Upgraded--> the node's
///                          | the oldest gives way to the next caller
/// </code>
/// </remarks>
internal sealed class HttpCallers(Libp2pNode node)
{
    private static readonly object _mark = new();

    private readonly CallerLimits _limits = node.CreateCallerLimits();
    private readonly ConcurrentDictionary<Caller, ConnectionContext> _waiting = new();

    /// <summary>Lets a connection through, to TLS and HTTP, or closes it.</summary>
    /// <returns>Ends with the connection.</returns>
    internal async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        IPAddress? address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        Caller? gaveWay = null;
        RefusalReason reason = address == null || node.Access.Allows(address) ? RefusalReason.None : RefusalReason.AddressNotAllowed;
        Caller? caller = reason == RefusalReason.None ? _limits.Admit(address, out gaveWay, out reason) : null;
        if (caller == null)
        {
            node.OnRefused(reason, null, address);
            connection.Abort();
            return;
        }

        if (gaveWay != null && _waiting.TryGetValue(gaveWay, out ConnectionContext? former))
        {
            Close(gaveWay, former);
        }

        connection.Items[_mark] = caller;
        _waiting[caller] = connection;
        try
        {
            if (caller.HasGivenWay)
            {
                // in between, when it was not to be found yet
                Close(caller, connection);
            }
            else
            {
                await next(connection).ConfigureAwait(false);
            }
        }
        finally
        {
            End(caller);
        }
    }

    /// <summary>A request has become a WebSocket.</summary>
    internal void Upgraded(HttpContext context)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items[_mark] is Caller caller)
        {
            End(caller);
        }
    }

    private void Close(Caller caller, ConnectionContext connection)
    {
        if (_waiting.TryRemove(caller, out ConnectionContext? _))
        {
            node.OnRefused(RefusalReason.HalfOpenLimit, null, caller.Address);
            connection.Abort();
        }
    }

    private void End(Caller caller)
    {
        _waiting.TryRemove(caller, out ConnectionContext? _);
        _limits.End(caller);
    }
}
