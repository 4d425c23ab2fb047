using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    // Reads an answer from pieces of any size and hands its peers and its record on, one at a time: an answer of 20 peers has several KB
    // and fits in no buffer here. What is more than an honest peer says is passed over.
    internal sealed partial class KademliaRequest
    {
        /// <summary>The longest answer in bytes: 64 peers with 32 addresses of 60 bytes.</summary>
        internal const int MaxAnswerBytes = 128 * 1024;

        // closer peers and providers in one answer that are looked at, and addresses
        private const int MaxPeers = 64;
        private const int MaxAddresses = 1024;

        internal readonly KademliaPeer Peer;

        // an address, or a record's value
        internal readonly byte[] Piece;

        // bytes of a record's value, one more than Piece has when it does not fit; -1 without
        internal int ValueCount;

        // of what is stored: the peer has not echoed it as it was given
        internal bool IsRefused;

        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly KademliaClient _client;
        private int _type;

        // the field of the answer that is being read as a message of its own; 0 between them
        private int _part;
        private int _peers;
        private int _addresses;
        private bool _isOfKey;

        /// <summary>Begins with an answer to a request of a type.</summary>
        internal void BeginAnswer(int type)
        {
            _type = type;
            _part = 0;
            _peers = 0;
            _addresses = 0;
            ValueCount = -1;
            IsRefused = type == PutValue;
            IsDone = false;
            _reader.ResetDelimited(MaxAnswerBytes);
        }

        /// <summary>Takes a piece.</summary>
        /// <returns>1 when the answer is whole, 0 when more must come, -1 when it is no answer.</returns>
        internal int Receive(byte[] buffer, int offset, int count)
        {
            int end = offset + count;
            while (true)
            {
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int at = offset;
                offset += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.NeedMore:
                        return 0;
                    case ProtobufEvent.Varint:
                        if (_part == 0 && _reader.Field == Type && _reader.Value != (uint)_type)
                        {
                            return -1;
                        }

                        break;
                    case ProtobufEvent.Fixed:
                        break;
                    case ProtobufEvent.BytesBegin:
                        if (!Wants())
                        {
                            _reader.Skip();
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
                        Take(buffer, at, (int)_reader.FieldOffset, offset - at);
                        break;
                    case ProtobufEvent.BytesEnd:
                        if (_part > Record && _reader.Field == PeerAddress)
                        {
                            Peer.Add(Piece, (int)_reader.Value, _client.Options.PublicAddressesOnly);
                        }

                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (_part == 0)
                        {
                            return 1;
                        }

                        if (_part == Record)
                        {
                            _client.TakeRecord(this, _isOfKey);
                        }
                        else
                        {
                            _client.TakePeer(this, _part == ProviderPeers);
                        }

                        _part = 0;
                        break;
                    default:
                        return -1;
                }
            }
        }

        // a field of bytes has begun
        private bool Wants()
        {
            int field = _reader.Field;
            ulong length = _reader.Value;
            if (_part == 0)
            {
                // the first record only: several would agree with each other
                if ((field == CloserPeers || (field == ProviderPeers && _type == GetProviders))
                    ? _peers++ >= MaxPeers
                    : field != Record || ValueCount >= 0)
                {
                    return false;
                }

                _reader.Enter();
                _part = field;
                _isOfKey = false;
                Peer.Count = 0;
                Peer.PackedCount = 0;
                return true;
            }

            // of a record key and value, of a peer id and addresses
            bool fits = length <= (uint)Piece.Length;
            if (_part == Record)
            {
                if (field == RecordKey)
                {
                    _isOfKey = length == (uint)_client.KeyCount;
                    return _isOfKey;
                }

                if (field == RecordValue)
                {
                    ValueCount = fits ? (int)length : Piece.Length + 1;
                    return fits;
                }
            }
            else if (field == PeerAddress)
            {
                return fits && length < 256 && _addresses++ < MaxAddresses;
            }
            else if (field == Id && length <= PeerId.MaxBytes)
            {
                Peer.Count = (int)length;
                return true;
            }

            return false;
        }

        private void Take(byte[] buffer, int offset, int done, int count)
        {
            bool isFirst = _reader.Field == Id;
            if (isFirst && _part == Record)
            {
                _isOfKey = _isOfKey && Bytes.Equal(_client.Key, done, buffer, offset, count);
            }
            else
            {
                Array.Copy(buffer, offset, isFirst ? Peer.Id : Piece, done, count);
            }
        }
    }
}
