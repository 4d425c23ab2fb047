using System;
using NanoLibp2p.Core.Records;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>A peer that is registered in a namespace.</summary>
/// <param name="Namespace">The namespace.</param>
/// <param name="Record">Its addresses, signed by it; the signature was right.</param>
/// <param name="Expires">Until when.</param>
public sealed record RendezvousRegistration(string Namespace, PeerRecord Record, DateTimeOffset Expires);
