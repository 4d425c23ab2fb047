using System;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>The answer to a call (SPEC.md 10).</summary>
/// <param name="Status">0 done, 1 not now, 2 not allowed, 3 unknown; -1: nobody answered.</param>
/// <param name="Bytes">What the method says.</param>
public sealed record FrameReply(int Status, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Nobody answered, or the device was forgotten.</summary>
    public const int Unanswered = -1;
}
