using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>A device's own message for a topic: gossipsub's Message with the device's signature, which any libp2p peer verifies.</summary>
/// <param name="From">The device.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Number">The message's number; with the device it is its name.</param>
/// <param name="Message">The message's bytes: from, data, seqno, topic, signature (fields 1 to 5).</param>
/// <param name="DataOffset">Where its data begins.</param>
/// <param name="DataCount">Bytes of its data.</param>
public sealed record FramePublication(PeerId From, string Topic, ulong Number, byte[] Message, int DataOffset, int DataCount);
