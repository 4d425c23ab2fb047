using System;
using System.Buffers.Text;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Stores;

/// <summary>What an operator who reads every file of a store finds: SPEC.md 19. With the specification's own sealed items, of which sender,
/// plaintext and slot label are known.</summary>
public abstract partial class PrivacySuite
{
    private static readonly Dictionary<string, byte[]> _vectors =
        JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors.json")))!
            .Where(one => one.Value.Length % 2 == 0 && one.Value.All(char.IsAsciiHexDigit))
            .ToDictionary(one => one.Key, one => Convert.FromHexString(one.Value));

    /// <summary>Names of the items that <see cref="DepositAsync"/> leaves.</summary>
    protected static readonly string[] Items = ["plain", "bare", "latest", "padded", "long", "two whole chunks", "prekey"];

    [Fact]
    public async Task No_file_has_a_plaintext_a_sender_or_a_slot_label_at_any_time()
    {
        await using StoreBed bed = await NewBedAsync();
        List<(string What, byte[] Bytes)> secrets =
        [
            ("sender's key", _vectors["sender"][^32..]), ("sender's X25519 key", _vectors["sender x25519"]),
            ("slot label", _vectors["slot, secret a0..bf, subject setpoint"]), ("body", Encoding.UTF8.GetBytes("open the valve")),
            ("subject", Encoding.UTF8.GetBytes("valve")), ("subject", Encoding.UTF8.GetBytes("setpoint")),
            ("proof key", [0, 1, 2, 3, 4, 5, 6, 7]),
        ];
        secrets.AddRange(Items.Select(one => ($"plaintext of {one}", _vectors[$"item {one}: plaintext"][^14..])));
        secrets.RemoveAll(one => one.Bytes.All(value => value == 0));
        List<string> found = [];
        async Task SearchAsync(string when)
        {
            // a server writes a moment after it has answered; without these the search would find nothing at all
            byte[] all = [];
            await Patience.UntilAsync(() =>
            {
                all = Decoded(AllBytes(bed));
                return all.AsSpan().IndexOf(_vectors["recipient"]) >= 0 && Has(all, Items[^1]);
            });
            found.AddRange(secrets.Where(one => all.AsSpan().IndexOf(one.Bytes) >= 0).Select(one => $"{one.What}, {when}"));
        }

        await using (IPostboxStore store = bed.NewStore())
        {
            StoreMirror mirror = new();
            await store.OpenAsync(mirror.Apply);
            await DepositAsync(store);
            await SearchAsync("while all wait");
            await store.SettleAsync([.. mirror.Waiting[..4].Select(one => new PostboxSettlement(one, PostboxState.Delivered, 9))]);
            await SearchAsync("while some are settled");
        }

        await SearchAsync("after closing");
        await RestAsync(bed);
        await SearchAsync("after compaction, or a start of the server");
        Assert.Empty(found);
    }

    /// <summary>An empty place.</summary>
    /// <returns>The place.</returns>
    protected abstract ValueTask<StoreBed> NewBedAsync();

    /// <summary>All that is in the files of a place.</summary>
    /// <param name="bed">The place.</param>
    /// <returns>The files' bytes, one after the other.</returns>
    protected abstract byte[] AllBytes(StoreBed bed);

    /// <summary>Does what is done at times with the files of a closed store.</summary>
    /// <param name="bed">The place.</param>
    /// <returns>When it is done.</returns>
    protected abstract Task RestAsync(StoreBed bed);

    /// <summary>Whether some bytes have an item: the middle of it, as long ones are in several pages.</summary>
    /// <param name="all">The bytes.</param>
    /// <param name="item">Its name.</param>
    /// <returns>Whether it is there.</returns>
    protected static bool Has(byte[] all, string item) => all.AsSpan().IndexOf(_vectors["item " + item].AsSpan(34, 64)) >= 0;

    /// <summary>Leaves the items in a mailbox.</summary>
    /// <param name="store">An open store.</param>
    /// <returns>When they are there.</returns>
    protected static async Task DepositAsync(IPostboxStore store)
    {
        byte[] peer = _vectors["recipient"];
        await store.SaveMailboxAsync(new PostboxMailbox(peer, 1));
        await store.AppendAsync([.. Items.Select((one, i) => new PostboxDeposit
        {
            Box = BoxId.Of(peer), Id = ItemId.Of(_vectors["item " + one]), Item = _vectors["item " + one],
            Slot = i == 0 ? BitConverter.ToUInt64(_vectors["slot as kept, depositor sender"]) : 0,
        })]);
    }

    // with what stands there in base64, wherever that begins
    private static byte[] Decoded(byte[] all)
    {
        using MemoryStream with = new();
        with.Write(all);
        foreach (Match one in Base64().Matches(Encoding.Latin1.GetString(all)))
        {
            for (int skipped = 0; skipped < 4; skipped++)
            {
                string text = one.Value[skipped..];
                with.Write(Base64Url.DecodeFromChars(text.PadRight((text.Length + 3) / 4 * 4, 'A')));
            }
        }

        return with.ToArray();
    }

    [GeneratedRegex("[A-Za-z0-9_-]{20,}")]
    private static partial Regex Base64();
}
