using System;
using nanoFramework.Hardware.Stm32;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.F769i
{
    /// <summary>
    /// A store in the 4 KiB of memory that an STM32 keeps over a restart, and without power while its VBAT pin has some. It has two halves:
    /// a write makes the half that is not in use anew, with all values in it, and its header last. Wherever the chip stops, the old values
    /// or the new ones are there in whole. A value takes its bytes, those of its name and three more; all together fit in 2,032.
    /// </summary>
    public sealed class BackupStore : IStore
    {
        // mark, number of the write, bytes of the records behind it, their checksum
        private const int HeaderBytes = 16;
        private const uint Mark = 0x6E6C7032;

        // a record: length of the name, length of the value in two bytes, both
        private const int RecordHeaderBytes = 3;

        private readonly uint _half = (uint)BackupMemory.Size / 2;
        private readonly byte[] _header = new byte[HeaderBytes];

        // the records in use, and those that are being read or made
        private byte[] _records;
        private byte[] _next;
        private int _count;

        // of the half in use
        private uint _at;
        private uint _number;

        /// <summary>Takes the whole backup memory, and reads what is in it.</summary>
        public BackupStore()
        {
            _records = new byte[_half - HeaderBytes];
            _next = new byte[_half - HeaderBytes];
            uint first = Load(0);
            uint second = Load(_half);
            if (first != 0 || second != 0)
            {
                Use(second > first ? _half : 0);
            }
        }

        /// <inheritdoc/>
        public int Read(string name, byte[] buffer, int offset, int capacity)
        {
            int place = Find(name);
            if (place < 0)
            {
                return -1;
            }

            int count = ValueBytes(place);
            if (count > capacity)
            {
                return -2;
            }

            Array.Copy(_records, place + RecordHeaderBytes + name.Length, buffer, offset, count);
            return count;
        }

        /// <inheritdoc/>
        public bool Write(string name, byte[] buffer, int offset, int count)
        {
            int place = Find(name);
            int left = place < 0 ? 0 : RecordBytes(place);
            int end = _count - left;
            if (end + RecordHeaderBytes + name.Length + count > _next.Length)
            {
                return false;
            }

            if (place < 0)
            {
                place = end;
            }

            Array.Copy(_records, 0, _next, 0, place);
            Array.Copy(_records, place + left, _next, place, end - place);
            _next[end++] = (byte)name.Length;
            _next[end++] = (byte)count;
            _next[end++] = (byte)(count >> 8);
            for (int i = 0; i < name.Length; i++)
            {
                _next[end++] = (byte)name[i];
            }

            Array.Copy(buffer, offset, _next, end, count);
            end += count;

            uint other = _half - _at;
            PutUInt(0, Mark);
            PutUInt(4, _number + 1);
            PutUInt(8, (uint)end);
            PutUInt(12, Checksum(end));
            BackupMemory.WriteBytes(other + HeaderBytes, _next);
            BackupMemory.WriteBytes(other, _header);
            if (Load(other) != _number + 1)
            {
                return false;
            }

            Use(other);
            return true;
        }

        // reads a half into what is next; the number of its write, or 0 when it is not whole
        private uint Load(uint at)
        {
            BackupMemory.ReadBytes(at, _header);
            if (GetUInt(0) != Mark || GetUInt(8) > (uint)_next.Length)
            {
                return 0;
            }

            BackupMemory.ReadBytes(at + HeaderBytes, _next);
            return Checksum(0 | (int)GetUInt(8)) == GetUInt(12) ? GetUInt(4) : 0;
        }

        private void Use(uint at)
        {
            _number = Load(at);
            _count = 0 | (int)GetUInt(8);
            _at = at;
            byte[] records = _records;
            _records = _next;
            _next = records;
        }

        // FNV-1a over the header's number and length, and the records
        private uint Checksum(int count)
        {
            uint sum = 2166136261;
            for (int i = 4; i < 12; i++)
            {
                sum = (sum ^ _header[i]) * 16777619;
            }

            for (int i = 0; i < count; i++)
            {
                sum = (sum ^ _next[i]) * 16777619;
            }

            return sum;
        }

        // where the record of a name begins, or -1
        private int Find(string name)
        {
            int place = 0;
            while (place < _count)
            {
                if (IsNamed(place, name))
                {
                    return place;
                }

                place += RecordBytes(place);
            }

            return -1;
        }

        private bool IsNamed(int place, string name)
        {
            bool same = _records[place] == name.Length;
            for (int i = 0; same && i < name.Length; i++)
            {
                same = _records[place + RecordHeaderBytes + i] == name[i];
            }

            return same;
        }

        private int ValueBytes(int place)
        {
            return _records[place + 1] | (_records[place + 2] << 8);
        }

        private int RecordBytes(int place)
        {
            return RecordHeaderBytes + _records[place] + ValueBytes(place);
        }

        private void PutUInt(int at, uint value)
        {
            for (int i = 0; i < 4; i++)
            {
                _header[at + i] = (byte)(value >> (8 * i));
            }
        }

        private uint GetUInt(int at)
        {
            return (uint)_header[at] | ((uint)_header[at + 1] << 8) | ((uint)_header[at + 2] << 16) | ((uint)_header[at + 3] << 24);
        }
    }
}
