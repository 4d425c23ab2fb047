using System;
using NATS.Client.Core;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>The answers to what was published: of success the follower tells, so only refusals are looked at.</summary>
/// <param name="connection">The connection.</param>
/// <param name="prefix">What their subjects begin with; the record's number follows.</param>
/// <param name="refused">Called with the last token of the subject, whether nobody has heard the message, and the answer.</param>
internal sealed class NatsReplies(NatsConnection connection, string prefix, Action<string, bool, byte[]> refused)
    : NatsSubscription(connection, prefix + ".*")
{
    /// <inheritdoc/>
    protected override void Take(string from, string? reply, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> body)
    {
        // a reply with headers is a status: there are no responders
        if (headers.Length > 0 || body.IndexOf("\"error\""u8) >= 0)
        {
            refused(from[(prefix.Length + 1)..], headers.Length > 0, body.ToArray());
        }
    }

    /// <inheritdoc/>
    protected override void TryComplete()
    {
        // nobody reads them one by one
    }
}
