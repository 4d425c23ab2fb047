using System;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// A connection's one buffer of bytes to send. What is written collects in an open record; closing the record
    /// makes it ready for the link. Room for a record's header and trailer is kept, so that it can be sealed in place.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   0        ReadyOffset   readyEnd                 end            capacity
    ///   | sent   | ready bytes | header | open record   | trailer, room |
    /// </code>
    /// </remarks>
    public sealed partial class SendBuffer
    {
        /// <summary>The memory itself; valid at the offsets that the other members give, until the next call that changes them.</summary>
#if NANOFRAMEWORK_1_0
        public readonly byte[] Bytes;
#else
        public byte[] Bytes { get; private set; }
#endif

        private int _readyOffset;
        private int _readyEnd;

        // as _readyEnd while no record is open
        private int _end;
        private int _header;
        private int _trailer;
        private int _maxRecord;

        /// <summary>Takes the whole memory: <paramref name="capacity"/> bytes.</summary>
        public SendBuffer(int capacity)
        {
            Bytes = new byte[capacity];
            Reset();
        }

        /// <summary>Where the ready bytes begin.</summary>
        public int ReadyOffset
        {
            get { return _readyOffset; }
        }

        /// <summary>Bytes ready for the link, at <see cref="ReadyOffset"/>.</summary>
        public int ReadyCount
        {
            get { return _readyEnd - _readyOffset; }
        }

        /// <summary>Payload bytes of the open record; 0 when none is open.</summary>
        public int RecordCount
        {
            get { return _end == _readyEnd ? 0 : _end - _readyEnd - _header; }
        }

        /// <summary>Where the open record's payload begins.</summary>
        public int RecordOffset
        {
            get { return _readyEnd + _header; }
        }

        /// <summary>Payload bytes that can be written now.</summary>
        public int Room
        {
            get
            {
                // what was sent is regained by moving the rest down, so it counts as room
                int room = Bytes.Length - (_readyEnd - _readyOffset) - _header - _trailer;
                AddUnrented(ref room);
                if (room > _maxRecord)
                {
                    room = _maxRecord;
                }

                room -= RecordCount;
                return room > 0 ? room : 0;
            }
        }

        /// <summary>Forgets everything and goes back to plain bytes without records.</summary>
        public void Reset()
        {
            _readyOffset = 0;
            _readyEnd = 0;
            _end = 0;
            _header = 0;
            _trailer = 0;
            _maxRecord = Bytes.Length;
            Emptied();
        }

        /// <summary>From here on each record has a header and a trailer. No record may be open.</summary>
        /// <param name="header">Bytes before each payload.</param>
        /// <param name="trailer">Bytes after each payload.</param>
        /// <param name="maxPayload">The largest payload of one record.</param>
        public void FrameRecords(int header, int trailer, int maxPayload)
        {
            _header = header;
            _trailer = trailer;
            _maxRecord = maxPayload;
        }

        /// <summary>Raises the largest payload of one record, once the peer has shown that it takes more.</summary>
        internal void Widen(int maxRecord)
        {
            _maxRecord = maxRecord - _trailer;
        }

        /// <summary>Takes <paramref name="count"/> bytes of the open record, opening one if need be; at most <see cref="Room"/>.</summary>
        /// <returns>The offset in <see cref="Bytes"/> to write them at.</returns>
        public int Append(int count)
        {
            int added = count + (_end == _readyEnd ? _header : 0);
            Reserve(added + _trailer);
            if (_end + added + _trailer > Bytes.Length)
            {
                // what was sent makes way
                Array.Copy(Bytes, _readyOffset, Bytes, 0, _end - _readyOffset);
                _readyEnd -= _readyOffset;
                _end -= _readyOffset;
                _readyOffset = 0;
            }

            _end += added;
            return _end - count;
        }

        /// <summary>Closes the open record: its header, payload and trailer, filled in by the caller, become ready.</summary>
        public void CloseRecord()
        {
            _end += _trailer;
            _readyEnd = _end;
        }

        /// <summary>Tells that the link took <paramref name="count"/> of the ready bytes.</summary>
        public void Sent(int count)
        {
            _readyOffset += count;
            if (_readyOffset == _end)
            {
                _readyOffset = 0;
                _readyEnd = 0;
                _end = 0;
                Emptied();
            }
        }

        // SendBuffer.Borrowed.cs; with memory of its own, as on a device, these calls are none
        partial void AddUnrented(ref int room);

        partial void Emptied();

        partial void Reserve(int added);
    }
}
