using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Gateway.Http;

/// <summary>What an operator sees of mailboxes, and does with them by hand.</summary>
internal static class MailboxEndpoints
{
    private const string Path = "/api/mailboxes";

    internal static void Map(WebApplication app, GatewayCore core)
    {
        HttpSurface.Get(app, Path, context => context.Response.WriteAsJsonAsync(
            new { mailboxes = All(core).OrderByDescending(one => one.Waiting).Select(MailboxStatus.Of) },
            GatewayJson.Lines, context.RequestAborted));
        About(app, core, "open", (postbox, peer, _) => postbox.OpenAsync(peer));
        About(app, core, "quota", (postbox, peer, query) => postbox.SetQuotaAsync(peer, Number(query, "items", 65_536),
            Number(query, "bytes", 1024 * 1024 * 1024)));
        HttpSurface.About(app, $"{Path}/{{peer}}/purge", (_, peer) => DoAsync(core, async postbox
            => new { removed = await postbox.PurgeAsync(peer).ConfigureAwait(false) }));
    }

    private static IReadOnlyList<MailboxInfo> All(GatewayCore core) => core.FullNode?.Postbox?.Service.Mailboxes ?? [];

    private static void About(
        WebApplication app, GatewayCore core, string what, Func<PostboxService, PeerId, IQueryCollection, Task<bool>> change)
        => HttpSurface.About(app, $"{Path}/{{peer}}/{what}", (context, peer) => DoAsync(core, async postbox
            => new { changed = await change(postbox, peer, context.Request.Query).ConfigureAwait(false) }));

    private static async Task<object> DoAsync(GatewayCore core, Func<PostboxService, Task<object>> change)
    {
        PostboxService postbox = core.FullNode?.Postbox?.Service ?? throw new GatewayException(
            core.Conditions.All.TryGetValue("postbox-store", out string? why) ? why : "there is no postbox: postbox.enabled is false");
        try
        {
            return await change(postbox).ConfigureAwait(false);
        }
        catch (Exception e) when (e is PostboxStoreException or InvalidOperationException or ArgumentException)
        {
            throw new GatewayException(e.Message, inner: e);
        }
    }

    private static int Number(IQueryCollection query, string name, int most)
        => int.TryParse(query[name], NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most ? value
            : throw new GatewayException($"{name} = '{query[name]}'; give 0 to {most}", isConfiguration: true);
}
