using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>A message of a topic, verified by the signature policy.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Data">The payload; the receiver's own.</param>
/// <param name="From">The author, whose signature was right; null for an unsigned message.</param>
/// <param name="SequenceNumber">The author's number for it; 0 for an unsigned message.</param>
/// <param name="ReceivedFrom">The peer that it came through, which need not be the author.</param>
public sealed record TopicMessage(string Topic, byte[] Data, PeerId? From, ulong SequenceNumber, PeerId ReceivedFrom)
{
    /// <summary>The message as it came, with signature and key; null unless a subscription asked for it.</summary>
    internal byte[]? Whole { get; init; }

    /// <summary>Its id; null as <see cref="Whole"/>.</summary>
    internal byte[]? Id { get; init; }
}
