using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>What the peer store knows of a peer, at one time.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Addresses">Where it may be, without those that have expired.</param>
/// <param name="Protocols">What it answers, as it says; empty when it has said nothing yet.</param>
/// <param name="AgentVersion">Its program, as it says; empty when it has not.</param>
/// <param name="LastSeen">When a connection to it opened or closed, or it said something of itself; null for never.</param>
public sealed record PeerInfo(
    PeerId Peer, IReadOnlyList<PeerAddress> Addresses, IReadOnlyList<string> Protocols, string AgentVersion, DateTimeOffset? LastSeen);
