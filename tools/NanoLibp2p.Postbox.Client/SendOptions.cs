using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>How a message is sent.</summary>
public sealed record SendOptions
{
    /// <summary>The gateway to deposit at, trusted by the user who names it; null to find it by the recipient's record.</summary>
    public Multiaddr? Via { get; init; }

    /// <summary>What it is about, at most 64 bytes of UTF-8; empty for nothing.</summary>
    public string Subject { get; init; } = "";

    /// <summary>Whether it takes the place of what waits of this sender and subject, and of this subject only the newest counts.</summary>
    public bool OnlyLatest { get; init; }

    /// <summary>How long a gateway keeps it and the recipient may act on it, 1 second to 30 days; a command's is minutes.</summary>
    public TimeSpan Ttl { get; init; } = TimeSpan.FromDays(7);

    /// <summary>0 to 3, the highest first; a token says how much is granted, and without one it counts as 0.</summary>
    public int Priority { get; init; }

    /// <summary>A token that the recipient has given out; null for none.</summary>
    public byte[]? Token { get; init; }

    /// <summary>Zeros behind the body, so that the size tells less.</summary>
    public int Padding { get; init; }

    /// <summary>Told how far the proof of work has come, where the gateway asks for one.</summary>
    public IProgress<WorkProgress>? Progress { get; init; }
}
