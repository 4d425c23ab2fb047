using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    /// <summary>
    /// The peers that a lookup has in sight, in a fixed number of slots, in the order of their distance to the key: XOR of the SHA-256 of
    /// both (kad-dht spec, "Distance"), of which the first 64 bits are kept. Two of a million peers share these with a chance of 1 in 37
    /// million.
    /// </summary>
    /// <remarks>
    /// A slot's bytes are its id, behind its count, and then addresses, each behind its length, and a 0 where there is room left.
    /// One answer can fill no more than half of the slots, so that a liar who names peers that don't exist leaves room for others.
    /// </remarks>
    internal sealed class CandidateTable
    {
        // what a slot's state may be: nobody's; to be asked; a request is under way; it did what it was asked for; it could not be reached,
        // or gave no answer that makes sense, and is kept so that it is not tried again when others name it
        internal const byte Free = 0;
        internal const byte Waiting = 1;
        internal const byte Asking = 2;
        internal const byte Answered = 3;
        internal const byte Failed = 4;

        internal readonly byte[] States;

        // slots, the closest first
        internal readonly byte[] Order;
        internal int Count;

        private readonly int _slotBytes;
        private readonly byte[] _bytes;
        private readonly ulong[] _distances;

        // the answer that named it, 1 to 254; 0 for nobody's; Again when it has failed once
        private readonly byte[] _sources;
        private readonly byte[] _hash = new byte[CryptoProvider.Sha256Bytes];
        private readonly CryptoProvider _crypto;
        private ulong _target;

        private const byte Again = 255;

        internal CandidateTable(KademliaOptions options, CryptoProvider crypto)
        {
            int count = options.Candidates;
            _slotBytes = options.PeerBytes;
            _crypto = crypto;
            _bytes = new byte[count * _slotBytes];
            _distances = new ulong[count];
            States = new byte[count];
            _sources = new byte[count];
            Order = new byte[count];
        }

        /// <summary>Begins with another key. Of the last lookup's candidates those stay that answered. Uses the peer object.</summary>
        internal void Begin(byte[] key, int keyCount, KademliaPeer peer)
        {
            _target = 0;
            _target = Distance(key, keyCount);
            Count = 0;
            for (int slot = 0; slot < States.Length; slot++)
            {
                bool stays = States[slot] == Answered;
                States[slot] = Free;
                if (stays)
                {
                    peer.Count = _bytes[slot * _slotBytes];
                    Array.Copy(_bytes, slot * _slotBytes + 1, peer.Id, 0, peer.Count);
                    Insert(slot, Distance(peer.Id, peer.Count), 0);
                }
            }
        }

        /// <summary>
        /// Adds a peer with its addresses, if it is close enough. One that has failed is tried once more with the addresses that another
        /// answer tells: a liar may have named it with wrong ones.
        /// </summary>
        /// <param name="peer">Who and where.</param>
        /// <param name="source">The answer that named it, 1 to 254; 0 for nobody's.</param>
        internal void Add(KademliaPeer peer, byte source)
        {
            ulong distance = Distance(peer.Id, peer.Count);
            for (int i = 0; i < Count; i++)
            {
                int there = Order[i];
                if (_distances[there] == distance && Matches(there, peer.Id, peer.Count))
                {
                    if (States[there] == Failed && _sources[there] != Again && _sources[there] != source && peer.PackedCount > 0)
                    {
                        _sources[there] = Again;
                        Write(there, peer);
                    }

                    return;
                }
            }

            int slot = Place(distance, source);
            if (slot >= 0)
            {
                Write(slot, peer);
                Insert(slot, distance, source);
            }
        }

        /// <summary>Whether some bytes are a candidate's id.</summary>
        internal bool Matches(int slot, byte[] id, int count)
        {
            int at = slot * _slotBytes;
            return _bytes[at] == count && Bytes.Equal(_bytes, at + 1, id, 0, count);
        }

        /// <summary>One of a candidate's addresses, with its peer id, to be dialled; null when it has not so many.</summary>
        internal Multiaddr Address(int slot, int index)
        {
            int first = slot * _slotBytes;
            int id = first + 1;
            int count = _bytes[first];
            int at = KademliaPeer.Seek(_bytes, id + count, first + _slotBytes, index);
            return at < 0 ? null : KademliaPeer.Make(_bytes, at, _bytes, id, count);
        }

        private ulong Distance(byte[] bytes, int count)
        {
            _crypto.Sha256Start();
            _crypto.Sha256Update(bytes, 0, count);
            _crypto.Sha256Finish(_hash, 0);
            return Bytes.ReadUInt64BigEndian(_hash, 0) ^ _target;
        }

        // as many of the addresses as there is room for
        private void Write(int slot, KademliaPeer peer)
        {
            int at = slot * _slotBytes;
            int end = at + _slotBytes;
            Array.Clear(_bytes, at, _slotBytes);
            _bytes[at++] = (byte)peer.Count;
            Array.Copy(peer.Id, 0, _bytes, at, peer.Count);
            at += peer.Count;
            int from;
            for (int i = 0; (from = KademliaPeer.Seek(peer.Packed, 0, peer.PackedCount, i)) >= 0; i++)
            {
                int size = 1 + peer.Packed[from];
                if (at + size <= end)
                {
                    Array.Copy(peer.Packed, from, _bytes, at, size);
                    at += size;
                }
            }

            States[slot] = Waiting;
        }

        // A slot for a new candidate, or -1 when it is too far away. Whose it was is taken out of the order.
        private int Place(ulong distance, byte source)
        {
            int own = 0;
            int farthestOwn = -1;
            int farthest = -1;
            bool isFailed = false;
            for (int i = 0; i < Count; i++)
            {
                int slot = Order[i];
                bool isFarther = _distances[slot] > distance;
                if (source != 0 && _sources[slot] == source)
                {
                    own++;
                    farthestOwn = isFarther && States[slot] == Waiting ? i : farthestOwn;
                }

                // the farthest that has failed, or else the farthest that is not being asked
                if (isFarther && States[slot] != Asking && (!isFailed || States[slot] == Failed))
                {
                    isFailed = States[slot] == Failed;
                    farthest = i;
                }
            }

            if (own >= (Order.Length + 1) / 2)
            {
                farthest = farthestOwn;
            }
            else if (Count < Order.Length)
            {
                int free = 0;
                while (States[free] != Free)
                {
                    free++;
                }

                return free;
            }

            if (farthest < 0)
            {
                return -1;
            }

            int taken = Order[farthest];
            Count--;
            Array.Copy(Order, farthest + 1, Order, farthest, Count - farthest);
            return taken;
        }

        private void Insert(int slot, ulong distance, byte source)
        {
            _distances[slot] = distance;
            _sources[slot] = source;
            States[slot] = Waiting;
            int place = Count++;
            while (place > 0 && _distances[Order[place - 1]] > distance)
            {
                Order[place] = Order[place - 1];
                place--;
            }

            Order[place] = (byte)slot;
        }
    }
}
