using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client;

/// <summary>What a peer has signed about its mailboxes (SPEC.md 7.1), verified.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Sequence">The highest counts.</param>
/// <param name="Expires">When to look for a newer one.</param>
/// <param name="Gateways">Who keeps its mail, best first, at most four.</param>
/// <param name="PrekeyNumber">The prekey's number; 0 for none, and then mail is sealed to the identity.</param>
/// <param name="Envelope">The envelope as it was signed.</param>
public sealed record PeerMailboxes(PeerId Peer, ulong Sequence, DateTimeOffset Expires, IReadOnlyList<RecordGateway> Gateways,
    int PrekeyNumber, byte[] Envelope)
{
    /// <summary>The prekey, X25519, 32 bytes; null for none.</summary>
    internal byte[]? Prekey { get; init; }
}
