using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.Rendezvous
{
    /// <summary>
    /// Asks a rendezvous point for the peers of one namespace (libp2p rendezvous spec, r3, DISCOVER). All memory is taken in the
    /// constructor; the answer is read in pieces, and what is more than an honest point says is passed over.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The signature of a peer's record is not verified: whoever dials an address with its peer id finds out whether the peer is there, and
    /// a record that somebody made for a key of his own would be signed as well.
    /// </para>
    /// <para>
    /// A point with more peers than one question asks for gives a cookie; the next question goes on behind it, and begins anew once the
    /// answer has no peer. So peers that came first in a namespace don't hide the others for ever.
    /// </para>
    /// <code>
    ///   Idle --Discover--> Asking: written as there is room, then read --whole, refused, late--> told in the next Poll --> Idle
    /// </code>
    /// </remarks>
    public sealed partial class RendezvousQuery : StreamProtocol
    {
        /// <summary>The id of the protocol.</summary>
        public const string ProtocolId = "/rendezvous/1.0.0";

        /// <summary>Peers that one question asks for.</summary>
        public const int Limit = 8;

        /// <summary>Bytes of the longest answer: as many records of 16 KiB, which is what points take.</summary>
        public const int MaxAnswerBytes = Limit * 16 * 1024 + 4096;

        /// <summary>Bytes of the longest multiaddr that is told; longer ones are passed over.</summary>
        public const int MaxAddressBytes = 80;

        /// <summary>Milliseconds for a whole answer.</summary>
        public const int TimeoutMs = 30000;

        /// <summary>Bytes of the longest namespace.</summary>
        public const int MaxNameBytes = 255;

        private const int MaxCookieBytes = 32;

        // A request lies in its array with the name at a fixed place: before it up to three lengths of two bytes, three tags and the type;
        // behind it the limit, and the cookie with its tag and length.
        private const int HeadBytes = 10;
        private const int LimitBytes = 2;
        private const int CookieHeadBytes = 2;

        // in place of a status: nothing is asked, and the answer is not over
        private const int Idle = int.MinValue;
        internal const int NotEnding = int.MinValue + 1;

        // a deadline that the next Poll sets
        private const long NotStarted = -1;

        private readonly RendezvousEvents _events;
        private readonly byte[] _message;
        private readonly int _nameCount;
        private int _cookieCount;
        private int _messageEnd;
        private int _protocol;
        private Libp2pStream _stream;
        private int _ending = Idle;
        private long _deadline;

        /// <summary>Makes one.</summary>
        /// <param name="name">The namespace in UTF-8, 1 to <see cref="MaxNameBytes"/> bytes.</param>
        /// <param name="events">Who hears of the answer.</param>
        public RendezvousQuery(byte[] name, RendezvousEvents events)
        {
            _nameCount = name.Length;
            _events = events;
            _message = new byte[HeadBytes + name.Length + LimitBytes + CookieHeadBytes + MaxCookieBytes];
            Array.Copy(name, 0, _message, HeadBytes, name.Length);
            ProtobufWriter.WriteVarint(AskLimit, Limit, _message, HeadBytes + name.Length);
        }

        /// <summary>True while a question is under way.</summary>
        public bool IsBusy
        {
            get { return _ending != Idle; }
        }

        /// <summary>Asks.</summary>
        /// <param name="connection">An open connection to the point.</param>
        /// <returns>False when a question is under way, or the connection has no stream free.</returns>
        public bool Discover(Connection connection)
        {
            if (_ending != Idle)
            {
                return false;
            }

            _stream = connection.OpenStream(this, _protocol);
            if (_stream == null)
            {
                return false;
            }

            _ending = NotEnding;
            _deadline = NotStarted;
            _stream.Progress = WriteHead();
            BeginAnswer();
            return true;
        }

        /// <summary>Gives a question up; nothing is told.</summary>
        public void Cancel()
        {
            if (_stream != null)
            {
                Libp2pStream stream = _stream;
                _stream = null;
                stream.Reset();
            }

            _ending = Idle;
        }

        /// <summary>Begins with the first peers of the namespace again, as at another point.</summary>
        public void Rewind()
        {
            _cookieCount = 0;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _protocol = node.RegisterProtocol(ProtocolId, this, false);
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            if (stream == _stream && _ending == NotEnding)
            {
                _ending = Receive(buffer, offset, count);
            }

            return count;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            stream.CloseWrite();
            OnClosed(stream, false);
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            if (stream == _stream)
            {
                _stream = null;
                if (_ending == NotEnding)
                {
                    _ending = RendezvousResult.NoAnswer;
                }
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            if (_ending == Idle)
            {
                return long.MaxValue;
            }

            if (_deadline == NotStarted)
            {
                _deadline = nowMs + TimeoutMs;
            }

            if (_ending == NotEnding && nowMs < _deadline)
            {
                Write();
                return _deadline;
            }

            int status = _ending == NotEnding ? RendezvousResult.NoAnswer : _ending;
            if (status == RendezvousResult.Ok)
            {
                // our end is told already, and the point's follows
                _stream = null;
            }

            Cancel();
            if (status != RendezvousResult.Ok || _peers == 0)
            {
                _cookieCount = 0;
            }

            _events.OnEnd(this, status);
            return _ending != Idle ? nowMs : long.MaxValue;
        }

        // As much as there is room for, and then our end.
        private void Write()
        {
            if (_stream.Progress < _messageEnd)
            {
                _stream.Progress += _stream.Write(_message, _stream.Progress, _messageEnd - _stream.Progress);
                if (_stream.Progress == _messageEnd)
                {
                    _stream.CloseWrite();
                }
            }
        }

        // Completes the request; where it begins.
        private int WriteHead()
        {
            int end = HeadBytes + _nameCount + LimitBytes;
            int inner = ProtobufWriter.SizeOfBytes(Name, _nameCount) + LimitBytes;
            if (_cookieCount > 0)
            {
                ProtobufWriter.WriteLength(AskCookie, _cookieCount, _message, end);
                inner += CookieHeadBytes + _cookieCount;
                end += CookieHeadBytes + _cookieCount;
            }

            int count = ProtobufWriter.SizeOfVarint(Type, TypeDiscover) + ProtobufWriter.SizeOfBytes(Ask, inner);
            int start = end - count - Varint.Size((uint)count);
            int at = start + Varint.Write((uint)count, _message, start);
            at = ProtobufWriter.WriteVarint(Type, TypeDiscover, _message, at);
            at = ProtobufWriter.WriteLength(Ask, inner, _message, at);
            ProtobufWriter.WriteLength(Name, _nameCount, _message, at);
            _messageEnd = end;
            return start;
        }
    }
}
