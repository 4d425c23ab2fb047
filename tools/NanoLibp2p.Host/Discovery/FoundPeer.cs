using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Discovery;

/// <summary>A peer that somebody in the same network has named. Only who dials it finds out whether it is there.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Addresses">Where, without the peer id.</param>
public sealed record FoundPeer(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
