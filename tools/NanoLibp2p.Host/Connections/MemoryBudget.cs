using System.Threading;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>
/// The bytes that all connections of one shard may keep: buffers that are rented, what their streams have not read or not sent, and what
/// pubsub has of RPCs that are not whole and in its queues. The windows of streams may grow by a quarter of it: what peers then send is
/// unread, and counted as such.
/// </summary>
internal sealed class MemoryBudget(long bytes)
{
    private long _held;

    /// <summary>The pool of the shard's node, once there is one.</summary>
    internal BufferPool? Pool { get; set; }

    /// <summary>The budget, in bytes.</summary>
    internal long Bytes => bytes;

    /// <summary>Bytes that streams and pubsub hold. From any thread.</summary>
    internal long HeldBytes => Volatile.Read(ref _held);

    /// <summary>Bytes in use. On the shard's thread exact, from others about.</summary>
    internal long UsedBytes => HeldBytes + (Pool?.RentedBytes ?? 0);

    /// <summary>Whether somebody must give way.</summary>
    internal bool IsExceeded => UsedBytes > bytes;

    internal void Add(long count) => Interlocked.Add(ref _held, count);
}
