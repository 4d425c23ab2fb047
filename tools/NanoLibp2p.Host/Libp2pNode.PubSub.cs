using System;
using System.Collections.Generic;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host;

// Pubsub. With the router, shard 0 has the mesh of all shards' peers. With the leaf, each shard has that of its own peers; what one of them
// takes or publishes goes to the others by their mailboxes.
public sealed partial class Libp2pNode
{
    // how many messages that came through two shards are told apart from new ones
    private const int SeenMessages = 16384;

    // a peer's queue was full: so long to the next attempt
    private static readonly TimeSpan _busyPause = TimeSpan.FromMilliseconds(5);

    private readonly GossipHub? _hub;
    private readonly Dictionary<string, List<Subscription>> _subscriptions = new(StringComparer.Ordinal);
    private readonly HashSet<(string, ulong, string)> _seen = [];
    private readonly Queue<(string, ulong, string)> _seenOrder = new();

    /// <summary>
    /// Subscribes to a topic: each of its messages that arrives from now on, verified, once. This node's own are not among them.
    /// </summary>
    /// <param name="topic">The topic's name.</param>
    /// <param name="cancellationToken">Ends the subscription: <c>await foreach</c> then throws OperationCanceledException.</param>
    /// <returns>The messages. The subscription begins with this call; <see cref="Subscription.Joined"/> tells when peers hear of
    /// it.</returns>
    /// <exception cref="ArgumentException">The name is empty, or longer in UTF-8 than MaxTopicBytes of its options.</exception>
    /// <exception cref="Libp2pException">The node has no pubsub.</exception>
    public Subscription SubscribeAsync(string topic, CancellationToken cancellationToken = default)
        => Subscribe(topic, false, false, cancellationToken);

    /// <summary>As <see cref="SubscribeAsync"/>, for who only watches: a message that nobody else received waits for others.</summary>
    internal Subscription Watch(string topic, CancellationToken cancellationToken) => Subscribe(topic, false, true, cancellationToken);

    /// <summary>As <see cref="SubscribeAsync"/>, with each message whole, as its author signed it; of the router alone.</summary>
    internal Subscription SubscribeWhole(string topic, CancellationToken cancellationToken)
    {
        Router();
        return Subscribe(topic, true, false, cancellationToken);
    }

    private Subscription Subscribe(string topic, bool wantsWhole, bool onlyWatches, CancellationToken cancellationToken)
    {
        string name = CheckTopic(topic);
        Subscription subscription = new(this, topic, name, cancellationToken) { WantsWhole = wantsWhole, OnlyWatches = onlyWatches };
        lock (_subscriptions)
        {
            if (!_subscriptions.TryGetValue(name, out List<Subscription>? all))
            {
                all = [];
                _subscriptions.Add(name, all);
            }

            all.Add(subscription);
            subscription.Joined = SetJoinedAsync(name);
        }

        return subscription;
    }

    /// <summary>Publishes a message to all connected peers that subscribed to its topic. When all their queues are full it waits for
    /// room.</summary>
    /// <param name="topic">The topic's name; it need not be subscribed to.</param>
    /// <param name="data">The payload; the caller's again when the call is over.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have gone to some peers.</param>
    /// <returns>How many peers it goes to. 0 when nobody subscribed: then nothing was kept.</returns>
    /// <exception cref="Libp2pException">It is too long, there are too many topics, or the node has ended or has no pubsub.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ArgumentException">The name is empty, or longer in UTF-8 than MaxTopicBytes of its options.</exception>
    public async Task<int> PublishAsync(string topic, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        string name = CheckTopic(topic);
        cancellationToken.ThrowIfCancellationRequested();
        byte[] bytes = MemoryMarshal.TryGetArray(data, out ArraySegment<byte> segment) && segment.Offset == 0
            && segment.Count == segment.Array!.Length
            ? segment.Array : data.ToArray();
        while (true)
        {
            (int sent, SharedMessage? message) = await CallAsync(
                _shards[0], shard => _hub == null ? Publish(shard, name, bytes) : (_hub.Publish(name, bytes), null),
                cancellationToken).ConfigureAwait(false);
            switch (sent)
            {
                case PublishResult.TooLong:
                    throw Libp2pException.For(Libp2pError.MessageTooLong, null,
                        $"a message of {bytes.Length} bytes exceeds MaxMessageBytes of pubsub's options = "
                        + $"{_options.PubSub!.MaxMessageBytes} with its topic and signature");
                case PublishResult.Duplicate:
                    return 0;
                case PublishResult.Busy:
                    await Task.Delay(_busyPause, cancellationToken).ConfigureAwait(false);
                    continue;
            }

            for (int i = 1; i < _shards.Length && message != null; i++)
            {
                sent += await CallAsync(_shards[i], shard => Pass(shard, message), cancellationToken).ConfigureAwait(false);
            }

            return sent;
        }
    }

