using System;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// The messages sent last, as the RPCs that carried them, for peers that ask for one by IWANT. The oldest give way to the
    /// next. Of each is known how it stands with each peer: the state of its delivery, and how often an IWANT for it was answered.
    /// </summary>
    internal sealed class MessageCache
    {
        // what is kept of each entry, for Get, in one array: a field of an object costs three times as much on a device
        public const int Frame = 0;
        public const int FrameCount = 1;
        private const int Begin = 2;
        public const int TopicIndex = 3;
        public const int Life = 4;
        public const int Part1 = 5;
        public const int Part1Count = 6;
        public const int Part2 = 7;
        public const int Part2Count = 8;
        private const int Fields = 9;

        // of a peer and an entry: two bits are the delivery, the two above count the answers
        private const int PeerBits = 4;
        private const uint DeliveryMask = 3;
        private const uint OneAnswer = 4;
        private const uint MaxAnswers = 3 * OneAnswer;

        public readonly byte[] Bytes;

        /// <summary>Entries there are; the oldest is number 0 for the members below.</summary>
        public int Count;

        private readonly int[] _fields;
        private readonly ulong[] _hashes;
        private readonly uint[] _states;
        private readonly int _stateWords;
        private readonly int _capacity;
        private int _first;
        private int _next;

        public MessageCache(int entries, int bytes, int peers)
        {
            Bytes = new byte[bytes];
            _fields = new int[entries * Fields];
            _hashes = new ulong[entries];
            _stateWords = ((peers * PeerBits) + 31) >> 5;
            _states = new uint[entries * _stateWords];
            _capacity = entries;
        }

        /// <summary>Makes an entry of <paramref name="size"/> bytes in one piece, which is filled in and described by <see cref="Set"/> at
        /// once.</summary>
        /// <returns>Where it begins in <see cref="Bytes"/>.</returns>
        public int Add(int size)
        {
            if (_next + size > Bytes.Length)
            {
                // those behind are the oldest, and would be left there out of order
                while (Count > 0 && _fields[(_first * Fields) + Begin] >= _next)
                {
                    DropFirst();
                }

                _next = 0;
            }

            while (Count > 0 && (Count == _capacity || Overlaps(size)))
            {
                DropFirst();
            }

            int begin = _next;
            int slot = Slot(Count);
            _fields[(slot * Fields) + Begin] = begin;
            Array.Clear(_states, slot * _stateWords, _stateWords);

            Count++;
            _next = begin + size;
            return begin;
        }

        /// <summary>Describes the newest entry.</summary>
        /// <param name="hash">The hash of its id.</param>
        /// <param name="topic">Its topic's index.</param>
        /// <param name="life">Heartbeats in which peers are told of it.</param>
        /// <param name="frame">Where its RPC begins.</param>
        /// <param name="frameCount">Bytes of the RPC.</param>
        /// <param name="part1">Where the author or, of an unsigned message, the data begin.</param>
        /// <param name="part1Count">Bytes of these.</param>
        /// <param name="part2">Where the sequence number begins; of no meaning for an unsigned message.</param>
        /// <param name="part2Count">Bytes of it.</param>
        public void Set(ulong hash, int topic, int life, int frame, int frameCount, int part1, int part1Count, int part2, int part2Count)
        {
            int slot = Slot(Count - 1);
            _hashes[slot] = hash;
            int at = slot * Fields;
            _fields[at + TopicIndex] = topic;
            _fields[at + Life] = life;
            _fields[at + Frame] = frame;
            _fields[at + FrameCount] = frameCount;
            _fields[at + Part1] = part1;
            _fields[at + Part1Count] = part1Count;
            _fields[at + Part2] = part2;
            _fields[at + Part2Count] = part2Count;
        }

        /// <summary>The number of the entry with this id, or -1.</summary>
        public int Find(ulong hash)
        {
            for (int i = Count - 1; i >= 0; i--)
            {
                if (_hashes[Slot(i)] == hash)
                {
                    return i;
                }
            }

            return -1;
        }

        /// <summary>One of the figures of an entry that are named above.</summary>
        public int Get(int entry, int field)
        {
            return _fields[(Slot(entry) * Fields) + field];
        }

        /// <summary>Makes every entry one heartbeat older.</summary>
        public void Age()
        {
            for (int i = 0; i < Count; i++)
            {
                int at = (Slot(i) * Fields) + Life;
                if (_fields[at] > 0)
                {
                    _fields[at]--;
                }
            }
        }

        public Delivery DeliveryOf(int entry, int peer)
        {
            return (Delivery)(State(entry, peer) & DeliveryMask);
        }

        public void SetDelivery(int entry, int peer, Delivery delivery)
        {
            Change(entry, peer, DeliveryMask, (uint)delivery);
        }

        /// <summary>Counts the answer to an IWANT of a peer.</summary>
        /// <returns>False, and nothing is counted, when there were three (GossipRetransmission of go and js).</returns>
        public bool CountAnswer(int entry, int peer)
        {
            uint answers = State(entry, peer) & MaxAnswers;
            if (answers == MaxAnswers)
            {
                return false;
            }

            Change(entry, peer, MaxAnswers, answers + OneAnswer);
            return true;
        }

        /// <summary>Forgets what a peer was sent and told: its stream is gone.</summary>
        /// <param name="peer">Which.</param>
        /// <param name="isAnother">Whether it is another peer, whose answers count from 0.</param>
        public void Forget(int peer, bool isAnother)
        {
            for (int i = 0; i < Count; i++)
            {
                Change(i, peer, isAnother ? DeliveryMask | MaxAnswers : DeliveryMask, 0);
            }
        }

        private uint State(int entry, int peer)
        {
            return _states[(Slot(entry) * _stateWords) + (peer >> 3)] >> ((peer & 7) * PeerBits);
        }

        private void Change(int entry, int peer, uint mask, uint state)
        {
            _states[(Slot(entry) * _stateWords) + (peer >> 3)] ^= ((State(entry, peer) & mask) ^ state) << ((peer & 7) * PeerBits);
        }

        private int Slot(int entry)
        {
            int slot = _first + entry;
            return slot < _capacity ? slot : slot - _capacity;
        }

        private bool Overlaps(int size)
        {
            int begin = _fields[(_first * Fields) + Begin];
            return begin >= _next && begin < _next + size;
        }

        private void DropFirst()
        {
            _first = Slot(1);
            Count--;
            if (Count == 0)
            {
                _next = 0;
            }
        }
    }
}
