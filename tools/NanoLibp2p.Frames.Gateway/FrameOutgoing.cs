using System;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A frame that a gateway sends.</summary>
/// <param name="Radio">By which link.</param>
/// <param name="Address">To whom, where the link has addresses; else empty.</param>
/// <param name="Frame">The frame.</param>
/// <param name="At">When it begins: on LoRa the device listens just then, and a frame that comes later is lost. Elsewhere: now.</param>
public sealed record FrameOutgoing(FrameRadio Radio, string Address, byte[] Frame, DateTimeOffset At);
