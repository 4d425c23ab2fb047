using System;

namespace NanoLibp2p.Core.Buffers
{
    /// <summary>
    /// A connection's one buffer of bytes received: the link fills it at the end, the protocols consume it at the start
    /// and work on the bytes where they lie.
    /// </summary>
    public sealed class ReceiveBuffer
    {
        /// <summary>The memory itself.</summary>
        public readonly byte[] Bytes;

        private int _start;
        private int _end;

        /// <summary>Takes the whole memory: <paramref name="capacity"/> bytes.</summary>
        public ReceiveBuffer(int capacity)
        {
            Bytes = new byte[capacity];
        }

        /// <summary>Where the bytes not yet consumed begin.</summary>
        public int Start
        {
            get { return _start; }
        }

        /// <summary>Bytes not yet consumed.</summary>
        public int Count
        {
            get { return _end - _start; }
        }

        /// <summary>Where the link writes next.</summary>
        public int End
        {
            get { return _end; }
        }

        /// <summary>Bytes that the link can write at <see cref="End"/>.</summary>
        public int Space
        {
            get { return Bytes.Length - _end; }
        }

        /// <summary>Forgets everything.</summary>
        public void Reset()
        {
            _start = 0;
            _end = 0;
        }

        /// <summary>Tells that the link wrote <paramref name="count"/> bytes at <see cref="End"/>.</summary>
        public void Filled(int count)
        {
            _end += count;
        }

        /// <summary>Gives up the first <paramref name="count"/> bytes.</summary>
        public void Consume(int count)
        {
            _start += count;
            if (_start == _end)
            {
                _start = 0;
                _end = 0;
            }
        }

        /// <summary>
        /// Makes room for <paramref name="count"/> bytes from <see cref="Start"/> on, by moving them to the front when the
        /// end is too near. Offsets taken before are void.
        /// </summary>
        public void Reserve(int count)
        {
            if (_start != 0 && _start + count > Bytes.Length)
            {
                Array.Copy(Bytes, _start, Bytes, 0, _end - _start);
                _end -= _start;
                _start = 0;
            }
        }
    }
}
