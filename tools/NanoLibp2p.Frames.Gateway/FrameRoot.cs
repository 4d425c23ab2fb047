using System;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A root of a device as the gateway stores it (SPEC.md 5.4, 7), with the counters of its session. Immutable: each change is a new
/// one, and true when the store has it.</summary>
/// <param name="Root">The root, 32 bytes: a secret.</param>
/// <param name="Sid">The session's id.</param>
/// <param name="IsShort">Which suite.</param>
public sealed record FrameRoot(byte[] Root, int Sid, bool IsShort)
{
    /// <summary>The highest number of the device that was opened; -1 at first.</summary>
    public int Highest { get; init; } = -1;

    /// <summary>Which of those below it were, as in <see cref="FrameWindow"/>.</summary>
    public ulong Seen { get; init; }

    /// <summary>The highest number taken; -1 for none.</summary>
    public int TakenHighest { get; init; } = -1;

    /// <summary>Which of the 16 below it.</summary>
    public int TakenMap { get; init; }

    /// <summary>Numbers of the gateway below it may have been used (G3).</summary>
    public int Reserved { get; init; }

    /// <summary>The attempt that made it.</summary>
    public uint Nd { get; init; }

    /// <summary>The highest attempt to resume that was taken under it.</summary>
    public uint ResumedNd { get; init; }

    /// <summary>The frame that made it, which gets the same answer again (H4).</summary>
    public byte[] Request { get; init; } = [];

    /// <summary>That answer.</summary>
    public byte[] Answer { get; init; } = [];

    /// <summary>When it was made.</summary>
    public DateTimeOffset Made { get; init; }

    /// <summary>Whether its counters are stored; else it is dormant after a start, and can only be resumed.</summary>
    public bool IsKept { get; init; } = true;

    /// <summary>Whether it can only be resumed from now on: the store was older than the process that used it last (G5).</summary>
    public bool IsDormant { get; init; }

    /// <summary>What is added to a number of the device to make that of its message; 0 when the device has not said (SPEC.md
    /// 9.1).</summary>
    public ulong NumberBase { get; init; }

    /// <summary>Whether the device listens always, and may be sent to at any time (bit C).</summary>
    public bool IsListening { get; init; }
}
