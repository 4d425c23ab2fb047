using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;

namespace NanoLibp2p.Firmware.Mail
{
    /// <summary>
    /// Asks a gateway for the device's mail when it is time, over a connection that is there or one of its own, and hands on what the
    /// client has stored. One step of it belongs to each Node.Poll.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Idle --due, told of mail--> Dialing --open--> Asking --nothing waits--> Idle, for as long as the settings say
    ///                                                   |  '--no mailbox--> Opening --made--> Asking
    ///                                                   '--failed: the next gateway; behind the last a pause--> Idle
    /// </code>
    /// </remarks>
    internal sealed class MailTaker : PostboxEvents
    {
        internal readonly PostboxClient Client;

        private const int MillisecondsPerSecond = 1000;
        private const int FirstPauseMs = 1000;

        // when no connection was free
        private const int NoPlacePauseMs = 500;

        // a gateway's codes (SPEC.md 17); from 500 on it is the gateway's own trouble
        private const int Malformed = 400;
        private const int Unsupported = 401;
        private const int NoMailbox = 404;
        private const int Moved = 405;
        private const int NotAdmitted = 407;
        private const int Stale = 408;
        private const int GatewayTrouble = 500;
        private const int RateLimited = 501;
        private const int StoreFull = 502;
        private const int Unavailable = 503;

        private readonly Device _device;
        private readonly Node _node;
        private readonly Board _board;
        private readonly MailHandler _handler;
        private readonly Multiaddr[][] _gateways;
        private readonly PostboxOptions _options;
        private readonly int _everyMs;
        private readonly byte[] _chance = new byte[1];
        private MailState _state;
        private int _index;
        private long _dueMs;
        private int _pauseMs = FirstPauseMs;
        private int _lastCode;

        // the connection to the gateway while its serial number is this one, and whether it was dialed here
        private Connection _connection;
        private int _serial;
        private bool _isOwn;

        internal MailTaker(Device device, Board board, MailHandler handler, Multiaddr[][] gateways, PostboxOptions options, int everyMs)
        {
            _device = device;
            _node = device.Node;
            _board = board;
            _handler = handler;
            _gateways = gateways;
            _options = options;
            _everyMs = everyMs;
            Client = new PostboxClient(options, board.Store, this);
            _node.Add(Client);
            _node.Add(new Ticker(this));
        }

        /// <inheritdoc/>
        public override bool Wants(PostboxClient client, Postbox.Mail mail)
        {
            PeerId[] from = _options.Known;
            for (int i = 0; i < from.Length; i++)
            {
                if (from[i].Matches(mail.Sender, 0, mail.Sender.Length))
                {
                    return _handler.Wants(mail);
                }
            }

            return from.Length == 0 && _handler.Wants(mail);
        }

        /// <inheritdoc/>
        public override void OnMail(PostboxClient client, Postbox.Mail mail)
        {
            _handler.OnMail(mail);
        }

        /// <inheritdoc/>
        public override void OnWaiting(PostboxClient client)
        {
            _dueMs = 0;
        }

        /// <inheritdoc/>
        public override uint UnixSeconds()
        {
            return (uint)(_board.UnixMs / MillisecondsPerSecond);
        }

        /// <inheritdoc/>
        public override void OnEnd(PostboxClient client, int code)
        {
            bool hasOpened = _state == MailState.Opening && code == 0;
            if (hasOpened && client.Sync(_connection))
            {
                _state = MailState.Asking;
                return;
            }

            if (_state == MailState.Asking && code == NoMailbox && _handler.OnNoMailbox(_connection))
            {
                _state = MailState.Opening;
                return;
            }

            End(hasOpened ? PostboxResult.NoAnswer : code);
        }

        private long Poll(long nowMs)
        {
            bool isOver = _connection == null || _connection.Serial != _serial || _connection.State == ConnectionState.Free
                || _connection.State == ConnectionState.Ending;
            switch (_state)
            {
                case MailState.Idle:
                    if (_options.Follows && isOver && _connection != null)
                    {
                        // nobody would tell of new mail any more
                        _connection = null;
                        Wait(nowMs);
                    }

                    return nowMs < _dueMs ? _dueMs : Begin(nowMs);
                case MailState.Dialing:
                    if (isOver)
                    {
                        End(PostboxResult.NoAnswer);
                    }
                    else if (_connection.IsOpen)
                    {
                        // written in the client's next step
                        Ask();
                        return nowMs;
                    }

                    break;
                default:
                    // OnEnd is called, whatever happens
                    break;
            }

            return long.MaxValue;
        }

