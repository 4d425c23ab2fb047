using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Frames;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// Keeps each value twice, with a number that rises and a checksum, over a store that may tear a value when the power goes or lose a
    /// bit over the years: a write goes to the older copy, a read takes the newest one that is whole. So a cut at any moment leaves the
    /// value before or the value after, and a damaged copy costs one write and not the identity or the session.
    /// </summary>
    /// <remarks>
    /// Copies are named <c>NAME-a</c> and <c>NAME-b</c>. A value that has none yet is read under its own name, as provisioning wrote it,
    /// and stays there untouched; so what a new provisioning writes takes effect once <see cref="Forget"/> was called, or both copies are
    /// gone.
    /// </remarks>
    public sealed class TwinStore : IStore, ICopiedStore
    {
        /// <summary>Bytes before a value: its number, its checksum.</summary>
        public const int HeadBytes = 8;

        private const int SumAt = 4;
        private const int None = -1;
        private const int Damaged = -2;
        private const int Forgotten = -3;

        private readonly IStore _store;
        private readonly byte[] _copy;

        // what Look found: the copy that is newest, and its number
        private bool _isSecond;
        private uint _number;
        private int _repaired;
        private bool _isOlder;

        /// <summary>Takes its memory.</summary>
        /// <param name="store">Where the copies go.</param>
        /// <param name="longest">Bytes of the longest value.</param>
        public TwinStore(IStore store, int longest)
        {
            _store = store;
            _copy = new byte[HeadBytes + longest];
        }

        /// <summary>Copies that were read and were not whole, since the start.</summary>
        public int Repaired
        {
            get { return _repaired; }
        }

        /// <inheritdoc/>
        public bool IsOlder
        {
            get { return _isOlder; }
        }

        /// <inheritdoc/>
        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            int count = Look(name, true);
            if (count < 0)
            {
                return count == None ? _store.Read(name, buffer, offset, capacity) : Damaged;
            }

            // Look read both, and the older one last, perhaps
            count = Load(name, _isSecond);
            if (count > capacity)
            {
                return Damaged;
            }

            Array.Copy(_copy, HeadBytes, buffer, offset, count);
            return count;
        }

        /// <inheritdoc/>
        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            if (count > _copy.Length - HeadBytes)
            {
                return false;
            }

            bool isSecond = Look(name, false) >= 0 && !_isSecond;
            _number++;
            Bytes.WriteUInt32BigEndian(_copy, 0, _number);
            Array.Copy(buffer, offset, _copy, HeadBytes, count);
            Bytes.WriteUInt32BigEndian(_copy, SumAt, Sum(count));
            return _store.Write(NameOf(name, isSecond), _copy, 0, HeadBytes + count);
        }

        /// <summary>Spoils both copies, so that the value is read under its own name again: what was provisioned anew takes
        /// effect.</summary>
        /// <returns>False when the store takes nothing.</returns>
        public bool Forget(string name)
        {
            bool first = _store.Write(NameOf(name, false), _copy, 0, 0);
            return _store.Write(NameOf(name, true), _copy, 0, 0) && first;
        }

        private static string NameOf(string name, bool isSecond)
        {
            return name + (isSecond ? "-b" : "-a");
        }

        // Finds the newest whole copy. Result: its bytes; None when there is no copy, two that were forgotten, or a first one that is not
        // whole, so that the value is read under its own name; Damaged when a second was written, and neither is whole.
        private int Look(string name, bool isRead)
        {
            int first = Load(name, false);
            uint firstNumber = Number();
            int second = Load(name, true);
            uint secondNumber = Number();
            bool isWhole = first >= 0 || second >= 0;
            if (isRead)
            {
                // of two the other is there, too, but after the very first write
                _isOlder = isWhole ? (first < 0 || second < 0) && (second != None || firstNumber != 1)
                    : first == Damaged || second == Damaged;
            }

            if (!isWhole)
            {
                _number = 0;
                _isSecond = true;
                bool isFirstWrite = first == Damaged && second == None;
                return (first == Damaged || second == Damaged) && !isFirstWrite ? Damaged : None;
            }

            // numbers go round: the newer is less than half the way ahead
            _isSecond = first < 0 || (second >= 0 && secondNumber - firstNumber < 0x80000000);
            _number = _isSecond ? secondNumber : firstNumber;
            return _isSecond ? second : first;
        }

        // Bytes of a copy's value; None when it is not there, Forgotten when it has no byte, Damaged when it is not whole.
        private int Load(string name, bool isSecond)
        {
            int count = _store.Read(NameOf(name, isSecond), _copy, 0, _copy.Length);
            if (count == 0 || count == None)
            {
                return count == 0 ? Forgotten : None;
            }

            if (count < HeadBytes || Bytes.ReadUInt32BigEndian(_copy, SumAt) != Sum(count - HeadBytes))
            {
                _repaired++;
                return Damaged;
            }

            return count - HeadBytes;
        }

        private uint Number()
        {
            return Bytes.ReadUInt32BigEndian(_copy, 0);
        }

        // The sum is over the number, four zeros in its own place, and the value.
        private uint Sum(int count)
        {
            Bytes.WriteUInt32BigEndian(_copy, SumAt, 0);
            return Checksum.Of(_copy, 0, HeadBytes + count);
        }
    }
}
