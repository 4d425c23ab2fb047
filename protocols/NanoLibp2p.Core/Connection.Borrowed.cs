#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Yamux;

namespace NanoLibp2p.Core
{
    // A connection that has buffers while they hold bytes, and streams as they are opened: NodeOptions.BufferBytes.
    public sealed partial class Connection
    {
        // how long after the end of a stream its object and those of others are kept
        private const int KeepStreamsMs = 5_000;

        // when those are let go of; long.MaxValue when no stream has ended since
        private long _fewerAt = long.MaxValue;

        // records opened so far, how many when the one under way began, and until when it may take; long.MaxValue without one
        private int _recordsOpened;
        private int _recordTimed;
        private long _recordDeadline = long.MaxValue;

        /// <summary>Bytes of buffers that it has rented; 0 for one that is idle, or that has buffers of its own.</summary>
        public int RentedBytes
        {
            get { return _node.Buffers == null || Yamux == null ? 0 : _receive.Bytes.Length + _send.Bytes.Length; }
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

        // Once no stream has ended for a while, objects for more than are open take memory for nothing.
        partial void CheckStreams(long nowMs)
        {
            if (nowMs >= _fewerAt)
            {
                Libp2pStream[] used = Array.FindAll(_streams, stream => stream.Flags != 0);
                KeepStreams(used, used.Length);
            }
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
                TimeRecord();
            }
        }

        partial void RecordOpened()
        {
            _recordsOpened++;
        }

        partial void CheckRecord(long nowMs)
        {
            if (nowMs >= _recordDeadline && IsRecordUnderWay && _recordsOpened == _recordTimed)
            {
                Close(CloseReason.RecordTimeout, _receive.Count < RecordHeader ? 0
                    : Bytes.ReadUInt16BigEndian(_receive.Bytes, _receive.Start));
            }
        }

        partial void LimitNextDeadline(ref long next)
        {
            next = Math.Min(next, Math.Min(_recordDeadline, _fewerAt));
        }

        // of a record only a part is here, and holds a rented buffer
        private bool IsRecordUnderWay
        {
            get { return _state >= ConnectionState.Muxing && _state != ConnectionState.Ending && _plainCount == 0 && _receive.Count > 0; }
        }

        // A record has its time from its first bytes on, however many follow meanwhile: one byte now and then keeps no buffer.
        private void TimeRecord()
        {
            if (!IsRecordUnderWay)
            {
                _recordDeadline = long.MaxValue;
            }
            else if (_recordDeadline == long.MaxValue || _recordTimed != _recordsOpened)
            {
                _recordTimed = _recordsOpened;
                _recordDeadline = _node.NowMs + _node.Options.RecordTimeoutMs;
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

        // a free connection keeps nothing that was rented, and one stream
        private void GiveAllBack()
        {
            if (_node.Buffers != null)
            {
                _receive.Reset();
                MoveReceive(0);
                _send.GiveBack();
                MakeStreams(1);
                _streams[0].Flags = 0;
                KeepStreams(_streams, 0);
            }
        }

        private void KeepStreams(Libp2pStream[] streams, int used)
        {
            _fewerAt = long.MaxValue;
            _streams = streams;
            Yamux.Keep(streams, used);
            if (_unsettledCount == 0)
            {
                _unsettled = Array.Empty<Libp2pStream>();
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
