using NanoLibp2p.Core;
using NanoLibp2p.Core.Multiformats;

namespace NanoLibp2p.PubSub
{
    /// <summary>A received message: offsets into the buffer that it arrived in. Valid only during PubSubEvents.OnMessage.</summary>
    public sealed class PubSubMessage
    {
        private byte[] _buffer;
        private Connection _receivedFrom;
        private ulong _sequenceNumber;
        private int _dataOffset;
        private int _dataCount;
        private int _fromOffset;
        private int _fromCount;

        internal PubSubMessage()
        {
        }

        /// <summary>Where the bytes are; to be read only.</summary>
        public byte[] Buffer
        {
            get { return _buffer; }
        }

        /// <summary>Where the payload begins.</summary>
        public int DataOffset
        {
            get { return _dataOffset; }
        }

        /// <summary>Bytes of the payload; 0 is possible.</summary>
        public int DataCount
        {
            get { return _dataCount; }
        }

        /// <summary>Whether an author is named; it is then proved by the signature.</summary>
        public bool IsSigned
        {
            get { return _fromCount > 0; }
        }

        /// <summary>Where the author's peer id begins.</summary>
        public int FromOffset
        {
            get { return _fromOffset; }
        }

        /// <summary>Bytes of the author's peer id; 0 for an unsigned message.</summary>
        public int FromCount
        {
            get { return _fromCount; }
        }

        /// <summary>The author's number for the message; 0 for an unsigned one.</summary>
        public ulong SequenceNumber
        {
            get { return _sequenceNumber; }
        }

        /// <summary>The peer that it came through, which need not be the author.</summary>
        public Connection ReceivedFrom
        {
            get { return _receivedFrom; }
        }

        /// <summary>The author's peer id, or null for an unsigned message. Allocates.</summary>
        public PeerId CopyFrom()
        {
            return _fromCount == 0 ? null : PeerId.FromBytes(_buffer, _fromOffset, _fromCount);
        }

        /// <summary>A copy of the payload. Allocates.</summary>
        public byte[] CopyData()
        {
            byte[] copy = new byte[_dataCount];
            System.Array.Copy(_buffer, _dataOffset, copy, 0, _dataCount);
            return copy;
        }

        internal void Set(Connection receivedFrom, byte[] buffer, int dataOffset, int dataCount, int fromOffset, int fromCount, ulong sequenceNumber)
        {
            _receivedFrom = receivedFrom;
            _buffer = buffer;
            _dataOffset = dataOffset;
            _dataCount = dataCount;
            _fromOffset = fromOffset;
            _fromCount = fromCount;
            _sequenceNumber = sequenceNumber;
        }
    }
}
