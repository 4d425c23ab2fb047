using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Writes the RPCs of pubsub's and gossipsub's protobuf, each with its length before it (pubsub spec, "The RPC"; gossipsub 1.1 spec,
    /// "Protobuf"). Every writer returns the bytes written; the buffer has room for the names and ids and 24 bytes more.
    /// </summary>
    public static partial class RpcWriter
    {
        /// <summary>RPC: subscriptions and their ends.</summary>
        public const int Subscriptions = 1;

        /// <summary>RPC: messages.</summary>
        public const int Publish = 2;

        /// <summary>RPC: gossipsub's ControlMessage.</summary>
        public const int Control = 3;

        /// <summary>SubOpts: whether it begins or ends.</summary>
        public const int Subscribe = 1;

        /// <summary>SubOpts: the topic.</summary>
        public const int SubscribeTopic = 2;

        /// <summary>Message: the author's peer id.</summary>
        public const int From = 1;

        /// <summary>Message: the payload.</summary>
        public const int Data = 2;

        /// <summary>Message: the author's number, 8 bytes in network byte order.</summary>
        public const int SequenceNumber = 3;

        /// <summary>Message: the topic.</summary>
        public const int MessageTopic = 4;

        /// <summary>Message: the signature.</summary>
        public const int Signature = 5;

        /// <summary>Message: the author's key, where the id doesn't hold it.</summary>
        public const int Key = 6;

        /// <summary>ControlMessage: IHAVE.</summary>
        public const int Have = 1;

        /// <summary>ControlMessage: IWANT.</summary>
        public const int Want = 2;

        /// <summary>ControlMessage: GRAFT.</summary>
        public const int Graft = 3;

        /// <summary>ControlMessage: PRUNE.</summary>
        public const int Prune = 4;

        /// <summary>The last of them that is read.</summary>
#if NANOFRAMEWORK_1_0
        internal const int LastControl = Prune;
#else
        internal const int LastControl = Extensions;
#endif

        /// <summary>ControlIHave, ControlGraft and ControlPrune: the topic.</summary>
        public const int ControlTopic = 1;

        /// <summary>ControlIHave: ids.</summary>
        public const int HaveIds = 2;

        /// <summary>ControlIWant: ids.</summary>
        public const int WantIds = 1;

        /// <summary>ControlPrune: the back-off in seconds.</summary>
        public const int PruneBackoff = 3;

        /// <summary>The most bytes before a message in its RPC: two lengths of up to five bytes and a tag.</summary>
        public const int MaxFrameBytes = 11;

        /// <summary>Bytes before a message of so many bytes in an RPC of its own.</summary>
        public static int FrameBytes(int messageBytes)
        {
            int publish = 1 + Varint.Size((uint)messageBytes);
            return Varint.Size((uint)(publish + messageBytes)) + publish;
        }

        /// <summary>Writes what stands before a message of so many bytes in an RPC of its own.</summary>
        public static int WriteFrame(int messageBytes, byte[] buffer, int offset)
        {
            int at = offset + Varint.Write((uint)(1 + Varint.Size((uint)messageBytes) + messageBytes), buffer, offset);
            return ProtobufWriter.WriteLength(Publish, messageBytes, buffer, at) - offset;
        }

        /// <summary>Writes a subscription or its end.</summary>
        public static int WriteSubscription(byte[] topic, bool subscribe, byte[] buffer, int offset)
        {
            int options = 2 + ProtobufWriter.SizeOfBytes(SubscribeTopic, topic.Length);
            int at = offset + Varint.Write((uint)ProtobufWriter.SizeOfBytes(Subscriptions, options), buffer, offset);
            at = ProtobufWriter.WriteLength(Subscriptions, options, buffer, at);
            at = ProtobufWriter.WriteVarint(Subscribe, subscribe ? 1u : 0u, buffer, at);
            return ProtobufWriter.WriteBytes(SubscribeTopic, topic, 0, topic.Length, buffer, at) - offset;
        }

        /// <summary>Writes an IWANT of one id, or a GRAFT or PRUNE of a topic.</summary>
        /// <param name="field"><see cref="Want"/>, <see cref="Graft"/> or <see cref="Prune"/>.</param>
        /// <param name="value">The id or the topic's name, which is the first field of each.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="backoffSeconds">The back-off of a PRUNE; 0 for none, as for a peer of gossipsub 1.0, which has no such
        /// field.</param>
        /// <param name="buffer">Where to.</param>
        /// <param name="offset">Where it begins.</param>
        public static int WriteControl(int field, byte[] value, int count, int backoffSeconds, byte[] buffer, int offset)
        {
            int size = ProtobufWriter.SizeOfBytes(ControlTopic, count);
            if (backoffSeconds > 0)
            {
                size += ProtobufWriter.SizeOfVarint(PruneBackoff, (uint)backoffSeconds);
            }

            int at = WriteControl(ProtobufWriter.SizeOfBytes(field, size), buffer, offset);
            at = ProtobufWriter.WriteLength(field, size, buffer, at);
            at = ProtobufWriter.WriteBytes(ControlTopic, value, 0, count, buffer, at);
            if (backoffSeconds > 0)
            {
                at = ProtobufWriter.WriteVarint(PruneBackoff, (uint)backoffSeconds, buffer, at);
            }

            return at - offset;
        }

        /// <summary>Begins an RPC that holds a control message of <paramref name="size"/> bytes, which follow.</summary>
        public static int WriteControl(int size, byte[] buffer, int offset)
        {
            int at = offset + Varint.Write((uint)ProtobufWriter.SizeOfBytes(Control, size), buffer, offset);
            return ProtobufWriter.WriteLength(Control, size, buffer, at);
        }
    }
}
