using System;
using NanoLibp2p.Core.Buffers;

namespace NanoLibp2p.Core.Yamux
{
    /// <summary>
    /// Yamux (libp2p yamux spec), either role: many streams over one connection. Parses as bytes arrive, hands data on where they
    /// lie, and writes into the connection's send buffer.
    /// </summary>
    /// <remarks>
    /// The spec's first window of 256 KiB a stream can't be lowered on the wire, so no window is ever buffered: data are
    /// consumed as they are read, and what isn't consumed holds the connection back until TCP holds the peer back.
    /// Nothing here waits for room to send: what must be said is kept as flags until <see cref="Transmit"/> finds room.
    /// </remarks>
    public sealed class YamuxSession
    {
        /// <summary>Bytes that either side may send on a new stream (yamux spec, "Flow Control").</summary>
        public const uint InitialWindow = 256 * 1024;

        /// <summary>How many of our streams may be without an answer (yamux spec, "ACK Backlog").</summary>
        public const int AckBacklog = 256;

        /// <summary>Refused streams, without one accepted in between, after which a peer is taken to be hostile.</summary>
        public const int MaxRefusals = 1024;

        /// <summary>True once the peer has said that it opens and accepts no more streams.</summary>
        public bool IsGoneAway;

        // a window is given back when half of it is used, so that small reads don't make small updates
        private const uint UpdateThreshold = InitialWindow / 2;

        // what TakeHeader returns when an answer needs room first
        private const int Stalled = 1;

        // all stream objects from this index on are free, so that whoever looks at all streams can stop here
        internal int UsedStreams;

        private readonly YamuxStream[] _streams;
        private readonly SendBuffer _send;
        private readonly YamuxHandler _handler;
        private readonly byte[] _header = new byte[YamuxFrame.HeaderBytes];
        private int _headerCount;
        private YamuxStream _receiving;
        private uint _dataLeft;
        private bool _finAfterData;
        private uint _nextId;
        private uint _pongValue;
        private bool _pongDue;
        private int _refusals;

        /// <summary>Makes a session over the given stream objects; <see cref="Start"/> begins.</summary>
        public YamuxSession(YamuxStream[] streams, SendBuffer send, YamuxHandler handler)
        {
            _streams = streams;
            _send = send;
            _handler = handler;
        }

        /// <summary>Streams that are open.</summary>
        public int OpenStreams
        {
            get
            {
                int open = 0;
                for (int i = 0; i < UsedStreams; i++)
                {
                    if (_streams[i].IsOpen)
                    {
                        open++;
                    }
                }

                return open;
            }
        }

        /// <summary>Begins a session.</summary>
        /// <param name="initiator">True for the side that dialled: its streams have odd ids.</param>
        public void Start(bool initiator)
        {
            _headerCount = 0;
            _receiving = null;
            _dataLeft = 0;
            _finAfterData = false;
            _nextId = initiator ? 1u : 2u;
            _pongDue = false;
            _refusals = 0;
            IsGoneAway = false;
            UsedStreams = 0;
            for (int i = 0; i < _streams.Length; i++)
            {
                _streams[i].Flags = 0;
            }
        }

        /// <summary>Ends all streams without a word to the peer: the connection is gone.</summary>
        public void Abort()
        {
            for (int i = 0; i < UsedStreams; i++)
            {
                if (_streams[i].IsOpen)
                {
                    Release(_streams[i], 0, true);
                }
            }
        }

        /// <summary>Opens a stream. It costs nothing on the wire until the first write.</summary>
        /// <returns>The stream; null when no object is free, too many streams are without an answer, or the peer is leaving.</returns>
        public YamuxStream Open()
        {
            int free = -1;
            int unacknowledged = 0;
            for (int i = 0; i < UsedStreams; i++)
            {
                YamuxStream stream = _streams[i];
                if (stream.Flags == 0 && free < 0)
                {
                    free = i;
                }
                else if ((stream.Flags & YamuxStream.Unacknowledged) != 0)
                {
                    unacknowledged++;
                }
            }

            if (free < 0 && UsedStreams < _streams.Length)
            {
                free = UsedStreams;
            }

            if (free < 0 || unacknowledged >= AckBacklog || IsGoneAway || _nextId > 0xFFFFFFF0u)
            {
                return null;
            }

            _nextId += 2;
            return Take(free, _nextId - 2, YamuxStream.SynDue | YamuxStream.Unacknowledged);
        }

