using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Tests.PubSub.Support;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Peers that write what they like into a stream of pubsub to a node.</summary>
public sealed class GossipHostileTests : IAsyncLifetime
{
    private const string Topic = "greenhouse/climate";
    private const string Meshsub = "/meshsub/1.1.0";
    private readonly DesktopCrypto _crypto = new();
    private readonly List<Libp2pNode> _peers = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (Libp2pNode peer in _peers)
        {
            await peer.DisposeAsync();
        }

        _crypto.Dispose();
    }

    [Fact]
    public async Task Long_messages_that_never_end_take_so_many_bytes_and_short_ones_are_heard_meanwhile()
    {
        const int Long = 100_000;
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.PubSub = new GossipSubOptions
        {
            MaxMessageBytes = 200_000, MessagesUnderWayBytes = 250_000,
        });
        using Subscription messages = server.SubscribeAsync(Topic);
        await messages.Joined;
        List<PeerStream> begun = [];
        for (int i = 0; i < 4; i++)
        {
            // two have a buffer each; the others' are passed over, as they come
            PeerStream stream = (await CallAsync(server)).Stream;
            begun.Add(stream);
            await stream.WriteAsync(Begin(Long));
            int passedOver = Math.Max(0, i - 1);
            await UntilAsync(server, GossipDrop.TooLong, passedOver);
            await Nodes.UntilAsync(() => server.KeptBytes >= Math.Min(i + 1, 2) * Long, "it has its buffer");
        }

        Assert.InRange(server.KeptBytes, 2 * Long, 3 * Long);
        (Identity author, PeerStream honest) = await CallAsync(server);
        await honest.WriteAsync(SignedMessages.Rpc(SignedMessages.Make(author, _crypto, Topic, 1, [7])));
        await using IAsyncEnumerator<TopicMessage> heard = messages.GetAsyncEnumerator();
        Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(author.PeerId, heard.Current.From);

        // who leaves makes room
        begun[0].Abort();
        await Nodes.UntilAsync(() => server.KeptBytes < 2 * Long, "its buffer is back");
        byte[] data = new byte[Long];
        await honest.WriteAsync(SignedMessages.Rpc(SignedMessages.Make(author, _crypto, Topic, 2, data)));
        Assert.True(await heard.MoveNextAsync().AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(data, heard.Current.Data);
    }

    [Fact]
    public async Task A_long_message_that_does_not_end_has_its_time_and_then_its_stream_is_reset()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.PubSub = new GossipSubOptions
        {
            LongMessageTime = TimeSpan.FromMilliseconds(300),
        });
        PeerStream stream = (await CallAsync(server)).Stream;
        await stream.WriteAsync(Begin(100_000));
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(
            () => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
        Assert.Equal(Libp2pError.StreamReset, error.Error);
        await UntilAsync(server, GossipDrop.Malformed, 1);
        await Nodes.UntilAsync(() => server.KeptBytes < 100_000, "its buffer is back");
    }

    [Fact]
    public async Task Messages_that_wait_for_the_applications_word_are_so_many_and_have_their_time()
    {
        const int Most = 4;
        const int Sent = 12;
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options => options.PubSub = new GossipSubOptions
        {
            MaxValidations = Most, ValidationTime = TimeSpan.FromSeconds(1),
        });
        using Subscription messages = server.SubscribeAsync(Topic);
        await messages.Joined;
        int asked = 0;
        server.SetTopicValidator(Topic, async (_, late) =>
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(Timeout.Infinite, late);
            return GossipVerdict.Accept;
        });
        (Identity author, PeerStream stream) = await CallAsync(server);
        await stream.WriteAsync(Enumerable.Range(1, Sent).SelectMany(
            number => SignedMessages.Rpc(SignedMessages.Make(author, _crypto, Topic, (ulong)number, [1]))).ToArray());

        // those beyond the bound at once, the others when their time is over
        await UntilAsync(server, GossipDrop.Ignored, Sent);
        Assert.InRange(asked, Most, Sent - 1);
    }

    [Fact]
    public async Task A_flood_of_rpcs_waits_at_its_sender_while_the_router_is_busy()
    {
        const int Flood = 64 << 20;
        const int Field = 15;
        await using Libp2pNode server = await Nodes.ListenAsync(2, PollerKind.Best);
        Dictionary<int, PeerStream> streams = [];
        while (streams.Count < 2)
        {
            PeerStream stream = (await CallAsync(server)).Stream;
            PeerId caller = _peers[^1].PeerId;
            await Nodes.UntilAsync(() => server.IsConnected(caller), "the server sees it");
            streams[server.ConnectionsTo(caller)[0].Shard] = stream;
        }

        // the router is at home on the first shard, the flood comes in on the second
        PeerId near = _peers.Select(one => one.PeerId).First(one => server.ConnectionsTo(one)[0].Shard == 0);
        using ManualResetEventSlim go = new();
        server.ConnectionsTo(near)[0].Own.Shard.Post(new ShardCall<bool>(_ => go.Wait(Timeout.Infinite)));
        byte[] rpc = new ProtobufMessage().Bytes(Field, new byte[60_000]).ToDelimitedArray();
        long written = 0;
        Task flood = Task.Run(async () =>
        {
            for (; written < Flood; Interlocked.Add(ref written, rpc.Length))
            {
                await streams[1].WriteAsync(rpc);
            }
        });
        try
        {
            long last = 0;
            int same = 0;
            await Nodes.UntilAsync(
                () =>
                {
                    long now = Interlocked.Read(ref written);
                    same = now == last && now > 0 ? same + 1 : 0;
                    last = now;
                    return same > 100 || flood.IsCompleted;
                },
                "it is held up");
            Assert.False(flood.IsCompleted);
        }
        finally
        {
            go.Set();
        }

        await flood.WaitAsync(Nodes.Patience);
    }

    // an RPC and in it a message that has a megabyte's tenth to come
    private static byte[] Begin(int bytes)
    {
        const int Publish = 2;
        const int Data = 2;
        byte[] begin = new byte[64];
        int message = ProtobufWriter.SizeOfBytes(Data, bytes);
        int at = Varint.Write((ulong)ProtobufWriter.SizeOfBytes(Publish, message), begin, 0);
        at = ProtobufWriter.WriteLength(Publish, message, begin, at);
        at = ProtobufWriter.WriteLength(Data, bytes, begin, at);
        return begin[..(at + 10)];
    }

    private static async Task UntilAsync(Libp2pNode server, GossipDrop drop, long count)
    {
        using CancellationTokenSource late = new(Nodes.Patience);
        while ((await server.GetPubSubStatusAsync(late.Token)).Drops.GetValueOrDefault(drop) < count)
        {
            await Task.Delay(5, late.Token);
        }
    }

    private async Task<(Identity Author, PeerStream Stream)> CallAsync(Libp2pNode server)
    {
        Identity author = Identity.Create(_crypto, new SystemRandom());
        Libp2pNode peer = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            options.PubSub = null;
            options.Identity = author;
        });
        _peers.Add(peer);
        await peer.DialAsync(server);
        return (author, await peer.OpenStreamAsync(server.PeerId, Meshsub).WaitAsync(Nodes.Patience));
    }
}
