using System;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Rendezvous;

namespace NanoLibp2p.Firmware.Rendezvous
{
    /// <summary>
    /// Has a device find another gateway at a rendezvous point, when neither its dial list nor the finder before this one (mDNS) leads to
    /// a peer. It takes the peers that the settings name, at whatever address they have registered; when none is named, whoever has.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Anybody can register, and a point may say anything. Who is named has to prove its peer id when it is dialled, so a liar costs a
    /// dial: each answer gives at most as many as fit in 256 bytes (five), three of one peer, and the next question has its pause, from
    /// 10 seconds doubled up to 5 minutes, half of it left to chance.
    /// </para>
    /// <para>
    /// The point is asked over a connection that is there, or over one of its own for as long as that takes. Several points are asked one
    /// after another. All memory is taken in the constructor, but for the address of each dial.
    /// </para>
    /// <code>
    ///   Idle --due--> Dialing --open--> Asking --answered--> Leaving --its connection is over--> Idle, and what was found is dialled
    ///                    '------------------'--failed: the next point, after the last a pause--> Idle
    /// </code>
    /// </remarks>
    public sealed class RendezvousFinder : PeerFinder
    {
        /// <summary>The namespace that gateways register in, unless the settings have another.</summary>
        public const string GatewayNamespace = "nanolibp2p/gateways";

        // in the place of a peer id: whoever answers
        private const string Anybody = "any";

        private const int FoundBytes = 256;
        private const int MostOfOnePeer = 3;

        // for which the finder before this one has its chance
        private const int HeadStartMs = 10000;
        private const int FirstPauseMs = 10000;
        private const int LastPauseMs = 300000;

        // when no connection was free
        private const int NoPlacePauseMs = 500;

        private readonly Device _device;
        private readonly Node _node;
        private readonly PeerFinder _before;
        private readonly IDeviceLog _log;
        private readonly RendezvousQuery _query;
        private readonly Multiaddr[][] _points;

        // the peers that are taken; none for anybody
        private readonly PeerId[] _named;

        // what was found: the length of an id, the id, the length of an address, the address
        private readonly byte[] _found = new byte[FoundBytes];
        private int _foundEnd;

        // where the next to dial begins, and the last that was dialled
        private int _at;
        private int _last;

        private SearchState _state;
        private bool _isSearching;
        private int _index;
        private long _dueMs;
        private int _pauseMs = FirstPauseMs;

        // the connection to the point while its serial number is this one, and whether it is the finder's own
        private Connection _connection;
        private int _serial;
        private bool _isOwn;

        // whether the peer that the device dials came from here
        private bool _isOurs;

        /// <summary>Makes a finder, and adds its protocol to the device's node.</summary>
        /// <param name="device">Whose finder it will be; before its first step.</param>
        /// <param name="before">Has its turn before this one, as an <c>MdnsFinder</c>; null for none.</param>
        /// <param name="points">Addresses of rendezvous points with their peer ids, one or more.</param>
        /// <param name="name">The namespace, 1 to 255 bytes in UTF-8.</param>
        /// <param name="named">The peer ids that are taken, as text; none, or <c>any</c> among them, for whoever has registered.</param>
        /// <param name="log">Who is told what was found; null for nobody.</param>
        /// <exception cref="FormatException">A point is no multiaddr, or a name no peer id.</exception>
        /// <exception cref="ArgumentException">A point has no peer id or is no TCP address, or the namespace is too long.</exception>
        public RendezvousFinder(Device device, PeerFinder before, string[] points, string name, string[] named, IDeviceLog log)
        {
            _device = device;
            _node = device.Node;
            _before = before;
            _log = log;
            _points = new Multiaddr[points.Length][];
            for (int i = 0; i < points.Length; i++)
            {
                Multiaddr point = Multiaddr.Parse(points[i]);
                if (!point.IsTcp || point.PeerId == null)
                {
                    throw new ArgumentException("the rendezvous point " + points[i]
                        + " is no TCP address with a peer id; give one such as /ip4/192.168.1.10/tcp/4001/p2p/12D3KooW...");
                }

                _points[i] = new Multiaddr[] { point };
            }

            byte[] bytes = Encoding.UTF8.GetBytes(name);
            if (bytes.Length == 0 || bytes.Length > RendezvousQuery.MaxNameBytes)
            {
                throw new ArgumentException("the namespace has " + bytes.Length.ToString() + " bytes; give 1 to 255");
            }

            _named = Ids(named);
            _query = new RendezvousQuery(bytes, new Listener(this));
            _node.Add(_query);
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs, bool isWanted)
        {
            long next = _before == null ? long.MaxValue : _before.Poll(nowMs, isWanted);
            Connection dialed = _device.Dialed;
            if (dialed != null && dialed.IsOpen)
            {
                _isSearching = false;
                if (_state == SearchState.Dialing || _state == SearchState.Asking)
                {
                    _query.Cancel();
                    Leave();
                }
            }
            else if (isWanted && !_isSearching)
            {
                _isSearching = true;
                long first = _before == null ? nowMs : nowMs + HeadStartMs;
                _dueMs = _dueMs < first ? first : _dueMs;
            }

            bool isOver = _connection == null || _connection.Serial != _serial || _connection.State == ConnectionState.Free;
            switch (_state)
            {
                case SearchState.Idle:
                    if (_isSearching && _at == _foundEnd)
                    {
                        if (nowMs < _dueMs)
                        {
                            return _dueMs < next ? _dueMs : next;
                        }

                        return Begin(nowMs) ? nowMs : _dueMs < next ? _dueMs : next;
                    }

                    break;
                case SearchState.Dialing:
                    if (isOver || _connection.State == ConnectionState.Ending || (_connection.IsOpen && !_query.Discover(_connection)))
                    {
                        Leave();
                        TakeNextPoint(nowMs);
                    }
                    else if (_connection.IsOpen)
                    {
                        _state = SearchState.Asking;
                    }

                    break;
                case SearchState.Leaving:
                    if (isOver)
                    {
                        _state = SearchState.Idle;
                    }

                    break;
                default:
                    // Asking: OnEnd is called, whatever happens
                    break;
            }

            return next;
        }

