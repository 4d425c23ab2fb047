using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>First contact under way: XX1 was answered (H2).</summary>
/// <param name="First">The XX1 frame, which gets the same answer again.</param>
/// <param name="Answer">That answer.</param>
/// <param name="Handshake">Noise, between XX2 and XX3.</param>
/// <param name="Sid">The session's id.</param>
/// <param name="Link">Where it came from.</param>
/// <param name="Began">Changes of all devices when it began.</param>
internal sealed record HalfOpen(byte[] First, byte[] Answer, FrameHandshake Handshake, int Sid, FrameLinkInfo Link, long Began)
{
    internal int Hid { get; } = FrameHandshake.Hid(First, 0);

    internal TimeSpan UsedAt { get; set; }

    internal int Answers { get; set; }

    /// <summary>The XX3 that opened; null before. Noise is over then, and only these bytes count.</summary>
    internal byte[]? Third { get; set; }

    /// <summary>Whose it is.</summary>
    internal PeerId? Peer { get; set; }

    /// <summary>The root that it makes, not stored yet; null when it was refused.</summary>
    internal FrameRoot? Met { get; set; }

    /// <summary>What a refused one is told.</summary>
    internal byte[]? Refusal { get; set; }
}
