namespace NanoLibp2p.Postbox.Nats;

/// <summary>A message of the stream.</summary>
/// <param name="Sequence">Its number there.</param>
/// <param name="Record">What it says; null for one that no store has written.</param>
internal readonly record struct NatsEntry(long Sequence, NatsRecord? Record);