        private long Begin(long nowMs)
        {
            Multiaddr[] gateway = _gateways[_index];
            bool wasOwn = _isOwn;
            Connection before = _connection;
            _connection = FindOpen(gateway[0].PeerId);
            _isOwn = _connection == null;
            if (_isOwn)
            {
                _connection = _node.Dial(gateway);
                if (_connection == null)
                {
                    _dueMs = nowMs + NoPlacePauseMs;
                    return _dueMs;
                }
            }
            else
            {
                _isOwn = wasOwn && _connection == before && _connection.Serial == _serial;
            }

            _serial = _connection.Serial;
            _state = MailState.Dialing;
            if (_connection.IsOpen)
            {
                Ask();
            }

            return _state == MailState.Idle ? _dueMs : nowMs;
        }

        private Connection FindOpen(PeerId peer)
        {
            for (int i = 0; i < _node.Connections.Length; i++)
            {
                Connection connection = _node.Connections[i];
                if (connection.IsOpen && peer.Matches(connection.RemoteId, 0, connection.RemoteIdCount))
                {
                    return connection;
                }
            }

            return null;
        }

        private void Ask()
        {
            _state = MailState.Asking;
            if (!Client.Sync(_connection))
            {
                // no stream is free
                End(PostboxResult.NoAnswer);
            }
        }

        // A gateway was asked, or could not be.
        private void End(int code)
        {
            _state = MailState.Idle;
            if (_isOwn && _connection.Serial == _serial && (code != 0 || !_options.Follows))
            {
                _connection.Close();
            }

            if (code == 0)
            {
                _pauseMs = FirstPauseMs;
                _dueMs = _node.NowMs + _everyMs;
            }
            else
            {
                TakeNext(code);
            }

            if (code != _lastCode && _board.Log != null)
            {
                _board.Log.Write(code == 0 ? "the mailbox answers" : "no mail from the mailbox: " + TextOf(code));
            }

            _lastCode = code;
            _handler.OnSynced(_device, code);
        }

        private void TakeNext(int code)
        {
            _dueMs = _node.NowMs;
            if (++_index == _gateways.Length)
            {
                _index = 0;
                Wait(_dueMs);
                _pauseMs = _pauseMs > _everyMs / 2 ? _everyMs : _pauseMs * 2;
            }

            long asked = _node.NowMs + (long)Client.RetrySeconds * MillisecondsPerSecond;
            if (code >= GatewayTrouble && _gateways.Length == 1 && asked > _dueMs)
            {
                _dueMs = asked < _node.NowMs + _everyMs ? asked : _node.NowMs + _everyMs;
            }
        }

        // the pause, half of it left to chance
        private void Wait(long nowMs)
        {
            int half = _pauseMs / 2;
            _node.Random.Fill(_chance, 0, 1);
            _dueMs = nowMs + half + (half * _chance[0] / 255);
        }

        // what happened, and what who runs the device or its gateway does about it
        private string TextOf(int code)
        {
            switch (code)
            {
                case PostboxResult.NoAnswer:
                    return "the gateway did not answer, or is no postbox";
                case PostboxResult.StoreFailed:
                    return "the board's store took no write, so nothing was acknowledged; make room in it";
                case PostboxResult.Unreadable:
                    return "four items could not be opened; was the device's key replaced?";
                case PostboxResult.Malformed:
                case Malformed:
                case Unsupported:
                    return "it and this device do not understand each other (code " + code.ToString() + "); bring the older one up to date";
                case NoMailbox:
                    return "the gateway has none for this device; make one there: nanolibp2p gateway mailbox open " + OwnId();
                case Moved:
                    return "the gateway no longer keeps it; give the device its new mailbox";
                case NotAdmitted:
                    return "the gateway gives this device none; admit it there: nanolibp2p gateway token " + OwnId();
                case Stale:
                    return "the gateway has a newer record of this device, which may run twice or have lost its store; sign it anew";
                case RateLimited:
                    return "the gateway is asked too often; raise mail-every";
                case StoreFull:
                case Unavailable:
                    return "the gateway's store is full or does not answer (code " + code.ToString()
                        + "); see there: nanolibp2p gateway status";
                default:
                    return "the gateway refused with code " + code.ToString();
            }
        }

        private string OwnId()
        {
            return _node.Identity.PeerId.ToString();
        }

        // has the taker's step made in Node.Poll
        private sealed class Ticker : StreamProtocol
        {
            private readonly MailTaker _taker;

            internal Ticker(MailTaker taker)
            {
                _taker = taker;
            }

            public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
            {
                return count;
            }

            public override long Poll(long nowMs)
            {
                return _taker.Poll(nowMs);
            }

            protected override void Register(Node node)
            {
            }
        }
    }
}
