using System;

namespace NanoLibp2p.Core.Tests.Buffers;

/// <summary>What a piece of code takes from the heap.</summary>
internal static class Allocated
{
    /// <summary>Bytes allocated by a thousand runs on this thread, after a warm-up.</summary>
    public static long By(Action action)
    {
        for (int i = 0; i < 100; i++)
        {
            action();
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            action();
        }
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
