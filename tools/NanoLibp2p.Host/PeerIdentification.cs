using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>
/// What a peer says of itself by identify (identify spec, "The Identify Message"). All of it is the peer's claim, but for its id; texts are
/// as the peer wrote them, so clean them before they go to a terminal.
/// </summary>
/// <param name="Connection">The connection on which it said so.</param>
/// <param name="IsPush">True when it told a change unasked: what it left out is then what it said before, and is filled in here.</param>
/// <param name="Protocols">The protocol ids that it answers, at most <see cref="MaxProtocols"/>.</param>
/// <param name="ListenAddresses">Where it listens, without its peer id, at most <see cref="MaxAddresses"/>; those of another peer or of
/// unknown protocols are left out.</param>
/// <param name="AgentVersion">Its program, at most 256 characters; empty when it didn't say.</param>
/// <param name="ProtocolVersion">The family of its protocols, at most 256 characters; empty when it didn't say.</param>
/// <param name="ObservedAddress">The address from which it sees us, without a peer id; null when it didn't say, or said none that is
/// known.</param>
/// <param name="PublicKey">Its key as a PublicKey message, which is that of its id; null when it didn't say, or said another one.</param>
/// <param name="SignedPeerRecord">Its signed peer record, the signature of which was right; null when it gave none, another peer's, or more
/// of them than are looked at.</param>
public sealed record PeerIdentification(
    PeerConnection Connection,
    bool IsPush,
    IReadOnlyList<string> Protocols,
    IReadOnlyList<Multiaddr> ListenAddresses,
    string AgentVersion,
    string ProtocolVersion,
    Multiaddr? ObservedAddress,
    byte[]? PublicKey,
    PeerRecord? SignedPeerRecord)
{
    /// <summary>Protocol ids of a peer that are kept, as in go-libp2p.</summary>
    public const int MaxProtocols = 1024;

    /// <summary>Addresses of a peer that are kept, as in go-libp2p.</summary>
    public const int MaxAddresses = 500;

    /// <summary>Who it is.</summary>
    public PeerId Peer => Connection.Peer;

    /// <summary>Bytes that it takes, by estimate.</summary>
    internal long Cost => 512 + ListenAddresses.Sum(PeerStore.Cost) + PeerStore.Cost(Protocols, AgentVersion + ProtocolVersion)
        + (PublicKey?.Length ?? 0) + (3L * (SignedPeerRecord?.Envelope.Bytes.Length ?? 0));
}
