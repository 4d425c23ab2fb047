using System;
using System.Buffers;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>
/// Messages on a stream, each with its length in front as an unsigned varint, as most protocols of libp2p have them. Reads no byte beyond
/// the message, so what follows may be something else. Whatever fails breaks the stream off.
/// </summary>
/// <param name="stream">The stream; it stays the caller's to dispose.</param>
/// <param name="timeout">How long each read and each write may take; Timeout.InfiniteTimeSpan for no limit.</param>
public sealed class MessageStream(Stream stream, TimeSpan timeout)
{
    // an unsigned varint of a length that fits an int (multiformats unsigned-varint spec)
    private const int MaxPrefix = 5;

    private const int FirstBuffer = 4096;

    private readonly byte[] _prefix = new byte[MaxPrefix];

    /// <summary>How long a read may wait for the message to begin, where that is another time than for the message itself; null
    /// where it is the same.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>Reads one message.</summary>
    /// <param name="maxBytes">The longest that is accepted; memory is taken as its bytes arrive, not by the length that it states.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The message, which may be empty; null when the peer has completed its writes before it.</returns>
    /// <exception cref="Libp2pException">It is too long (MessageTooLong), its length makes no sense or it is cut short (MessageMalformed),
    /// it took too long (TimedOut), or the stream has ended otherwise.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<byte[]?> ReadMessageAsync(int maxBytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        return await LimitAsync(
            IdleTimeout ?? timeout,
            async limit =>
            {
                int length = await ReadLengthAsync(limit).ConfigureAwait(false);
                if (length > maxBytes)
                {
                    throw Fault(Libp2pError.MessageTooLong, $"the peer's message is of {length} bytes, where {maxBytes} are accepted");
                }

                return length < 0 ? null : await ReadBodyAsync(length, limit.Token).ConfigureAwait(false);
            },
            "no whole message came",
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes one message.</summary>
    /// <param name="message">The message; the caller's again when the call is over.</param>
    /// <param name="cancellationToken">Ends the wait; the stream is broken off then.</param>
    /// <exception cref="Libp2pException">It took too long (TimedOut), or the stream has ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task WriteMessageAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        byte[] whole = ArrayPool<byte>.Shared.Rent(MaxPrefix + message.Length);
        try
        {
            int prefix = Buffers.Varint.Write((ulong)message.Length, whole, 0);
            message.CopyTo(whole.AsMemory(prefix));
            await LimitAsync(
                timeout,
                async limit =>
                {
                    await stream.WriteAsync(whole.AsMemory(0, prefix + message.Length), limit.Token).ConfigureAwait(false);
                    return true;
                },
                "a message could not be sent",
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(whole);
        }
    }

    private async Task<T> LimitAsync<T>(TimeSpan first, Func<CancellationTokenSource, Task<T>> call, string what,
        CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(first);
        try
        {
            return await call(limit).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // of a cancelled call its caller knows why, and may say it
            bool isCancelled = e is OperationCanceledException && cancellationToken.IsCancellationRequested;
            (stream as PeerStream)?.Abort(isCancelled ? ErrorCode.None : PeerStream.CodeOf(e));
            if (e is OperationCanceledException && !isCancelled)
            {
                throw Fault(Libp2pError.TimedOut, $"{what} within {first.TotalSeconds:0.###} s");
            }

            throw;
        }
    }

    // -1 for an end in its place; one byte at a time, so that nothing behind the message is taken
    private async Task<int> ReadLengthAsync(CancellationTokenSource limit)
    {
        for (int i = 0; i < MaxPrefix; i++)
        {
            if (await stream.ReadAsync(_prefix.AsMemory(i, 1), limit.Token).ConfigureAwait(false) == 0)
            {
                return i == 0 ? -1 : throw Cut();
            }

            if (i == 0 && IdleTimeout != null)
            {
                limit.CancelAfter(timeout);
            }

            if (_prefix[i] < 0x80)
            {
                int read = Buffers.Varint.Read(_prefix, 0, i + 1, out ulong length);
                return read == i + 1 && length <= int.MaxValue ? (int)length : throw BadLength();
            }
        }

        throw BadLength();
    }

    private async Task<byte[]> ReadBodyAsync(int length, CancellationToken cancellationToken)
    {
        byte[] body = new byte[Math.Min(length, FirstBuffer)];
        int count = 0;
        while (count < length)
        {
            if (count == body.Length)
            {
                Array.Resize(ref body, (int)Math.Min(length, 2L * body.Length));
            }

            int read = await stream.ReadAsync(body.AsMemory(count), cancellationToken).ConfigureAwait(false);
            count += read > 0 ? read : throw Cut();
        }

        return body;
    }

    private Libp2pException Cut() => Fault(Libp2pError.MessageMalformed, "the peer has ended the stream within a message");

    private Libp2pException BadLength() => Fault(Libp2pError.MessageMalformed, "the peer's message begins with a length that is none");

    private Libp2pException Fault(Libp2pError error, string what) => Libp2pException.For(error, (stream as PeerStream)?.RemotePeer, what);
}
