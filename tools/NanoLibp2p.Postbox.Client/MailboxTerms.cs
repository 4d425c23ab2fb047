using System;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What a gateway grants a mailbox and asks of those who write to it (SPEC.md 8.1, Terms); 0 for what it did not say.</summary>
public sealed record MailboxTerms
{
    /// <summary>Items that it keeps.</summary>
    public int MaxItems { get; init; }

    /// <summary>Bytes that it keeps.</summary>
    public long MaxBytes { get; init; }

    /// <summary>Bytes of the longest item.</summary>
    public int MaxItemBytes { get; init; }

    /// <summary>How long it keeps an item at most.</summary>
    public TimeSpan MaxTtl { get; init; }

    /// <summary>Bits of work that it asks of strangers; more than 32: strangers may not write at all.</summary>
    public int Work { get; init; }

    /// <summary>Days without a visit of the recipient after which the mailbox is removed.</summary>
    public int IdleDays { get; init; }
}
