using System.Buffers;
using System.Threading;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// Whole RPCs, each with its length before it, in a pooled buffer: written once, and sent to any number of peers of any shard. Whoever
/// keeps it retains it, and releases it once.
/// </summary>
internal sealed class GossipFrame
{
    private byte[]? _bytes;
    private int _references = 1;

    private GossipFrame(byte[] bytes) => _bytes = bytes;

    /// <summary>The buffer; what counts in it begins at <see cref="Offset"/>.</summary>
    internal byte[] Bytes => _bytes!;

    internal int Offset { get; init; }

    internal int Count { get; set; }

    /// <summary>Whether it is a message, which may be dropped where a queue is full, and not control.</summary>
    internal bool IsMessage { get; init; }

    /// <summary>One with room for so many bytes, which its maker holds.</summary>
    internal static GossipFrame Rent(int bytes, bool isMessage, int offset = 0)
        => new(ArrayPool<byte>.Shared.Rent(bytes)) { IsMessage = isMessage, Offset = offset };

    internal void Retain() => Interlocked.Increment(ref _references);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes!);
            _bytes = null;
        }
    }
}
