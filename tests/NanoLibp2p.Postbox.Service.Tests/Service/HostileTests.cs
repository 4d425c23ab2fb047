using System;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Messages;
using NanoLibp2p.Postbox.Service.Streams;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Clients that mean harm (SPEC.md 21): bounds hold, and others are served. THREATS.md names these tests.</summary>
public sealed class HostileTests
{
    [Fact]
    public async Task A_flood_of_one_peer_ends_at_its_rate_and_others_are_served_meanwhile()
    {
        await using Bed bed = await Bed.StartAsync(options => options.DepositsPerPeer = 60);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Caller friend = await bed.CallAsync();
        Caller flooder = await bed.CallAsync();
        Task<int> flood = Task.Run(async () =>
        {
            int kept = 0;
            for (int i = 0; i < 400; i++)
            {
                byte[] item = Caller.Item(i);
                Answer answer = await flooder.DepositAsync(owner.Peer, item, Wire.Fixed64(6, Caller.Work(owner.Peer, item, 1)));
                Assert.True(answer.Code is 0 or 500 or 501, $"code {answer.Code}");
                kept += answer.Code == 0 ? 1 : 0;
            }

            return kept;
        });
        byte[] token = owner.Token(friend.Peer);
        for (int i = 0; i < 20; i++)
        {
            byte[] item = Caller.Item(1000 + i);
            Assert.Equal(0, (await friend.DepositAsync(owner.Peer, item, token: token)).Code);
            await owner.SyncAsync(acks: Caller.Ack(item));
            Assert.Equal(2, (await friend.QueryAsync(owner.Peer, item)).Fates[0].State);
        }

        Assert.InRange(await flood, 1, 64);
    }

    [Fact]
    public async Task A_thousand_identities_fill_the_strangers_quarter_and_nobody_elses_share()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Caller other = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        List<PostboxCode> codes = await FloodAsync(bed, owner.Peer, 1000, i => $"192.0.2.{i}");
        Assert.Equal(64, codes.Count(one => one == PostboxCode.Ok));
        Assert.Equal(936, codes.Count(one => one == PostboxCode.MailboxFull));
        Caller friend = await bed.CallAsync();
        for (int lane = 1; lane <= 3; lane++)
        {
            Assert.Equal(0, (await friend.DepositAsync(owner.Peer, Caller.Item(-lane), token: owner.Token(friend.Peer, lane))).Code);
        }

