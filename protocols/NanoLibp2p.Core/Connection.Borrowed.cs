#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // A connection that has buffers while they hold bytes, and streams as they are opened: NodeOptions.BufferBytes.
    public sealed partial class Connection
    {
        // stream objects that a connection keeps over its end
        private const int KeptStreams = 16;

        /// <summary>Bytes of buffers that it has rented; 0 for one that is idle, or that has buffers of its own.</summary>
        public int RentedBytes
        {
            get { return _node.Buffers == null ? 0 : _receive.Bytes.Length + _send.Bytes.Length; }
        }

        /// <inheritdoc/>
        protected internal override YamuxStream[] MoreStreams()
        {
            int count = Math.Min(_streams.Length < 4 ? 4 : 2 * _streams.Length, _node.Options.MaxStreams);
            if (count > _streams.Length)
            {
                MakeStreams(count);
            }

            return _streams;
        }

        partial void TakeLess(ref int receive, ref int send, ref int streams)
        {
            if (_node.Buffers != null)
            {
                receive = 0;
                send = 0;
                streams = 1;
            }
        }

        partial void Borrow()
        {
            if (_node.Buffers != null)
            {
                _send.BorrowFrom(_node.Buffers, _node.Options.SendBytes);
            }
        }

        partial void RentReceive()
        {
            if (_node.Buffers != null)
            {
                MoveReceive(RecordHeader + _node.Options.RecordBytes);
            }
        }

        partial void SettleReceive()
        {
            if (_node.Buffers != null)
            {
                MoveReceive(_receive.Count == 0 ? 0 : BufferPool.SizeFor(_receive.Count, _receive.Bytes.Length));
            }
        }

        // Nothing while a protocol holds back: it may stay in the link as well. Where the pool is short no more than the record under way.
        partial void LimitRead(ref int end)
        {
            if (_node.Buffers == null)
            {
                return;
            }

            if (_plainCount > 0)
            {
                end = _receive.End;
            }
            else if (_node.Buffers.IsShort)
            {
                int record = _receive.Count < RecordHeader ? 0 : RecordHeader + Bytes.ReadUInt16BigEndian(_receive.Bytes, _receive.Start);
                end = Math.Min(end, _receive.Start + Math.Max(record, BufferPool.LeastBytes));
            }
        }

        private void MoveReceive(int size)
        {
            int start = _receive.Start;
            _receive.Move(_node.Buffers, size);
            _plainOffset += _receive.Start - start;
        }

        // a free connection keeps nothing that was rented, and few streams
        private void GiveAllBack()
        {
            if (_node.Buffers != null)
            {
                _receive.Reset();
                MoveReceive(0);
                _send.GiveBack();
                if (_streams.Length > KeptStreams)
                {
                    MakeStreams(KeptStreams);
                    Yamux.Keep(_streams);
                }
            }
        }

        private void MakeStreams(int count)
        {
            int kept = Math.Min(count, _streams.Length);
            Array.Resize(ref _streams, count);
            for (int i = kept; i < count; i++)
            {
                _streams[i] = new Libp2pStream(this);
            }
        }
    }
}
#endif
