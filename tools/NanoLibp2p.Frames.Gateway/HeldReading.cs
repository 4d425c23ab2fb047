using System;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A reading that waits for its batch to be signed (SPEC.md 9.2).</summary>
/// <param name="Number">The number of the frame that carried it first.</param>
/// <param name="Alias">Its topic.</param>
/// <param name="Data">As it stands on the topic.</param>
/// <param name="At">When it came.</param>
public sealed record HeldReading(ulong Number, int Alias, byte[] Data, DateTimeOffset At)
{
    /// <summary>Whether a batch with it is on the topic: kept for a device that has not heard so, and asks again.</summary>
    public bool IsSigned { get; init; }
}