        /// <inheritdoc/>
        public override Multiaddr[] Next(long nowMs)
        {
            Multiaddr[] address = _before == null ? null : _before.Next(nowMs);
            _isOurs = address == null;
            if (!_isOurs || _state != SearchState.Idle || _at == _foundEnd)
            {
                return address;
            }

            _last = _at;
            int id = _found[_at];
            int count = _found[_at + 1 + id];
            _at += 2 + id + count;
            Multiaddr found = RendezvousQuery.ToMultiaddr(_found, _last + 1, id, _last + 2 + id, count);
            TellFound(found);
            return new Multiaddr[] { found };
        }

        /// <inheritdoc/>
        public override void Ended(long nowMs, bool lasted)
        {
            if (!_isOurs)
            {
                _before.Ended(nowMs, lasted);
            }
            else if (lasted)
            {
                _at = _last;
                _pauseMs = FirstPauseMs;
            }
            else if (_at == _foundEnd)
            {
                TakeNextPoint(nowMs);
            }
        }

        // False when no connection is free.
        private bool Begin(long nowMs)
        {
            Multiaddr[] point = _points[_index];
            _connection = FindOpen(point[0].PeerId);
            _isOwn = _connection == null;
            if (_isOwn)
            {
                _connection = _node.Dial(point);
                if (_connection == null)
                {
                    _dueMs = nowMs + NoPlacePauseMs;
                    return false;
                }
            }

            _serial = _connection.Serial;
            _foundEnd = 0;
            _at = 0;
            _state = SearchState.Dialing;
            return true;
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

        // What was dialled for the question is closed; what others use is theirs.
        private void Leave()
        {
            _state = SearchState.Idle;
            if (_isOwn && _connection != null && _connection.Serial == _serial && _connection.State != ConnectionState.Free)
            {
                _connection.Close();
                _state = SearchState.Leaving;
            }
        }

        private void TakeNextPoint(long nowMs)
        {
            _dueMs = nowMs;
            if (++_index < _points.Length)
            {
                _query.Rewind();
                return;
            }

            if (_points.Length > 1)
            {
                _query.Rewind();
            }

            _index = 0;
            int half = _pauseMs / 2;
            _node.Random.Fill(_found, FoundBytes - 1, 1);
            _dueMs += half + (half * _found[FoundBytes - 1] / 255);
            _pauseMs = _pauseMs > LastPauseMs / 2 ? LastPauseMs : _pauseMs * 2;
        }

        private void Hear(byte[] id, int idCount, byte[] address, int count)
        {
            int needed = 2 + idCount + count;
            if (!IsNamed(id, idCount) || FoundBytes - 1 - _foundEnd < needed)
            {
                return;
            }

            int ofPeer = 0;
            for (int at = 0; at < _foundEnd; at += 2 + _found[at] + _found[at + 1 + _found[at]])
            {
                if (_found[at] == idCount && Bytes.Equal(_found, at + 1, id, 0, idCount))
                {
                    ofPeer++;
                }
            }

            if (ofPeer < MostOfOnePeer)
            {
                _found[_foundEnd] = (byte)idCount;
                Array.Copy(id, 0, _found, _foundEnd + 1, idCount);
                _found[_foundEnd + 1 + idCount] = (byte)count;
                Array.Copy(address, 0, _found, _foundEnd + 2 + idCount, count);
                _foundEnd += needed;
            }
        }

        private void End(int status)
        {
            TellAnswer(status);
            Leave();
            if (_foundEnd == 0)
            {
                TakeNextPoint(_node.NowMs);
            }
        }

        private bool IsNamed(byte[] id, int count)
        {
            for (int i = 0; i < _named.Length; i++)
            {
                if (_named[i].Matches(id, 0, count))
                {
                    return true;
                }
            }

            return _named.Length == 0 && !_node.Identity.PeerId.Matches(id, 0, count);
        }

        private void TellFound(Multiaddr address)
        {
            if (_log != null)
            {
                _log.Write("found " + address.ToString() + " by rendezvous" + (_named.Length > 0 ? string.Empty
                    : "; the settings name nobody, so any peer that has registered is taken: store gateway = " + address.PeerId.ToString()
                    + " to keep to this one"));
            }
        }

        private void TellAnswer(int status)
        {
            if (_log != null && _foundEnd == 0)
            {
                _log.Write("the rendezvous point " + _points[_index][0].ToString() + (status == RendezvousResult.Ok
                    ? " knows no gateway that is taken here"
                    : status < 0 ? " gave no answer" : " refused with status " + status.ToString()));
            }
        }

        private static PeerId[] Ids(string[] named)
        {
            PeerId[] ids = new PeerId[named.Length];
            for (int i = 0; i < named.Length; i++)
            {
                if (named[i] == Anybody)
                {
                    return new PeerId[0];
                }

                ids[i] = PeerId.Parse(named[i]);
            }

            return ids;
        }

        private sealed class Listener : RendezvousEvents
        {
            private readonly RendezvousFinder _finder;

            internal Listener(RendezvousFinder finder)
            {
                _finder = finder;
            }

            public override void OnAddress(RendezvousQuery query, byte[] peerId, int idCount, byte[] address, int count)
            {
                _finder.Hear(peerId, idCount, address, count);
            }

            public override void OnEnd(RendezvousQuery query, int status)
            {
                _finder.End(status);
            }
        }
    }
}
