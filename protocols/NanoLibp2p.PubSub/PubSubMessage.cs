using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.PubSub
{
    /// <summary>A received message: offsets into the buffer that it arrived in. Valid only during PubSubEvents.OnMessage.</summary>
    public sealed class PubSubMessage
    {
        /// <summary>Where the bytes are; to be read only.</summary>
        public byte[] Buffer;

        /// <summary>Where the payload begins.</summary>
        public int DataOffset;

        /// <summary>Bytes of the payload; 0 is possible.</summary>
        public int DataCount;

        /// <summary>Where the author's peer id begins.</summary>
        public int FromOffset;

        /// <summary>Bytes of the author's peer id; 0 for an unsigned message.</summary>
        public int FromCount;

        /// <summary>The author's number for the message; 0 for an unsigned one.</summary>
        public ulong SequenceNumber;

        /// <summary>The peer that it came through, which need not be the author.</summary>
        public Connection ReceivedFrom;

        internal PubSubMessage()
        {
        }

        /// <summary>Whether an author is named; it is then proved by the signature.</summary>
        public bool IsSigned
        {
            get { return FromCount > 0; }
        }

        /// <summary>The author's peer id, or null for an unsigned message. Allocates.</summary>
        public PeerId CopyFrom()
        {
            return FromCount == 0 ? null : PeerId.FromBytes(Buffer, FromOffset, FromCount);
        }

        /// <summary>A copy of the payload. Allocates.</summary>
        public byte[] CopyData()
        {
            byte[] copy = new byte[DataCount];
            System.Array.Copy(Buffer, DataOffset, copy, 0, DataCount);
            return copy;
        }
    }
}
