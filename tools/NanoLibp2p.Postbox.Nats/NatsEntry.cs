namespace NanoLibp2p.Postbox.Nats;

/// <summary>A message of the stream.</summary>
/// <param name="Sequence">Its number there.</param>
/// <param name="Record">What it says; null for one that no store has written.</param>
/// <param name="Ask">Where the server waits for word that all before was taken; null for a message.</param>
internal readonly record struct NatsEntry(long Sequence, NatsRecord? Record, string? Ask = null);