        byte[] item = Caller.Item(-9);
        Assert.Equal(0, (await friend.DepositAsync(other.Peer, item, Wire.Fixed64(6, Caller.Work(other.Peer, item, 1)))).Code);
        Assert.Equal(67, (await owner.SyncAsync(limit: 0)).Waiting);
    }

    [Fact]
    public async Task Identities_of_one_host_share_its_rate_and_those_behind_one_relay_ten_times_that()
    {
        await using Bed bed = await Bed.StartAsync(options => options.DepositsPerAddress = 30);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Assert.Equal(30, (await FloodAsync(bed, owner.Peer, 100, _ => "192.0.2.1")).Count(one => one != PostboxCode.RateLimited));
        Assert.Equal(300, (await FloodAsync(bed, owner.Peer, 400, _ => "relay", true)).Count(one => one != PostboxCode.RateLimited));
        Assert.Equal("2001:db8:1:200::", HostGroup.Of("2001:db8:1:2ff:1:2:3:4"));
        Assert.Equal("192.0.2.1", HostGroup.Of("::ffff:192.0.2.1"));
        Assert.Null(HostGroup.Of("example.org"));
    }

    [Fact]
    public void Rates_are_remembered_of_so_many_and_no_more()
    {
        RateTable<int> rates = new(TimeProvider.System, 100);
        for (int i = 0; i < 10_000; i++)
        {
            Assert.Equal(0, rates.Take(i, 1));
        }

        Assert.Equal(100, rates.Count);
        Assert.InRange(rates.Take(9_999, 1), 1, 60);
    }

    [Fact]
    public async Task Acknowledgements_of_anothers_mail_change_nothing()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        Caller thief = await bed.CallWithMailboxAsync();
        byte[] item = Caller.Item(1);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, item, token: owner.Token(owner.Peer))).Code);
        Assert.Equal(0, (await thief.SyncAsync(acks: Caller.Ack(item, 0, new byte[8]))).Waiting);
        Answer piece = await thief.AskAsync(5, Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(item))));
        Assert.Equal((0, 0), (piece.PieceSize, piece.Data.Length));
        Assert.Equal(1, (await owner.QueryAsync(owner.Peer, item)).Fates[0].State);
        Assert.Equal(1, (await owner.SyncAsync()).Waiting);
    }

    [Fact]
    public async Task Configurations_have_a_rate_and_no_signature_is_verified_for_who_may_have_no_mailbox()
    {
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.Admits = _ => false;
            options.LookupsPerPeer = 5;
        });
        Caller stranger = await bed.CallAsync();
        byte[] unsound = stranger.Record(0, bed.Node.PeerId);
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(407, (await stranger.AskAsync(6, Wire.Bytes(1, unsound))).Code);
        }

        Answer refused = await stranger.AskAsync(6, Wire.Bytes(1, unsound));
        Assert.Equal((501, true), (refused.Code, refused.RetryAfter > 0));
    }

    [Fact]
    public async Task Half_requests_held_open_take_their_connections_share_and_others_are_served()
    {
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.RequestBytesPerConnection = 140_000;
            options.RequestBytes = 140_000;
        });
        Caller owner = await bed.CallWithMailboxAsync();
        Caller holder = await bed.CallAsync();
        List<PeerStream> streams = [];

        // two of nearly 64 KiB and one of 8,900 bytes are announced: nothing is taken from others by that
        foreach (byte[] length in (byte[][])[[0xF0, 0xFF, 0x03], [0xF0, 0xFF, 0x03], [0xC4, 0x45]])
        {
            await holder.OpenAsync();
            streams.Add(holder.Stream);
            await holder.SendAsync([.. length, 0x08, 0x02, .. new byte[500]]);
        }

        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 3 * 4096, "three half requests");
        byte[] token = owner.Token(owner.Peer);
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(1, 50_000), token: token)).Code);

        // its room is given back once its answer is written, and the peer may have that before
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 3 * 4096, "the room of what was answered");

        // when they come they do, but for small requests
        await streams[0].WriteAsync(new byte[60_000]);
        await streams[1].WriteAsync(new byte[60_000]);
        await streams[2].WriteAsync(new byte[8_000]);
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 65_520 + 65_520 + 8_900, "three requests that are nearly whole");
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(2, 3000), token: token)).Code);
        Answer refused = await owner.DepositAsync(owner.Peer, Caller.Item(3, 50_000), token: token);
        Assert.Equal((501, true), (refused.Code, refused.RetryAfter > 0));
        await holder.Node.DisposeAsync();
        await Bed.UntilAsync(() => bed.Service.Budget.Bytes == 0, "nothing is held");
        Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(3, 50_000), token: token)).Code);
    }

    [Fact]
    public async Task A_length_of_gigabytes_takes_no_memory_and_its_stream_ends()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync();
        await owner.SendAsync([0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x08, 0x02]);
        Assert.Equal(400, (await owner.ReadAsync()).Code);
        Assert.Null(await owner.TryReadAsync());
        Assert.Equal(0, bed.Service.Budget.Bytes);

        // the length of a field beyond its message, likewise
        await owner.OpenAsync();
        await owner.SendAsync([0x08, 0x08, 0x02, 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]);
        Assert.Equal(400, (await owner.ReadAsync()).Code);
        Assert.Null(await owner.TryReadAsync());
    }

    [Fact]
    public async Task Who_asks_and_does_not_read_is_broken_off_in_time_and_others_are_served()
    {
        await using Bed bed = await Bed.StartAsync(options => options.SilenceTime = TimeSpan.FromSeconds(2));
        Caller owner = await bed.CallWithMailboxAsync();
        byte[] token = owner.Token(owner.Peer);
        List<byte> wants = [];
        for (int i = 0; i < 15; i++)
        {
            byte[] item = Caller.Item(i, 60_000);
            Assert.Equal(0, (await owner.DepositAsync(owner.Peer, item, token: token)).Code);
            wants.AddRange(Wire.Bytes(1, Wire.Fixed64(1, Caller.Name(item))));
        }

        // 7 MB are asked, and none read
        await owner.OpenAsync();
        for (int i = 0; i < 8; i++)
        {
            await owner.SendAsync(5, [.. wants]);
        }

        Caller other = await bed.CallWithMailboxAsync();
        Assert.Equal(0, (await other.SyncAsync()).Code);
        await Bed.UntilAsync(() => bed.Node.StreamsServed <= 1, "the stream is broken off");
        await Assert.ThrowsAsync<Libp2pException>(async () =>
        {
            while (await owner.TryReadAsync() != null)
            {
                // what was underway
            }
        });
        await owner.OpenAsync();
        Assert.Equal(15, (await owner.SyncAsync(limit: 0)).Waiting);
    }

    [Fact]
    public async Task A_stranger_who_deposits_what_is_taken_at_once_leaves_no_more_heads_than_his_lane_has()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 16);
        Caller owner = await bed.CallWithMailboxAsync([.. Wire.Number(3, 1)]);
        Caller stranger = await bed.CallAsync();
        for (int i = 0; i < 100; i++)
        {
            byte[] item = Caller.Item(i);
            byte[] slot = BitConverter.GetBytes((ulong)i);
            byte[] more = [.. i % 2 == 0 ? Wire.Fixed64(4, slot) : [], .. Wire.Fixed64(6, Caller.Work(owner.Peer, item, 1))];
            Assert.Equal(0, (await stranger.DepositAsync(owner.Peer, item, more)).Code);
            if (i % 2 == 0)
            {
                Assert.Equal(0, (await stranger.DepositAsync(owner.Peer, null, Wire.Fixed64(4, slot))).Code);
            }
            else
            {
                await owner.SyncAsync(acks: Caller.Ack(item));
            }

            Assert.InRange(bed.Service.Find(owner.Peer)!.Fates, 0, 16);
        }
    }

    [Fact]
    public void A_stream_keeps_64_tokens()
    {
        Visitor visitor = new(Bed.NewIdentity().PeerId, "", false);
        PeerId to = Bed.NewIdentity().PeerId;
        for (int i = 0; i < 200; i++)
        {
            visitor.Keep(to, BitConverter.GetBytes(i), new TokenStatement(null, 1, 0, 1, 0));
        }

        Assert.Equal(64, visitor.For(to).Length);
        Assert.Null(visitor.Known(to, BitConverter.GetBytes(100)));
        Assert.NotNull(visitor.Known(to, BitConverter.GetBytes(199)));
    }

    // by as many identities, each with work, as if they had connected from these addresses
    private static async Task<List<PostboxCode>> FloodAsync(Bed bed, PeerId to, int count, Func<int, string> address,
        bool isRelayed = false)
    {
        List<PostboxCode> codes = [];
        for (int i = 0; i < count; i++)
        {
            byte[] key = RandomNumberGenerator.GetBytes(32);
            byte[] item = Caller.Item(i + (count << 12));
            Visitor visitor = new(PeerId.FromEd25519(key, 0), address(i), isRelayed);
            Reply reply = await bed.Service.DepositAsync(visitor, new DepositRequest(1, to)
            {
                HasItem = true,
                Item = item,
                Work = BitConverter.ToUInt64(Caller.Work(to, item, 1)),
            });
            codes.Add(reply.Code);
        }

        return codes;
    }
}
