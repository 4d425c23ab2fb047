using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A message of pubsub as its author signed it: from, data, seqno, topic, signature, each once and in this order.</summary>
internal sealed class SignedMessage
{
    private const int NumberBytes = 8;

    // the identity multihash of a key message; the key follows
    private static readonly byte[] _ofEd25519 = [0, 0x24, 8, 1, 0x12, 0x20];
    private static readonly byte[] _prefix = [.. "libp2p-pubsub:"u8];

    private SignedMessage(byte[] bytes, string topic) => (Bytes, Topic) = (bytes, topic);

    internal byte[] Bytes { get; }

    /// <summary>The topic's name within the node (<see cref="TopicText"/>).</summary>
    internal string Topic { get; }

    internal int FromOffset { get; private init; }

    internal int FromCount { get; private init; }

    internal int DataOffset { get; private init; }

    internal int DataCount { get; private init; }

    internal int NumberOffset { get; private init; }

    internal ReadOnlySpan<byte> From => Bytes.AsSpan(FromOffset, FromCount);

    internal ReadOnlySpan<byte> Data => Bytes.AsSpan(DataOffset, DataCount);

    internal ReadOnlySpan<byte> Number => Bytes.AsSpan(NumberOffset, NumberBytes);

    /// <summary>Reads and verifies a message of an author whose Ed25519 key is in his peer id.</summary>
    /// <returns>Null when it is malformed, or the signature is not the author's.</returns>
    internal static SignedMessage? Read(ReadOnlySpan<byte> message, CryptoProvider crypto)
    {
        byte[] bytes = message.ToArray();
        Span<int> offsets = stackalloc int[5];
        Span<int> counts = stackalloc int[5];
        int at = 0;
        int signed = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            signed = at;
            if (at >= bytes.Length || bytes[at] != ((RpcWriter.From + i) << 3 | 2))
            {
                return null;
            }

            int length = Varint.Read(bytes, at + 1, bytes.Length - at - 1, out ulong count);
            if (length <= 0 || count > (ulong)(bytes.Length - at - 1 - length))
            {
                return null;
            }

            offsets[i] = at + 1 + length;
            counts[i] = (int)count;
            at = offsets[i] + counts[i];
        }

        byte[] input = [.. _prefix, .. bytes.AsSpan(0, signed)];
        if (at != bytes.Length || counts[2] != NumberBytes || counts[4] != CryptoProvider.SignatureBytes
            || !IsEd25519(bytes.AsSpan(offsets[0], counts[0]))
            || !crypto.Ed25519Verify(bytes, offsets[0] + counts[0] - CryptoProvider.KeyBytes, input, 0, input.Length, bytes, offsets[4]))
        {
            return null;
        }

        return new SignedMessage(bytes, System.Text.Encoding.Latin1.GetString(bytes, offsets[3], counts[3]))
        {
            FromOffset = offsets[0], FromCount = counts[0], DataOffset = offsets[1], DataCount = counts[1], NumberOffset = offsets[2],
        };
    }

    private static bool IsEd25519(ReadOnlySpan<byte> id)
        => id.Length == _ofEd25519.Length + CryptoProvider.KeyBytes && id.StartsWith(_ofEd25519);
}
