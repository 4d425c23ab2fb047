using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>What is served over HTTP.</summary>
internal static class HttpSurface
{
    /// <summary>How long a shard may take for one round before the gateway counts as dead.</summary>
    private static readonly TimeSpan _longestRound = TimeSpan.FromSeconds(5);

    internal static void Map(WebApplication app, GatewayCore core)
    {
        app.MapPrometheusScrapingEndpoint("/metrics");
        Get(app, "/healthz/live", context => LiveAsync(context, core));
        Get(app, "/healthz/ready", context => ReadyAsync(context, core));
        Get(app, "/api/status", context => context.Response.WriteAsJsonAsync(core.Status(), GatewayJson.Lines, context.RequestAborted));
        Get(app, "/api/peers", context => context.Response.WriteAsJsonAsync(Peers(core), GatewayJson.Lines, context.RequestAborted));
        Post(app, "/api/reload", context => ReloadAsync(context, core));
        Post(app, "/api/drain", context =>
        {
            context.Response.OnCompleted(() =>
            {
                _ = core.DrainAsync();
                return Task.CompletedTask;
            });
            return context.Response.WriteAsJsonAsync(new { seconds = core.Settings.Drain.TotalSeconds }, GatewayJson.Lines,
                context.RequestAborted);
        });
        MapTokens(app, core);
        PageEndpoints.Map(app, core);
        MailboxEndpoints.Map(app, core);
        About(app, "/api/peers/{peer}/block", async (_, peer) => new { changed = await core.BlockAsync(peer).ConfigureAwait(false) });
        About(app, "/api/peers/{peer}/unblock", (_, peer) => Task.FromResult<object>(new { changed = core.Blocked.Remove(peer) }));
    }

    private static void MapTokens(WebApplication app, GatewayCore core)
    {
        Get(app, "/api/tokens", context => context.Response.WriteAsJsonAsync(
            new { tokens = core.Admission.Kept.Select(one => TokenJson.Of(one, core.Admission)) }, GatewayJson.Lines,
            context.RequestAborted));
        About(app, "/api/tokens/{peer}/revoke", (_, peer) => Task.FromResult<object>(new { changed = core.Admission.Revoke(peer) }));
        About(app, "/api/tokens/{peer}/issue", (context, peer) => Task.FromResult<object>(Issue(context, peer, core)));
        About(app, "/api/tokens/{peer}/add", (context, _) => AddTokenAsync(context, core));
    }

    private static TokenJson Issue(HttpContext context, PeerId peer, GatewayCore core)
    {
        IQueryCollection query = context.Request.Query;
        TimeSpan? lifetime = long.TryParse(query["seconds"], NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && seconds is > 0 and <= TokenJson.MaxSeconds ? TimeSpan.FromSeconds(seconds) : null;
        AdmissionClass kind = query["class"] == "peer" ? AdmissionClass.Peer : AdmissionClass.Sensor;
        return TokenJson.Of(core.Issue(peer, kind, lifetime), core.Admission);
    }

    private static async Task<object> AddTokenAsync(HttpContext context, GatewayCore core)
    {
        using StreamReader reader = new(context.Request.Body);
        AdmissionToken token = AdmissionToken.Parse(await reader.ReadToEndAsync(context.RequestAborted).ConfigureAwait(false),
            out string error) ?? throw new GatewayException($"that is no token: {error}", isConfiguration: true);
        core.Admission.Keep(token);
        return TokenJson.Of(token, core.Admission);
    }

    internal static void Get(IEndpointRouteBuilder app, string path, RequestDelegate answer) => app.MapGet(path, answer);

    internal static void About(IEndpointRouteBuilder app, string path, Func<HttpContext, PeerId, Task<object>> answer)
        => app.MapPost(path, context => AnswerAboutAsync(context, answer));

    private static void Post(IEndpointRouteBuilder app, string path, RequestDelegate answer) => app.MapPost(path, answer);

    private static async Task ReloadAsync(HttpContext context, GatewayCore core)
        => await context.Response.WriteAsJsonAsync(
            new { told = await core.ReloadAsync().ConfigureAwait(false) }, GatewayJson.Lines, context.RequestAborted).ConfigureAwait(false);

    private static async Task LiveAsync(HttpContext context, GatewayCore core)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        patience.CancelAfter(_longestRound);
        string? problem = null;
        try
        {
            await core.Node.ProbeAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            problem = $"a shard has not turned for {_longestRound.TotalSeconds} s";
        }
        catch (Host.Libp2pException e)
        {
            problem = e.Message;
        }

        // who drains is alive until it has ended
        await AnswerAsync(context, problem == null || core.IsDraining, new { live = problem == null, problem }).ConfigureAwait(false);
    }

    private static Task ReadyAsync(HttpContext context, GatewayCore core)
    {
        IReadOnlyDictionary<string, string> conditions = core.Conditions.All;
        bool isListening = core.Node.ListenAddresses.Count > 0 && !core.IsDraining;
        bool isStoreOpen = !conditions.ContainsKey("store");
        bool isReady = core.IsStarted && isListening && isStoreOpen;
        return AnswerAsync(context, isReady, new
        {
            ready = isReady, started = core.IsStarted, listening = isListening, storeOpen = isStoreOpen, draining = core.IsDraining,
            conditions,
        });
    }

    private static Task AnswerAsync<T>(HttpContext context, bool isGood, T detail)
    {
        context.Response.StatusCode = isGood ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return context.Response.WriteAsJsonAsync(detail, GatewayJson.Lines, context.RequestAborted);
    }

    private static object Peers(GatewayCore core) => new
    {
        connections = ConnectionStatus.Of(core.Node.Connections),
        connected = core.Node.Peers.Select(one => one.ToString()).Order(StringComparer.Ordinal),
        blocked = core.Blocked.Peers.Select(one => one.ToString()).Order(StringComparer.Ordinal),
    };

    private static async Task AnswerAboutAsync(HttpContext context, Func<HttpContext, PeerId, Task<object>> answer)
    {
        string text = (string)context.Request.RouteValues["peer"]!;
        PeerId? peer = PeerId.TryParse(text, out string error);
        if (peer == null)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error }, GatewayJson.Lines,
                context.RequestAborted).ConfigureAwait(false);
            return;
        }

        try
        {
            object done = await answer(context, peer).ConfigureAwait(false);
            await context.Response.WriteAsJsonAsync(done, GatewayJson.Lines, context.RequestAborted).ConfigureAwait(false);
        }
        catch (GatewayException e)
        {
            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            await context.Response.WriteAsJsonAsync(new { error = e.Message }, GatewayJson.Lines, context.RequestAborted)
                .ConfigureAwait(false);
        }
    }
}
