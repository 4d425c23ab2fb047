using System;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Page;

namespace NanoLibp2p.Gateway.Http;

/// <summary>
/// Who may ask for what: the socket in the data folder, which its owner alone can open, everything; who shows the token, everything; who
/// asks at a loopback address without one, to read and nothing else; anybody else, nothing but the page without what it shows.
/// </summary>
internal sealed class Access
{
    /// <summary>Marks a connection through the socket in the data folder.</summary>
    internal static readonly object ControlMark = new();

    private static readonly object _mayChange = new();

    private const string DataFolderHint = "http-token in the data folder, or of the file that http.tokenFile names";

    private readonly bool _isLoopback;
    private BearerToken? _token;

    internal Access(GatewaySettings settings, BearerToken? token)
    {
        _isLoopback = settings.Http is { } url && IsLoopback(url);
        _token = token;
    }

    /// <summary>Whether an address is one that only this host reaches.</summary>
    internal static bool IsLoopback(Uri url)
        => url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether a request that was let through came by the socket or showed the token, and may change something.</summary>
    internal static bool MayChange(HttpContext context) => context.Items.ContainsKey(_mayChange);

    /// <summary>Takes another token.</summary>
    internal void Change(BearerToken? token) => Volatile.Write(ref _token, token);

    /// <summary>Lets a request through, or answers it with what is missing.</summary>
    internal async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(ControlMark) == true)
        {
            context.Items[_mayChange] = true;
            await next(context).ConfigureAwait(false);
            return;
        }

        BearerToken? token = Volatile.Read(ref _token);
        if (token?.Matches(context.Request.Headers.Authorization) == true)
        {
            context.Items[_mayChange] = true;
            await next(context).ConfigureAwait(false);
            return;
        }

        bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (isRead && PageEndpoints.IsPublic(context.Request.Path))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (_isLoopback && isRead && IsOwnName(context.Request.Host.Host) && !IsFromAnotherSite(context.Request.Headers))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        await context.Response.WriteAsync(_isLoopback && isRead
            ? "ask at localhost or 127.0.0.1, and from no other page: else nothing is answered without the token\n"
            : token == null ? "there is no token here; use the socket in the data folder, as the command line does\n"
                : $"give the token of {DataFolderHint}: Authorization: Bearer TOKEN\n").ConfigureAwait(false);
    }

    // a page of another site may have its reader's browser ask here: it would not see the answer, but hold the feed's places
    private static bool IsFromAnotherSite(IHeaderDictionary headers)
        => headers.TryGetValue("Sec-Fetch-Site", out StringValues site) && site != "same-origin" && site != "none";

    // a page in a browser may call this host by a name of its own (DNS rebinding)
    private static bool IsOwnName(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
