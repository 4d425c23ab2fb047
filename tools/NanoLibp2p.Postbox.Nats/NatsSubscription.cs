using System;
using System.Buffers;
using System.Threading.Tasks;
using NATS.Client.Core;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>
/// A subscription that reads a message's bytes where they came in, on the thread that reads the socket. The client's own makes an object of
/// each header and hands it to another thread, which costs more than all that a store does with it.
/// </summary>
/// <param name="connection">The connection.</param>
/// <param name="subject">What is heard.</param>
internal abstract class NatsSubscription(NatsConnection connection, string subject)
    : NatsSubBase(connection, connection.SubscriptionManager, subject, null, null)
{
    /// <summary>Takes a message. Must be quick, and keep none of the bytes.</summary>
    /// <param name="from">The subject it was published to.</param>
    /// <param name="reply">Where an answer goes; null for nowhere.</param>
    /// <param name="headers">The lines of the headers, the first of them <c>NATS/1.0</c> and a status if any.</param>
    /// <param name="body">The body.</param>
    protected abstract void Take(string from, string? reply, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body);

    /// <inheritdoc/>
    protected sealed override ValueTask ReceiveInternalAsync(
        string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
    {
        ReadOnlySequence<byte> headers = headersBuffer ?? default;
        Take(subject, replyTo,
            headers.IsSingleSegment ? headers.FirstSpan : headers.ToArray(),
            payloadBuffer.IsSingleSegment ? payloadBuffer.FirstSpan : payloadBuffer.ToArray());
        return ValueTask.CompletedTask;
    }
}
