#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.PubSub
{
    // What a router reads and a leaf does not: the peers of a PRUNE, IDONTWANT, extensions; and a buffer that is there while it is needed.
    public abstract partial class RpcReader
    {
        /// <summary>Bytes of the longest signed peer record that is looked at; of a longer one the peer is kept without it.</summary>
        public const int MaxRecordBytes = 4096;

        // where a PRUNE's peer is kept: its id, then its record
        private const int RecordOffset = MaxIdBytes;

        private int _idBytes;
        private int _recordBytes;

        /// <summary>Whether <see cref="Buffer"/> holds nothing that is still needed.</summary>
        protected internal bool IsBufferFree
        {
            get { return _place == Place.Rpc || _place == Place.Control || _place == Place.Graft || _place == Place.Subscription; }
        }

        /// <summary>Bytes of the message that is under way, from its first byte until it is taken; 0 when there is none.</summary>
        protected internal int MessageUnderWay
        {
            get { return _place == Place.Message || _place == Place.Held ? _messageBytes : 0; }
        }

        private int _messageBytes;

        /// <summary>Bytes of the longest message that is taken now; a longer one is passed over.</summary>
        protected virtual int LongestMessage
        {
            get { return _maxMessage; }
        }

        /// <summary>Has <see cref="Buffer"/> hold so many bytes. What is in it is not needed any more.</summary>
        protected virtual void MakeRoom(int bytes)
        {
        }

        partial void Rent(int bytes)
        {
            _messageBytes = bytes - PrefixBytes;
            MakeRoom(bytes);
        }

        // true when the field is none of a leaf's
        private bool BeginFurther()
        {
            int field = _reader.Field;
            bool isFurther = _place >= Place.DontWant;
            if (_place == Place.Prune && field == RpcWriter.PrunePeers)
            {
                isFurther = true;
                _reader.Enter();
                _place = Place.PrunePeer;
                _idBytes = 0;
                _recordBytes = 0;
                MakeRoom(RecordOffset + MaxRecordBytes);
            }
            else if (_place == Place.DontWant && field == RpcWriter.DontWantIds && _reader.Value <= MaxIdBytes)
            {
                MakeRoom(MaxIdBytes);
                _purpose = Purpose.Further;
                _target = 0;
            }
            else if (_place == Place.PrunePeer && field == RpcWriter.PeerId && _reader.Value <= MaxIdBytes)
            {
                _purpose = Purpose.Further;
                _target = 0;
                _idBytes = (int)_reader.Value;
            }
            else if (_place == Place.PrunePeer && field == RpcWriter.PeerRecord && _reader.Value <= MaxRecordBytes)
            {
                _purpose = Purpose.Further;
                _target = RecordOffset;
                _recordBytes = (int)_reader.Value;
            }
            else if (isFurther)
            {
                _reader.Skip();
            }

            return isFurther;
        }

        partial void TakeFurther()
        {
            if (_place == Place.Extensions)
            {
                _handler.OnExtension(this, _reader.Field, _reader.Value);
            }
        }

        partial void EndFurther()
        {
            if (_place == Place.DontWant && _purpose == Purpose.Further)
            {
                _handler.OnDontWant(this, Buffer, _target);
            }
        }

        partial void LeaveFurther(Place left)
        {
            if (left == Place.PrunePeer)
            {
                _place = Place.Prune;
                _handler.OnPrunePeer(this, Buffer, _idBytes, RecordOffset, _recordBytes);
            }
            else if (left == Place.Extensions)
            {
                _handler.OnExtensions(this);
            }
        }

        partial void EndRpc()
        {
            _handler.OnRpcEnd(this);
        }
    }
}
#endif
