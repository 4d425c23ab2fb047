using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Rendezvous
{
    // Reads an answer from pieces of any size, and tells its addresses one by one.
    public sealed partial class RendezvousQuery
    {
        // fields (rendezvous spec, "Protobuf"): of a message, of a question, of an answer
        private const int Type = 1;
        private const int Ask = 5;
        private const int Answer = 6;
        private const int Name = 1;
        private const int AskLimit = 2;
        private const int AskCookie = 3;
        private const int Registration = 1;
        private const int Cookie = 2;
        private const int Status = 3;
        private const int TypeDiscover = 3;
        private const int TypeAnswer = 4;

        // of a registration, its envelope (RFC 0002 of libp2p), and the peer record in that (RFC 0003)
        private const int SignedRecord = 2;
        private const int Payload = 3;
        private const int RecordId = 1;
        private const int RecordAddress = 3;

        // depths of the nested messages
        private const int InMessage = 0;
        private const int InAnswer = 1;
        private const int InRegistration = 2;
        private const int InEnvelope = 3;
        private const int InRecord = 4;

        // an address is a message with one field: its tag, and its length in one byte
        private const int AddressHeadBytes = 2;
        private const byte AddressTag = 0x0A;
        private const uint MaxStatus = 0xFFFF;

        private readonly ProtobufReader _reader = new ProtobufReader();
        private readonly byte[] _id = new byte[PeerId.MaxBytes];
        private readonly byte[] _address = new byte[AddressHeadBytes + MaxAddressBytes];
        private int _idCount;
        private int _peers;
        private int _status;
        private bool _isAnswer;

        internal void BeginAnswer()
        {
            _reader.ResetDelimited(MaxAnswerBytes);
            _peers = 0;
            _status = RendezvousResult.Ok;
            _isAnswer = false;
        }

        // the status of a whole answer, or a code of a malformed one, or NotEnding
        internal int Receive(byte[] buffer, int offset, int count)
        {
            int end = offset + count;
            while (true)
            {
                int depth = _reader.Depth;
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int at = offset;
                offset += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.NeedMore:
                        return NotEnding;
                    case ProtobufEvent.Varint:
                        if (depth == InMessage && _reader.Field == Type && _reader.Value != TypeAnswer)
                        {
                            return RendezvousResult.Malformed;
                        }

                        if (depth == InAnswer && _reader.Field == Status)
                        {
                            _status = _reader.Value > MaxStatus ? (int)MaxStatus : (int)_reader.Value;
                        }

                        break;
                    case ProtobufEvent.Fixed:
                        break;
                    case ProtobufEvent.BytesBegin:
                        if (!Wants(depth))
                        {
                            _reader.Skip();
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
                        byte[] to = depth == InAnswer ? _message : _reader.Field == RecordId ? _id : _address;
                        int start = depth == InAnswer ? _message.Length - MaxCookieBytes : 0;
                        Array.Copy(buffer, at, to, start + (int)_reader.FieldOffset, offset - at);
                        break;
                    case ProtobufEvent.BytesEnd:
                        if (depth == InRecord && _reader.Field == RecordAddress)
                        {
                            Tell((int)_reader.Value);
                        }

                        break;
                    case ProtobufEvent.EndOfMessage:
                        if (depth == InMessage)
                        {
                            return _isAnswer ? _status : RendezvousResult.Malformed;
                        }

                        break;
                    default:
                        // a record is a peer's own, which the point has only handed on
                        if (depth < InEnvelope || !_reader.GiveUp())
                        {
                            return RendezvousResult.Malformed;
                        }

                        break;
                }
            }
        }

        // a field of bytes has begun
        private bool Wants(int depth)
        {
            int field = _reader.Field;
            int length = _reader.Value > MaxAnswerBytes ? MaxAnswerBytes : (int)_reader.Value;
            switch (depth)
            {
                case InMessage:
                    _isAnswer |= field == Answer;
                    return field == Answer && _reader.Enter();
                case InAnswer:
                    if (field == Cookie)
                    {
                        _cookieCount = length <= MaxCookieBytes ? length : 0;
                        return _cookieCount == length;
                    }

                    return field == Registration && _peers++ < Limit && _reader.Enter();
                case InRegistration:
                    return field == SignedRecord && _reader.Enter();
                case InEnvelope:
                    _idCount = 0;
                    return field == Payload && _reader.Enter();
                default:
                    if (field == RecordId && length <= PeerId.MaxBytes)
                    {
                        _idCount = length;
                        return true;
                    }

                    return field == RecordAddress && length <= AddressHeadBytes + MaxAddressBytes;
            }
        }

        // An address is whole. Told are those of an IP address or a name, with TCP, and nothing behind that but the same peer's id.
        private void Tell(int count)
        {
            int bytes = count - AddressHeadBytes;
            if (bytes <= 0 || _address[0] != AddressTag || _address[1] != bytes || PeerId.CheckBytes(_id, 0, _idCount) != 0)
            {
                return;
            }

            int code;
            int at;
            int size;
            int host = MultiaddrProtocol.Read(_address, AddressHeadBytes, bytes, out code, out at, out size);
            if (host <= 0 || !(code == MultiaddrProtocol.Ip4 || code == MultiaddrProtocol.Ip6
                || (code >= MultiaddrProtocol.Dns && code <= MultiaddrProtocol.Dns6)))
            {
                return;
            }

            int used = MultiaddrProtocol.Read(_address, AddressHeadBytes + host, bytes - host, out code, out at, out size);
            if (used <= 0 || code != MultiaddrProtocol.Tcp || Bytes.ReadUInt16BigEndian(_address, at) == 0)
            {
                return;
            }

            used += host;
            if (used == bytes
                || (MultiaddrProtocol.Read(_address, AddressHeadBytes + used, bytes - used, out code, out at, out size) == bytes - used
                    && code == MultiaddrProtocol.P2p && size == _idCount && Bytes.Equal(_address, at, _id, 0, size)))
            {
                Array.Copy(_address, AddressHeadBytes, _address, 0, used);
                _events.OnAddress(this, _id, _idCount, _address, used);
            }
        }

        /// <summary>The multiaddr of what <see cref="RendezvousEvents.OnAddress"/> told, with its peer's id, ready for Node.Dial.
        /// Allocates.</summary>
        /// <param name="buffer">Holds both, wherever they were copied to.</param>
        /// <param name="idOffset">Where the peer's id begins.</param>
        /// <param name="idCount">Its bytes.</param>
        /// <param name="offset">Where the address begins.</param>
        /// <param name="count">Its bytes.</param>
        public static Multiaddr ToMultiaddr(byte[] buffer, int idOffset, int idCount, int offset, int count)
        {
            int code;
            int at;
            int size;
            int host = MultiaddrProtocol.Read(buffer, offset, count, out code, out at, out size);
            bool isIp4 = code == MultiaddrProtocol.Ip4;
            string text = "/" + MultiaddrProtocol.NameOf(code);
            string before = "/";
            if (!isIp4 && code != MultiaddrProtocol.Ip6)
            {
                text = text + before + Bytes.ToText(buffer, at, size);
                size = 0;
            }

            // four numbers, or eight of two bytes each
            for (int end = at + size; at < end; at++)
            {
                text = text + before + (isIp4 ? ((int)buffer[at]).ToString()
                    : ((int)Bytes.ReadUInt16BigEndian(buffer, at++)).ToString("X"));
                before = isIp4 ? "." : ":";
            }

            // the port is behind the host and the code of tcp
            text = text + "/tcp/" + ((int)Bytes.ReadUInt16BigEndian(buffer, offset + host + 1)).ToString();
            return Multiaddr.Parse(text).WithPeerId(PeerId.FromBytes(buffer, idOffset, idCount));
        }
    }
}
