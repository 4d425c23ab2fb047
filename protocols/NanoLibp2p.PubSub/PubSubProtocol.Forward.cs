#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    // Messages of others are passed on: not by a device, which is a leaf of the mesh.
    public sealed partial class PubSubProtocol
    {
        // a received message goes on as it was signed, with its signature and key behind it
        partial void Forward(PubSubPeer from, Topic topic, RpcReader message)
        {
            // a shorter number is taken by floodsub only
            if (!Options.Forward || (IsSigned && message.Count[RpcWriter.SequenceNumber] != SequenceBytes))
            {
                return;
            }

            int body = message.Count[RpcReader.Body];
            int size = body;
            for (int i = RpcWriter.Signature; i <= RpcWriter.Key; i++)
            {
                if (message.Count[i] >= 0)
                {
                    size += ProtobufWriter.SizeOfBytes(i, message.Count[i]);
                }
            }

            int begin = _cache.Add(RpcReader.PrefixBytes + size);
            byte[] bytes = _cache.Bytes;
            int at = begin + RpcReader.PrefixBytes;
            int moved = at - RpcReader.PrefixBytes;
            Array.Copy(message.Buffer, RpcReader.PrefixBytes, bytes, at, body);
            at += body;
            for (int i = RpcWriter.Signature; i <= RpcWriter.Key; i++)
            {
                if (message.Count[i] >= 0)
                {
                    at = ProtobufWriter.WriteBytes(i, message.Buffer, message.At[i], message.Count[i], bytes, at);
                }
            }

            int part1 = IsSigned ? RpcWriter.From : RpcWriter.Data;
            Send(topic, begin, size, message.At[part1] + moved, CountOf(message, part1),
                message.At[RpcWriter.SequenceNumber] + moved, message.Count[RpcWriter.SequenceNumber], from);
        }
    }
}
#endif
