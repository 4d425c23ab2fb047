using System.Buffers.Binary;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.PubSub.Support;

/// <summary>Messages of pubsub as their author signs them, and RPCs of them, for peers that are no node of ours.</summary>
internal static class SignedMessages
{
    private const int Publish = 2;

    /// <summary>A message: from, data, seqno, topic, signature.</summary>
    internal static byte[] Make(Identity author, CryptoProvider crypto, string topic, ulong number, byte[] data)
    {
        byte[] prefix = Encoding.ASCII.GetBytes("libp2p-pubsub:");
        byte[] sequence = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(sequence, number);
        byte[] bytes = new byte[500 + data.Length];
        prefix.CopyTo(bytes, 0);
        int at = prefix.Length;
        byte[][] fields = [author.PeerId.ToBytes(), data, sequence, Encoding.UTF8.GetBytes(topic)];
        for (int i = 0; i < fields.Length; i++)
        {
            at = ProtobufWriter.WriteBytes(i + 1, fields[i], 0, fields[i].Length, bytes, at);
        }

        byte[] signature = new byte[CryptoProvider.SignatureBytes];
        author.Sign(crypto, bytes, 0, at, signature, 0);
        at = ProtobufWriter.WriteBytes(fields.Length + 1, signature, 0, signature.Length, bytes, at);
        return bytes[prefix.Length..at];
    }

    /// <summary>An RPC that publishes a message, with its length.</summary>
    internal static byte[] Rpc(byte[] message)
    {
        int count = ProtobufWriter.SizeOfBytes(Publish, message.Length);
        byte[] bytes = new byte[Varint.Size((ulong)count) + count];
        int at = Varint.Write((ulong)count, bytes, 0);
        ProtobufWriter.WriteBytes(Publish, message, 0, message.Length, bytes, at);
        return bytes;
    }
}
