using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Yamux
{
    // How a session takes the peer's frames: header by header, data handed on where they lie.
    public sealed partial class YamuxSession
    {
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

            if ((stream.Flags & YamuxStream.CreditKept) == 0)
            {
                stream.Credit += (uint)used;
                MarkDue(stream);
            }

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
                _goneAway = true;
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
#if NANOFRAMEWORK_1_0
                    if (!WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, id, 0))
#else
                    if (!WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, id, RefusalCode))
#endif
                    {
                        return Stalled;
                    }

                    TellRefused();
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

#if !NANOFRAMEWORK_1_0
            if ((flags & YamuxFrame.Rst) != 0)
            {
                // the length is why, and no window
                stream.ResetCode = delta;
                delta = 0;
            }
#endif

            if (stream.SendWindow > 0xFFFFFFFFu - delta)
            {
                return YamuxResult.Malformed;
            }

            stream.SendWindow += delta;
            if (stream.SendWindow > InitialWindow)
            {
                // a small device gives back what it has read, and never more
                _send.Widen(NodeOptions.MaxRecordBytes);
            }

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
            YamuxStream stream = Take(id, YamuxStream.AckDue);
            if (stream != null)
            {
                _refusals = 0;
                _handler.OnStreamOpened(stream);
            }

            return stream;
        }

        private YamuxStream Find(uint id)
        {
            // the frame before this one was most likely of the same stream
            if (_receiving != null && _receiving.Id == id)
            {
                return _receiving;
            }

            YamuxStream found = null;
            int count = UsedStreams;
            FindAmongMany(id, ref count, ref found);
            for (int i = 0; i < count; i++)
            {
                if (_streams[i].Id == id && _streams[i].IsOpen)
                {
                    return _streams[i];
                }
            }

            return found;
        }
    }
}
