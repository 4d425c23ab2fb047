using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Service;

/// <summary>What a gateway needs of a recipient's record (SPEC.md 7.1).</summary>
/// <param name="Bytes">The envelope as it came.</param>
/// <param name="Sequence">Its number: the highest counts.</param>
/// <param name="Gateways">The gateways that it names, best first.</param>
internal sealed record MailboxStatement(byte[] Bytes, ulong Sequence, IReadOnlyList<PeerId> Gateways);
