using System;
using System.Net;
using NanoLibp2p.Core.Records;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>A peer that is registered in a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Record">Its addresses, signed by it; the signature was right.</param>
/// <param name="Expires">Until when.</param>
public sealed record RendezvousRegistration(string Namespace, PeerRecord Record, DateTimeOffset Expires)
{
    /// <summary>The network that the peer registered from, which has so many registrations; null where that is not known. A store keeps
    /// it, so that the bound counts over a restart; peers are not told.</summary>
    public IPNetwork? Network { get; init; }
}
