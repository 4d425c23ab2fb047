using System;

namespace NanoLibp2p.Hal.Ble
{
    /// <summary>
    /// Packets between the thread of a Bluetooth stack, which brings them, and that of the link. What finds no room is dropped whole, so
    /// that a sender that is too fast costs a frame and no memory.
    /// </summary>
    public sealed class PacketQueue
    {
        private readonly object _gate = new object();
        private readonly byte[] _ring;
        private int _start;
        private int _used;

        /// <summary>Takes its memory.</summary>
        /// <param name="bytes">Room; a packet takes two more than it has. At most 65,535.</param>
        public PacketQueue(int bytes)
        {
            _ring = new byte[bytes];
        }

        /// <summary>Packets that found no room, since the start.</summary>
        public int Dropped { get; private set; }

        /// <summary>Whether there is one.</summary>
        public bool HasPacket
        {
            get
            {
                lock (_gate)
                {
                    return _used > 0;
                }
            }
        }

        /// <summary>Puts a packet in, from any thread.</summary>
        /// <returns>False when there was no room.</returns>
        public bool Put(byte[] packet, int count)
        {
            lock (_gate)
            {
                if (count + 2 > _ring.Length - _used)
                {
                    Dropped++;
                    return false;
                }

                _ring[(_start + _used) % _ring.Length] = (byte)(count >> 8);
                _ring[(_start + _used + 1) % _ring.Length] = (byte)count;
                Copy(packet, (_start + _used + 2) % _ring.Length, count, true);
                _used += count + 2;
                return true;
            }
        }

        /// <summary>Takes the oldest packet.</summary>
        /// <returns>Its bytes; 0 when there is none, or when it is longer than the buffer, and then it is gone.</returns>
        public int Take(byte[] packet)
        {
            lock (_gate)
            {
                if (_used == 0)
                {
                    return 0;
                }

                int count = (_ring[_start] << 8) | _ring[(_start + 1) % _ring.Length];
                if (count <= packet.Length)
                {
                    Copy(packet, (_start + 2) % _ring.Length, count, false);
                }

                _start = (_start + count + 2) % _ring.Length;
                _used -= count + 2;
                return count <= packet.Length ? count : 0;
            }
        }

        /// <summary>Drops all: the connection ended.</summary>
        public void Clear()
        {
            lock (_gate)
            {
                _used = 0;
            }
        }

        private void Copy(byte[] packet, int at, int count, bool isIn)
        {
            int whole = _ring.Length - at;
            int first = count < whole ? count : whole;
            if (isIn)
            {
                Array.Copy(packet, 0, _ring, at, first);
                Array.Copy(packet, first, _ring, 0, count - first);
            }
            else
            {
                Array.Copy(_ring, at, packet, 0, first);
                Array.Copy(_ring, 0, packet, first, count - first);
            }
        }
    }
}
