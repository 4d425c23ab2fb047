#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// One HopMessage or StopMessage on its way in (circuit relay v2 spec, "Protobuf"), read in pieces; nothing of it is kept but what is
    /// here. For desktops, which keep more of it than a device does (<see cref="Circuit"/>).
    /// </summary>
    internal sealed class RelayMessage
    {
        internal const string HopId = RelayClient.HopId;
        internal const string StopId = RelayClient.StopId;

        // as go reads at the most
        internal const int MaxBytes = Circuit.MaxBytes;

        internal const int HopReserve = RelayClient.HopReserve;
        internal const int HopConnect = RelayClient.HopConnect;
        internal const int HopStatus = RelayClient.HopStatus;
        internal const int StopConnect = RelayClient.StopConnect;
        internal const int StopStatus = RelayClient.StopStatus;

        // fields of a hop message; a stop message has no reservation, and so what follows one lower
        private const int TypeField = 1;
        private const int PeerField = 2;
        private const int ReservationField = 3;
        private const int LimitField = 4;
        private const int StatusField = 5;

        private const int Whole = -1;

        // host, port and the relay's id, as a reservation tells them
        internal const int MaxAddressBytes = 88;

        // bytes of a peer's id; they are in Peer where they are kept
        internal int PeerCount;
        internal int Type;
        internal int Status;
        internal ulong Expire;

        // a limit of 0 is none; HasLimit tells that there was a Limit at all
        internal bool HasLimit;
        internal uint LimitSeconds;
        internal ulong LimitBytes;

        // bytes of the first public address of a reservation, host and port alone; 0 for none
        internal int AddressCount;

        private readonly ProtobufReader _reader = new ProtobufReader();
        private bool _isStop;
        private readonly byte[] _kept;

        // the field that is being read as a message of its own; 0 between them, Whole behind the last
        private int _part;

        /// <summary>Makes a reader.</summary>
        /// <param name="keeps">
        /// What of its bytes is kept: those of an address of a reservation in <see cref="MaxAddressBytes"/>, those of a peer's id in
        /// PeerId.MaxBytes; null for none.
        /// </param>
        internal RelayMessage(byte[] keeps)
        {
            _kept = keeps;
        }

        /// <summary>True once it is read to its end.</summary>
        internal bool IsWhole
        {
            get { return _part == Whole; }
        }

        /// <summary>What it keeps, as told to the constructor; not a copy.</summary>
        internal byte[] Kept
        {
            get { return _kept; }
        }

        /// <summary>Begins with a message of one of the two protocols.</summary>
        internal void Begin(bool isStop)
        {
            _isStop = isStop;
            _reader.ResetDelimited(MaxBytes);
            _part = 0;
            PeerCount = 0;
            Type = 0;
            Status = 0;
            Expire = 0;
            HasLimit = false;
            AddressCount = 0;
            LimitSeconds = 0;
            LimitBytes = 0;
        }

        /// <summary>Takes a piece, up to the message's end: what follows belongs to the circuit.</summary>
        /// <returns>Bytes consumed, or -1 when it is no message.</returns>
        internal int Receive(byte[] buffer, int offset, int count)
        {
            int at = offset;
            int end = offset + count;
            while (true)
            {
                ProtobufEvent found = _reader.Next(buffer, at, end - at);
                int start = at;
                at += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.NeedMore:
                        return count;
                    case ProtobufEvent.EndOfMessage:
                        if (_part == 0)
                        {
                            _part = Whole;
                            return at - offset;
                        }

                        _part = 0;
                        break;
                    case ProtobufEvent.Varint:
                        TakeNumber(Field, _reader.Value);
                        break;
                    case ProtobufEvent.Fixed:
                        break;
                    case ProtobufEvent.BytesBegin:
                        if (!Wants(Field))
                        {
                            _reader.Skip();
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
                        Array.Copy(buffer, start, _kept, (int)_reader.FieldOffset, at - start);
                        break;
                    case ProtobufEvent.BytesEnd:
                        if (_part == ReservationField)
                        {
                            KeepAddress((int)_reader.Value);
                        }

                        break;
                    default:
                        return -1;
                }
            }
        }

        /// <summary>
        /// Whether an IP address, by its first 16 bits, is private, and so means somebody else's host to who reads of it. IPv4 (RFC 6890):
        /// 0/8, 10/8, 127/8, 100.64/10, 169.254/16, 172.16/12, 192.168/16. IPv6: what begins with a zero byte (loopback, mapped IPv4),
        /// fc00::/7, fe80::/10.
        /// </summary>
        internal static bool IsPrivate(int first, int size)
        {
            int a = first >> 8;
            return a == 0 || (size == 4
                ? a == 10 || a == 127 || (first & 0xFFC0) == 0x6440 || first == 0xA9FE || (first & 0xFFF0) == 0xAC10 || first == 0xC0A8
                : (a & 0xFE) == 0xFC || (first & 0xFFC0) == 0xFE80);
        }

        /// <summary>Bytes of an address up to behind its TCP port; 0 when it is not of a host and a TCP port.</summary>
        /// <param name="bytes">The multiaddr.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="isPrivate">Whether it names a private IP address.</param>
        internal static int HostBytes(byte[] bytes, int count, out bool isPrivate)
        {
            int code;
            int at;
            int size;
            int used = MultiaddrProtocol.Read(bytes, 0, count, out code, out at, out size);
            bool isIp = code == MultiaddrProtocol.Ip4 || code == MultiaddrProtocol.Ip6;
            isPrivate = used > 0 && isIp && IsPrivate(Bytes.ReadUInt16BigEndian(bytes, at), size);
            if (used <= 0 || !(isIp || (code >= MultiaddrProtocol.Dns && code <= MultiaddrProtocol.Dns6)))
            {
                return 0;
            }

            int port = MultiaddrProtocol.Read(bytes, used, count - used, out code, out at, out size);
            return port > 0 && code == MultiaddrProtocol.Tcp ? used + port : 0;
        }

        private int Field
        {
            get
            {
                int field = _reader.Field;
                return _isStop && _part == 0 && field >= ReservationField ? field + 1 : field;
            }
        }

        private void TakeNumber(int field, ulong value)
        {
            if (_part == 0)
            {
                int small = value > 0xFFFF ? -1 : (int)value;
                if (field == TypeField)
                {
                    Type = small;
                }
                else if (field == StatusField)
                {
                    Status = small;
                }
            }
            else if (_part == ReservationField)
            {
                Expire = field == 1 ? value : Expire;
            }
            else if (_part == LimitField)
            {
                LimitSeconds = field == 1 ? (uint)value : LimitSeconds;
                LimitBytes = field == 2 ? value : LimitBytes;
            }
        }

        // a field of bytes has begun
        private bool Wants(int field)
        {
            if (_part == 0)
            {
                if (field < PeerField || field > LimitField)
                {
                    return false;
                }

                HasLimit |= field == LimitField;
                _part = field;
                _reader.Enter();
                return true;
            }

            if (_part == PeerField && field == 1 && _reader.Value <= PeerId.MaxBytes)
            {
                PeerCount = (int)_reader.Value;
                return _kept != null && _kept.Length == PeerId.MaxBytes;
            }

            return _part == ReservationField && field == 2 && AddressCount == 0 && _kept != null && _reader.Value <= (uint)_kept.Length;
        }

        private void KeepAddress(int count)
        {
            bool isPrivate;
            int bytes = HostBytes(_kept, count, out isPrivate);
            AddressCount = isPrivate ? 0 : bytes;
        }
    }
}
#endif
