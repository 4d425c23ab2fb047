using System;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// What whoever runs a node asks of it: whether it is alive, and an end that breaks nothing off.
public sealed partial class Libp2pNode
{
    private static readonly TimeSpan _drainPause = TimeSpan.FromMilliseconds(20);

    /// <summary>Connections of each shard now, those in the handshake too.</summary>
    public int[] ShardLoads => [.. _shards.Select(shard => shard.Load)];

    /// <summary>Streams of peers that a handler of <see cref="Handle"/> serves now.</summary>
    public int StreamsServed => Volatile.Read(ref _serving);

    /// <summary>Ends when each shard's loop has turned once more.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled: a loop may hang.</exception>
    /// <exception cref="Libp2pException">The node has ended.</exception>
    public Task ProbeAsync(CancellationToken cancellationToken = default)
        => Task.WhenAll(_shards.Select(shard => CallAsync(shard, _ => true, cancellationToken)));

    /// <summary>
    /// Ends the node in order: it listens no more from now on, streams that are open may go on to their end for
    /// <paramref name="patience"/>, and then it is disposed: each peer hears Yamux's GoAway.
    /// </summary>
    /// <param name="patience">How long streams may take.</param>
    /// <returns>How many streams were open when it was over.</returns>
    public async Task<int> DrainAsync(TimeSpan patience)
    {
        CloseListeners();
        long end = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        while (StreamsServed > 0 && Environment.TickCount64 < end && _disposal == null)
        {
            await Task.Delay(_drainPause).ConfigureAwait(false);
        }

        int left = StreamsServed;
        await DisposeAsync().ConfigureAwait(false);
        return left;
    }
}
