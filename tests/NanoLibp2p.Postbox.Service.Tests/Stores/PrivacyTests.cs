using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What an operator who reads every file finds: SPEC.md 19, and row 24 of 15. With the specification's own sealed items, of which
/// sender, plaintext and slot label are known.</summary>
public sealed class PrivacyTests
{
    private static readonly string[] _items = ["plain", "bare", "latest", "padded", "long", "two whole chunks", "prekey"];
    private readonly Dictionary<string, byte[]> _vectors =
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors.json")))!
            .Where(one => one.Value.Length % 2 == 0 && one.Value.All(char.IsAsciiHexDigit))
            .ToDictionary(one => one.Key, one => Convert.FromHexString(one.Value));

    [Fact]
    public async Task No_file_has_a_plaintext_a_sender_or_a_slot_label_at_any_time()
    {
        await using SqliteBed bed = new();
        List<(string What, byte[] Bytes)> secrets =
        [
            ("sender's key", _vectors["sender"][^32..]), ("sender's X25519 key", _vectors["sender x25519"]),
            ("slot label", _vectors["slot, secret a0..bf, subject setpoint"]), ("body", Encoding.UTF8.GetBytes("open the valve")),
            ("subject", Encoding.UTF8.GetBytes("valve")), ("subject", Encoding.UTF8.GetBytes("setpoint")),
            ("proof key", [0, 1, 2, 3, 4, 5, 6, 7]),
        ];
        secrets.AddRange(_items.Select(one => ($"plaintext of {one}", _vectors[$"item {one}: plaintext"][^14..])));
        secrets.RemoveAll(one => one.Bytes.All(value => value == 0));
        List<string> found = [];
        void Search(string when)
        {
            byte[] all = bed.AllBytes();
            found.AddRange(secrets.Where(one => all.AsSpan().IndexOf(one.Bytes) >= 0).Select(one => $"{one.What}, {when}"));
            Assert.True(all.AsSpan().IndexOf(_vectors["recipient"]) >= 0, "the search finds nothing at all");
        }

        await using (IPostboxStore store = bed.NewStore())
        {
            StoreMirror mirror = new();
            await store.OpenAsync(mirror.Apply);
            await DepositAsync(store);
            Search("while all wait");
            await store.SettleAsync([.. mirror.Waiting[..4].Select(one => new PostboxSettlement(one, PostboxState.Delivered, 9))]);
            Search("while some are settled");
        }

        Search("after closing");
        await bed.NewSqlite().CompactAsync();
        Search("after compaction");
        Assert.Empty(found);
    }

    [Fact]
    public async Task Row_24_after_compaction_no_file_has_the_sealed_body_of_a_settled_item()
    {
        await using SqliteBed bed = new();
        StoreMirror mirror = new();
        await using (IPostboxStore store = bed.NewStore())
        {
            await store.OpenAsync(mirror.Apply);
            await DepositAsync(store);
            byte[] before = bed.AllBytes();
            Assert.All(_items, one => Assert.True(Has(before, one)));
            await store.SettleAsync([.. mirror.Waiting[..3].Select(one => new PostboxSettlement(one, PostboxState.Delivered))]);
            await store.ForgetAsync([mirror.Waiting[0]]);
        }

        await bed.NewSqlite().CompactAsync();
        byte[] after = bed.AllBytes();
        Assert.Equal(_items[4..], _items.Where(one => Has(after, one)));
    }

    // the middle of an item: long ones are in several pages
    private bool Has(byte[] all, string item) => all.AsSpan().IndexOf(_vectors["item " + item].AsSpan(34, 64)) >= 0;

    private async Task DepositAsync(IPostboxStore store)
    {
        byte[] peer = _vectors["recipient"];
        await store.SaveMailboxAsync(new PostboxMailbox(peer, 1));
        await store.AppendAsync([.. _items.Select((one, i) => new PostboxDeposit
        {
            Box = BoxId.Of(peer), Id = ItemId.Of(_vectors["item " + one]), Item = _vectors["item " + one],
            Slot = i == 0 ? BitConverter.ToUInt64(_vectors["slot as kept, depositor sender"]) : 0,
        })]);
    }
}
