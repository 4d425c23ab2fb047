#nullable disable

using NanoLibp2p.Hal;

namespace NanoLibp2p.Tests
{
    /// <summary>One end of a link in memory.</summary>
    internal sealed class MemoryLink : IStreamLink
    {
        private readonly MemoryPipe _in;
        private readonly MemoryPipe _out;
        private bool _sendingEnded;

        public MemoryLink(MemoryPipe incoming, MemoryPipe outgoing)
        {
            _in = incoming;
            _out = outgoing;
        }

        public LinkState State { get; set; }

        public LinkError Error { get; set; }

        public int RemotePort { get; set; }

        public MemoryLink Other { get; set; }

        public bool InUse { get; set; }

        /// <summary>When set, the link neither gives nor takes: a cable that was cut without a word.</summary>
        public bool Dead { get; set; }

        /// <summary>When set, what arrives is not read: the other end fills up.</summary>
        public bool IsDeaf { get; set; }

        /// <summary>Bytes that this end has written.</summary>
        public long TotalWritten
        {
            get { return _out.TotalWritten; }
        }

        /// <summary>True when a read would tell something: bytes, the end or a failure.</summary>
        public bool IsReadable
        {
            get { return !Dead && (_in.HasArrived || ((_in.Ended || _in.Broken) && _in.IsEmpty)); }
        }

        public long NextArrival
        {
            get { return Dead || IsDeaf ? long.MaxValue : _in.NextArrival; }
        }

        public int Read(byte[] buffer, int offset, int count)
        {
            if (Dead || IsDeaf)
            {
                return 0;
            }

            int read = _in.Read(buffer, offset, count);
            if (read > 0 || !_in.IsEmpty)
            {
                return read;
            }

            if (_in.Broken)
            {
                State = LinkState.Failed;
                Error = LinkError.Reset;
                return LinkResult.Failed;
            }

            return _in.Ended ? LinkResult.Ended : 0;
        }

        public int Write(byte[] buffer, int offset, int count)
        {
            if (State != LinkState.Open || _in.Broken || _sendingEnded)
            {
                return LinkResult.Failed;
            }

            return Dead ? 0 : _out.Write(buffer, offset, count);
        }

        public int CopyRemoteAddress(byte[] buffer, int offset)
        {
            buffer[offset] = 127;
            buffer[offset + 1] = 0;
            buffer[offset + 2] = 0;
            buffer[offset + 3] = 1;
            return 4;
        }

        public void Close()
        {
            if (InUse)
            {
                State = LinkState.Closed;
                _out.Ended = true;
                InUse = false;
            }
        }

        /// <summary>Bytes that this end has sent since the link was made.</summary>
        public long Written
        {
            get { return _out.TotalWritten; }
        }

        /// <summary>Ends this direction in order, and lets nothing more be sent on it.</summary>
        public void EndSending()
        {
            _out.Ended = true;
            _sendingEnded = true;
        }

        /// <summary>Breaks the link: the other end sees a reset.</summary>
        public void Break()
        {
            _out.Broken = true;
            _in.Broken = true;
        }

        public void Reset(int remotePort)
        {
            _in.Reset();
            State = LinkState.Open;
            Error = LinkError.None;
            RemotePort = remotePort;
            InUse = true;
            Dead = false;
            IsDeaf = false;
            _sendingEnded = false;
        }
    }
}
