using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>A gateway of a <see cref="PeerMailboxes"/>.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Addresses">Where; may be empty.</param>
public sealed record RecordGateway(PeerId Peer, IReadOnlyList<Multiaddr> Addresses);
