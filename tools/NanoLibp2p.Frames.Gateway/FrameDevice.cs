using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A device as the gateway stores it: up to three roots (SPEC.md 5.4). Immutable.</summary>
/// <param name="Peer">Its peer id, of an Ed25519 key.</param>
/// <param name="StaticKey">Its static key, 32 bytes.</param>
/// <param name="CardIndex">The index of that key: the highest seen.</param>
public sealed record FrameDevice(PeerId Peer, byte[] StaticKey, int CardIndex)
{
    /// <summary>Whether it was provisioned; else it came by XX.</summary>
    public bool IsRemembered { get; init; }

    /// <summary>The root that is in use.</summary>
    public FrameRoot? Confirmed { get; init; }

    /// <summary>From a resumption of the confirmed one, not proved yet.</summary>
    public FrameRoot? Next { get; init; }

    /// <summary>From KK or XX, not proved yet.</summary>
    public FrameRoot? Met { get; init; }

    /// <summary>The attempt of the last KK or XX whose root was proved.</summary>
    public uint Known { get; init; }

    /// <summary>When that root was proved.</summary>
    public DateTimeOffset MetAt { get; init; }

    /// <summary>Grows whenever <see cref="Met"/> or <see cref="Known"/> changes: what began before is old.</summary>
    public long Changes { get; init; }

    /// <summary>Its topics.</summary>
    public IReadOnlyList<FrameAlias> Aliases { get; init; } = [];

    /// <summary>Readings that wait for their batch, and those of the last ones that were signed; oldest first.</summary>
    public IReadOnlyList<HeldReading> Held { get; init; } = [];

    /// <summary>The highest number that brought a taken reading; 0 for none (SPEC.md 9.1).</summary>
    public ulong LastReading { get; init; }

    /// <summary>Which of the 1,024 numbers from <see cref="LastReading"/> down did: bit i of all is number LastReading - i. Empty for
    /// none.</summary>
    public byte[] Readings { get; init; } = [];
}
