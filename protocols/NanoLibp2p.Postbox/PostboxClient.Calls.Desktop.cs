#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    // Mail over frame sessions (SPEC.md 14.1): a call and its answer in blocks, instead of a stream.
    public sealed partial class PostboxClient
    {
        /// <summary>The method that takes mail over a frame session.</summary>
        public const int MailMethod = 0x10;

        // no field of Request: what is under way is a call
        private const int AskMail = 16;

        private const int Want = 0x40;
        private const int Later = 0x41;
        private const int NameBytes = 4;

        // a gateway's statuses, and the codes that they are told by (SPEC.md 17)
        private const int StatusNotNow = 1;
        private const int StatusNoMailbox = 3;
        private const int CodeNoMailbox = 404;
        private const int CodeUnavailable = 503;

        // What of the answer is read next: the length of what was wanted, its bytes, how many wait, an entry's name, its size, its bytes.
        private const int AtWantedCount = 0;
        private const int AtWantedBytes = 1;
        private const int AtWaiting = 2;
        private const int AtName = 3;
        private const int AtSize = 4;
        private const int AtBytes = 5;

        private int _at;
        private uint _number;
        private int _digits;
        private int _bytesLeft;

        // items that stay at the gateway, of one that always has more
        private const int MostLeft = 4;

        // acknowledgements that went with the call; an item that the gateway is to list behind all others, or 0, and the last one of which
        // it was told so; whether the answer brought anything that the next call can go on from
        private int _acknowledged;
        private ulong _later;
        private ulong _putOff;
        private bool _hasMoved;
        private int _wantedSize;

        /// <summary>Whether taking mail goes on with another call: <see cref="WriteCall"/>.</summary>
        public bool IsCallDue { get; private set; }

        /// <summary>
        /// Writes the body of a call of <see cref="MailMethod"/>, which takes the mail that waits; its answer goes to
        /// <see cref="TakeAnswer"/>.
        /// </summary>
        /// <param name="gateway">The gateway of the session.</param>
        /// <param name="to">Takes the body.</param>
        /// <param name="offset">Where it goes.</param>
        /// <param name="capacity">Room: what fits a frame, 24 bytes or more.</param>
        /// <returns>Bytes of the body; -1 when a request is under way, or the store took no write: then nothing is.</returns>
        public int WriteCall(PeerId gateway, byte[] to, int offset, int capacity)
        {
            if (IsBusy && !IsCallDue)
            {
                return -1;
            }

            if (!IsCallDue)
            {
                HandOnStored();
                Begin(gateway);
            }

            IsCallDue = false;
            _asked = AskMail;
            if (!Table.Save())
            {
                EndCall(PostboxResult.StoreFailed);
                return -1;
            }

            int end = offset + capacity;

            // what is resumed comes alone: an item that comes along would take its place in memory
            bool wants = _item != 0;
            int at = offset + Varint.Write(wants || _unreadable >= MostUnreadable ? 0u : (uint)Options.BudgetBytes, to, offset);
            if (wants)
            {
                to[at] = Want;
                PutName(to, at + 1, _item);
                at += 1 + NameBytes;
                at += Varint.Write((uint)_start, to, at);
                to[at++] = 0;
            }

            if (_later != 0 && end - at > NameBytes)
            {
                to[at] = Later;
                PutName(to, at + 1, _later);
                at += 1 + NameBytes;
            }

            _later = 0;
            at = Table.WriteShort(_gateway, to, at, end, out _acknowledged);
            _at = wants ? AtWantedCount : AtWaiting;
            _number = 0;
            _digits = 0;
            _fill = 0;
            _wanted = 0;
            _hasMoved = false;
            Told[Wait] = 0;
            return at - offset;
        }

        /// <summary>Takes a block of the answer. Mail in it is stored, and handed on, before this returns; when nothing waits any more
        /// <see cref="PostboxEvents.OnEnd"/> is called.</summary>
        /// <param name="status">The answer's status; -1 when nobody answered.</param>
        /// <param name="block">The block's number, from 0.</param>
        /// <param name="buffer">Has the block.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="more">Whether another follows.</param>
        /// <returns>Whether that is wanted.</returns>
        public bool TakeAnswer(int status, int block, byte[] buffer, int offset, int count, bool more)
        {
            if (_asked != AskMail || IsCallDue)
            {
                return false;
            }

            if (status != 0)
            {
                EndCall(status < 0 ? PostboxResult.NoAnswer : status == StatusNotNow ? CodeUnavailable
                    : status == StatusNoMailbox ? CodeNoMailbox : PostboxResult.Malformed);
                return false;
            }

            if (block == 0)
            {
                // they were applied before the answer was made
                _hasMoved = _acknowledged > 0;
                Table.Confirm(_gateway, _acknowledged);
            }

            int end = offset + count;
            while (offset < end && _ending == NotEnding)
            {
                offset += TakePart(buffer, offset, end - offset);
            }

            if (_ending == NotEnding && !Table.Save())
            {
                End(PostboxResult.StoreFailed);
            }

            if (_ending != NotEnding)
            {
                EndCall(_ending);
                return false;
            }

            bool isEnough = _unreadable >= MostUnreadable;
            if (more && !isEnough)
            {
                return true;
            }

            GoOnCalling(isEnough);
            return false;
        }

        private void Begin(PeerId gateway)
        {
            // Names have four bytes here, so what is acknowledged has nothing to do with a stream's acknowledgements at the same gateway.
            byte[] data = Table.Data;
            int count = gateway.CopyTo(data, Table.Block);
            uint number = HashOf(OnceTable.SecretBytes, data, Table.Block, count) ^ MailMethod;
            if (number != _gateway)
            {
                _item = 0;
                _gateway = number;
            }

            _request = null;
            _ending = NotEnding;
            _left = 0;
            _later = 0;
            _putOff = 0;
            _unreadable = 0;
            Told[Rounds] = 0;
            Told[Retry] = 0;
        }

        // the next call, or none
        private void GoOnCalling(bool isEnough)
        {
            if (_item == 0 && _wanted != 0 && Table.MayAcknowledge(_gateway))
            {
                _item = _wanted;
                _size = _wantedSize;
                _start = 0;
                _hasMoved = true;
            }

            bool isLeft = _item != 0 || _later != 0 || Table.CountPending(_gateway, 0) > 0;
            if (isLeft && _hasMoved && !isEnough && _left <= MostLeft && Told[Rounds]++ < MaxRounds)
            {
                IsCallDue = true;
            }
            else
            {
                EndCall(isEnough ? PostboxResult.Unreadable : _item != 0 && !_hasMoved ? PostboxResult.NoAnswer : 0);
            }
        }

        private void EndCall(int code)
        {
            _asked = AskNothing;
            _ending = NotEnding;
            IsCallDue = false;
            Events.OnEnd(this, code);
        }

        // reads one part of an answer, or as much of it as is there
        private int TakePart(byte[] buffer, int offset, int count)
        {
            switch (_at)
            {
                case AtWantedCount:
                    if (TakeDigit(buffer[offset]))
                    {
                        BeginWanted();
                    }

                    return 1;
                case AtSize:
                    if (TakeDigit(buffer[offset]))
                    {
                        BeginEntry();
                    }

                    return 1;
                case AtWaiting:
                    Told[Wait] = buffer[offset];
                    BeginName();
                    return 1;
                case AtName:
                    _name |= (ulong)buffer[offset] << (8 * _digits);
                    if (++_digits == NameBytes)
                    {
                        _digits = 0;
                        _number = 0;
                        _at = AtSize;
                    }

                    return 1;
                default:
                    int take = count < _bytesLeft ? count : _bytesLeft;
                    int left = _left;
                    int start = _start;
                    ulong item = _item;
                    TakeBytes(buffer, offset, take);
                    _hasMoved |= _start != start || _item != item;
                    if (_left != left)
                    {
                        PutOff();
                    }

                    _bytesLeft -= take;
                    if (_bytesLeft == 0)
                    {
                        EndBytes();
                    }

                    return take;
            }
        }

        // a byte of a uvarint of 32 bits; whether it was the last one
        private bool TakeDigit(byte digit)
        {
            if (_digits > 28 || (_digits == 28 && digit > 15))
            {
                End(PostboxResult.Malformed);
                return false;
            }

            _number |= (uint)(digit & 127) << _digits;
            _digits += 7;
            return digit < 128;
        }

        private void BeginWanted()
        {
            _name = _item;
            if (_number == 0)
            {
                // gone meanwhile
                _item = 0;
                _start = 0;
                _at = AtWaiting;
                _hasMoved = true;
            }
            else if (_number > (uint)(_size - _start))
            {
                End(PostboxResult.Malformed);
            }
            else
            {
                _bytesLeft = 0 | (int)_number;
                _at = AtWantedBytes;
            }
        }

        private void BeginName()
        {
            _name = 0;
            _digits = 0;
            _at = AtName;
        }

        // an entry: size, priority, whether it is a topic's, whether its bytes follow
        private void BeginEntry()
        {
            uint size = _number >> 4;
            bool isHere = (_number & 1) != 0;
            bool isTooLong = size > (uint)Options.MaxItemBytes;
            bool skips = size == 0 || isTooLong || _unreadable >= MostUnreadable || Table.CountPending(_gateway, _name) > 0
                || !Table.MayAcknowledge(_gateway);
            if (isTooLong)
            {
                _left++;
                PutOff();
            }
            else if (!skips && !isHere && _wanted == 0)
            {
                _wanted = _name;
                _wantedSize = 0 | (int)size;
            }

            if (!isHere || size == 0)
            {
                BeginName();
                return;
            }

            _fill = skips || _item != 0 ? -1 : 0;
            if (_fill == 0)
            {
                _item = _name;
                _start = 0;
                _size = 0 | (int)size;
            }

            _bytesLeft = 0 | (int)size;
            _at = AtBytes;
        }

        // once: a gateway that lists it first all the same is asked no more for it
        private void PutOff()
        {
            if (_name != _putOff)
            {
                _later = _name;
                _putOff = _name;
                _hasMoved = true;
            }
        }

        private void EndBytes()
        {
            if (_at == AtWantedBytes)
            {
                _at = AtWaiting;
            }
            else
            {
                BeginName();
            }

            _fill = 0;
        }

        private static void PutName(byte[] to, int at, ulong name)
        {
            OnceTable.Put32(to, at, (uint)name);
        }
    }
}
#endif
