using System;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Serial
{
    /// <summary>
    /// Packets on a line of bytes: COBS (Cheshire and Baker 1999), a CRC-16 (CCITT, initial value FFFFh, inverted, big-endian: without the
    /// inversion a packet with a zero more would be right, too) behind each, 00 between them. What is damaged is dropped whole, and the
    /// next 00 begins anew.
    /// </summary>
    public sealed class SerialPackets
    {
        /// <summary>Bytes of the CRC.</summary>
        public const int CheckBytes = 2;

        private const int ChunkBytes = 64;
        private const int MaxChunks = 64;
        private const byte Longest = 255;

        private readonly ISerialLine _line;
        private readonly byte[] _chunk = new byte[ChunkBytes];
        private readonly byte[] _packet;
        private readonly byte[] _out;
        private int _chunkAt;
        private int _chunkEnd;

        // of the packet that arrives: bytes so far, what is left of the run, and whether a zero follows it
        private int _count;
        private int _left;
        private bool _isZeroDue;
        private bool _isDamaged;
        private int _outAt;
        private int _outEnd;

        /// <summary>Takes its memory.</summary>
        /// <param name="line">The line; its owner opens and closes it.</param>
        /// <param name="maxBytes">The longest packet without its CRC.</param>
        public SerialPackets(ISerialLine line, int maxBytes)
        {
            _line = line;
            int bytes = maxBytes + CheckBytes;
            _packet = new byte[bytes];
            _out = new byte[bytes + (bytes / 254) + 4];
        }

        /// <summary>The packet that <see cref="Receive"/> returned, from 0 on, until it is called again.</summary>
        public byte[] Packet
        {
            get { return _packet; }
        }

        /// <summary>Packets that were damaged, or too long.</summary>
        public int Damaged { get; private set; }

        /// <summary>The CRC of the check before it is inverted: CCITT, not reflected.</summary>
        /// <param name="crc">FFFFh, or that of the bytes before.</param>
        /// <param name="buffer">Has the bytes.</param>
        /// <param name="offset">Where they begin.</param>
        /// <param name="count">How many.</param>
        public static int Crc16(int crc, byte[] buffer, int offset, int count)
        {
            for (int i = 0; i < count; i++)
            {
                // four bits at a time by xor: CRC-16/CCITT without a table
                int x = ((crc >> 8) ^ buffer[offset + i]) & 0xFF;
                x ^= x >> 4;
                crc = ((crc << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xFFFF;
            }

            return crc;
        }

        /// <summary>Takes the next packet from the line.</summary>
        /// <returns>Its bytes in <see cref="Packet"/>; 0 when none is complete; <see cref="LinkResult.Failed"/> when the line is broken
        /// or ended.</returns>
        public int Receive()
        {
            // bounded, so that a flood of noise leaves time for the rest
            int chunks = 0;
            while (true)
            {
                if (_chunkAt == _chunkEnd)
                {
                    int read = ++chunks > MaxChunks ? 0 : _line.Read(_chunk, 0, ChunkBytes);
                    if (read <= 0)
                    {
                        return read == 0 ? 0 : LinkResult.Failed;
                    }

                    _chunkAt = 0;
                    _chunkEnd = read;
                }

                byte value = _chunk[_chunkAt++];
                if (value != 0)
                {
                    Take(value);
                    continue;
                }

                int count = End();
                if (count > 0)
                {
                    return count;
                }
            }
        }

        /// <summary>Sends a packet of two parts, either of which may be empty.</summary>
        /// <returns>Whether it was taken: the line still has the one before, or <see cref="LinkResult.Failed"/>.</returns>
        public int Send(byte[] head, int headCount, byte[] data, int offset, int count)
        {
            int flushed = Flush();
            if (flushed != 1)
            {
                return flushed;
            }

            int crc = ~Crc16(Crc16(0xFFFF, head, 0, headCount), data, offset, count);

            // a 00 first ends what noise began
            _out[0] = 0;
            int code = 1;
            int at = 2;
            for (int i = 0; i < headCount + count + CheckBytes; i++)
            {
                byte value = i < headCount ? head[i]
                    : i < headCount + count ? data[offset + i - headCount]
                    : (byte)(i == headCount + count ? crc >> 8 : crc);
                if (value != 0)
                {
                    _out[at++] = value;
                }

                if (value == 0 || at - code == Longest)
                {
                    _out[code] = (byte)(at - code);
                    code = at++;
                }
            }

            _out[code] = (byte)(at - code);
            _out[at++] = 0;
            _outAt = 0;
            _outEnd = at;
            return Flush() == LinkResult.Failed ? LinkResult.Failed : 1;
        }

        /// <summary>Gives the line what it has not taken yet.</summary>
        /// <returns>1 when it has all; 0 when not; <see cref="LinkResult.Failed"/>.</returns>
        public int Flush()
        {
            while (_outAt < _outEnd)
            {
                int written = _line.Write(_out, _outAt, _outEnd - _outAt);
                if (written <= 0)
                {
                    return written == 0 ? 0 : LinkResult.Failed;
                }

                _outAt += written;
            }

            return 1;
        }

        /// <summary>Forgets what was begun in either direction.</summary>
        public void Reset()
        {
            _chunkAt = 0;
            _chunkEnd = 0;
            _outAt = 0;
            _outEnd = 0;
            Begin();
        }

        private void Take(byte value)
        {
            if (_left == 0)
            {
                // a code: what it ended is followed by a zero, but for the longest run
                if (_isZeroDue)
                {
                    Put(0);
                }

                _left = value - 1;
                _isZeroDue = value != Longest;
                return;
            }

            Put(value);
            _left--;
        }

        private void Put(byte value)
        {
            if (_count == _packet.Length)
            {
                _isDamaged = true;
                return;
            }

            _packet[_count++] = value;
        }

        private int End()
        {
            int count = _count - CheckBytes;
            bool isEmpty = _count == 0 && _left == 0 && !_isDamaged && !_isZeroDue;
            bool isWhole = !_isDamaged && _left == 0 && count > 0
                && (Crc16(0xFFFF, _packet, 0, count) ^ 0xFFFF) == ((_packet[count] << 8) | _packet[count + 1]);
            Begin();
            if (isWhole)
            {
                return count;
            }

            Damaged += isEmpty ? 0 : 1;
            return 0;
        }

        private void Begin()
        {
            _count = 0;
            _left = 0;
            _isZeroDue = false;
            _isDamaged = false;
        }
    }
}
