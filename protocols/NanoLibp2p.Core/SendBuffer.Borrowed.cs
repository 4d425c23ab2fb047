#if !NANOFRAMEWORK_1_0
using System;

namespace NanoLibp2p.Core
{
    // A send buffer whose memory is rented while there is something in it, in steps as it fills.
    public sealed partial class SendBuffer
    {
        private static readonly byte[] _none = new byte[0];

        private BufferPool _pool;
        private int _capacity;

        internal void BorrowFrom(BufferPool pool, int capacity)
        {
            _pool = pool;
            _capacity = capacity;
            Reset();
        }

        internal void GiveBack()
        {
            if (_pool != null && Bytes.Length > 0)
            {
                _pool.Return(Bytes);
                Bytes = _none;
            }
        }

        partial void AddUnrented(ref int room)
        {
            if (_pool != null)
            {
                int most = _pool.IsShort ? Math.Max(Bytes.Length, Math.Min(BufferPool.LeastBytes, _capacity)) : _capacity;
                room += most - Bytes.Length;
            }
        }

        partial void Emptied()
        {
            GiveBack();
            if (_pool != null && _header == 0)
            {
                _maxRecord = _capacity;
            }
        }

        partial void Reserve(int added)
        {
            int needed = _end - _readyOffset + added;
            if (_pool != null && needed > Bytes.Length)
            {
                byte[] larger = _pool.Rent(BufferPool.SizeFor(needed, _capacity));
                Array.Copy(Bytes, _readyOffset, larger, 0, _end - _readyOffset);
                GiveBack();
                Bytes = larger;
                _readyEnd -= _readyOffset;
                _end -= _readyOffset;
                _readyOffset = 0;
            }
        }
    }
}
#endif
