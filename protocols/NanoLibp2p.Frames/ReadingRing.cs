using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// Readings until they are settled, in the order of their making: one array, a slot each. The oldest gives way when it is full.
    /// </summary>
    internal sealed class ReadingRing
    {
        /// <summary>Nothing is left to do for it.</summary>
        internal const int Done = 0;

        /// <summary>It was not sent in this generation.</summary>
        internal const int Waiting = 1;

        /// <summary>It was sent, and nothing was heard of it.</summary>
        internal const int Sent = 2;

        /// <summary>It was sent, and an acknowledgement did not cover it.</summary>
        internal const int Missing = 3;

        /// <summary>The gateway has it; its batch is not signed.</summary>
        internal const int Taken = 4;

        // number of the frame that carried it first 8, the last frame's number 4, alias 1, state 1, bytes 2
        private const int HeadBytes = 16;
        private const int LastAt = 8;
        private const int AliasAt = 12;
        private const int StateAt = 13;
        private const int CountAt = 14;
        private const int SignedBit = 64;

        internal readonly byte[] Raw;

        /// <summary>The oldest reading; readings are numbered without end.</summary>
        internal int First;

        private readonly int _slots;
        private readonly int _slotBytes;
        private int _count;

        internal ReadingRing(int slots, int bytes)
        {
            _slots = slots;
            _slotBytes = HeadBytes + bytes;
            Raw = new byte[slots * _slotBytes];
        }

        /// <summary>Behind the newest reading.</summary>
        internal int End
        {
            get { return First + _count; }
        }

        internal bool IsFull
        {
            get { return _count == _slots; }
        }

        internal int Capacity
        {
            get { return _slotBytes - HeadBytes; }
        }

        /// <summary>Where a reading's bytes are in <see cref="Raw"/>.</summary>
        internal int DataAt(int reading)
        {
            return At(reading) + HeadBytes;
        }

        internal int Bytes(int reading)
        {
            return Buffers.Bytes.ReadUInt16BigEndian(Raw, At(reading) + CountAt);
        }

        internal int Alias(int reading)
        {
            return Raw[At(reading) + AliasAt] & 15;
        }

        internal bool IsAlarm(int reading)
        {
            return Raw[At(reading) + AliasAt] >= 128;
        }

        /// <summary>Whether it was in a batch that the gateway may have published: nothing was heard of it.</summary>
        internal bool IsSigned(int reading)
        {
            return (Raw[At(reading) + AliasAt] & SignedBit) != 0;
        }

        internal void SetSigned(int reading, bool isSigned)
        {
            int at = At(reading) + AliasAt;
            Raw[at] = (byte)((Raw[at] & ~SignedBit) | (isSigned ? SignedBit : 0));
        }

        internal int State(int reading)
        {
            return Raw[At(reading) + StateAt];
        }

        internal void SetState(int reading, int state)
        {
            Raw[At(reading) + StateAt] = (byte)state;
        }

        /// <summary>The number, over generations, of the frame that carried it first.</summary>
        internal ulong Number(int reading)
        {
            return Buffers.Bytes.ReadUInt64BigEndian(Raw, At(reading));
        }

        internal void SetNumber(int reading, ulong number)
        {
            Buffers.Bytes.WriteUInt64BigEndian(Raw, At(reading), number);
        }

        /// <summary>The number, in this generation, of the frame that carried it last.</summary>
        internal int Last(int reading)
        {
            return 0 | (int)Buffers.Bytes.ReadUInt32BigEndian(Raw, At(reading) + LastAt);
        }

        internal void SetLast(int reading, int number)
        {
            Buffers.Bytes.WriteUInt32BigEndian(Raw, At(reading) + LastAt, (uint)number);
        }

        /// <summary>Adds a reading, for which there is room.</summary>
        internal int Add(int alias, bool isAlarm, byte[] buffer, int offset, int count)
        {
            int reading = End;
            _count++;
            int at = At(reading);
            Array.Copy(buffer, offset, Raw, at + HeadBytes, count);
            Raw[at + AliasAt] = (byte)(alias | (isAlarm ? 128 : 0));
            Raw[at + StateAt] = Waiting;
            Buffers.Bytes.WriteUInt16BigEndian(Raw, at + CountAt, (ushort)count);
            return reading;
        }

        /// <summary>Frees what is done with at the old end.</summary>
        internal void Drop()
        {
            while (_count > 0 && State(First) == Done)
            {
                First++;
                _count--;
            }
        }

        /// <summary>The oldest reading in a state, of any topic; -1 for none.</summary>
        internal int Find(int state)
        {
            for (int reading = First; reading < First + _count; reading++)
            {
                if (State(reading) == state)
                {
                    return reading;
                }
            }

            return -1;
        }

        /// <summary>How many readings are in a state.</summary>
        internal int CountOf(int state)
        {
            int count = 0;
            for (int reading = First; reading < First + _count; reading++)
            {
                count += State(reading) == state ? 1 : 0;
            }

            return count;
        }

        private int At(int reading)
        {
            return reading % _slots * _slotBytes;
        }
    }
}
