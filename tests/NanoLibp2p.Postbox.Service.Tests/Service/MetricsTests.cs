using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics.Metrics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>The figures of SPEC.md 18.</summary>
public sealed class MetricsTests
{
    [Fact]
    public async Task Figures_tell_what_happened_and_never_to_whom()
    {
        await using Bed bed = await Bed.StartAsync();
        ConcurrentDictionary<string, double> found = new();
        ConcurrentBag<string> labels = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, bed.Service))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Take(instrument, value, tags));
        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string name = instrument.Name;
            foreach (KeyValuePair<string, object?> tag in tags)
            {
                name += $" {tag.Key}={tag.Value}";
                labels.Add($"{tag.Value}");
            }

            found.AddOrUpdate(name, value, (_, before) => instrument is ObservableInstrument<long> or ObservableInstrument<int>
                ? value : before + value);
        }

        listener.Start();
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] token = owner.Token(owner.Peer);
        Assert.Equal(0, (await owner.SyncAsync()).Code);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(i), token: token)).Code);
        }

        Assert.Equal(403, (await owner.DepositAsync(owner.Peer, Caller.Item(9), token: [1])).Code);
        Assert.Equal(400, (await owner.SyncAsync(limit: 65)).Code);
        await owner.SyncAsync(acks: [Caller.Ack(Caller.Item(0)), Caller.Ack(Caller.Item(1), 3), Caller.Ack(Caller.Item(0))]);
        listener.RecordObservableInstruments();
        Dictionary<string, double> expected = new()
        {
            ["postbox_items state=waiting"] = 1,
            ["postbox_items state=delivered"] = 1,
            ["postbox_items state=late"] = 1,
            ["postbox_item_bytes"] = 120,
            ["postbox_mailboxes"] = 1,
            ["postbox_clock_doubt"] = 0,
            ["postbox_deposits_total result=ok"] = 3,
            ["postbox_deposits_total result=refused"] = 1,
            ["postbox_refused_total code=403"] = 1,
            ["postbox_refused_total code=400"] = 1,
            ["postbox_syncs_total empty=true"] = 1,
            ["postbox_syncs_total empty=false"] = 1,
            ["postbox_acks_total outcome=delivered"] = 1,
            ["postbox_acks_total outcome=late"] = 1,
        };

        // an answer is there before it is counted
        await Bed.UntilAsync(() => expected.All(one => found.GetValueOrDefault(one.Key, -1) >= one.Value), "all is counted");
        Assert.All(expected, one => Assert.Equal((one.Key, one.Value), (one.Key, found[one.Key])));
        Assert.InRange(found["postbox_oldest_seconds"], 0, 60);
        Assert.Equal(1, await bed.Service.PurgeAsync(owner.Peer));
        Assert.Equal(1, found["postbox_removed_total"]);
        Assert.DoesNotContain(labels, one => one.Length > 12);
    }
}
