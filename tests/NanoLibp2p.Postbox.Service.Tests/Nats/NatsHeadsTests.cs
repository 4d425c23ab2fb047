using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Postbox.Killed;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Tests.Stores;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>What a gateway keeps of the stream in a file: the next start goes on from there, and has no head that the stream has
/// not.</summary>
/// <param name="hall">The server.</param>
public sealed class NatsHeadsTests(NatsHall hall) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("heads").FullName;

    private string File => Path.Combine(_folder, "postbox.heads");

    [Fact]
    public void The_file_says_what_was_written_and_damaged_anywhere_it_says_nothing()
    {
        NatsHeads kept = Kept();
        kept.Write(File);
        NatsHeads read = NatsHeads.Read(File, out string? problem)!;
        Assert.Null(problem);
        Assert.Equal(kept.Mark, read.Mark);
        Assert.Equal(kept.Gone, read.Gone);
        Assert.Equivalent(kept.Boxes, read.Boxes, strict: true);
        Assert.Equal([1, 2], read.Boxes[0].Mailbox!.Settings);
        Assert.Equivalent(kept.Heads, read.Heads, strict: true);

        byte[] whole = System.IO.File.ReadAllBytes(File);
        for (int at = 0; at < whole.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] damaged = [.. whole];
                damaged[at] ^= (byte)(1 << bit);
                System.IO.File.WriteAllBytes(File, damaged);
                Assert.True(NatsHeads.Read(File, out problem) == null && problem != null, $"bit {bit} of byte {at}");
            }

            System.IO.File.WriteAllBytes(File, whole[..at]);
            Assert.True(NatsHeads.Read(File, out problem) == null && problem != null, $"the first {at} bytes");
        }

        System.IO.File.WriteAllBytes(File, [.. whole, 0]);
        Assert.Null(NatsHeads.Read(File, out problem));
        Assert.NotNull(problem);
        Assert.Null(NatsHeads.Read(File + "none", out problem));
        Assert.Null(problem);
    }

    [Fact]
    public void A_large_one_is_read_as_it_was_written()
    {
        // more than a block, a mailbox at its most, and heads on both sides of a block's end
        NatsHeads few = Kept();
        NatsHeads kept = new()
        {
            Mark = few.Mark, Gone = [.. Enumerable.Range(1, 65_536).Select(one => (long)one)],
            Boxes = [.. few.Boxes, (Letters.Box(9), 70_000, 0, new PostboxMailbox(Letters.Peer(9), 1)
            {
                Settings = new byte[PostboxMailbox.MaxBytes], Record = new byte[PostboxMailbox.MaxBytes],
            })],
            Heads = [.. Enumerable.Range(1, 30_000).Select(one => (Letters.Deposit(9, one).ToHead(70_000 + one), 70_000L + one))],
        };
        kept.Write(File);
        NatsHeads read = NatsHeads.Read(File, out _)!;
        Assert.Equal(kept.Gone, read.Gone);
        Assert.Equal(kept.Heads.Select(one => (one.Head.Id, one.Head.Sequence, one.Head.Until, one.Message)),
            read.Heads.Select(one => (one.Head.Id, one.Head.Sequence, one.Head.Until, one.Message)));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        }
    }

    [Fact]
    public void What_can_not_be_written_leaves_what_was_there()
    {
        Kept().Write(File);
        byte[] before = System.IO.File.ReadAllBytes(File);
        Directory.CreateDirectory(File + ".new");
        Assert.ThrowsAny<Exception>(() => Kept().Write(File));
        Assert.Equal(before, System.IO.File.ReadAllBytes(File));
    }

    [Fact]
    public async Task The_next_start_goes_on_from_there_with_all_that_others_did_meanwhile()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        PostboxHead[] heads;
        await using (NatsPostboxStore store = Store(url))
        {
            await store.OpenedAsync(null, 4);
            heads = await DepositAsync(store, 1, 1, 2, 3, 4, 5);
            await store.AppendOneAsync(Letters.Deposit(1, 6, slot: 9));
            await DepositAsync(store, 3, 7, 8);
            await store.SettleOneAsync(heads[4], PostboxState.Delivered, 77);
            await KeptAsync(store);
        }

        await using (NatsPostboxStore other = Store(url, isKept: false))
        {
            StoreMirror mirror = new();
            await other.OpenedAsync(mirror);
            await other.SettleOneAsync(heads[0], PostboxState.Delivered, 5);
            await other.SettleOneAsync(heads[1]);
            Assert.Equal(1, await other.ForgetAsync([heads[1]]));
            await other.AppendOneAsync(Letters.Deposit(1, 16, slot: 9));
            await other.AppendOneAsync(Letters.Deposit(1, 26, slot: 9));
            await other.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(2), 2) { Settings = [4] });

            // dropped and made anew: of the two messages the second alone is there
            await other.DropMailboxAsync(Letters.Box(3), 1);
            await other.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(3), 3));
            await DepositAsync(other, 3, 9);
            await other.DropMailboxAsync(Letters.Box(4), 1);
            await Patience.UntilAsync(() => mirror.Heads.Count(one => one.Slot == 0) == 5 && mirror.Heads.Count(one => one.Slot != 0) == 2);
        }

        await SameAsync(url, wasKept: true);
    }

    [Fact]
    public async Task It_is_written_anew_when_enough_has_come_and_says_what_there_is_then()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        await using (NatsPostboxStore store = Store(url))
        {
            await store.OpenedAsync(null, 1);
            await DepositAsync(store, 1, [.. Enumerable.Range(1, 100)]);
            await KeptAsync(store);
            long former = NatsHeads.Read(File, out _)!.Mark.Sequence;
            await DepositAsync(store, 1, [.. Enumerable.Range(101, 100)]);
            await Patience.UntilAsync(() => NatsHeads.Read(File, out _)!.Mark.Sequence > former + 80);
        }

        await SameAsync(url, wasKept: true);
    }

    [Fact]
    public async Task What_went_from_the_stream_unheard_is_not_taken_from_the_file()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        PostboxHead[] heads = await SixtyKeptAsync(url);

        // as where a notice was overwritten
        await AskAsync(url, link => link.DeleteAsync([heads[3].Sequence], default));
        await SameAsync(url, wasKept: false);
    }

    [Fact]
    public async Task Of_a_stream_that_was_made_anew_nothing_is_taken_from_the_file()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        await SixtyKeptAsync(url);

        await AskAsync(url, link => link.AskAsync($"STREAM.DELETE.{link.Stream}", [], default));
        await using (NatsPostboxStore other = Store(url, isKept: false))
        {
            await other.OpenedAsync(null, 1);
            await DepositAsync(other, 1, [.. Enumerable.Range(101, 65)]);
        }

        await SameAsync(url, wasKept: false);
    }

    [Fact]
    public async Task Of_a_server_that_came_back_from_an_older_copy_nothing_is_taken_from_the_file()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        await using NatsServer server = await NatsServer.StartAsync();
        string url = $"{server.Url}/mail";
        string copy;
        await using (NatsPostboxStore store = Store(url))
        {
            await store.OpenedAsync(null, 1);
            await DepositAsync(store, 1, 1, 2, 3);
            await server.KillAsync();
            copy = server.Copy();
            await server.StartAgainAsync();
            await Patience.UntilAsync(() => store.FreeAsync().AsTask().Result.Health == StoreHealth.Ready);
            await DepositAsync(store, 1, [.. Enumerable.Range(11, 60)]);
            await KeptAsync(store);
        }

        await server.KillAsync();
        server.Restore(copy);
        await server.StartAgainAsync();

        // others go on from there, beyond where the file is as of
        await using (NatsPostboxStore other = Store(url, isKept: false))
        {
            await other.OpenedAsync();
            await DepositAsync(other, 1, [.. Enumerable.Range(101, 70)]);
        }

        await SameAsync(url, wasKept: false);
    }

    [Fact]
    public async Task A_damaged_file_is_told_of_and_written_anew()
    {
        Assert.SkipUnless(NatsServer.IsHere, NatsServer.Missing);
        string url = await hall.NewUrlAsync();
        await SixtyKeptAsync(url);

        byte[] whole = System.IO.File.ReadAllBytes(File);
        whole[^40] ^= 4;
        System.IO.File.WriteAllBytes(File, whole);
        await using (NatsPostboxStore store = Store(url))
        {
            PostboxOpening opening = await store.OpenAsync(_ => { });
            Assert.False(store.WasKept);
            Assert.True(opening.IsWritable);
            Assert.Contains(File, opening.Note);
            Assert.Contains("damaged", opening.Note);
            await KeptAsync(store);
        }

        await SameAsync(url, wasKept: true);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static NatsHeads Kept()
    {
        PostboxHead head = Letters.Deposit(1, 1, slot: 7).ToHead(4);
        return new NatsHeads
        {
            Mark = new NatsMark(12, -5, new Int128(1, 2)),
            Boxes =
            [
                (Letters.Box(1), 2, 0, new PostboxMailbox(Letters.Peer(1), 3) { Settings = [1, 2], Record = [3], Seen = 9 }),
                (Letters.Box(2), 11, 11, null),
            ],
            Gone = [3, 1],
            Heads = [(head, 4), (Letters.Deposit(1, 2).ToHead(5).With(PostboxState.Delivered, 0xFEDC_BA98_7654_3210), 9)],
        };
    }

    private static async Task<PostboxHead[]> DepositAsync(NatsPostboxStore store, int box, params int[] numbers)
    {
        PostboxAppend[] kept = await store.AppendAsync([.. numbers.Select(one => Letters.Deposit(box, one))]);
        Assert.All(kept, one => Assert.Equal((AppendOutcome.Kept, null), (one.Outcome, one.Reason)));
        return [.. kept.Select(one => one.Head!)];
    }

    private static async Task AskAsync(string url, Func<NatsLink, Task> what)
    {
        int slash = url.LastIndexOf('/');
        await using NatsLink link = new(new NatsPostboxOptions { Url = url }, url[..slash], url[(slash + 1)..]);
        await link.ConnectAsync(TestContext.Current.CancellationToken);
        await what(link);
    }

    private static string Told(StoreMirror mirror)
    {
        StringBuilder text = new();
        foreach (PostboxHead one in mirror.Heads)
        {
            text.AppendLine($"{one.Sequence} {one.Box} {one.Id} {one.State} {one.Proof} {one.Slot} {one.Arrived} {one.Until}");
        }

        foreach (PostboxMailbox one in mirror.Mailboxes.OrderBy(one => one.Box.ToString(), StringComparer.Ordinal))
        {
            text.AppendLine($"{one.Box} {one.Number} {Convert.ToHexString(one.Settings)}");
        }

        return text.ToString();
    }

    private NatsPostboxStore Store(string url, bool isKept = true) =>
        new(new NatsPostboxOptions { Url = url, Replicas = 1, HeadsFile = isKept ? File : "", KeepAfter = 4 });

    // a gateway that has taken sixty, kept them, and closed
    private async Task<PostboxHead[]> SixtyKeptAsync(string url)
    {
        await using NatsPostboxStore store = Store(url);
        await store.OpenedAsync(null, 1);
        PostboxHead[] heads = await DepositAsync(store, 1, [.. Enumerable.Range(1, 60)]);
        await KeptAsync(store);
        return heads;
    }

    // until all is kept that the stream has
    private async Task KeptAsync(NatsPostboxStore store)
    {
        for (int number = 2000; !(NatsHeads.Read(File, out _)?.Boxes.Any(one => one.Box == Letters.Box(99)) ?? false); number++)
        {
            await store.SaveMailboxAsync(new PostboxMailbox(Letters.Peer(99), number));
            await store.Keeping;
        }
    }

    // who takes what the file says has what there is, as who reads the whole stream
    private async Task SameAsync(string url, bool wasKept)
    {
        StoreMirror whole = new();
        await using (IPostboxStore store = await Store(url, isKept: false).OpenedAsync(whole))
        {
            await using NatsPostboxStore again = Store(url);
            StoreMirror mirror = new();
            PostboxOpening opening = await again.OpenAsync(mirror.Apply);
            Assert.Equal(wasKept, again.WasKept);
            Assert.Null(opening.Note);
            Assert.Equal(Told(whole), Told(mirror));
            Assert.Equal(whole.Heads.Length, opening.Heads);

            // and both go on
            await DepositAsync(again, 1, 1001);
            await DepositAsync((NatsPostboxStore)store, 1, 1002);
            await Patience.UntilAsync(() => whole.Heads.Length == mirror.Heads.Length && Told(whole) == Told(mirror));
            foreach (PostboxHead head in mirror.Waiting)
            {
                Assert.Equal(head.Id, ItemId.Of((await again.ReadWholeAsync(head))!));
            }
        }
    }
}
