using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Writes the RPCs of pubsub's and gossipsub's protobuf, each with its length before it (pubsub spec, "The RPC"; gossipsub 1.1 spec,
    /// "Protobuf"). Every writer returns the bytes written; the buffer has room for the names and ids and 24 bytes more.
    /// </summary>
    internal static class RpcWriter
    {
        // RPC
        public const int Subscriptions = 1;
        public const int Publish = 2;
        public const int Control = 3;

        // SubOpts
        public const int Subscribe = 1;
        public const int SubscribeTopic = 2;

        // Message
        public const int From = 1;
        public const int Data = 2;
        public const int SequenceNumber = 3;
        public const int MessageTopic = 4;
        public const int Signature = 5;
        public const int Key = 6;

        // ControlMessage
        public const int Have = 1;
        public const int Want = 2;
        public const int Graft = 3;
        public const int Prune = 4;

        // ControlIHave, ControlIWant, ControlGraft and ControlPrune
        public const int ControlTopic = 1;
        public const int HaveIds = 2;
        public const int WantIds = 1;
        public const int PruneBackoff = 3;

        /// <summary>The most bytes before a message in its RPC: two lengths of up to five bytes and a tag.</summary>
        public const int MaxFrameBytes = 11;

        /// <summary>Bytes before a message of so many bytes in an RPC of its own.</summary>
        public static int FrameBytes(int messageBytes)
        {
            int publish = 1 + Varint.Size((uint)messageBytes);
            return Varint.Size((uint)(publish + messageBytes)) + publish;
        }

        public static int WriteFrame(int messageBytes, byte[] buffer, int offset)
        {
            int at = offset + Varint.Write((uint)(1 + Varint.Size((uint)messageBytes) + messageBytes), buffer, offset);
            return ProtobufWriter.WriteLength(Publish, messageBytes, buffer, at) - offset;
        }

        public static int WriteSubscription(byte[] topic, bool subscribe, byte[] buffer, int offset)
        {
            int options = 2 + ProtobufWriter.SizeOfBytes(SubscribeTopic, topic.Length);
            int at = offset + Varint.Write((uint)ProtobufWriter.SizeOfBytes(Subscriptions, options), buffer, offset);
            at = ProtobufWriter.WriteLength(Subscriptions, options, buffer, at);
            at = ProtobufWriter.WriteVarint(Subscribe, subscribe ? 1u : 0u, buffer, at);
            return ProtobufWriter.WriteBytes(SubscribeTopic, topic, 0, topic.Length, buffer, at) - offset;
        }

        public static int WriteGraft(byte[] topic, byte[] buffer, int offset)
        {
            int at = WriteControl(Graft, ProtobufWriter.SizeOfBytes(ControlTopic, topic.Length), buffer, offset);
            return ProtobufWriter.WriteBytes(ControlTopic, topic, 0, topic.Length, buffer, at) - offset;
        }

        /// <param name="topic">Its name.</param>
        /// <param name="backoffSeconds">The back-off; 0 for a peer of gossipsub 1.0, which has no such field.</param>
        /// <param name="buffer">Where to.</param>
        /// <param name="offset">Where it begins.</param>
        public static int WritePrune(byte[] topic, int backoffSeconds, byte[] buffer, int offset)
        {
            int size = ProtobufWriter.SizeOfBytes(ControlTopic, topic.Length);
            if (backoffSeconds > 0)
            {
                size += ProtobufWriter.SizeOfVarint(PruneBackoff, (uint)backoffSeconds);
            }

            int at = WriteControl(Prune, size, buffer, offset);
            at = ProtobufWriter.WriteBytes(ControlTopic, topic, 0, topic.Length, buffer, at);
            if (backoffSeconds > 0)
            {
                at = ProtobufWriter.WriteVarint(PruneBackoff, (uint)backoffSeconds, buffer, at);
            }

            return at - offset;
        }

        public static int WriteWant(byte[] id, int idCount, byte[] buffer, int offset)
        {
            int at = WriteControl(Want, ProtobufWriter.SizeOfBytes(WantIds, idCount), buffer, offset);
            return ProtobufWriter.WriteBytes(WantIds, id, 0, idCount, buffer, at) - offset;
        }

        /// <summary>Begins an RPC that holds a control message of <paramref name="size"/> bytes, which follow.</summary>
        public static int WriteControl(int size, byte[] buffer, int offset)
        {
            int at = offset + Varint.Write((uint)ProtobufWriter.SizeOfBytes(Control, size), buffer, offset);
            return ProtobufWriter.WriteLength(Control, size, buffer, at);
        }

        private static int WriteControl(int field, int size, byte[] buffer, int offset)
        {
            int at = WriteControl(ProtobufWriter.SizeOfBytes(field, size), buffer, offset);
            return ProtobufWriter.WriteLength(field, size, buffer, at);
        }
    }
}