    /// <summary>
    /// Publishes a message that another peer signed and that came here by a way of its own, such as a radio: peers get it as that peer's,
    /// and so do this node's subscriptions. A message that was here before is not sent again.
    /// </summary>
    /// <param name="message">The message as its author signed it (pubsub spec, "Message Signing"): from, data, seqno, topic, signature,
    /// each once and in this order, of an author whose Ed25519 key is in his peer id.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whom it goes to. When nobody subscribed nothing was kept, and it may be published again.</returns>
    /// <exception cref="ArgumentException">It is malformed, or its signature is not its author's.</exception>
    /// <exception cref="Libp2pException">It is too long, or the node has ended or has no router.</exception>
    public Task<SignedPublication> PublishSignedAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
        => PublishSignedAsync(message, SignedReach.All, cancellationToken);

    /// <summary>As the public one, for some of those that subscribed.</summary>
    internal async Task<SignedPublication> PublishSignedAsync(
        ReadOnlyMemory<byte> message, SignedReach reach, CancellationToken cancellationToken)
    {
        GossipHub hub = Router();
        const int IsMalformed = int.MinValue;
        (int sent, bool isTaken) = await CallAsync(_shards[0], shard => SignedMessage.Read(message.Span, shard.Node.Crypto) is { } signed
            && signed.Topic.Length > 0 && signed.Topic.Length <= hub.Options.MaxTopicBytes ? hub.Publish(signed, reach)
            : (IsMalformed, false), cancellationToken).ConfigureAwait(false);
        return sent switch
        {
            IsMalformed => throw new ArgumentException(
                "the message is malformed, or its signature is not its author's: nothing was published", nameof(message)),
            PublishResult.TooLong => throw Libp2pException.For(Libp2pError.MessageTooLong, null,
                $"a message of {message.Length} bytes exceeds MaxMessageBytes of pubsub's options = {_options.PubSub!.MaxMessageBytes}"),
            PublishResult.Duplicate => new SignedPublication(0, false, true),
            _ => new SignedPublication(sent, isTaken, false),
        };
    }

