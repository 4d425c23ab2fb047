using System;

namespace NanoLibp2p.Host.PubSub;

/// <summary>Makes the id of a message, by which duplicates are known: the same in all peers of a topic.</summary>
/// <param name="topic">The topic's name.</param>
/// <param name="data">The payload.</param>
/// <param name="from">The author's peer id; empty for an unsigned message.</param>
/// <param name="sequenceNumber">The author's number; empty for an unsigned message.</param>
/// <param name="id">Takes the id: 64 bytes.</param>
/// <returns>Bytes of the id, 1 to 64.</returns>
public delegate int GossipMessageId(string topic, ReadOnlySpan<byte> data, ReadOnlySpan<byte> from, ReadOnlySpan<byte> sequenceNumber,
    Span<byte> id);
