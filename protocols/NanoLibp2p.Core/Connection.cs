using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Yamux;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    /// <summary>
    /// A connection to a peer: a link, secured by Noise, with Yamux streams on it. A node has a fixed number of these objects
    /// and uses them again and again; <see cref="Serial"/> tells one peer's turn from the next one's.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Free --Dial--> Dialing --link open--> Securing --/noise--> Handshaking --split--> Muxing --/yamux--> Open
    ///     |                                     ^                       |                                     ^
    ///     +---------------Accept----------------+                       +--Yamux agreed on in the handshake---+
    ///
    ///   each of them --a reason to close--> Ending --the next step: a last word, OnClosed--> Free
    /// </code>
    /// Connection.Dial.cs moves it up to Securing, Connection.Handshake.cs to Open, Connection.Step.cs to Ending and back to Free. Where it
    /// waits for the peer it has one deadline, and with it what happens then: the reason to close for, or, with none, a ping. What came
    /// in a long record is in Connection.LargeRecord.cs, what only a scheduler calls in Connection.Scheduled.cs.
    /// </remarks>
    public sealed partial class Connection
    {
        /// <summary>The node's number for this object, 0 to MaxConnections - 1: an index for a protocol's own arrays.</summary>
        public readonly int Index;

        /// <summary>The bytes of the peer's proved id: <see cref="RemoteIdCount"/> of them, not a copy.</summary>
        public readonly byte[] RemoteId = new byte[PeerId.MaxBytes];

        internal YamuxSession Yamux;

        // where its long records go: the node's, or a buffer of a circuit's own, as the circuit's bytes lie in the node's already
        internal LargeBuffer Large;

        private readonly Node _node;
        private ReceiveBuffer _receive;
        private SendBuffer _send;
        private CipherState _sending;
        private CipherState _receiving;
        private Libp2pStream[] _streams;
        private NoiseHandshake _handshake;
        private int _remoteIdCount;
        private ConnectionState _state;
        private IStreamLink _link;
        private Multiaddr[] _addresses;
        private int _addressIndex;
        private PeerId _peer;
        private CloseReason _closeReason;
        private int _closeDetail;
        private int _serial;
        private bool _inbound;
        private bool _wasOpen;
#if !NANOFRAMEWORK_1_0
        private bool _usedEarlyMuxer;
#endif
        private bool _linkEnded;
        private long _deadline;
        private CloseReason _deadlineReason;

        // when its link was there, and once open when it opened
        private long _begun;

        // the part of the record just opened that is not consumed yet, where it lies in the receive buffer
        private int _plainOffset;
        private int _plainCount;

        internal Connection(Node node, int index)
        {
            _node = node;
            Index = index;
#if !NANOFRAMEWORK_1_0
            // with buffers that are rented it has its parts from its first peer on: most of thousands may never have one
            if (node.Buffers == null)
            {
                Make();
            }
        }

        private void Make()
        {
#endif
            NodeOptions options = _node.Options;
            int receive = RecordHeader + options.RecordBytes;
            int send = options.SendBytes;
            int streams = options.MaxStreams;
            TakeLess(ref receive, ref send, ref streams);
            _receive = new ReceiveBuffer(receive);
            _send = new SendBuffer(send);
            Borrow();
            _sending = new CipherState(_node.Crypto);
            _receiving = new CipherState(_node.Crypto);
            _streams = new Libp2pStream[streams];
            for (int i = 0; i < _streams.Length; i++)
            {
                _streams[i] = new Libp2pStream(this);
            }

            Yamux = new YamuxSession(_streams, _send, this);
            if (options.RecordBytes == NodeOptions.MaxRecordBytes)
            {
                Yamux.ExtraWindow = YamuxSession.WindowOfLongRecords;
            }
        }

        /// <summary>Counts the peers that this object has served, so that a reference kept too long can be told.</summary>
        public int Serial
        {
            get { return _serial; }
        }

        /// <summary>How far it has come.</summary>
        public ConnectionState State
        {
            get { return _state; }
        }

        /// <summary>True when streams can be opened.</summary>
        public bool IsOpen
        {
            get { return _state == ConnectionState.Open; }
        }

        /// <summary>True when the peer called us.</summary>
        public bool IsInbound
        {
            get { return _inbound; }
        }

        /// <summary>True when it was open at some time: told to NodeEvents.OnConnected.</summary>
        public bool WasOpen
        {
            get { return _wasOpen; }
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>True when the multiplexer was agreed on within the handshake.</summary>
        public bool UsedEarlyMuxer
        {
            get { return _usedEarlyMuxer; }
        }
#endif

        /// <summary>Why it ended.</summary>
        public CloseReason CloseReason
        {
            get { return _closeReason; }
        }

        /// <summary>A figure that belongs to <see cref="CloseReason"/>, as told there.</summary>
        public int CloseDetail
        {
            get { return _closeDetail; }
        }

        /// <summary>The link below; null while there is none.</summary>
        public IStreamLink Link
        {
            get { return _link; }
        }

        /// <summary>The address that is dialled or was reached; null when the peer called us, or when the link was made
        /// elsewhere.</summary>
        public Multiaddr DialAddress
        {
            get { return _addresses == null || _addressIndex >= _addresses.Length ? null : _addresses[_addressIndex]; }
        }

        /// <summary>The peer's proved id; before that the one that was dialled, or null. Allocates when first asked.</summary>
        public PeerId RemotePeer
        {
            get
            {
                if (_remoteIdCount > 0 && (_peer == null || !_peer.Matches(RemoteId, 0, _remoteIdCount)))
                {
                    _peer = PeerId.FromBytes(RemoteId, 0, _remoteIdCount);
                }

                return _peer;
            }
        }

        /// <summary>Bytes of <see cref="RemoteId"/>; 0 before the peer has proved it.</summary>
        public int RemoteIdCount
        {
            get { return _remoteIdCount; }
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>Streams that are open.</summary>
        public int OpenStreams
        {
            get { return IsOpen ? Yamux.OpenStreams : 0; }
        }
#endif

        /// <summary>
        /// Opens a stream and proposes a protocol on it. <see cref="StreamProtocol.OnOpened"/> follows when the peer agrees; data may be
        /// written at once if there is only one id to propose.
        /// </summary>
        /// <param name="protocol">Whose stream it is.</param>
        /// <param name="protocolIndex">The id, as <see cref="Node.RegisterProtocol"/> gave it.</param>
        /// <returns>The stream; null when the connection is not open or has no stream left.</returns>
        public Libp2pStream OpenStream(StreamProtocol protocol, int protocolIndex)
        {
            if (!IsOpen)
            {
                return null;
            }

            Libp2pStream stream = (Libp2pStream)Yamux.Open();
            if (stream != null)
            {
                stream.Begin(protocol, NotStarted);
                ListUnsettled(stream);
                stream.Negotiation.Dial(protocolIndex);
                TransmitNegotiation(stream);
                TellWork();
            }

            return stream;
        }

        /// <summary>Closes the connection in order. Its end is told in the next <see cref="Node.Poll"/>.</summary>
        public void Close()
        {
            Close(CloseReason.Local, 0);
        }

        /// <summary>Closes the connection for a protocol's own reason, usually <see cref="CloseReason.ProtocolViolated"/>.</summary>
        /// <param name="reason">Why; the first reason stands.</param>
        /// <param name="detail">A figure that belongs to it.</param>
        public void Close(CloseReason reason, int detail)
        {
            if (_state != ConnectionState.Free && _state != ConnectionState.Ending)
            {
                _closeReason = reason;
                _closeDetail = detail;
                _state = ConnectionState.Ending;
                TellWork();
            }
        }

        /// <summary>
        /// When this connection must be stepped again even if nothing arrives, in the node's milliseconds: 0 for at once, long.MaxValue for
        /// never.
        /// </summary>
        public long NextDeadline
        {
            get
            {
                if (_state == ConnectionState.Free)
                {
                    return long.MaxValue;
                }

                if (_state == ConnectionState.Ending)
                {
                    return 0;
                }

                long next = _deadline;
                if (_state != ConnectionState.Open && _inbound && _node.NowMs < SparedUntil && SparedUntil < next)
                {
                    next = SparedUntil;
                }

                LimitNextDeadline(ref next);
                Libp2pStream[] streams = _streams;
                int count = Yamux.UsedStreams;
                PickUnsettled(ref streams, ref count);
                for (int i = 0; i < count; i++)
                {
                    Libp2pStream stream = streams[i];
                    if (stream.IsOpen && !stream.IsAgreed && stream.Deadline < next)
                    {
                        next = stream.Deadline;
                    }
                }

                return next;
            }
        }

        // Noise and Yamux are agreed on before there are streams, so the first stream's negotiation serves
        private Negotiation FirstNegotiation
        {
            get { return _streams[0].Negotiation; }
        }

        // past its dial, and with no reason to end
        private bool IsLive
        {
            get { return _state > ConnectionState.Dialing && _state != ConnectionState.Ending; }
        }

        // a dial that waits for a handshake to be free
        private bool IsWaiting
        {
            get { return !_inbound && _state == ConnectionState.Securing && _handshake == null; }
        }

        // Connection.Scheduled.cs; where Node.Poll walks over all connections alone, as on a device, these calls are none.
        partial void TellWork();

        partial void Taken();

        partial void Freed();

        partial void WaitForHandshake();

        partial void HandshakeReturned();

        // Connection.Unsettled.cs; few streams are all looked at in each step, as on a device
        partial void ListUnsettled(Libp2pStream stream);

        partial void DropSettled();

        partial void PickUnsettled(ref Libp2pStream[] streams, ref int count);

        partial void TellRoom(Libp2pStream stream);

        partial void MoreToSend();

        // Connection.Refusals.cs; a device breaks streams off without a code
        partial void TellMalformed(Libp2pStream stream);

        partial void TellLate(Libp2pStream stream);

        partial void TellEnded(Libp2pStream stream);

        // Connection.Windows.cs; the windows of a device stay as they are
        partial void HandshakeWritten();

        partial void HandshakeRead();

        partial void PingWritten();

        partial void PongRead();

        partial void StreamClosed(Libp2pStream stream);

        // Connection.Borrowed.cs; with buffers of its own a connection calls none of these
        partial void TakeLess(ref int receive, ref int send, ref int streams);

        partial void Borrow();

        partial void RentReceive();

        partial void SettleReceive();

        partial void LimitRead(ref int end);

        partial void RecordOpened();

        partial void CheckRecord(long nowMs);

        partial void CheckStreams(long nowMs);

        partial void LimitNextDeadline(ref long next);

        private void SetDeadline(CloseReason reason, int milliseconds)
        {
            _deadlineReason = reason;
            _deadline = _node.NowMs + milliseconds;
        }

        // something came, so the peer has its time anew: to be asked for a sign of life, or from the beginning to the end of the handshake
        private void Heard()
        {
            NodeOptions options = _node.Options;
            if (IsOpen && !IsBorrowing)
            {
                SetDeadline(CloseReason.None, options.KeepAliveMs);
                if (options.KeepAliveMs == 0 && !_linkEnded)
                {
                    _deadline = long.MaxValue;
                }
            }
            else if (IsLive && !IsOpen)
            {
                _deadlineReason = CloseReason.HandshakeTimeout;
                _deadline = _begun + options.HandshakeTimeoutMs;
            }
        }
    }
}
