using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>Topics for sleepers (SPEC.md 11): a gateway hears for whoever is away.</summary>
public sealed class TopicTests
{
    private const string Topic = "greenhouse/climate";

    [Fact]
    public async Task The_newest_messages_of_a_topic_are_kept_whole_and_signed_while_the_recipient_sleeps()
    {
        await using Bed bed = await Bed.StartAsync(options => options.MaxItems = 4);
        Caller author = await bed.CallAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wish(Topic, 2));
        await PublishAsync(bed, author, "one", "two", "three");
        await Bed.UntilAsync(() => bed.Service.Find(owner.Peer)!.Waiting == 2, "two messages");
        await UntilNewestAsync(owner, "three");
        Answer listed = await owner.SyncAsync(budget: 4096);
        Assert.Equal([2ul, 2ul], listed.Entries.Select(one => Wire.NumberOf(one, 4)));
        List<byte[]> items = [(await owner.ReadAsync()).Data, (await owner.ReadAsync()).Data];
        Assert.Equal(["two", "three"], items.Select(item => Encoding.ASCII.GetString(Data(item))));
        Assert.Equal(items[0][2..10], Wire.BytesOf(listed.Entries[0], 5));
        Assert.All(items, item => Assert.True(IsSigned(item[10..], author), "the message is not as its author signed it"));

        // they take no place of mail, and are acknowledged as mail is, but leave no fate
        byte[] token = owner.Token(owner.Peer);
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, (await owner.DepositAsync(owner.Peer, Caller.Item(i), token: token)).Code);
        }

        Assert.Equal(4, (await owner.SyncAsync(acks: [.. items.Select(item => Caller.Ack(item))])).Waiting);
        Assert.Equal([0], (await owner.QueryAsync(owner.Peer, items[0])).Fates.Select(one => one.State));
    }

    [Fact]
    public async Task Who_hears_a_topic_itself_has_nothing_kept_until_its_connection_breaks()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller author = await bed.CallAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wish(Topic, 10));
        using Subscription own = owner.Node.SubscribeAsync(Topic);
        await Bed.UntilAsync(() => bed.Node.GetSubscribersAsync(Topic).GetAwaiter().GetResult().Contains(owner.Peer), "the owner's word");
        Task<TopicMessage> heard = Task.Run(async () =>
        {
            await foreach (TopicMessage message in own)
            {
                return message;
            }

            throw new InvalidOperationException("no message");
        });
        await PublishAsync(bed, author, "awake");
        Assert.Equal("awake", Encoding.ASCII.GetString((await heard.WaitAsync(Bed.Patience)).Data));
        Assert.Equal(0, bed.Service.Find(owner.Peer)!.Waiting);
        await owner.Node.DisposeAsync();
        await Bed.UntilAsync(() => bed.Service.Find(owner.Peer)!.Waiting == 1, "what was underway when the connection broke");
    }

    [Fact]
    public async Task A_topic_that_no_mailbox_names_any_more_is_left()
    {
        await using Bed bed = await Bed.StartAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wish(Topic, 2));
        Caller other = await bed.CallWithMailboxAsync([.. Wish(Topic, 2), .. Wish("other", 2)]);
        await Bed.UntilAsync(() => bed.Service.Topics == 2, "two topics");
        await owner.ConfigureAsync([]);
        await other.ConfigureAsync(Wish(Topic, 1));
        await Bed.UntilAsync(() => bed.Service.Topics == 1, "one topic");
        Assert.True(await bed.Service.CloseAsync(other.Peer));
        await Bed.UntilAsync(() => bed.Service.Topics == 0, "no topic");
    }

    [Fact]
    public async Task What_is_published_faster_than_a_topics_rate_waits_for_its_turn_and_the_newest_are_kept()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        await using Bed bed = await Bed.StartAsync(options =>
        {
            options.Time = time;
            options.TopicMessagesPerMinute = 30;
        });
        Caller author = await bed.CallAsync();
        Caller owner = await bed.CallWithMailboxAsync(Wish(Topic, 64));
        Caller late = await bed.CallAsync();
        await Bed.UntilAsync(() => Advance(time) && bed.Service.Topics == 1, "the topic");
        int[] before = [bed.Service.Find(owner.Peer)!.Waiting, bed.Service.TopicMessagesLate(Topic)];
        await PublishAsync(bed, author, [.. Enumerable.Range(0, 100).Select(i => $"message {i}")]);

        // a flood writes as many as the rate lets it, and what waits is bounded
        await Bed.UntilAsync(() => bed.Service.TopicMessagesLate(Topic) == 64, "messages that wait");
        Assert.Equal([0, 0], before);
        Assert.Equal(30, bed.Service.Find(owner.Peer)!.Waiting);
        Assert.Equal(404, (await late.SyncAsync()).Code);
        await Bed.UntilAsync(() => Advance(time) && bed.Service.TopicMessagesLate(Topic) == 0, "their turn");
        Assert.Equal(64, bed.Service.Find(owner.Peer)!.Waiting);
        await owner.OpenAsync();
        Answer listed = await owner.SyncAsync(limit: 0, budget: 65_536);
        string newest = "";
        for (int i = 0; i < listed.Attached; i++)
        {
            newest = Encoding.ASCII.GetString(Data((await owner.ReadAsync()).Data));
        }

        Assert.Equal("message 99", newest);
    }

    private static bool Advance(FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromSeconds(1));
        return true;
    }

    private static byte[] Wish(string topic, int keep)
        => Wire.Bytes(6, [.. Wire.Bytes(1, Encoding.UTF8.GetBytes(topic)), .. Wire.Number(2, (ulong)keep)]);

    private static async Task PublishAsync(Bed bed, Caller author, params string[] texts)
    {
        await Bed.UntilAsync(() => author.Node.GetSubscribersAsync(Topic).GetAwaiter().GetResult().Contains(bed.Node.PeerId),
            "the gateway's word");
        foreach (string text in texts)
        {
            Assert.True(await author.Node.PublishAsync(Topic, Encoding.ASCII.GetBytes(text)) > 0, "nobody heard it");
        }
    }

    private static async Task UntilNewestAsync(Caller owner, string text)
    {
        for (int i = 0; i < 1000; i++)
        {
            Answer listed = await owner.SyncAsync(budget: 4096);
            string newest = "";
            for (int j = 0; j < listed.Attached; j++)
            {
                newest = Encoding.ASCII.GetString(Data((await owner.ReadAsync()).Data));
            }

            if (newest == text)
            {
                return;
            }

            await Task.Delay(20);
        }

        Assert.Fail($"'{text}' was not kept");
    }

    private static byte[] Data(byte[] item) => Wire.BytesOf(Wire.Read(item[10..]), 2)!;

    // as pubsub signs: the message without its signature and key, which come last here
    private static bool IsSigned(byte[] message, Caller author)
    {
        List<Wire.Field> fields = Wire.Read(message);
        byte[] signature = Wire.BytesOf(fields, 5)!;
        byte[] signed = [.. "libp2p-pubsub:"u8, .. message[..^(signature.Length + 2)]];
        return fields[^1].Number == 5 && Wire.BytesOf(fields, 1)!.AsSpan().SequenceEqual(author.Peer.ToBytes())
            && DesktopCrypto.Choose().Ed25519Verify(author.Identity.PublicKey, 0, signed, 0, signed.Length, signature, 0);
    }
}
