using System.Collections.Generic;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Nats;

/// <summary>What became of a message that was published.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Changes">In the stream: what it changed, nothing where it came too late to.</param>
/// <param name="Sequence">In the stream: its number there. Conflict: that of the message that was there first, 0 for none.</param>
/// <param name="Reason">Refused and unknown: why.</param>
internal sealed record NatsOutcome(NatsOutcomeKind Kind, IReadOnlyList<PostboxChange> Changes, long Sequence = 0, string Reason = "");
