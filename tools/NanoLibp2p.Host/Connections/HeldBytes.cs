using System.Threading;

namespace NanoLibp2p.Host;

/// <summary>
/// What one connection's streams keep for it: bytes that were not read, bytes that were not sent, and the streams' own objects. Counted in
/// its shard's budget, too, until they are given back or the connection ends. From any thread.
/// </summary>
internal sealed class HeldBytes(MemoryBudget budget)
{
    // below 0 once it has ended: nothing is counted any more
    private const long Ended = long.MinValue;

    private long _bytes;

    /// <summary>Bytes that it keeps now; 0 once it has ended.</summary>
    internal long Bytes => long.Max(0, Volatile.Read(ref _bytes));

    internal void Add(int bytes) => Change(bytes);

    internal void Remove(int bytes) => Change(-bytes);

    /// <summary>The connection has ended: what is still kept is its readers'.</summary>
    internal void End()
    {
        long left = Interlocked.Exchange(ref _bytes, Ended);
        if (left > 0)
        {
            budget.Add(-left);
        }
    }

    private void Change(int bytes)
    {
        long before = Volatile.Read(ref _bytes);
        while (before >= 0)
        {
            long found = Interlocked.CompareExchange(ref _bytes, before + bytes, before);
            if (found == before)
            {
                budget.Add(bytes);
                return;
            }

            before = found;
        }
    }
}
