using System;
using System.Text;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>A message that came sealed to this peer.</summary>
public sealed class ReceivedMail
{
    /// <summary>Its number in the mailbox's file: 1 and more, each higher than all before.</summary>
    public required long Number { get; init; }

    /// <summary>Who sealed it; proved by the seal.</summary>
    public required PeerId Sender { get; init; }

    /// <summary>What it is about, at most 64 bytes; empty for nothing.</summary>
    public required byte[] Subject { get; init; }

    /// <summary>What was sent.</summary>
    public required byte[] Body { get; init; }

    /// <summary>When, by the sender's clock.</summary>
    public required DateTimeOffset Sent { get; init; }

    /// <summary>How long after <see cref="Sent"/> it may be acted on.</summary>
    public required TimeSpan Lifetime { get; init; }

    /// <summary>Whether only the newest of its subject counts, in the sender's opinion.</summary>
    public bool IsLatest { get; init; }

    /// <summary>Whether a program was given it before and did not say that it has done with it: it was killed meanwhile, or
    /// ended.</summary>
    public bool SeenBefore { get; init; }

    /// <summary>The body as UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The subject as UTF-8.</summary>
    public string SubjectText => Encoding.UTF8.GetString(Subject);
}
