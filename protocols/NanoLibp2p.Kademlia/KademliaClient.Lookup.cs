using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    // Whom a lookup asks, what it makes of the answers, and when it is over.
    public sealed partial class KademliaClient
    {
        // what Choose says when there is nobody to ask, and when there is but no connection is free
        private const int Nobody = -1;
        private const int NoPlace = -2;

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            if (_operation == None)
            {
                return long.MaxValue;
            }

            if (_deadline == NotStarted)
            {
                _deadline = nowMs + Options.LookupTimeoutMs;
            }

            bool isUnderWay = false;
            int slot = Nobody;
            long next = _deadline;
            for (int i = 0; i < _requests.Length; i++)
            {
                KademliaRequest request = _requests[i];
                if (request.Slot >= 0)
                {
                    Move(request, nowMs);
                }

                // one that fails at once leaves its turn to the next
                while (request.Slot < 0 && _ending == None && Asked < Options.MaxRequests && (slot = Choose()) >= 0)
                {
                    Begin(request, slot, nowMs);
                }

                if (request.Slot >= 0)
                {
                    isUnderWay = true;
                    next = request.Deadline < next ? request.Deadline : next;
                }
            }

            if (_ending == None && nowMs >= _deadline)
            {
                _ending = (int)(isUnderWay ? LookupResult.TimedOut : LookupResult.NoConnection);
            }

            if (_ending != None)
            {
                End((LookupResult)_ending);
            }
            else if (isUnderWay || slot == NoPlace)
            {
                return next;
            }
            else
            {
                EndOrStore();
            }

            return nowMs;
        }

        /// <summary>A peer of an answer.</summary>
        internal void TakePeer(KademliaRequest request, bool isProvider)
        {
            KademliaPeer peer = request.Peer;
            if (_isStoring || _ending != None || PeerId.CheckBytes(peer.Id, 0, peer.Count) != 0)
            {
                return;
            }

            bool isSought = _operation == KademliaRequest.FindNode && peer.Count == KeyCount && Bytes.Equal(peer.Id, 0, Key, 0, KeyCount);
            if (isProvider || isSought)
            {
                if (isProvider || peer.PackedCount > 0)
                {
                    _count++;
                    if (Events == null || Events.OnPeer(this, peer))
                    {
                        _ending = (int)LookupResult.Found;
                    }
                }
            }
            else if (!Node.Identity.PeerId.Matches(peer.Id, 0, peer.Count))
            {
                _table.Add(peer, request.Source);
            }
        }

        /// <summary>The record of an answer, or what a peer says it has stored.</summary>
        internal void TakeRecord(KademliaRequest request, bool isOfKey)
        {
            int count = request.ValueCount;
            byte[] value = request.Piece;
            bool isSame = isOfKey && count == _bodyCount && Bytes.Equal(value, 0, _message, _body, count);
            if (_isStoring)
            {
                request.IsRefused = !isSame;
                return;
            }

            if (_operation != KademliaRequest.GetValue || count < 0 || !isOfKey)
            {
                return;
            }

            if (count > value.Length || !IsValid(value, 0, count, request.Peer))
            {
                _without = LookupResult.NoValidValue;
            }
            else if (_count > 0 && isSame)
            {
                _count++;
            }
            else if (_count == 0 || Events.IsBetter(value, 0, count, _message, _body, _bodyCount))
            {
                Array.Copy(value, 0, _message, _body, count);
                _bodyCount = count;
                _count = 1;
            }

            // of a public key there is one value only
            if (_count >= (IsPublicKey ? 1 : Options.Quorum))
            {
                _ending = (int)LookupResult.Found;
            }
        }

        private bool Start(int operation)
        {
            _operation = operation;
            _isStoring = false;
            _ending = None;
            _without = LookupResult.NotFound;
            _count = 0;
            _answered = 0;
            Asked = 0;
            _deadline = NotStarted;
            _type = operation == KademliaRequest.GetValue || operation == KademliaRequest.GetProviders ? operation
                : KademliaRequest.FindNode;
            _messageCount = WriteHead(_type, 0, 0, 0);
            _body = HeadBytes;


            KademliaPeer peer = _requests[0].Peer;
            _table.Begin(Key, KeyCount, peer);
            for (int i = 0; i < Options.Seeds.Length; i++)
            {
                Multiaddr seed = Options.Seeds[i];
                byte[] address = seed.ToBytes();
                peer.Count = seed.PeerId.CopyTo(peer.Id, 0);
                peer.PackedCount = 0;
                peer.Add(address, address.Length, false);
                _table.Add(peer, 0);
            }

            // those that dialled us are clients themselves, more often than not
            peer.PackedCount = 0;
            for (int i = 0; i < Node.Connections.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (connection.IsOpen && !connection.IsInbound)
                {
                    peer.Count = connection.RemoteIdCount;
                    Array.Copy(connection.RemoteId, 0, peer.Id, 0, peer.Count);
                    _table.Add(peer, 0);
                }
            }

            return true;
        }

        // The closest candidate that was not asked, of those closest that have not failed.
        private int Choose()
        {
            int result = Nobody;
            int seen = 0;
            for (int i = 0; i < _table.Count && seen < Options.Closest; i++)
            {
                int slot = _table.Order[i];
                int state = _table.States[slot];
                if (state == CandidateTable.Waiting)
                {
                    if (FindConnection(slot) != null)
                    {
                        return slot;
                    }

                    result = NoPlace;
                }

                seen += state == CandidateTable.Failed ? 0 : 1;
            }

            return result;
        }

        // Nobody is left to ask.
        private void EndOrStore()
        {
            bool stores = _operation == KademliaRequest.PutValue || _operation == KademliaRequest.AddProvider;
            if (_answered == 0)
            {
                End(LookupResult.NobodyAnswered);
            }
            else if (Asked == Options.MaxRequests)
            {
                End(LookupResult.TooManyRequests);
            }
            else if (stores && !_isStoring)
            {
                // the closest that have answered are asked once more, to store
                _isStoring = true;
                int chosen = 0;
                for (int i = 0; i < _table.Count; i++)
                {
                    int slot = _table.Order[i];
                    bool isChosen = _table.States[slot] == CandidateTable.Answered && chosen < Options.Closest;
                    _table.States[slot] = isChosen ? CandidateTable.Waiting : CandidateTable.Failed;
                    chosen += isChosen ? 1 : 0;
                }

                // a head, the body moved behind it, and of a provider record, which has no answer, a request whose answer tells that it was
                // taken
                bool isValue = _operation == KademliaRequest.PutValue;
                int count = !isValue ? _bodyCount
                    : ProtobufWriter.SizeOfBytes(KademliaRequest.RecordKey, KeyCount)
                        + ProtobufWriter.SizeOfBytes(KademliaRequest.RecordValue, _bodyCount);
                int end = WriteHead(_operation, isValue ? KademliaRequest.Record : KademliaRequest.ProviderPeers, count, 0);
                if (isValue)
                {
                    end = ProtobufWriter.WriteBytes(KademliaRequest.RecordKey, Key, 0, KeyCount, _message, end);
                    end = ProtobufWriter.WriteLength(KademliaRequest.RecordValue, _bodyCount, _message, end);
                }

                Array.Copy(_message, _body, _message, end, _bodyCount);
                _body = end;
                end += _bodyCount;
                _type = isValue ? KademliaRequest.PutValue : KademliaRequest.GetProviders;
                _messageCount = isValue ? end : WriteHead(_type, 0, 0, end);
            }
            else
            {
                End(_count > 0 ? (stores ? LookupResult.Stored : LookupResult.Found)
                    : stores ? LookupResult.Refused
                    : _without);
            }
        }

        private void End(LookupResult result)
        {
            for (int i = 0; i < _requests.Length; i++)
            {
                if (_requests[i].Slot >= 0)
                {
                    Finish(_requests[i]);
                }
            }

            int ended = _operation;
            int count = _count;
            _operation = None;
            if (Events != null)
            {
                if (ended == KademliaRequest.GetValue && count > 0)
                {
                    Events.OnValue(this, _message, _body, _bodyCount, count);
                }

                Events.OnEnd(this, result, count);
            }
        }

        // Length, type and key of a message, and the tag and length of one more field, unless its number is 0. Returns where they end.
        private int WriteHead(int type, int field, int count, int at)
        {
            int size = 2 + ProtobufWriter.SizeOfBytes(KademliaRequest.Key, KeyCount)
                + (field == 0 ? 0 : ProtobufWriter.SizeOfBytes(field, count));
            at += Varint.Write((uint)size, _message, at);
            at = ProtobufWriter.WriteVarint(KademliaRequest.Type, (uint)type, _message, at);
            at = ProtobufWriter.WriteBytes(KademliaRequest.Key, Key, 0, KeyCount, _message, at);
            return field == 0 ? at : ProtobufWriter.WriteLength(field, count, _message, at);
        }
    }
}
