using System;
using NanoLibp2p.Buffers;

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
    public sealed partial class YamuxSession
    {
        /// <summary>Bytes that either side may send on a new stream (yamux spec, "Flow Control").</summary>
        public const uint InitialWindow = 256 * 1024;

        /// <summary>How many of our streams may be without an answer (yamux spec, "ACK Backlog").</summary>
        public const int AckBacklog = 256;

        /// <summary>Refused streams, without one accepted in between, after which a peer is taken to be hostile.</summary>
        public const int MaxRefusals = 1024;

        // What a node that takes records of any length adds to each stream's first window: the least that shows the peer more than the 256
        // KiB that every stream begins with, whatever part of them is under way.
        internal const uint WindowOfLongRecords = InitialWindow + 1;

        // a window is given back when half of it is used, so that small reads don't make small updates
        private const uint UpdateThreshold = InitialWindow / 2;

        // what TakeHeader returns when an answer needs room first
        private const int Stalled = 1;

        // all stream objects from this index on are free, so that whoever looks at all streams can stop here
        internal int UsedStreams;

        // granted on each stream beside its first window
        internal uint ExtraWindow;

        private YamuxStream[] _streams;
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
        private bool _goneAway;

        /// <summary>Makes a session over the given stream objects; <see cref="Start"/> begins.</summary>
        public YamuxSession(YamuxStream[] streams, SendBuffer send, YamuxHandler handler)
        {
            _streams = streams;
            _send = send;
            _handler = handler;
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>True once the peer has said that it opens and accepts no more streams.</summary>
        public bool IsGoneAway
        {
            get { return _goneAway; }
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
#endif

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
            _goneAway = false;
            while (UsedStreams > 0)
            {
                _streams[--UsedStreams].Flags = 0;
            }

            Forget();
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
            int unacknowledged = 0;
            for (int i = 0; i < UsedStreams; i++)
            {
                if ((_streams[i].Flags & YamuxStream.Unacknowledged) != 0)
                {
                    unacknowledged++;
                }
            }

            if (unacknowledged >= AckBacklog || _goneAway || _nextId > 0xFFFFFFF0u)
            {
                return null;
            }

            YamuxStream stream = Take(_nextId, YamuxStream.SynDue | YamuxStream.Unacknowledged);
            if (stream != null)
            {
                _nextId += 2;
            }

            return stream;
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

        /// <summary>Begins a frame of <paramref name="count"/> bytes, at most <see cref="WriteRoom"/>, that the caller fills in at
        /// once.</summary>
        /// <returns>Where in the send buffer.</returns>
        public int BeginWrite(YamuxStream stream, int count)
        {
            int at = _send.Append(YamuxFrame.HeaderBytes + count);
            YamuxFrame.Write(_send.Bytes, at, YamuxFrame.Data, TakeFlags(stream), stream.Id, (uint)count);
            stream.SendWindow -= (uint)count;
            return at + YamuxFrame.HeaderBytes;
        }

        /// <summary>Ends our side of a stream, after what was written (half-close).</summary>
        public void CloseWrite(YamuxStream stream)
        {
            if (stream.CanWrite)
            {
                stream.Flags |= YamuxStream.FinDue;
                MarkDue(stream);
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

            YamuxStream[] streams = _streams;
            int count = UsedStreams;
            PickDue(ref streams, ref count);
            for (int i = 0; i < count; i++)
            {
                if (streams[i].Flags != 0)
                {
                    TransmitStream(streams[i]);
                }
            }

            while (UsedStreams > 0 && _streams[UsedStreams - 1].Flags == 0)
            {
                UsedStreams--;
            }
        }

        // the first stream object that is free; null when there is none
        private YamuxStream Take(uint id, int flags)
        {
            int index = 0;
            while (index < UsedStreams && _streams[index].Flags != 0)
            {
                index++;
            }

            if (index == UsedStreams)
            {
                MakeStream(index);
                if (index == _streams.Length)
                {
                    return null;
                }

                UsedStreams++;
            }

            YamuxStream stream = _streams[index];
            stream.Id = id;
            stream.SendWindow = InitialWindow;
            stream.ReceiveWindow = InitialWindow;
            stream.Credit = ExtraWindow;
            stream.Flags = YamuxStream.InUse | flags;
            Begin(stream);
            MarkDue(stream);
            return stream;
        }

        // YamuxSession.Desktop.cs; on a device there are as many as there ever will be
        partial void MakeStream(int index);

        partial void TellRefused();

        partial void Begin(YamuxStream stream);

        partial void End(YamuxStream stream);

        partial void Forget();

        partial void FindAmongMany(uint id, ref int count, ref YamuxStream found);

        partial void MarkDue(YamuxStream stream);

        partial void PickDue(ref YamuxStream[] streams, ref int count);

        partial void Grow(YamuxStream stream, bool credit);

        private void Release(YamuxStream stream, int due, bool reset)
        {
            // what is left of its frame must not reach the object's next stream
            if (_receiving == stream)
            {
                _receiving = null;
            }

            End(stream);

            // free only after the handler has heard of it, so that it can't open another on the same object meanwhile
            stream.Flags = YamuxStream.FinSent | YamuxStream.FinReceived;
            _handler.OnStreamClosed(stream, reset);
            stream.Flags = due;
            MarkDue(stream);
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
#if NANOFRAMEWORK_1_0
                WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, stream.Id, 0);
#else
                WriteControl(YamuxFrame.WindowUpdate, YamuxFrame.Rst, stream.Id, stream.ResetCode);
#endif
                stream.Flags = 0;
                return;
            }

            int flags = TakeFlags(stream);
            if ((stream.Flags & YamuxStream.FinDue) != 0)
            {
                // in a data frame: rust-yamux before 0.13.3 wakes no reader for an end that comes on a window update
                WriteControl(YamuxFrame.Data, flags | YamuxFrame.Fin, stream.Id, 0);
                stream.Flags = (stream.Flags & ~YamuxStream.FinDue) | YamuxStream.FinSent;
                ReleaseIfEnded(stream);
                return;
            }

            Grow(stream, credit);
            uint delta = credit ? stream.Credit : 0;
            WriteControl(YamuxFrame.WindowUpdate, flags, stream.Id, delta);
            stream.ReceiveWindow += delta;
            stream.Credit -= delta;
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
