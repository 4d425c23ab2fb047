using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    // Tells connected peers, by identify push (identify spec), that this node can be dialed through its relay.
    public sealed partial class RelayClient
    {
        // a field of identify's message
        private const int ListenAddress = 2;

        // the peer's own identify is over by then, which would be the later word otherwise
        private const int TellAfterMs = 2000;

        // the code of p2p, a length and an id; the code of p2p-circuit; the lengths of address and message, and the field
        private const int MaxSuffix = 3 + PeerId.MaxBytes + 2;
        private const int MaxAddress = 56;
        internal const int AnnouncementBytes = 2 + 2 + MaxAddress + MaxSuffix;
        private readonly byte[] _announcement = new byte[AnnouncementBytes];
        private int _announcementBytes;
        private int _push;

        // connections that are to be told, and when
        private bool[] _untold;
        private long _tellMs = long.MaxValue;

        private void RegisterAnnouncement(Node node)
        {
            _untold = new bool[node.Options.MaxConnections];
            _push = node.RegisterProtocol(IdentifyProtocol.PushId, this, false);
        }

        // There is a reservation: its address is the first public one that the relay told, or else the one it was dialed at.
        private void Announce()
        {
            Multiaddr own = _options.Relays[_index];
            byte[] address = _answer.Kept;
            int count = _answer.AddressCount;
            if (count == 0 || count > MaxAddress)
            {
                bool isPrivate;
                address = own.ToBytes();
                count = RelayMessage.HostBytes(address, address.Length, out isPrivate);
            }

            _announcementBytes = 0;
            if (count == 0 || count > MaxAddress || !_options.Announces)
            {
                return;
            }

            PeerId relay = own.PeerId;
            byte[] to = _announcement;
            int total = count + 3 + relay.Length + 2;
            to[0] = (byte)(2 + total);
            to[1] = (ListenAddress << 3) | (int)WireType.Bytes;
            to[2] = (byte)total;
            Array.Copy(address, 0, to, 3, count);
            int at = 3 + count;
            at += Varint.Write(MultiaddrProtocol.P2p, to, at);
            to[at++] = (byte)relay.Length;
            at += relay.CopyTo(to, at);
            _announcementBytes = at + Varint.Write(MultiaddrProtocol.P2pCircuit, to, at);
            for (int i = 0; i < _untold.Length; i++)
            {
                _untold[i] = true;
            }

            _tellMs = NotStarted;
        }

        // What identify says of this node is true again.
        private void Withdraw()
        {
            for (int i = 0; i < _untold.Length; i++)
            {
                Connection connection = Node.Connections[i];
                _untold[i] = false;
                if (_announcementBytes > 0 && connection.IsOpen && !(connection.Link is StreamLink))
                {
                    Node.Identify.Push(connection);
                }
            }

            _announcementBytes = 0;
        }

        private long PollAnnouncement(long nowMs)
        {
            if (_announcementBytes == 0)
            {
                return long.MaxValue;
            }

            if (_tellMs == NotStarted)
            {
                _tellMs = nowMs + TellAfterMs;
            }

            if (nowMs < _tellMs)
            {
                return _tellMs;
            }

            _tellMs = long.MaxValue;
            for (int i = 0; i < _untold.Length; i++)
            {
                Connection connection = Node.Connections[i];
                if (_untold[i] && connection.IsOpen && !(connection.Link is StreamLink))
                {
                    Libp2pStream stream = connection.OpenStream(this, _push);
                    if (stream != null && stream.WriteRoom >= _announcementBytes)
                    {
                        stream.Write(_announcement, 0, _announcementBytes);
                        stream.CloseWrite();
                        _untold[i] = false;
                    }
                    else
                    {
                        if (stream != null)
                        {
                            stream.Reset();
                        }

                        _tellMs = NotStarted;
                    }
                }
            }

            return _tellMs == NotStarted ? nowMs + TellAfterMs : _tellMs;
        }
    }
}
