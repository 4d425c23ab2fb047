using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// Tells connected peers, by identify push (identify spec), that this node can be dialed through its relay, while it holds a
    /// reservation: at the first public address that the relay told, or else at the one it was dialed at.
    /// </summary>
    public sealed class RelayAnnouncer : StreamProtocol
    {
        // a field of identify's message
        private const int ListenAddress = 2;

        // the peer's own identify is over by then, which would be the later word otherwise
        private const int TellAfterMs = 2000;

        // the code of p2p, a length and an id; the code of p2p-circuit; the lengths of address and message, and the field
        private const int MaxSuffix = 3 + PeerId.MaxBytes + 2;
        private const int MaxAddress = 56;

        private readonly RelayClient _client;
        private readonly ToldAddress _told = new ToldAddress();
        private readonly byte[] _announcement = new byte[2 + 2 + MaxAddress + MaxSuffix];
        private int _announcementBytes;
        private int _push;
        private bool _isReserved;

        // connections that are to be told, and when
        private bool[] _untold;
        private long _tellMs;

        /// <summary>Makes an announcer; <see cref="Node.Add"/> takes the rest of its memory.</summary>
        /// <param name="client">Whose reservation it tells of; it has not begun yet.</param>
        public RelayAnnouncer(RelayClient client)
        {
            _client = client;
            client.Place = _told;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _untold = new bool[node.Options.MaxConnections];
            _push = node.RegisterProtocol(IdentifyProtocol.PushId, this, false);
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            _untold[connection.Index] = true;
            _tellMs = Node.NowMs + TellAfterMs;
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            return count;
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            if (_client.IsReserved != _isReserved)
            {
                _isReserved = !_isReserved;
                if (_isReserved)
                {
                    Announce(nowMs);
                }
                else
                {
                    Withdraw();
                }
            }

            if (_announcementBytes == 0)
            {
                return long.MaxValue;
            }

            if (nowMs >= _tellMs)
            {
                _tellMs = long.MaxValue;
                Tell(nowMs);
            }

            return _tellMs;
        }

        private void Announce(long nowMs)
        {
            Multiaddr relay = _client.Options.Relays[_client.Index];
            byte[] address = _told.Bytes;
            int count = _told.Count;
            if (count == 0 || count > MaxAddress)
            {
                bool isPrivate;
                address = relay.ToBytes();
                count = ToldAddress.HostBytes(address, address.Length, out isPrivate);
            }

            if (count == 0 || count > MaxAddress)
            {
                return;
            }

            byte[] to = _announcement;
            int total = count + 3 + relay.PeerId.Length + 2;
            to[0] = (byte)(2 + total);
            to[1] = (ListenAddress << 3) | (int)WireType.Bytes;
            to[2] = (byte)total;
            Array.Copy(address, 0, to, 3, count);
            int at = 3 + count;
            at += Varint.Write(MultiaddrProtocol.P2p, to, at);
            to[at++] = (byte)relay.PeerId.Length;
            at += relay.PeerId.CopyTo(to, at);
            _announcementBytes = at + Varint.Write(MultiaddrProtocol.P2pCircuit, to, at);
            for (int i = 0; i < _untold.Length; i++)
            {
                _untold[i] = true;
            }

            _tellMs = nowMs + TellAfterMs;
        }

        // What identify says of this node is true again.
        private void Withdraw()
        {
            for (int i = 0; i < _untold.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (_announcementBytes > 0 && IsDirect(connection))
                {
                    Node.Identify.Push(connection);
                }
            }

            _announcementBytes = 0;
        }

        private void Tell(long nowMs)
        {
            for (int i = 0; i < _untold.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (_untold[i] && IsDirect(connection))
                {
                    Libp2pStream stream = connection.OpenStream(this, _push);
                    if (stream != null && stream.WriteRoom >= _announcementBytes)
                    {
                        stream.Write(_announcement, 0, _announcementBytes);
                        stream.CloseWrite();
                        _untold[i] = false;
                        continue;
                    }

                    if (stream != null)
                    {
                        stream.Reset();
                    }

                    _tellMs = nowMs + TellAfterMs;
                }
            }
        }

        // a peer at the other end of a circuit knows of it
        private static bool IsDirect(Connection connection)
        {
            return connection.IsOpen && !(connection.Link is StreamLink);
        }
    }
}
