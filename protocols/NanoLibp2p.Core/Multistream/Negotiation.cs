using System;
using NanoLibp2p.Buffers;
#if NANOFRAMEWORK_1_0
using IdSet = System.UInt32;
#else
using IdSet = System.UInt64;
#endif

namespace NanoLibp2p.Core.Multistream
{
    /// <summary>
    /// One multistream-select negotiation (libp2p connections spec, "multistream-select"), either role. Ids are matched byte by
    /// byte as they arrive, against all candidates at once, so that no message is ever stored.
    /// </summary>
    /// <remarks>
    /// An initiator sends header, proposal and its first data together and does not wait (the optimistic path): what it sends
    /// after a proposal reaches the protocol if the peer agrees.
    /// </remarks>
    public sealed partial class Negotiation
    {
        /// <summary>A peer may propose this many unknown protocols before it is given up.</summary>
        public const int MaxRefusals = 8;

        /// <summary>Longer messages are no protocol ids (the limit that go and js have).</summary>
        private const int MaxMessage = 1024;

        private const IdSet HeaderBit = (IdSet)1 << ProtocolTable.Header;
        private const IdSet NotAvailableBit = (IdSet)1 << ProtocolTable.NotAvailable;

        // sets of table entries: what is accepted from the peer after its header, what still fits of the message under way,
        // and what is to be sent, in the order of the table
        private IdSet _wanted;
        private IdSet _matching;
        private IdSet _due;
        private int _length;
        private int _position;
        private int _refusals;
        private int _protocol;
        private NegotiationState _state;

        /// <summary>Where it stands.</summary>
        public NegotiationState State
        {
            get { return _state; }
        }

        /// <summary>The index of the protocol that was proposed or agreed on.</summary>
        public int Protocol
        {
            get { return _protocol; }
        }

        /// <summary>Responder: true when it has refused a proposal.</summary>
        public bool WasRefused
        {
            get { return _refusals > 0; }
        }

        /// <summary>True when <see cref="Transmit"/> has something to write.</summary>
        public bool HasOutput
        {
            get { return _due != 0; }
        }

        /// <summary>Begins as responder.</summary>
        /// <param name="candidates">The set of ids that are answered with yes.</param>
        public void Listen(IdSet candidates)
        {
            Start();
            _wanted = candidates;
        }

        /// <summary>Begins as initiator.</summary>
        /// <param name="protocol">The index of the id to propose.</param>
        public void Dial(int protocol)
        {
            Start();
            Offer(protocol);
        }

        /// <summary>Proposes another protocol after a refusal.</summary>
        public void Propose(int protocol)
        {
            Offer(protocol);
            _state = NegotiationState.AwaitAnswer;
        }

        /// <summary>Bytes that <see cref="Transmit"/> would write.</summary>
        public int OutputBytes(ProtocolTable table)
        {
            int bytes = 0;
            IdSet due = _due;
            for (int i = 0; due != 0; i++, due >>= 1)
            {
                if ((due & 1) != 0)
                {
                    bytes += table.Message(i).Length;
                }
            }

            return bytes;
        }

        /// <summary>Writes what is due; the buffer has room for <see cref="OutputBytes"/>.</summary>
        /// <returns>Bytes written.</returns>
        public int Transmit(ProtocolTable table, byte[] buffer, int offset)
        {
            int start = offset;
            for (int i = 0; _due != 0; i++, _due >>= 1)
            {
                if ((_due & 1) != 0)
                {
                    byte[] message = table.Message(i);
                    Array.Copy(message, 0, buffer, offset, message.Length);
                    offset += message.Length;
                }
            }

            return offset - start;
        }

        /// <summary>Consumes what the peer sent, up to the end of the negotiation or to where an answer must be written first.</summary>
        /// <returns>Bytes consumed; what is left belongs to the protocol once <see cref="State"/> is Agreed.</returns>
        public int Receive(ProtocolTable table, byte[] buffer, int offset, int count)
        {
            int at = offset;
            int end = offset + count;
            while (at < end && IsReading)
            {
                // the length prefix: a varint of at most two bytes; 0 as its last is a length of 0 or padding
                if (_position < 0)
                {
                    int b = buffer[at++];
                    _length |= (b & 0x7F) << (_position == -2 ? 0 : 7);
                    if (b < 0x80)
                    {
                        _position = 0;
                        _matching = _state == NegotiationState.AwaitHeader ? HeaderBit : _wanted;
                    }
                    else
                    {
                        _position++;
                    }

                    if (_length > MaxMessage || (_position == 0 && (b >= 0x80 || b == 0)))
                    {
                        _state = NegotiationState.Malformed;
                    }

                    continue;
                }

                Match(table, buffer[at++]);
            }

            return at - offset;
        }

        private bool IsReading
        {
            get
            {
                return _state == NegotiationState.AwaitHeader
                    || _state == NegotiationState.AwaitAnswer
                    || (_state == NegotiationState.AwaitProposal && (_due & ~HeaderBit) == 0);
            }
        }

        private void Start()
        {
            _state = NegotiationState.AwaitHeader;
            _due = HeaderBit;
            _refusals = 0;
            NextMessage();
        }

        private void Offer(int protocol)
        {
            _protocol = protocol;
            _due |= (IdSet)1 << protocol;
            _wanted = ((IdSet)1 << protocol) | NotAvailableBit;
        }

        private void NextMessage()
        {
            _position = -2;
            _length = 0;
        }

        private void Match(ProtocolTable table, byte b)
        {
            IdSet left = _matching;
            int next = _position + 1;
            for (int i = 0; left != 0; i++, left >>= 1)
            {
                if ((left & 1) != 0)
                {
                    byte[] message = table.Message(i);
                    if (message[0] != _length || message[next] != b)
                    {
                        _matching &= ~((IdSet)1 << i);
                    }
                }
            }

            _position = next;
            if (_matching == 0 && _state != NegotiationState.AwaitProposal)
            {
                // no answer that could still become right, such as a line of HTTP, is waited for
                _state = NegotiationState.Malformed;
                return;
            }

            if (next < _length)
            {
                return;
            }

            if (b != (byte)'\n')
            {
                _state = NegotiationState.Malformed;
                return;
            }

            NextMessage();
            TakeMessage();
        }

        private void TakeMessage()
        {
            if (_state == NegotiationState.AwaitHeader)
            {
                _state = (_wanted & NotAvailableBit) != 0 ? NegotiationState.AwaitAnswer : NegotiationState.AwaitProposal;
            }
            else if (_state == NegotiationState.AwaitAnswer)
            {
                _state = _matching == NotAvailableBit ? NegotiationState.Refused : NegotiationState.Agreed;
            }
            else if (_matching != 0)
            {
                _due |= _matching;
                for (_protocol = 0; (_matching & 1) == 0; _protocol++)
                {
                    _matching >>= 1;
                }

                _state = NegotiationState.Agreed;
            }
            else
            {
                _due |= NotAvailableBit;
                if (++_refusals > MaxRefusals)
                {
                    _state = NegotiationState.Malformed;
                }
            }
        }
    }
}
