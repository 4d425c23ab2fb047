using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>
/// Who may ask for what: the socket in the data folder, which its owner alone can open, everything; who shows the token, or has logged in
/// by a peer id of http.admins, everything; who asks at a loopback address without either, to read and nothing else; anybody else, nothing
/// but the page without what it shows.
/// </summary>
internal sealed class Access
{
    /// <summary>Marks a connection through the socket in the data folder.</summary>
    internal static readonly object ControlMark = new();

    private static readonly object _mayChange = new();
    private static readonly string[] _ofProxies = ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"];

    private const string DataFolderHint = "http-token in the data folder, or of the file that http.tokenFile names";

    private const string TokenScheme = "Bearer";

    private readonly bool _isLoopback;
    private readonly Certificate _certificate;
    private BearerToken? _token;
    private PeerIdLogin? _login;
    private IReadOnlyList<string> _names = [];

    internal Access(GatewaySettings settings, BearerToken? token, Certificate certificate)
    {
        _isLoopback = settings.Http is { } url && IsLoopback(url);
        _token = token;
        _certificate = certificate;
    }

    /// <summary>Whether an address is one that only this host reaches.</summary>
    internal static bool IsLoopback(Uri url)
        => url.Host == "localhost" || (IPAddress.TryParse(url.Host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));

    /// <summary>Whether a request that was let through came by the socket or showed the token, and may change something.</summary>
    internal static bool MayChange(HttpContext context) => context.Items.ContainsKey(_mayChange);

    /// <summary>Who has logged in by peer id and asks; null for anybody else.</summary>
    internal static PeerIdSession? SessionOf(HttpContext context)
        => context.Items.TryGetValue(typeof(PeerIdSession), out object? session) ? (PeerIdSession?)session : null;

    /// <summary>Takes another token.</summary>
    internal void Change(BearerToken? token) => Volatile.Write(ref _token, token);

    /// <summary>Takes who may log in by peer id, and by which names others reach this gateway.</summary>
    internal void Change(GatewaySettings settings, PeerIdLogin login)
    {
        login.Change(settings.HttpAdmins.Select(PeerId.Parse));
        Volatile.Write(ref _names, settings.HttpNames);
        Volatile.Write(ref _login, login);
    }

    /// <summary>Ends what a request that was let through shows for a log-in by peer id.</summary>
    /// <returns>Whether it showed such a thing.</returns>
    internal bool LogOut(HttpContext context)
        => Volatile.Read(ref _login) is { } login && BearerOf(context.Request.Headers.Authorization) is { } bearer && login.LogOut(bearer);

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
        PeerIdLogin? login = Volatile.Read(ref _login) is { IsOn: true } isOn ? isOn : null;
        PeerIdAnswer? answer = login == null ? null : Judge(context, login);
        if (token?.Matches(context.Request.Headers.Authorization) == true || answer?.Session != null)
        {
            context.Items[_mayChange] = true;
            context.Items[typeof(PeerIdSession)] = answer?.Session;
            if (answer?.Info is { } info)
            {
                context.Response.Headers["Authentication-Info"] = info;
            }

            await next(context).ConfigureAwait(false);
            return;
        }

        if (answer != null || (login != null && context.Request.Path == PeerIdClient.Path))
        {
            context.Response.StatusCode = answer?.Status ?? StatusCodes.Status401Unauthorized;
            if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
            {
                context.Response.Headers.WWWAuthenticate = login!.Challenge();
            }

            await context.Response.WriteAsync((answer?.Why ?? "sign the challenge: nanolibp2p gateway login --key FILE") + "\n")
                .ConfigureAwait(false);
            return;
        }

        bool isRead = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
        if (isRead && PageEndpoints.IsPublic(context.Request.Path))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (isRead && login != null && context.Request.Path == PeerIdClient.WellKnownPath)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        if (_isLoopback && isRead && IsOwnName(context.Request.Host.Host) && !IsFromAnotherSite(context.Request.Headers)
            && !IsForwarded(context.Request.Headers))
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = login == null ? TokenScheme : new StringValues([login.Challenge(), TokenScheme]);
        await context.Response.WriteAsync(_isLoopback && isRead
            ? "ask at localhost or 127.0.0.1, from no other page and through no proxy: else nothing is answered without the token\n"
            : token == null ? "there is no token here; use the socket in the data folder, as the command line does\n"
                : $"give the token of {DataFolderHint}: Authorization: Bearer TOKEN\n").ConfigureAwait(false);
    }

    // what a request shows for a log-in by peer id; null when it shows nothing of the kind
    private PeerIdAnswer? Judge(HttpContext context, PeerIdLogin login)
    {
        string? header = context.Request.Headers.Authorization;
        if (header != null && header.StartsWith(PeerIdAuth.Scheme + " ", StringComparison.OrdinalIgnoreCase))
        {
            return login.Judge(header[(PeerIdAuth.Scheme.Length + 1)..], OwnNames(context));
        }

        return BearerOf(header) is { } bearer && login.Find(bearer) is { } session
            ? new PeerIdAnswer(session, StatusCodes.Status200OK, null, null) : null;
    }

    private static string? BearerOf(string? header)
        => header == null ? null
            : header.StartsWith(TokenScheme + " ", StringComparison.OrdinalIgnoreCase) ? header[(TokenScheme.Length + 1)..].Trim()
            : header.StartsWith(PeerIdAuth.Scheme + " ", StringComparison.OrdinalIgnoreCase)
                ? PeerIdAuth.Parse(header[(PeerIdAuth.Scheme.Length + 1)..])?.GetValueOrDefault(PeerIdAuth.Bearer) : null;

    /// <summary>The names by which a request came, when they are this gateway's own: a signature for another server's name, which that
    /// server passes on to here, is worth nothing.</summary>
    private IReadOnlyList<string> OwnNames(HttpContext context)
    {
        HostString asked = context.Request.Host;
        string name = asked.Host;
        IPAddress? local = context.Connection.LocalIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4()
            : context.Connection.LocalIpAddress;
        bool isOwn = IPAddress.TryParse(name.Trim('[', ']'), out IPAddress? ip) ? ip.Equals(local)
            : name.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? local != null && IPAddress.IsLoopback(local)
            : context.Request.IsHttps && _certificate.Current?.TargetCertificate.MatchesHostname(name, allowCommonName: false) == true;
        isOwn |= Volatile.Read(ref _names).Contains(name, StringComparer.OrdinalIgnoreCase);

        // the specification's is without a port; go-libp2p signs what the Host header says
        return !isOwn ? [] : asked.Port is { } port ? [name, string.Create(CultureInfo.InvariantCulture, $"{name}:{port}")] : [name];
    }

    // a page of another site may have its reader's browser ask here: it would not see the answer, but hold the feed's places
    private static bool IsFromAnotherSite(IHeaderDictionary headers)
        => headers.TryGetValue("Sec-Fetch-Site", out StringValues site) && site != "same-origin" && site != "none";

    // behind a proxy of this host anybody may ask
    private static bool IsForwarded(IHeaderDictionary headers) => _ofProxies.Any(headers.ContainsKey);

    // a page in a browser may call this host by a name of its own (DNS rebinding)
    private static bool IsOwnName(string host)
        => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out IPAddress? ip) && IPAddress.IsLoopback(ip));
}
