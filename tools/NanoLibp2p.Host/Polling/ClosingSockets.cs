using System;
using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host;

/// <summary>
/// Sockets of a shard that are closed in order: our end is told at once, and the socket stays until the peer's end has come, since a
/// system that gets a byte for a closed socket answers with a reset and forgets what it still had to send (RFC 1122 4.2.2.13, RFC 2525
/// 2.17). So what was written arrives though the peer is writing. From any thread.
/// </summary>
internal sealed class ClosingSockets
{
    /// <summary>Sockets that wait at a time; one more is closed at once.</summary>
    internal const int Max = 1024;

    // a peer that neither reads nor ends gets no longer
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    // what still comes is read by nobody
    private static readonly byte[] _rest = new byte[16 * 1024];

    private readonly ConcurrentDictionary<Task, bool> _under = new();

    /// <summary>Remembers a close that is under way.</summary>
    internal void Add(Task closing)
    {
        if (_under.TryAdd(closing, true))
        {
            _ = closing.ContinueWith(one => _under.TryRemove(one, out _), TaskScheduler.Default);
        }
    }

    /// <summary>Ends our side of a socket, and closes it once the peer has ended, or after 2 s.</summary>
    /// <param name="socket">Watched by nobody any more.</param>
    /// <returns>False when as many are waiting as may: nothing is done with it.</returns>
    internal bool Begin(Socket socket)
    {
        if (_under.Count >= Max)
        {
            return false;
        }

        Add(CloseAsync(socket));
        return true;
    }

    /// <summary>Waits for all that have begun by now.</summary>
    internal Task WaitAsync() => Task.WhenAll(_under.Keys);

    private static async Task CloseAsync(Socket socket)
    {
        using CancellationTokenSource late = new(_patience);
        try
        {
            socket.Shutdown(SocketShutdown.Send);
            while (await socket.ReceiveAsync(_rest.AsMemory(), SocketFlags.None, late.Token).ConfigureAwait(false) > 0)
            {
                late.Token.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // it broke, or has had its time
        }

        socket.Dispose();
    }
}
