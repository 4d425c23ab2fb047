#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core
{
    // A connection that a NodeScheduler steps, rather than Node.Poll.
    public sealed partial class Connection
    {
        // in its own step or flush, after which all that was written goes out
        private bool _isAtWork;

        // the scheduler knows, and it had no step since
        private bool _isWorkTold;

        // the next in the node's list of free connections, and whether it is in it
        internal Connection NextFree;
        internal bool IsListedFree;

        // among those that wait for a handshake
        internal bool IsListedWaiting;

        /// <summary>
        /// Moves bytes from the link to the streams, looks at the clock and ends the connection when it has a reason to end, at the time of
        /// the last <see cref="Node.Advance"/>. Reads of the link are bounded, so that a busy peer leaves the others their turn.
        /// </summary>
        /// <returns>True when anything moved: more may wait in the link. A free connection does nothing.</returns>
        public bool Step()
        {
            if (_state == ConnectionState.Free)
            {
                return false;
            }

            bool nested = BeginWork();
            try
            {
                return Step(_node.NowMs);
            }
            finally
            {
                EndWork(nested);
            }
        }

        /// <summary>Seals what was written and gives the link as much of it as it takes.</summary>
        /// <returns>
        /// True when the link took something. Where <see cref="HasUnsent"/> is true after it, call it again when the link can be written
        /// to. </returns>
        public bool Flush()
        {
            if (!IsLive)
            {
                return false;
            }

            bool nested = BeginWork();
            try
            {
                return Send();
            }
            finally
            {
                EndWork(nested);
            }
        }

        /// <summary>True when bytes wait for the link: those of records that are sealed, and of the one still open.</summary>
        public bool HasUnsent
        {
            get { return IsLive && (_send.ReadyCount > 0 || _send.RecordCount > 0); }
        }

        /// <summary>
        /// True when bytes that have arrived wait for a protocol that holds them back, or for a handshake or buffer to be free: the next
        /// step may move them though nothing more arrives.
        /// </summary>
        public bool HasUnread
        {
            get { return IsLive && (_plainCount > 0 || _receive.Count > 0); }
        }

        /// <summary>
        /// False when what the link has must stay there: a protocol holds data back, or no handshake is free. A level-triggered poller
        /// would report the link again and again; <see cref="NodeScheduler.OnWork"/> tells when it goes on.
        /// </summary>
        public bool WantsRead
        {
            get { return IsLive && _plainCount == 0 && !WaitsForHandshake; }
        }

        /// <summary>Whether it never gives way to a peer that needs its place; for who knows which peers matter. False when it
        /// begins.</summary>
        public bool IsProtected { get; set; }

        /// <summary>Whether the peer called us and has not sent a whole message of the handshake: the first to give way.</summary>
        public bool IsSilent
        {
            get { return _inbound && _handshake == null && _state < ConnectionState.Muxing; }
        }

        /// <summary>Whether it is open and has a stream that its protocol would keep: see
        /// <see cref="StreamProtocol.KeepsConnection"/>.</summary>
        public bool HasKeptStream
        {
            get
            {
                for (int i = 0; IsOpen && i < Yamux.UsedStreams; i++)
                {
                    Libp2pStream stream = _streams[i];
                    StreamProtocol protocol = stream.Protocol;
                    if (stream.IsOpen && protocol != null && protocol != _node.Ping && protocol != _node.Identify
                        && protocol.KeepsConnection(stream))
                    {
                        return true;
                    }
                }

                return false;
            }
        }

        /// <summary>
        /// Has the scheduler step this connection: for a protocol that held data back in <see cref="StreamProtocol.OnData"/> and takes them
        /// now. Does nothing in the connection's own step, and without a <see cref="Node.Scheduler"/>.
        /// </summary>
        public void Wake()
        {
            NodeScheduler scheduler = _node.Scheduler;
            if (scheduler != null && !_isAtWork && !_isWorkTold && !_node.IsWalking && _state != ConnectionState.Free)
            {
                _isWorkTold = true;
                scheduler.OnWork(this);
            }
        }

        partial void TellWork()
        {
            Wake();
        }

        partial void Taken()
        {
            _askedAt = NotStarted;
            _roundTripMs = -1;
            _recordDeadline = long.MaxValue;
            IsProtected = false;
            Yamux.RefusalCode = SendsCodes ? ErrorCode.ResourceLimit : ErrorCode.None;
            if (_inbound)
            {
                _node.InboundCount++;
            }
        }

        partial void Freed()
        {
            if (_inbound)
            {
                _node.InboundCount--;
            }

            GiveAllBack();
            _node.ListFree(this);
            _node.WakeHandshakeWaiter();
        }

        internal bool SendsCodes
        {
            get { return _node.Options.DraftErrorCodes; }
        }

        private uint GoAwayCode()
        {
            return ErrorCode.Of(_closeReason, _node.Options.DraftErrorCodes);
        }

        internal void Begin(IStreamLink link, PeerId expected, bool isInitiator)
        {
            Begin(!isInitiator, null, expected);
            _link = link;
            Secure();
        }

        /// <summary>True while it needs a handshake and none was free.</summary>
        internal bool WaitsForHandshake
        {
            get { return IsWaiting || (_state == ConnectionState.Handshaking && _handshake == null && IsListedWaiting); }
        }

        partial void WaitForHandshake()
        {
            _node.AddHandshakeWaiter(this);
        }

        partial void HandshakeReturned()
        {
            _node.WakeHandshakeWaiter();
        }

        // true when a protocol is at work further out already: a step within a step
        private bool BeginWork()
        {
            bool nested = _node.IsAtWork;
            _node.IsAtWork = true;
            _isAtWork = true;
            _isWorkTold = false;
            return nested;
        }

        private void EndWork(bool nested)
        {
            _node.IsAtWork = nested;
            _isAtWork = false;
        }
    }
}
#endif
