using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Tests;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Each row of a stream's states at the gateway (SPEC.md 8.3), by a scripted client.</summary>
public sealed class StreamTests
{
    [Fact]
    public async Task Eight_requests_are_open_at_a_time_and_the_ninth_is_read_when_one_ends()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] token = owner.Token(owner.Peer);
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        for (int i = 0; i < 12; i++)
        {
            await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(i), token: i == 0 ? token : null));
        }

        await Bed.UntilAsync(() => store.UnderWay == 8, "eight deposits");
        await Task.Delay(200);
        Assert.Equal(8, store.UnderWay);
        store.Gate.SetResult();
        store.Gate = null;
        for (uint i = 2; i <= 13; i++)
        {
            Answer answer = await owner.ReadAsync();
            Assert.Equal((i, 0), (answer.Serial, answer.Code));
        }
    }

    [Fact]
    public async Task Requests_are_handled_in_the_order_in_which_they_came()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(1), token: owner.Token(owner.Peer)));
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(2), Wire.Fixed64(4, new byte[8])));
        await owner.SendAsync(4, Wire.Number(3, 64));
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, null, Wire.Fixed64(4, new byte[8])));
        await owner.SendAsync(4, []);
        await Bed.UntilAsync(() => store.UnderWay == 1, "the first deposit");
        store.Gate.SetResult();
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        Assert.Equal(2, (await owner.ReadAsync()).Waiting);
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        Assert.Equal(1, (await owner.ReadAsync()).Waiting);
    }

    [Fact]
    public async Task What_breaks_a_bound_is_refused_its_bytes_are_passed_over_and_the_stream_goes_on()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Dictionary<string, (int Code, byte[] Request)> cases = new()
        {
            ["an unknown request"] = (401, Wire.Bytes(9, [])),
            ["no request"] = (401, []),
            ["a query of 17"] = (400, Wire.Bytes(3, [.. Wire.Bytes(1, owner.Peer.ToBytes()),
                .. Enumerable.Repeat(Wire.Bytes(2, new byte[32]), 17).SelectMany(one => one)])),
            ["an id of 31 bytes"] = (400, Wire.Bytes(3, [.. Wire.Bytes(1, owner.Peer.ToBytes()), .. Wire.Bytes(2, new byte[31])])),
            ["a sync of 5,000 bytes"] = (400, Wire.Bytes(4, Wire.Bytes(99, new byte[5000]))),
            ["a deposit with 5,000 bytes beside"] = (400, Wire.Bytes(2, Caller.DepositBody(owner.Peer, Caller.Item(1),
                Wire.Bytes(14, new byte[5000])))),
            ["an item of 1 MiB"] = (402, Wire.Bytes(2, Caller.DepositBody(owner.Peer, Caller.Item(1, 1_048_576)))),
        };
        foreach ((string what, (int code, byte[] request)) in cases)
        {
            await owner.SendAsync(Wire.Delimited([.. Wire.Number(1, ++owner.Serial), .. request]));
            Answer answer = await owner.ReadAsync();
            Assert.True((answer.Serial, answer.Code) == (owner.Serial, code), $"{what}: {answer.Code} {answer.Reason}");
        }

        // fields that nobody knows are passed over
        await owner.SendAsync(4, [.. Wire.Bytes(77, [1, 2, 3]), .. Wire.Number(78, 5)]);
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        await owner.SendAsync(Wire.Delimited(Wire.Bytes(4, [])));
        Assert.Equal(400, (await owner.ReadAsync()).Code);
        Assert.Equal(0, (await owner.SyncAsync()).Code);
    }

    [Theory]
    [InlineData("FFFFFFFF7F")]
    [InlineData("80808080808080")]
    [InlineData("03FFFFFF")]
    [InlineData("0408022205")]
    [InlineData("05080222010B")]
    [InlineData("8000")]
    public async Task After_bytes_that_are_no_request_what_is_due_is_answered_then_400_and_the_stream_ends(string bytes)
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        await owner.SendAsync([0x04, 0x08, 0x02, 0x22, 0x00, .. Convert.FromHexString(bytes)]);
        Answer due = await owner.ReadAsync();
        Assert.Equal((2u, 0), (due.Serial, due.Code));
        Assert.Equal(400, (await owner.ReadAsync()).Code);
        Assert.Null(await owner.TryReadAsync());

        // and nothing on a stream ends the connection
        await owner.OpenAsync();
        Assert.Equal(0, (await owner.SyncAsync()).Code);
    }

    [Fact]
    public async Task Who_closes_its_side_gets_what_is_due()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        await owner.SendAsync(4, []);
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(1), token: owner.Token(owner.Peer)));
        await owner.SendAsync(4, []);
        owner.Stream.CompleteWrites();
        Assert.Equal(0, (await owner.ReadAsync()).Waiting);
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        Assert.Equal(1, (await owner.ReadAsync()).Waiting);
        Assert.Null(await owner.TryReadAsync());
    }

    [Fact]
    public async Task Requests_that_were_read_whole_are_done_though_their_stream_was_reset()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(1), token: owner.Token(owner.Peer)));
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(2)));
        await Bed.UntilAsync(() => store.UnderWay == 2, "two deposits");
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(3))[..50]);
        owner.Stream.Abort();
        store.Gate.SetResult();
        await Bed.UntilAsync(() => bed.Service.Waiting == 2, "both are kept");
        await owner.OpenAsync();
        Assert.Equal(2, (await owner.SyncAsync()).Waiting);
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 0, "nothing is held of it");
    }

    [Fact]
    public async Task A_stream_without_a_first_request_one_that_is_silent_and_one_with_half_a_request_are_closed_in_time()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options => options.Time = time);
        Caller first = await bed.CallAsync();
        Caller silent = await bed.CallWithMailboxAsync();
        Caller half = await bed.CallWithMailboxAsync();
        Caller follower = await bed.CallWithMailboxAsync();
        Assert.Equal(0, (await follower.SyncAsync(more: Wire.Number(5, 1))).Code);
        await half.SendAsync([0xA0, 0x06, 0x08, 0x02]);

        // what is sent is there before the time goes on
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 800, "half a request");
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(await first.TryReadAsync());
        Assert.Equal(0, (await silent.SyncAsync()).Code);
        time.Advance(TimeSpan.FromSeconds(55));
        Assert.Null(await half.TryReadAsync());
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 0, "nothing is held of half a request");
        Assert.Equal(0, (await silent.SyncAsync()).Code);

        // its answer may be here before the service waits for the next
        Task<Answer?> end = silent.TryReadAsync();
        await Bed.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(61));
                return end.IsCompleted;
            }, "the end of the silent one");
        Assert.Null(await end);
        Assert.Equal(0, (await follower.SyncAsync()).Code);
    }

    [Fact]
    public async Task A_store_that_fails_is_503_for_each_request_and_the_stream_goes_on()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] token = owner.Token(owner.Peer);
        byte[] item = Caller.Item(1);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, item, token: token)).Code);
        store.IsBroken = true;
        Answer refused = await owner.DepositAsync(owner.Peer, Caller.Item(2), Wire.Number(7, 1), token);
        Assert.Equal(503, refused.Code);
        Assert.True(refused.RetryAfter > 0);
        Assert.Equal(503ul, Wire.NumberOf(refused.OpenReceipt(bed.Node.PeerId), 3));
        Assert.Equal(503, (await owner.SyncAsync(acks: Caller.Ack(item))).Code);
        Assert.Equal(503, (await owner.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(item))))).Code);
        Assert.Equal(503, (await owner.AskAsync(6, Wire.Number(3, 9))).Code);

        // a probe asks nothing of the store; of what came along with it the first that can't be read ends it
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
        Assert.Equal(1, (await owner.SyncAsync(budget: 1000)).Attached);
        Assert.Equal(503, (await owner.ReadAsync()).Code);
        store.IsBroken = false;
        store.IsFull = true;
        Answer full = await owner.DepositAsync(owner.Peer, Caller.Item(3), token: token);
        Assert.Equal(502, full.Code);
        Assert.True(full.RetryAfter > 0);
        store.IsFull = false;

        // what was refused can be deposited, and what was not confirmed was not acknowledged
        Assert.Equal((0, false), Kept(await owner.DepositAsync(owner.Peer, Caller.Item(2), token: token)));
        Assert.Equal((0, false), Kept(await owner.DepositAsync(owner.Peer, Caller.Item(3), token: token)));
        Assert.Equal(3, (await owner.SyncAsync()).Waiting);
        Assert.Equal(2, (await owner.SyncAsync(acks: Caller.Ack(item))).Waiting);
    }

    [Fact]
    public async Task It_is_served_through_a_relay_that_limits_its_circuits()
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        await using Libp2pNode relaying = await Libp2pNode.StartAsync(options);
        await using RelayService relay = RelayService.Start(relaying, new RelayServiceOptions());
        await using Bed bed = await Bed.StartAsync();
        await using RelayReservation place = RelayReservation.Start(bed.Node, relaying.ListenAddresses[0]);
        Multiaddr address = await place.WaitAsync().WaitAsync(Bed.Patience);
        Identity identity = Bed.NewIdentity();
        await using Libp2pNode node = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = TestShards.Count, Identity = identity });
        await node.DialAsync(address).WaitAsync(Bed.Patience);
        Assert.True(node.ConnectionsTo(bed.Node.PeerId)[0].IsLimited);
        Caller owner = new(node, identity, bed.Node.PeerId);
        await owner.OpenAsync();
        await owner.ConfigureAsync([]);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(1), token: owner.Token(owner.Peer))).Code);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task The_same_item_on_two_streams_at_a_time_is_kept_once()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] token = owner.Token(null, lane: 1);
        byte[] body = Caller.DepositBody(owner.Peer, Caller.Item(1), token: token);
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await owner.SendAsync(2, body);
        await Bed.UntilAsync(() => store.UnderWay == 1, "the first");
        await sender.SendAsync(2, body);
        await Task.Delay(100);
        Assert.Equal(1, store.UnderWay);
        store.Gate.SetResult();
        Answer[] answers = [await owner.ReadAsync(), await sender.ReadAsync()];
        Assert.Equal([false, true], answers.Select(one => one.IsDuplicate));
        Assert.Equal(answers[0].Until, answers[1].Until);
    }

    [Fact]
    public async Task What_the_store_has_not_confirmed_yet_has_its_place_in_the_share()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 4, store);
        Caller owner = await bed.CallWithMailboxAsync();
        Caller sender = await bed.CallAsync();
        byte[] token = owner.Token(null, lane: 1);
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(1), token: token));
        await owner.SendAsync(2, Caller.DepositBody(owner.Peer, Caller.Item(2), token: token));
        await Bed.UntilAsync(() => store.UnderWay == 2, "both");

        // lane 1 has two of the four places
        Assert.Equal(500, (await sender.DepositAsync(owner.Peer, Caller.Item(3), token: token)).Code);
        store.Gate.SetResult();
        Assert.Equal(0, (await owner.ReadAsync()).Code);
        Assert.Equal(0, (await owner.ReadAsync()).Code);
    }

    [Fact]
    public async Task A_store_that_fails_over_a_deposit_has_it_refused_and_not_promised()
    {
        SlowStore store = new();
        await using Bed bed = await Bed.StartAsync(store: store);
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] token = owner.Token(null, lane: 1);
        byte[] body = Caller.DepositBody(owner.Peer, Caller.Item(1), token: token);
        store.Gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Gate.SetException(new PostboxStoreException(StoreFault.Unavailable, "gone"));
        await owner.SendAsync(2, body);
        Answer refused = await owner.ReadAsync();
        Assert.Equal(503, refused.Code);

        // and its place is free again
        store.Gate = null;
        await owner.SendAsync(2, body);
        Answer kept = await owner.ReadAsync();
        Assert.Equal((0, false), (kept.Code, kept.IsDuplicate));
    }

    [Fact]
    public async Task A_connection_has_four_streams_and_what_its_requests_may_take_together()
    {
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.MaxItem = 60_000;
            options.RequestBytesPerConnection = 70_000;
        });
        Caller owner = await bed.CallWithMailboxAsync();
        List<PeerStream> streams = [owner.Stream];
        for (int i = 1; i < 4; i++)
        {
            await owner.OpenAsync();
            streams.Add(owner.Stream);
            Assert.Equal(0, (await owner.SyncAsync()).Code);
        }

        // a fifth is reset
        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            await owner.OpenAsync();
            await owner.SyncAsync();
        });

        // half of a long one is open on the first; another of the kind finds no room on the second
        await streams[0].WriteAsync((byte[])[0xE0, 0xD4, 0x03, .. new byte[1000]]);
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 4096, "half a request");
        Caller second = new(owner.Node, owner.Identity, bed.Node.PeerId);
        streams[3].Abort();
        await Bed.UntilAsync(() => TryOpen(second), "a place for another stream");
        byte[] token = owner.Token(owner.Peer);
        Answer refused = await second.DepositAsync(owner.Peer, Caller.Item(1, 40_000), token: token);
        Assert.Equal(501, refused.Code);
        Assert.True(refused.RetryAfter > 0);
        Assert.Equal(0, (await second.DepositAsync(owner.Peer, Caller.Item(1, 4000), token: token)).Code);
    }

    private static bool TryOpen(Caller caller)
    {
        try
        {
            caller.OpenAsync().GetAwaiter().GetResult();
            return caller.SyncAsync().GetAwaiter().GetResult().Code == 0;
        }
        catch (Libp2pException)
        {
            return false;
        }
    }

    private static (int Code, bool IsDuplicate) Kept(Answer answer) => (answer.Code, answer.IsDuplicate);
}
