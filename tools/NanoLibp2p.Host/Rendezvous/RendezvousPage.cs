using System.Collections.Generic;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>Peers that a rendezvous point has named.</summary>
/// <param name="Registrations">The peers, those that registered first before the others.</param>
/// <param name="Cookie">What to ask with the next time, to hear only of those that come after these.</param>
public sealed record RendezvousPage(IReadOnlyList<RendezvousRegistration> Registrations, byte[] Cookie);
