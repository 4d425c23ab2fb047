using System;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A verified message in the frame that carries it on. Its maker, and then the router, holds the frame.</summary>
internal sealed class GossipMessage
{
    internal required GossipFrame Frame { get; init; }

    internal required string Topic { get; init; }

    /// <summary>The number that stands for its id.</summary>
    internal required ulong Hash { get; init; }

    /// <summary>Its id in the form of go and rust.</summary>
    internal required byte[] Id { get; init; }

    // in the frame's buffer
    internal int DataOffset { get; init; }

    internal int DataCount { get; init; }

    internal int FromOffset { get; init; }

    internal int FromCount { get; init; }

    internal ulong SequenceNumber { get; init; }

    internal bool IsOwn { get; init; }

    /// <summary>Whether others may be sent it: not where the author's number is short, which floodsub alone takes.</summary>
    internal bool MayPass { get; init; } = true;

    /// <summary>Who it came through; null for an own one.</summary>
    internal GossipPeer? From { get; set; }

    /// <summary>The author's peer id; empty for an unsigned message.</summary>
    internal ReadOnlySpan<byte> Author => Frame.Bytes.AsSpan(FromOffset, FromCount);

    /// <summary>The message as it was signed, with its signature and key: what the frame's lengths stand before.</summary>
    internal byte[] Whole()
    {
        int at = Frame.Offset;
        int end = at + Frame.Count;

        // the length of the RPC, the tag of its one field, and that field's length
        at += Buffers.Varint.Read(Frame.Bytes, at, end - at, out ulong _);
        at += Buffers.Varint.Read(Frame.Bytes, at, end - at, out ulong _);
        at += Buffers.Varint.Read(Frame.Bytes, at, end - at, out ulong _);
        return Frame.Bytes.AsSpan(at, end - at).ToArray();
    }

    internal TopicMessage Copy(PeerId self)
        => new(TopicText.Of(Topic), Frame.Bytes.AsSpan(DataOffset, DataCount).ToArray(),
            FromCount == 0 ? null : PeerId.FromBytes(Frame.Bytes, FromOffset, FromCount), SequenceNumber, From?.Id ?? self);
}
