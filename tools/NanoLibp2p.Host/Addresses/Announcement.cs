using System.Collections.Generic;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>Where a node says it can be reached, as one kind of peers hears it. Immutable; from any thread.</summary>
/// <param name="addresses">The addresses, without the peer id.</param>
/// <param name="record">The same, signed; without those that find no room in a message of identify.</param>
internal sealed class Announcement(IReadOnlyList<Multiaddr> addresses, PeerRecord record)
{
    internal IReadOnlyList<Multiaddr> Addresses { get; } = addresses;

    internal PeerRecord Record { get; } = record;

    /// <summary>The envelope of the record, as identify sends it.</summary>
    internal byte[] RecordBytes { get; } = record.Envelope.Bytes.ToArray();
}
