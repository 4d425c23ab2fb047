using System;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>
/// Gives memory back to the system when it is quiet after a rush: what thousands of handshakes took stays with the garbage collector
/// otherwise, which sees no reason to look for it, and what thousands of idle devices ask each minute would add up. A collection of this
/// kind holds all threads up for some 0.1 s.
/// </summary>
internal static partial class RestingMemory
{
    private const long MiB = 1024 * 1024;

    private static readonly TimeSpan _look = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _rest = TimeSpan.FromMinutes(1);

    /// <summary>Looks now and then, until it is cancelled.</summary>
    internal static async Task RunAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        Look look = new();
        try
        {
            while (true)
            {
                await Task.Delay(_look, time, cancellationToken).ConfigureAwait(false);
                if (look.IsWorthIt(time.GetTimestamp(), time.TimestampFrequency, GC.GetTotalAllocatedBytes()))
                {
                    GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, true, true);
                    TrimNative();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the gateway ends
        }
    }

    // glibc keeps what the compiler and OpenSSL have freed in each thread's arena; other systems give it back, or have no call for it
    private static void TrimNative()
    {
        if (OperatingSystem.IsLinux())
        {
            try
            {
                _ = malloc_trim(0);
            }
            catch (EntryPointNotFoundException)
            {
                // musl
            }
        }
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);

    /// <summary>What was allocated from look to look, and when memory was given back last.</summary>
    internal sealed class Look
    {
        /// <summary>Bytes allocated since then that make it worth the while.</summary>
        internal const long Much = MiB;

        /// <summary>Bytes allocated from one look to the next that are quiet.</summary>
        internal const long Little = MiB;

        private long _before;
        private long _given;
        private long? _givenAt;

        /// <summary>Whether it is quiet, much was allocated since memory was given back last, and that is a minute ago.</summary>
        internal bool IsWorthIt(long timestamp, long frequency, long allocated)
        {
            bool isQuiet = allocated - _before < Little;
            _before = allocated;
            if (!isQuiet || allocated - _given < Much || (_givenAt is { } at && timestamp - at < _rest.TotalSeconds * frequency))
            {
                return false;
            }

            _given = allocated;
            _givenAt = timestamp;
            return true;
        }
    }
}
