using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Http;

/// <summary>Somebody has logged in by peer id.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Bearer">What it shows from then on; null where it is not told again.</param>
/// <param name="Expires">Until when that counts.</param>
internal sealed record PeerIdSession(PeerId Peer, string? Bearer, DateTimeOffset Expires);
