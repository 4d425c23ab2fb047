using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;

namespace NanoLibp2p.Host;

/// <summary>
/// The messages of a topic, from <see cref="Libp2pNode.SubscribeAsync"/> on. Read by <c>await foreach</c>, once; its end, or
/// <see cref="Dispose"/>, gives the subscription up.
/// </summary>
public sealed class Subscription : IAsyncEnumerable<TopicMessage>, IDisposable
{
    /// <summary>Messages that are kept for a reader that is slow; of more the oldest are lost, so that nobody else waits.</summary>
    public const int Capacity = 1024;

    private readonly Libp2pNode _node;
    private readonly CancellationToken _cancellation;
    private readonly Channel<TopicMessage> _messages;
    private long _lost;

    internal Subscription(Libp2pNode node, string topic, string name, CancellationToken cancellation)
    {
        _node = node;
        _cancellation = cancellation;
        Topic = topic;
        Name = name;
        _messages = Channel.CreateBounded<TopicMessage>(
            new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _lost));
    }

    /// <summary>The topic's name.</summary>
    public string Topic { get; }

    /// <summary>The same within the node: <see cref="PubSub.TopicText"/>.</summary>
    internal string Name { get; }

    /// <summary>Messages that were lost because they were not read in time.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Ends once all shards have joined the topic, so that peers are told of it from then on.</summary>
    public Task Joined { get; internal set; } = Task.CompletedTask;

    /// <summary>Reads the messages.</summary>
    /// <exception cref="OperationCanceledException">The token of this call or that of SubscribeAsync was cancelled.</exception>
    /// <exception cref="Libp2pException">The node ended, or the topic could not be joined.</exception>
    public async IAsyncEnumerator<TopicMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(_cancellation, cancellationToken);
        try
        {
            await Joined.WaitAsync(either.Token).ConfigureAwait(false);
            await foreach (TopicMessage message in _messages.Reader.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                yield return message;
            }
        }
        finally
        {
            Dispose();
        }
    }

    /// <summary>Gives it up: the node leaves the topic with its last subscription.</summary>
    public void Dispose()
    {
        if (_messages.Writer.TryComplete())
        {
            _node.Leave(this);
        }
    }

    /// <summary>Whether it only watches: what it alone received has reached nobody (<see cref="SignedPublication"/>).</summary>
    internal bool OnlyWatches { get; init; }

    /// <summary>Whether its messages come with <see cref="TopicMessage.Whole"/>.</summary>
    internal bool WantsWhole { get; init; }

    internal void Take(TopicMessage message) => _messages.Writer.TryWrite(message);

    internal void End(Exception why) => _messages.Writer.TryComplete(why);
}
