using System;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>A message to be published.</summary>
/// <param name="Subject">Its subject.</param>
/// <param name="Record">What it says.</param>
/// <param name="Body">An item's bytes.</param>
/// <param name="Expected">The message that has to be the subject's last, 0 for none; null for any.</param>
internal readonly record struct NatsMessage(string Subject, NatsRecord Record, ReadOnlyMemory<byte> Body, long? Expected);
