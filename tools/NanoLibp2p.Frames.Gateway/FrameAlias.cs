namespace NanoLibp2p.Frames.Gateway;

/// <summary>A topic to which a device has given a short name (SPEC.md 8.2, ALIAS). Kept with the device, over sessions.</summary>
/// <param name="Alias">The name, 0 to 15.</param>
/// <param name="Flags"><see cref="FrameTopic"/>.</param>
/// <param name="Topic">The topic in UTF-8.</param>
/// <param name="Template">By which its readings are expanded; null for none.</param>
public sealed record FrameAlias(int Alias, int Flags, byte[] Topic, byte[]? Template);
