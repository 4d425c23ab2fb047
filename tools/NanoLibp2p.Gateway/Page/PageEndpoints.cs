using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Page;

/// <summary>The page, and the JSON that it shows.</summary>
internal static class PageEndpoints
{
    // nothing from elsewhere, nothing inline, in nobody's frame; what d3 and uPlot place they place by properties, which no policy concerns
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private const string Index = "index.html";

    private static readonly Dictionary<string, string> _types = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
    };

    /// <summary>Whether a path is of the page itself, which has nothing in it that anybody may not know.</summary>
    internal static bool IsPublic(PathString path)
        => path.Value is "/" || (path.Value is { Length: > 1 } text && PageFiles.All.ContainsKey(text[1..]));

    /// <summary>Says to browsers what a page of this origin may do.</summary>
    internal static Task ProtectAsync(HttpContext context, RequestDelegate next)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        return next(context);
    }

    internal static void Map(WebApplication app, GatewayCore core)
    {
        string[] reads = [HttpMethods.Get, HttpMethods.Head];
        foreach ((string path, byte[] bytes) in PageFiles.All)
        {
            app.MapMethods("/" + path, reads, context => FileAsync(context, path, bytes));
        }

        app.MapMethods("/", reads, context => PageFiles.All.TryGetValue(Index, out byte[]? bytes) && core.Page != null
            ? FileAsync(context, Index, bytes) : NoPageAsync(context, core));
        Get(app, core, "/api/mesh", async (context, page) => await JsonAsync(
            context, await page.MeshAsync(context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false));
        Get(app, core, "/api/readings", (context, page) => JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            new { passedOver = page.Readings.PassedOver, series = page.Readings.All() }, GatewayJson.Lines)));
        Get(app, core, "/api/session", (context, _) => JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            new { mayChange = Access.MayChange(context) }, GatewayJson.Lines)));
        app.MapGet(PeerIdClient.Path, (RequestDelegate)(context => LoginAsync(context, core)));
        app.MapPost("/api/logout", (RequestDelegate)(context => JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            new { changed = core.Access.LogOut(context) }, GatewayJson.Lines))));
        app.MapGet(PeerIdClient.WellKnownPath, (RequestDelegate)(context => JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
            core.Login.IsOn ? new Dictionary<string, object> { [PeerIdAuth.Protocol] = new { path = PeerIdClient.Path } } : [],
            GatewayJson.Lines))));
        Get(app, core, "/api/feed", async (context, page) => await page.Feed.ServeAsync(
            context, Access.MayChange(context),
            [PageService.Event("mesh", await page.MeshAsync(context.RequestAborted).ConfigureAwait(false))]).ConfigureAwait(false));
        HttpSurface.About(app, "/api/mailboxes/{peer}/close", async (context, peer) => core.Mailboxes == null
            ? throw new GatewayException("there is no postbox here", isConfiguration: true)
            : new { changed = await core.Mailboxes.CloseAsync(peer, context.RequestAborted).ConfigureAwait(false) });
    }

    private static Task LoginAsync(HttpContext context, GatewayCore core)
    {
        if (Access.SessionOf(context) is { } session)
        {
            return JsonAsync(context, JsonSerializer.SerializeToUtf8Bytes(
                new { peer = session.Peer.ToString(), expires = session.Expires }, GatewayJson.Lines));
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return context.Response.WriteAsync(core.Login.IsOn ? "who shows the token has no log-in by peer id\n"
            : "nobody may log in by peer id: http.admins is empty\n");
    }

    private static void Get(WebApplication app, GatewayCore core, string path, Func<HttpContext, PageService, Task> answer)
        => app.MapGet(path, (RequestDelegate)(context =>
        {
            if (core.Page is { } page)
            {
                return answer(context, page);
            }

            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return context.Response.WriteAsync("the page is off: page.enabled\n");
        }));

    private static Task JsonAsync(HttpContext context, byte[] json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    private static Task FileAsync(HttpContext context, string path, byte[] bytes)
    {
        context.Response.ContentType = _types.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
        context.Response.ContentLength = bytes.Length;

        // the others have what is in them in their names
        context.Response.Headers.CacheControl = path == Index ? "no-cache" : "public, max-age=31536000, immutable";
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask
            : context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private static Task NoPageAsync(HttpContext context, GatewayCore core)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(core.Page == null ? "The page is off: page.enabled is false.\n"
            : "The page was not built, as npm was missing. Install Node.js 20.19 or later with npm, then build again:\n"
                + "    dotnet build tools/NanoLibp2p.Gateway\n"
                + "What it would show is there as JSON at /api/mesh and /api/readings.\n");
    }
}
