using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Mailboxes;
using NanoLibp2p.Postbox.Service.Messages;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Topics;

/// <summary>
/// Topics for sleepers (SPEC.md 11): subscribes for each topic that a mailbox names, and keeps its newest messages, whole and signed, while
/// the recipient does not hear them itself.
/// </summary>
internal sealed class TopicKeeper : IAsyncDisposable
{
    /// <summary>Messages of topics that a mailbox keeps.</summary>
    internal const int MaxMessages = 64;

    // topics whose rates are remembered
    private const int MaxTopics = 65_536;

    // of those that came while the recipient still counted as subscribed: as long as the cache of gossipsub has them
    private static readonly TimeSpan _recentTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _tick = TimeSpan.FromSeconds(1);

    private readonly PostboxService _service;
    private readonly Libp2pNode _node;
    private readonly IPostboxStore _store;
    private readonly PostboxServiceOptions _options;
    private readonly Dictionary<string, Kept> _topics = new(StringComparer.Ordinal);
    private readonly RateTable<string> _rates;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1)
    {
        FullMode = BoundedChannelFullMode.DropWrite,
    });

    private readonly Task _running;

    internal TopicKeeper(PostboxService service, Libp2pNode node, IPostboxStore store)
    {
        _service = service;
        _node = node;
        _store = store;
        _options = service.Options;
        _rates = new RateTable<string>(_options.Time, MaxTopics);
        service.Index.MailboxChanged += OnChanged;
        _changes.Writer.TryWrite(true);
        _running = RunAsync();
    }

    /// <summary>Topics that are subscribed to.</summary>
    internal int Count => Volatile.Read(ref _count);

    /// <summary>Messages of a topic that wait for its rate.</summary>
    internal int LateOf(string topic) => _topics.TryGetValue(topic, out Kept? kept) ? kept.LateCount : 0;

    private int _count;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _service.Index.MailboxChanged -= OnChanged;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        foreach (Kept kept in _topics.Values)
        {
            await kept.Reading.ConfigureAwait(false);
        }
    }

    /// <summary>A topic's number in heads: of its name, never 0.</summary>
    internal static uint NumberOf(string topic)
        => Math.Max(1, BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(topic))));

    // by the store's observer, so nothing is done here
    private void OnChanged(Mailbox box) => _changes.Writer.TryWrite(true);

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            while (await _changes.Reader.WaitToReadAsync(_stopping.Token).ConfigureAwait(false))
            {
                _changes.Reader.TryRead(out bool _);
                Subscribe();
                await Task.Delay(_tick, _options.Time, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // the service has ended
        }
    }

    private void Subscribe()
    {
        Dictionary<string, List<(Mailbox Box, TopicWish Wish)>> wanted = new(StringComparer.Ordinal);
        foreach (Mailbox box in _service.Index.All)
        {
            foreach (TopicWish wish in box.Settings.Topics)
            {
                if (!wanted.TryGetValue(wish.Name, out List<(Mailbox Box, TopicWish Wish)>? boxes))
                {
                    wanted.Add(wish.Name, boxes = []);
                }

                boxes.Add((box, wish));
            }
        }

        foreach ((string name, Kept kept) in _topics.ToArray())
        {
            if (!wanted.ContainsKey(name) || kept.Reading.IsCompleted)
            {
                // one that could not be joined is tried again with the next change
                kept.Subscription.Dispose();
                _topics.Remove(name);
            }
        }

        foreach ((string name, List<(Mailbox Box, TopicWish Wish)> boxes) in wanted)
        {
            if (!_topics.TryGetValue(name, out Kept? kept))
            {
                try
                {
                    kept = new Kept(name, _node.SubscribeWhole(name, _stopping.Token));
                }
                catch (Exception e) when (e is Libp2pException or ArgumentException)
                {
                    // a node without pubsub, or a name that it does not take
                    continue;
                }

                _topics.Add(name, kept);
                kept.Boxes = [.. boxes];
                kept.Reading = ReadAsync(kept);
            }

            kept.Boxes = [.. boxes];
        }

        Volatile.Write(ref _count, _topics.Count);
    }

    private async Task ReadAsync(Kept topic)
    {
        try
        {
            IAsyncEnumerator<TopicMessage> messages = topic.Subscription.GetAsyncEnumerator(_stopping.Token);
            await using (messages.ConfigureAwait(false))
            {
                await ReadAsync(topic, messages).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the service has ended, or the topic could not be joined
        }
    }

    private async Task ReadAsync(Kept topic, IAsyncEnumerator<TopicMessage> messages)
    {
        Task<bool>? next = null;
        try
        {
            while (true)
            {
                next ??= messages.MoveNextAsync().AsTask();
                if (topic.Recent.Count + topic.Late.Count > 0)
                {
                    // who goes without a word goes between two messages; and what came too fast has its turn
                    await Task.WhenAny(next, Task.Delay(_tick, _options.Time, _stopping.Token)).ConfigureAwait(false);
                    await KeepRecentAsync(topic).ConfigureAwait(false);
                    await KeepLateAsync(topic).ConfigureAwait(false);
                    if (!next.IsCompleted)
                    {
                        continue;
                    }
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                next = null;
                await TakeAsync(topic, messages.Current).ConfigureAwait(false);
            }
        }
        finally
        {
            // an enumerator is not disposed of while it is asked
            await Task.WhenAny(next ?? Task.CompletedTask).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(Kept topic, TopicMessage message)
    {
        if (message.Whole is not { } whole)
        {
            return;
        }

        await KeepRecentAsync(topic).ConfigureAwait(false);
        byte[] item = [2, 0, .. SHA256.HashData(message.Id!).AsSpan(0, 8), .. whole];
        topic.Recent.Enqueue((_options.Time.GetTimestamp(), item));
        while (topic.Recent.Count > MaxMessages)
        {
            topic.Recent.Dequeue();
        }

        // of more than a mailbox keeps the older would make way at once
        topic.Late.Enqueue((item, [.. topic.Boxes.Where(one => !topic.Awake.Contains(one.Box.Peer))]));
        while (topic.Late.Count > MaxMessages)
        {
            topic.Late.Dequeue();
        }

        await KeepLateAsync(topic).ConfigureAwait(false);
    }

    // in order, as fast as the topic's rate lets it
    private async Task KeepLateAsync(Kept topic)
    {
        while (topic.Late.Count > 0 && _rates.Take(topic.Name, _options.TopicMessagesPerMinute) == 0)
        {
            (byte[] item, (Mailbox Box, TopicWish Wish)[] boxes) = topic.Late.Dequeue();
            foreach ((Mailbox box, TopicWish wish) in boxes)
            {
                await KeepAsync(topic, box, wish, item).ConfigureAwait(false);
            }
        }

        topic.LateCount = topic.Late.Count;
    }

    // what its recipients did not hear when their connections broke; what they did falls to their seen cache
    private async Task KeepRecentAsync(Kept topic)
    {
        HashSet<PeerId> awake = await AwakeAsync(topic).ConfigureAwait(false);
        foreach ((Mailbox box, TopicWish wish) in topic.Boxes)
        {
            if (topic.Awake.Contains(box.Peer) && !awake.Contains(box.Peer))
            {
                foreach ((long _, byte[] item) in topic.Recent)
                {
                    await KeepAsync(topic, box, wish, item).ConfigureAwait(false);
                }
            }
        }

        topic.Awake = awake;
        while (topic.Recent.TryPeek(out (long At, byte[] Item) oldest)
            && _options.Time.GetElapsedTime(oldest.At) > _recentTime)
        {
            topic.Recent.Dequeue();
        }
    }

    private async Task<HashSet<PeerId>> AwakeAsync(Kept topic)
        => [.. await _node.GetSubscribersAsync(topic.Name, _stopping.Token).ConfigureAwait(false)];

    private async Task KeepAsync(Kept topic, Mailbox box, TopicWish wish, byte[] item)
    {
        if (item.Length > _service.MaxItemOf(box) || box.IsDropped)
        {
            return;
        }

        uint now = _service.Clock.Now;
        uint ttl = Math.Min(wish.Ttl == 0 ? PostboxService.StandardTtl : wish.Ttl, (uint)_options.MaxTtl.TotalSeconds);
        PostboxDeposit deposit = new()
        {
            Box = box.Box,
            Id = ItemId.Of(item),
            Item = item,
            Tag = BinaryPrimitives.ReadUInt64LittleEndian(item.AsSpan(2)),
            Arrived = now,
            Until = (uint)Math.Min((ulong)now + ttl, uint.MaxValue),
            Topic = topic.Number,
            Form = 2,
        };
        try
        {
            PostboxAppend appended = (await _store.AppendAsync([deposit]).ConfigureAwait(false))[0];
            if (appended.Outcome == AppendOutcome.Failed)
            {
                _service.Metrics.StoreFailed();
            }

            List<PostboxHead> older = Older(box, topic.Number, wish.Keep);
            if (older.Count > 0)
            {
                await _store.ForgetAsync(older).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is PostboxStoreException or ObjectDisposedException)
        {
            // nothing was promised of it
            _service.Metrics.StoreFailed();
        }
    }

    // what makes way: of the topic beyond what it keeps, of all topics beyond 64 and a quarter of the mailbox's bytes
    private List<PostboxHead> Older(Mailbox box, uint number, uint keep)
    {
        List<PostboxHead> older = [];
        long most = _service.MaxBytesOf(box) / 4;
        lock (box.Lock)
        {
            PostboxHead[] all = [.. box.TopicItems().Reverse()];
            int ofTopic = 0;
            int count = 0;
            long bytes = 0;
            foreach (PostboxHead head in all)
            {
                ofTopic += head.Topic == number ? 1 : 0;
                bool isBeyond = (head.Topic == number && ofTopic > keep) || count >= MaxMessages || bytes + head.Size > most;
                if (isBeyond)
                {
                    older.Add(head);
                }
                else
                {
                    count++;
                    bytes += head.Size;
                }
            }
        }

        return older;
    }

    private sealed class Kept(string name, Subscription subscription)
    {
        internal string Name { get; } = name;

        internal uint Number { get; } = NumberOf(name);

        internal Subscription Subscription { get; } = subscription;

        internal Task Reading { get; set; } = Task.CompletedTask;

        /// <summary>Whose mailboxes keep it; replaced as a whole.</summary>
        internal (Mailbox Box, TopicWish Wish)[] Boxes { get; set; } = [];

        /// <summary>Messages of the last seconds, and when they came.</summary>
        internal Queue<(long At, byte[] Item)> Recent { get; } = new();

        /// <summary>Messages that wait for the topic's rate, and whose mailboxes keep each: those that slept when it came.</summary>
        internal Queue<(byte[] Item, (Mailbox Box, TopicWish Wish)[] Boxes)> Late { get; } = new();

        /// <summary>How many; from any thread.</summary>
        internal volatile int LateCount;

        /// <summary>Who was subscribed when it was last looked at.</summary>
        internal HashSet<PeerId> Awake { get; set; } = [];
    }
}
