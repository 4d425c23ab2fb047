using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Relay;

/// <summary>A peer that has reserved a place at a relay.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Expires">Until when, unless it is refreshed.</param>
/// <param name="IsSensor">Whether circuits to it have a byte rate in place of an end and a total.</param>
public sealed record ReservedPeer(PeerId Peer, DateTimeOffset Expires, bool IsSensor);
