#if !NANOFRAMEWORK_1_0
using System;
using System.Buffers;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Relay
{
    // What waits is put aside, and the stream's credit is kept, so that a slow connection above holds back its own stream alone.
    public partial class StreamLink
    {
        // one field, as that is what a bill of a device's heap has to leave out
        private readonly Aside _aside = new Aside();

        /// <summary>
        /// Whether what waits is put aside and the stream's credit kept, as it must be where buffers are borrowed; false has it wait in the
        /// receive buffer below. Set it before <see cref="Open"/>.
        /// </summary>
        public bool KeepsCredit
        {
            get { return _aside.KeepsCredit; }
            set { _aside.KeepsCredit = value; }
        }

        /// <summary>
        /// The connection that runs on this link, which is woken when there is something to read or room to write; null where Node.Poll
        /// walks over all of them.
        /// </summary>
        public Connection Above
        {
            get { return _aside.Above; }
            set { _aside.Above = value; }
        }

        /// <summary>True from <see cref="Close"/> on, until it is used again.</summary>
        internal bool IsClosed
        {
            get { return _state == LinkState.Closed; }
        }

        /// <summary>Begins as a link that is being made.</summary>
        public void Begin()
        {
            Set(LinkState.Connecting, LinkError.None);
        }

        /// <summary>It can't be made, or is broken.</summary>
        public void Fail(LinkError error)
        {
            if (_state != LinkState.Closed)
            {
                Set(LinkState.Failed, error);
            }

            Woken();
        }

        /// <summary>Bytes that were put aside: at most the stream's window.</summary>
        public int KeptCount
        {
            get { return _aside.Count; }
        }

        /// <summary>Whether <see cref="Read"/> would tell something: bytes, the end or a failure.</summary>
        public bool IsReadable
        {
            get { return _aside.Count > 0 || HeldCount > 0 || _isEnded || _state == LinkState.Failed; }
        }

        /// <summary>True from a <see cref="Write"/> that was not taken whole to <see cref="Room"/>.</summary>
        public bool IsWriteBlocked
        {
            get { return _aside.IsWriteBlocked; }
        }

        /// <summary>There is room on the stream, from StreamProtocol.OnRoom.</summary>
        public void Room()
        {
            _aside.IsWriteBlocked = false;
            Woken();
        }

        partial void Opened()
        {
            if (KeepsCredit)
            {
                Stream.KeepCredit();
            }
        }

        partial void Keep(byte[] buffer, int offset, int count, ref int used)
        {
            if (!KeepsCredit)
            {
                return;
            }

            used = count;
            _aside.Add(buffer, offset, count);
        }

        partial void ReadKept(byte[] buffer, int offset, int count, ref int read)
        {
            read = _aside.Take(buffer, offset, count);
            if (read > 0 && Stream != null)
            {
                Stream.GiveCredit(read);
            }
        }

        partial void Cleared()
        {
            _aside.Clear();
        }

        partial void AwaitRoom()
        {
            _aside.IsWriteBlocked = true;
            Stream.WaitForRoom();
        }

        partial void Woken()
        {
            if (Above != null)
            {
                Above.Wake();
            }
        }

        internal sealed class Aside
        {
            private const int ChunkBytes = 16 * 1024;

            private readonly Queue<byte[]> _chunks = new Queue<byte[]>();
            private byte[] _last;
            private int _firstOffset;
            private int _lastEnd;

            internal bool KeepsCredit { get; set; }

            internal Connection Above { get; set; }

            internal bool IsWriteBlocked { get; set; }

            internal int Count { get; private set; }

            internal void Add(byte[] buffer, int offset, int count)
            {
                Count += count;
                while (count > 0)
                {
                    if (_last == null || _lastEnd == _last.Length)
                    {
                        _last = ArrayPool<byte>.Shared.Rent(ChunkBytes);
                        _chunks.Enqueue(_last);
                        _lastEnd = 0;
                    }

                    int piece = Math.Min(count, _last.Length - _lastEnd);
                    Array.Copy(buffer, offset, _last, _lastEnd, piece);
                    _lastEnd += piece;
                    offset += piece;
                    count -= piece;
                }
            }

            internal int Take(byte[] buffer, int offset, int count)
            {
                int taken = 0;
                while (Count > 0 && taken < count)
                {
                    byte[] first = _chunks.Peek();
                    int end = first == _last ? _lastEnd : first.Length;
                    int piece = Math.Min(count - taken, end - _firstOffset);
                    Array.Copy(first, _firstOffset, buffer, offset + taken, piece);
                    _firstOffset += piece;
                    Count -= piece;
                    taken += piece;
                    if (_firstOffset == end)
                    {
                        GiveBackFirst();
                    }
                }

                return taken;
            }

            internal void Clear()
            {
                while (_chunks.Count > 0)
                {
                    GiveBackFirst();
                }

                Count = 0;
            }

            private void GiveBackFirst()
            {
                byte[] first = _chunks.Dequeue();
                _firstOffset = 0;
                if (first == _last)
                {
                    _last = null;
                }

                ArrayPool<byte>.Shared.Return(first);
            }
        }
    }
}
#endif