        /// <summary>Bytes that <see cref="Write"/> would take now.</summary>
        public int WriteRoom(YamuxStream stream)
        {
            if (!stream.CanWrite)
            {
                return 0;
            }

            int room = _send.Room - YamuxFrame.HeaderBytes;
            if (room <= 0)
            {
                return 0;
            }

            return (uint)room < stream.SendWindow ? room : (int)stream.SendWindow;
        }

        /// <summary>Writes data as one frame. The buffer is the caller's again when the call returns.</summary>
        /// <returns>Bytes taken, 0 to <paramref name="count"/>.</returns>
        public int Write(YamuxStream stream, byte[] buffer, int offset, int count)
        {
            int taken = WriteRoom(stream);
            if (taken > count)
            {
                taken = count;
            }

            if (taken > 0)
            {
                int at = BeginWrite(stream, taken);
                Array.Copy(buffer, offset, _send.Bytes, at, taken);
            }

            return taken;
        }

        /// <summary>Begins a frame of <paramref name="count"/> bytes, at most <see cref="WriteRoom"/>, that the caller fills in at once.</summary>
        /// <returns>Where in the send buffer.</returns>
        public int BeginWrite(YamuxStream stream, int count)
        {
            int at = _send.Append(YamuxFrame.HeaderBytes + count);
            YamuxFrame.Write(_send.Bytes, at, YamuxFrame.Data, TakeFlags(stream), stream.StreamId, (uint)count);
            stream.SendWindow -= (uint)count;
            return at + YamuxFrame.HeaderBytes;
        }

        /// <summary>Ends our side of a stream, after what was written (half-close).</summary>
        public void CloseWrite(YamuxStream stream)
        {
            if (stream.CanWrite)
            {
                stream.Flags |= YamuxStream.FinDue;
                TransmitStream(stream);
            }
        }

        /// <summary>Breaks a stream off, both ways.</summary>
        public void Reset(YamuxStream stream)
        {
            if (stream.IsOpen)
            {
                // a stream that the peer has never heard of needs no word
                int due = (stream.Flags & YamuxStream.SynDue) != 0 ? 0 : YamuxStream.RstDue;
                Release(stream, due, true);
                TransmitStream(stream);
            }
        }

        /// <summary>Asks the peer for a sign of life; <see cref="YamuxHandler.OnPong"/> has the answer.</summary>
        /// <returns>False when there is no room now.</returns>
        public bool Ping(uint value)
        {
            return WriteControl(YamuxFrame.Ping, YamuxFrame.Syn, 0, value);
        }

        /// <summary>Tells the peer that we leave: 0 in order, 1 after its protocol error, 2 after our own.</summary>
        /// <returns>False when there is no room now.</returns>
        public bool GoAway(uint code)
        {
            return WriteControl(YamuxFrame.GoAway, 0, 0, code);
        }

        /// <summary>Writes what is due and finds room: answers, window updates, ends, resets.</summary>
        public void Transmit()
        {
            if (_pongDue && WriteControl(YamuxFrame.Ping, YamuxFrame.Ack, 0, _pongValue))
            {
                _pongDue = false;
            }

            for (int i = 0; i < UsedStreams; i++)
            {
                if (_streams[i].Flags != 0)
                {
                    TransmitStream(_streams[i]);
                }
            }

            while (UsedStreams > 0 && _streams[UsedStreams - 1].Flags == 0)
            {
                UsedStreams--;
            }
        }

