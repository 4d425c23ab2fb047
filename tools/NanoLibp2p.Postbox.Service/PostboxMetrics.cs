using System;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Linq;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service;

/// <summary>The figures of SPEC.md 18, never by peer.</summary>
internal sealed class PostboxMetrics : IDisposable
{
    internal const string MeterName = "NanoLibp2p.Postbox";

    private readonly Meter _meter;
    private readonly Counter<long> _deposits;
    private readonly Counter<long> _syncs;
    private readonly Counter<long> _acks;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _expired;
    private readonly Counter<long> _removed;
    private readonly Counter<long> _storeErrors;

    internal PostboxMetrics(PostboxService service)
    {
        _meter = new Meter(new MeterOptions(MeterName) { Scope = service });
        _deposits = _meter.CreateCounter<long>("postbox_deposits_total", null, "Deposits, by what came of them");
        _syncs = _meter.CreateCounter<long>("postbox_syncs_total", null, "Syncs, by whether there was anything to say");
        _acks = _meter.CreateCounter<long>("postbox_acks_total", null, "Acknowledgements of items that waited");
        _refused = _meter.CreateCounter<long>("postbox_refused_total", null, "Requests refused, by code");
        _expired = _meter.CreateCounter<long>("postbox_expired_total", null, "Items whose time ended");
        _removed = _meter.CreateCounter<long>("postbox_removed_total", null, "Items removed by hand, or with their mailbox");
        _storeErrors = _meter.CreateCounter<long>("postbox_store_errors_total", null, "Requests that the store did not serve");
        _meter.CreateObservableGauge("postbox_items", () => States(service.Index), null, "Items by state; those that wait have a body");
        _meter.CreateObservableGauge("postbox_item_bytes", () => service.Index.ItemBytes, null, "Bytes of what waits");
        _meter.CreateObservableGauge("postbox_mailboxes", () => service.Count, null, "Mailboxes");
        _meter.CreateObservableGauge("postbox_oldest_seconds", () => Oldest(service), null, "Age of the item that waits longest");
        _meter.CreateObservableGauge("postbox_clock_doubt", () => service.Clock.IsInDoubt() ? 1 : 0, null,
            "1 while nothing expires, since the clock has not been steady for an hour");
    }

    internal void Answered(bool isDeposit, PostboxCode code)
    {
        if (isDeposit)
        {
            _deposits.Add(1, new KeyValuePair<string, object?>("result", code == PostboxCode.Ok ? "ok" : "refused"));
        }

        if (code != PostboxCode.Ok)
        {
            _refused.Add(1, new KeyValuePair<string, object?>("code", ((int)code).ToString(CultureInfo.InvariantCulture)));
        }
    }

    internal void Synced(bool isEmpty) => _syncs.Add(1, new KeyValuePair<string, object?>("empty", isEmpty ? "true" : "false"));

    internal void Acknowledged(PostboxState state) => _acks.Add(1, new KeyValuePair<string, object?>("outcome", Name(state)));

    internal void Expired(int count) => _expired.Add(count);

    internal void Removed(int count) => _removed.Add(count);

    internal void StoreFailed() => _storeErrors.Add(1);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<long>> States(MailboxIndex index)
    {
        for (PostboxState state = PostboxState.Waiting; state <= PostboxState.Expired; state++)
        {
            yield return new Measurement<long>(index.CountOf(state), new KeyValuePair<string, object?>("state", Name(state)));
        }
    }

    private static long Oldest(PostboxService service)
    {
        uint? oldest = null;
        foreach (Mailbox box in service.Index.All)
        {
            lock (box.Lock)
            {
                oldest = new[] { oldest, box.Oldest }.Min();
            }
        }

        return oldest is { } since ? Math.Max(0, (long)service.Clock.Now - since) : 0;
    }

    private static string Name(PostboxState state) => state switch
    {
        PostboxState.Waiting => "waiting",
        PostboxState.Delivered => "delivered",
        PostboxState.Refused => "refused",
        PostboxState.Unreadable => "unreadable",
        PostboxState.Late => "late",
        PostboxState.Replaced => "replaced",
        _ => "expired",
    };
}