    /// <summary>Those of some topics to which anybody subscribed who does not only watch, with those that can be no topics.</summary>
    internal Task<IReadOnlySet<string>> WithReceiversAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        GossipHub hub = Router();
        return CallAsync(_shards[0], IReadOnlySet<string> (_) => topics.Where(topic => TopicText.ToName(topic) is not { } name
            || name.Length == 0 || name.Length > hub.Options.MaxTopicBytes || hub.HasReceivers(name)).ToHashSet(StringComparer.Ordinal),
            cancellationToken);
    }

    /// <summary>
    /// Has the application judge a topic's messages before they are delivered and passed on. What it rejects costs the peers that sent it
    /// their good name; what it does not judge in GossipSubOptions.ValidationTime, or with an exception, is ignored.
    /// </summary>
    /// <param name="topic">The topic's name; judged while it is subscribed to.</param>
    /// <param name="validator">Called on the thread pool, many at a time; null for none any more.</param>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="Libp2pException">The node has no router.</exception>
    public void SetTopicValidator(string topic, Func<TopicMessage, CancellationToken, ValueTask<GossipVerdict>>? validator)
    {
        string name = CheckTopic(topic);
        Router().SetValidator(name, validator);
    }

    /// <summary>How the gossipsub router stands.</summary>
    /// <exception cref="Libp2pException">The node has no router, or it has ended.</exception>
    public Task<GossipSubStatus> GetPubSubStatusAsync(CancellationToken cancellationToken = default)
    {
        GossipHub hub = Router();
        return CallAsync(_shards[0], _ => hub.Status(), cancellationToken);
    }

    /// <summary>The connected peers that subscribed to a topic, as far as they have told so.</summary>
    /// <exception cref="ArgumentException">The name is empty or too long.</exception>
    /// <exception cref="Libp2pException">The node has no router, or it has ended.</exception>
    public Task<IReadOnlyList<PeerId>> GetSubscribersAsync(string topic, CancellationToken cancellationToken = default)
    {
        string name = CheckTopic(topic);
        GossipHub hub = Router();
        return CallAsync(_shards[0], _ => hub.Subscribers(name), cancellationToken);
    }

    /// <summary>Whether somebody here receives a topic's messages, and does not only watch.</summary>
    internal bool HasReceivers(string topic)
    {
        lock (_subscriptions)
        {
            return _subscriptions.TryGetValue(topic, out List<Subscription>? all) && all.Exists(one => !one.OnlyWatches);
        }
    }

    /// <summary>Whether the application hears of a topic's messages.</summary>
    internal bool HasSubscribers(string topic)
    {
        lock (_subscriptions)
        {
            return _subscriptions.ContainsKey(topic);
        }
    }

    /// <summary>Whether somebody wants a topic's messages whole.</summary>
    internal bool WantsWhole(string topic)
    {
        lock (_subscriptions)
        {
            return _subscriptions.TryGetValue(topic, out List<Subscription>? all) && all.Exists(one => one.WantsWhole);
        }
    }

    /// <summary>A subscription is given up.</summary>
    internal void Leave(Subscription subscription)
    {
        lock (_subscriptions)
        {
            if (_subscriptions.TryGetValue(subscription.Name, out List<Subscription>? all) && all.Remove(subscription) && all.Count == 0)
            {
                _subscriptions.Remove(subscription.Name);
                _ = SetJoinedAsync(subscription.Name);
            }
        }
    }

    /// <summary>A shard has taken a message; on its thread.</summary>
    /// <param name="name">The topic's name within the node (<see cref="TopicText"/>).</param>
    /// <param name="message">The message.</param>
    /// <param name="reach">To whom.</param>
    internal void Deliver(string name, TopicMessage message, SignedReach reach = SignedReach.All)
    {
        lock (_subscriptions)
        {
            if (_hub == null && _shards.Length > 1 && !IsNew(message))
            {
                return;
            }

            if (_subscriptions.TryGetValue(name, out List<Subscription>? all))
            {
                foreach (Subscription one in all)
                {
                    if (reach == SignedReach.All || one.OnlyWatches == (reach == SignedReach.Watchers))
                    {
                        one.Take(message);
                    }
                }
            }
        }
    }

    /// <summary>A shard has taken a message that peers of the others want; on its thread.</summary>
    internal void Share(Shard from, SharedMessage message)
    {
        foreach (Shard shard in _shards)
        {
            if (shard != from)
            {
                shard.Post(new ShardCall<int>(one => Pass(one, message)));
            }
        }
    }

    private (int Sent, SharedMessage? Message) Publish(Shard shard, string topic, byte[] data)
    {
        PubSubProtocol pubsub = shard.PubSub!;
        Topic opened = pubsub.Open(Encoding.Latin1.GetBytes(topic)) ?? throw NoTopic(pubsub);
        shard.PollProtocolsSoon();
        if (_shards.Length == 1)
        {
            return (opened.Publish(data, 0, data.Length), null);
        }

        int sent = pubsub.Publish(opened, data, out SharedMessage? message);
        return (sent, message);
    }

    private static int Pass(Shard shard, SharedMessage message)
    {
        shard.PollProtocolsSoon();
        return shard.PubSub!.Pass(message);
    }

    private GossipHub Router() => _hub ?? throw Libp2pException.For(Libp2pError.TopicUnavailable, null,
        "this node has no gossipsub router; set Libp2pNodeOptions.PubSub to GossipSubOptions");

    private static Libp2pException NoTopic(PubSubProtocol pubsub)
        => Libp2pException.For(Libp2pError.TopicUnavailable, null,
            $"there are PubSubOptions.MaxTopics = {pubsub.Options.MaxTopics} topics already, for the node's life");

    private bool IsNew(TopicMessage message)
    {
        // an unsigned message is its data
        (string, ulong, string) id = message.From == null
            ? (message.Topic, 0, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message.Data)))
            : ("", message.SequenceNumber, message.From.ToString());
        if (!_seen.Add(id))
        {
            return false;
        }

        _seenOrder.Enqueue(id);
        if (_seenOrder.Count > SeenMessages)
        {
            _seen.Remove(_seenOrder.Dequeue());
        }

        return true;
    }

    // brings all shards to what the subscriptions are when each has its turn
    private async Task SetJoinedAsync(string topic)
    {
        await Task.WhenAll(_shards.Take(_hub == null ? _shards.Length : 1).Select(shard => CallAsync(shard, one => SetJoined(one, topic),
            CancellationToken.None))).ConfigureAwait(false);
    }

    private bool SetJoined(Shard shard, string topic)
    {
        bool isWanted;
        lock (_subscriptions)
        {
            isWanted = _subscriptions.ContainsKey(topic);
        }

        if (_hub != null)
        {
            return _hub.SetJoined(topic, isWanted) ? true : throw Libp2pException.For(Libp2pError.TopicUnavailable, null,
                $"there are GossipSubOptions.MaxTopics = {_hub.Options.MaxTopics} topics already");
        }

        Topic opened = shard.PubSub!.Open(Encoding.Latin1.GetBytes(topic)) ?? throw NoTopic(shard.PubSub);
        if (isWanted)
        {
            opened.Join();
        }
        else
        {
            opened.Leave();
        }

        shard.PollProtocolsSoon();
        return true;
    }

    private void EndSubscriptions()
    {
        lock (_subscriptions)
        {
            foreach (Subscription one in _subscriptions.Values.SelectMany(all => all))
            {
                one.End(Ended());
            }

            _subscriptions.Clear();
        }
    }

    // the name within the node
    private string CheckTopic(string topic)
    {
        ArgumentNullException.ThrowIfNull(topic);
        PubSubChoice options = _options.PubSub
            ?? throw Libp2pException.For(Libp2pError.TopicUnavailable, null, "this node has no pubsub: Libp2pNodeOptions.PubSub is null");
        string name = TopicText.ToName(topic) ?? throw new ArgumentException($"'{topic}' has a character that UTF-8 has not");
        return name.Length > 0 && name.Length <= options.MaxTopicBytes ? name
            : throw new ArgumentException($"a topic's name has 1 to {options.MaxTopicBytes} bytes; this one has {name.Length}");
    }
}