        /// <summary>Takes bytes of the session. Data go to the handler where they lie.</summary>
        /// <returns>
        /// Bytes consumed: fewer than <paramref name="count"/> when a handler holds back or an answer needs room first; call again
        /// with the rest. Or a negative <see cref="YamuxResult"/>, after which the connection must end.
        /// </returns>
        public int Receive(byte[] buffer, int offset, int count)
        {
            int at = offset;
            int end = offset + count;
            while (true)
            {
                if (_dataLeft > 0)
                {
                    if (at == end)
                    {
                        break;
                    }

                    int chunk = end - at;
                    if ((uint)chunk > _dataLeft)
                    {
                        chunk = (int)_dataLeft;
                    }

                    int used = Deliver(buffer, at, chunk);
                    _dataLeft -= (uint)used;
                    at += used;
                    if (used < chunk)
                    {
                        break;
                    }
                }
                else if (_finAfterData)
                {
                    _finAfterData = false;
                    if (_receiving != null)
                    {
                        TakeFin(_receiving);
                    }
                }
                else if (_headerCount < YamuxFrame.HeaderBytes)
                {
                    if (at == end)
                    {
                        break;
                    }

                    _header[_headerCount++] = buffer[at++];
                }
                else
                {
                    int result = TakeHeader();
                    if (result < 0)
                    {
                        return result;
                    }

                    if (result == Stalled)
                    {
                        // the header's last byte stays with the caller, so that it has something to call again with
                        _headerCount--;
                        at--;
                        break;
                    }

                    _headerCount = 0;
                }
            }

            return at - offset;
        }

        private int Deliver(byte[] buffer, int offset, int count)
        {
            YamuxStream stream = _receiving;
            if (stream == null)
            {
                // a stream that was reset or never was: passed over, as the other implementations do
                return count;
            }

            int used = _handler.OnStreamData(stream, buffer, offset, count);
            if (_receiving == null)
            {
                // the handler has reset it, and the object may be another stream by now
                return count;
            }

            stream.Credit += (uint)used;
            return used;
        }

        private int TakeHeader()
        {
            int type = _header[1];
            int flags = (_header[2] << 8) | _header[3];
            uint id = Bytes.ReadUInt32BigEndian(_header, 4);
            uint length = Bytes.ReadUInt32BigEndian(_header, 8);
            if (_header[0] != 0 || type > YamuxFrame.GoAway || (id == 0) != (type >= YamuxFrame.Ping))
            {
                return YamuxResult.Malformed;
            }

            if (type == YamuxFrame.Ping)
            {
                if ((flags & YamuxFrame.Ack) != 0)
                {
                    _handler.OnPong(length);
                }
                else
                {
                    // of several pings without room in between only the last is answered: its peer reads nothing
                    _pongValue = length;
                    _pongDue = true;
                }

                return 0;
            }

            if (type == YamuxFrame.GoAway)
            {
                IsGoneAway = true;
                _handler.OnGoAway(length);
                return 0;
            }

            YamuxStream stream;
            if ((flags & YamuxFrame.Syn) != 0)
            {
                // The peer's ids have its parity. Their order means nothing: go gives ids and sends SYNs from several threads.
                if (((id ^ _nextId) & 1u) == 0 || Find(id) != null)
                {
                    return YamuxResult.Malformed;
                }

                stream = Accept(id);
                if (stream == null)
                {
                    if (!WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, id, 0))
                    {
                        return Stalled;
                    }

                    if (++_refusals > MaxRefusals)
                    {
                        return YamuxResult.StreamFlood;
                    }
                }
            }
            else
            {
                stream = Find(id);
            }

            return type == YamuxFrame.Data ? TakeData(stream, flags, length) : TakeWindowUpdate(stream, flags, length);
        }

        private int TakeData(YamuxStream stream, int flags, uint length)
        {
            _receiving = null;
            _dataLeft = length;
            if (stream == null || !stream.IsOpen)
            {
                return 0;
            }

            if (length > stream.ReceiveWindow)
            {
                return YamuxResult.WindowOverrun;
            }

            if (length > 0 && !stream.CanRead)
            {
                return YamuxResult.Malformed;
            }

            _receiving = stream;
            stream.ReceiveWindow -= length;
            TakeAckAndRst(stream, flags);
            _finAfterData = (flags & YamuxFrame.Fin) != 0;
            return 0;
        }

        private int TakeWindowUpdate(YamuxStream stream, int flags, uint delta)
        {
            if (stream == null || !stream.IsOpen)
            {
                return 0;
            }

            if (stream.SendWindow > 0xFFFFFFFFu - delta)
            {
                return YamuxResult.Malformed;
            }

            stream.SendWindow += delta;
            TakeAckAndRst(stream, flags);
            if ((flags & YamuxFrame.Fin) != 0)
            {
                TakeFin(stream);
            }

            return 0;
        }

        private void TakeAckAndRst(YamuxStream stream, int flags)
        {
            if ((flags & YamuxFrame.Ack) != 0)
            {
                stream.Flags &= ~YamuxStream.Unacknowledged;
            }

            if ((flags & YamuxFrame.Rst) != 0)
            {
                Release(stream, 0, true);
            }
        }

