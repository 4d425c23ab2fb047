using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Fetch;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// The newest message of each author of some topics, which peers ask for by the fetch protocol: who comes later need not wait for the next
/// reading. The key is <c>/newest/TOPIC/PEER-ID</c>.
/// </summary>
internal sealed class NewestMessages : IAsyncDisposable
{
    /// <summary>Messages that are kept; beyond, the author that has been silent for the longest time is forgotten.</summary>
    internal const int MaxMessages = 1000;

    /// <summary>Bytes of the longest message that is kept; longer ones are passed over.</summary>
    internal const int MaxBytes = 64 * 1024;

    private const string Prefix = "/newest/";

    private readonly Libp2pNode _node;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (byte[] Data, long Turn)> _newest = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();
    private readonly Task _reading;
    private long _turn;

    private NewestMessages(Libp2pNode node, IReadOnlyList<string> topics)
    {
        _node = node;
        FetchService.Start(node, new FetchOptions()).Serve(Prefix, (key, _, _) => ValueTask.FromResult(Find(key)));

        // throws what is wrong with a topic here and not later
        Subscription[] all = [.. topics.Distinct().Select(topic => node.Watch(topic, _ending.Token))];
        _reading = Task.WhenAll(all.Select(ReadAsync));
    }

    /// <summary>Messages that are kept now.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _newest.Count;
            }
        }
    }

    /// <summary>Subscribes, and serves what arrives from then on.</summary>
    /// <param name="node">The gateway's node.</param>
    /// <param name="topics">The topics.</param>
    /// <exception cref="ArgumentException">One can't be a topic; the message says why.</exception>
    internal static NewestMessages Start(Libp2pNode node, IReadOnlyList<string> topics) => new(node, topics);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _node.StopHandling(FetchService.Id);
        await _ending.CancelAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _ending.Dispose();
    }

    /// <summary>Keeps a message in place of its author's former one.</summary>
    internal void Keep(TopicMessage message)
    {
        if (message.From == null || message.Data.Length > MaxBytes)
        {
            return;
        }

        string key = $"{Prefix}{message.Topic}/{message.From}";
        lock (_gate)
        {
            if (_newest.Count == MaxMessages && !_newest.ContainsKey(key))
            {
                _newest.Remove(_newest.MinBy(one => one.Value.Turn).Key);
            }

            _newest[key] = (message.Data, _turn++);
        }
    }

    /// <summary>The message of a key; null when there is none.</summary>
    internal byte[]? Find(string key)
    {
        lock (_gate)
        {
            return _newest.TryGetValue(key, out (byte[] Data, long Turn) found) ? found.Data : null;
        }
    }

    private async Task ReadAsync(Subscription messages)
    {
        try
        {
            await foreach (TopicMessage message in messages.ConfigureAwait(false))
            {
                Keep(message);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or Libp2pException)
        {
            // the gateway ends
        }
    }
}
