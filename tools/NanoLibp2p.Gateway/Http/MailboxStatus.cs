using System;
using System.Collections.Generic;
using NanoLibp2p.Postbox.Service;

namespace NanoLibp2p.Gateway.Http;

/// <summary>A mailbox as the gateway's HTTP tells of it.</summary>
internal sealed record MailboxStatus
{
    public required string PeerId { get; init; }

    /// <summary>Items that wait, and their bytes.</summary>
    public required int Waiting { get; init; }

    public required long WaitingBytes { get; init; }

    /// <summary>Items that wait no more, whose fate is still known.</summary>
    public required int Fates { get; init; }

    public required long MaxItems { get; init; }

    public required long MaxBytes { get; init; }

    public required int MaxItemBytes { get; init; }

    /// <summary>Bits that strangers show; 255 for no strangers.</summary>
    public required int Work { get; init; }

    /// <summary>When its owner was last here, or when it was made.</summary>
    public required DateTimeOffset Seen { get; init; }

    /// <summary>Since when the oldest item waits; null when none does.</summary>
    public required DateTimeOffset? Oldest { get; init; }

    /// <summary>Whether its owner has left its signed record.</summary>
    public required bool Record { get; init; }

    public required IReadOnlyList<string> Topics { get; init; }

    internal static MailboxStatus Of(MailboxInfo box) => new()
    {
        PeerId = box.Peer.ToString(),
        Waiting = box.Waiting,
        WaitingBytes = box.WaitingBytes,
        Fates = box.Fates,
        MaxItems = box.MaxItems,
        MaxBytes = box.MaxBytes,
        MaxItemBytes = box.MaxItem,
        Work = box.Work,
        Seen = box.Seen,
        Oldest = box.Oldest,
        Record = box.HasRecord,
        Topics = box.Topics,
    };
}