        private void TakeFin(YamuxStream stream)
        {
            if (stream.CanRead)
            {
                stream.Flags |= YamuxStream.FinReceived;
                _handler.OnStreamReadEnd(stream);
                ReleaseIfEnded(stream);
            }
        }

        private YamuxStream Accept(uint id)
        {
            for (int i = 0; i < _streams.Length; i++)
            {
                YamuxStream stream = _streams[i];
                if (stream.Flags == 0)
                {
                    Take(i, id, YamuxStream.AckDue);
                    _refusals = 0;
                    _handler.OnStreamOpened(stream);
                    return stream;
                }
            }

            return null;
        }

        private YamuxStream Find(uint id)
        {
            // the frame before this one was most likely of the same stream
            if (_receiving != null && _receiving.StreamId == id)
            {
                return _receiving;
            }

            for (int i = 0; i < UsedStreams; i++)
            {
                if (_streams[i].StreamId == id && _streams[i].IsOpen)
                {
                    return _streams[i];
                }
            }

            return null;
        }

        private YamuxStream Take(int index, uint id, int flags)
        {
            if (index >= UsedStreams)
            {
                UsedStreams = index + 1;
            }

            YamuxStream stream = _streams[index];
            stream.StreamId = id;
            stream.SendWindow = InitialWindow;
            stream.ReceiveWindow = InitialWindow;
            stream.Credit = 0;
            stream.Flags = YamuxStream.InUse | flags;
            return stream;
        }

        private void Release(YamuxStream stream, int due, bool reset)
        {
            // what is left of its frame must not reach the object's next stream
            if (_receiving == stream)
            {
                _receiving = null;
            }

            // free only after the handler has heard of it, so that it can't open another on the same object meanwhile
            stream.Flags = YamuxStream.FinSent | YamuxStream.FinReceived;
            _handler.OnStreamClosed(stream, reset);
            stream.Flags = due;
        }

        private void ReleaseIfEnded(YamuxStream stream)
        {
            const int Both = YamuxStream.InUse | YamuxStream.FinSent | YamuxStream.FinReceived;
            if ((stream.Flags & Both) == Both)
            {
                Release(stream, 0, false);
            }
        }

        // the flags that the next frame of a stream carries
        private static int TakeFlags(YamuxStream stream)
        {
            int flags = 0;
            if ((stream.Flags & YamuxStream.SynDue) != 0)
            {
                flags = YamuxFrame.Syn;
            }
            else if ((stream.Flags & YamuxStream.AckDue) != 0)
            {
                flags = YamuxFrame.Ack;
            }

            stream.Flags &= ~(YamuxStream.SynDue | YamuxStream.AckDue);
            return flags;
        }

        private void TransmitStream(YamuxStream stream)
        {
            const int Due = YamuxStream.AckDue | YamuxStream.FinDue | YamuxStream.RstDue;
            bool credit = stream.Credit >= UpdateThreshold && stream.CanRead;
            if (((stream.Flags & Due) == 0 && !credit) || _send.Room < YamuxFrame.HeaderBytes)
            {
                return;
            }

            if ((stream.Flags & YamuxStream.RstDue) != 0)
            {
                WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, stream.StreamId, 0);
                stream.Flags = 0;
                return;
            }

            int flags = TakeFlags(stream);
            if ((stream.Flags & YamuxStream.FinDue) != 0)
            {
                flags |= YamuxFrame.Fin;
            }

            uint delta = credit ? stream.Credit : 0;
            WriteControl(YamuxFrame.WindowUpdate, flags, stream.StreamId, delta);
            stream.ReceiveWindow += delta;
            stream.Credit -= delta;
            if ((flags & YamuxFrame.Fin) != 0)
            {
                stream.Flags = (stream.Flags & ~YamuxStream.FinDue) | YamuxStream.FinSent;
                ReleaseIfEnded(stream);
            }
        }

        private bool WriteControl(int type, int flags, uint id, uint value)
        {
            if (_send.Room < YamuxFrame.HeaderBytes)
            {
                return false;
            }

            int at = _send.Append(YamuxFrame.HeaderBytes);
            YamuxFrame.Write(_send.Bytes, at, type, flags, id, value);
            return true;
        }
    }
}
