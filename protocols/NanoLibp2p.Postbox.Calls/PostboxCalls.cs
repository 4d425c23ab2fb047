using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Calls
{
    /// <summary>
    /// Mail over a frame session (SPEC.md 14.1): a call and its answer in blocks, instead of a stream. The client of the same node judges,
    /// stores and hands on, each message once, whichever way it came.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   WriteCall > FrameNode.Call(MailMethod) > TakeAnswer, block by block > IsCallDue: WriteCall once more > PostboxEvents.OnEnd
    /// </code>
    /// </remarks>
    public sealed class PostboxCalls
    {
        /// <summary>The method that takes mail over a frame session.</summary>
        public const int MailMethod = 0x10;

        /// <summary>The method of a request: a deposit, a query, a configuration, a lookup.</summary>
        public const int RequestMethod = 0x11;

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

        private readonly PostboxClient _mail;

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

        private bool _isDue;

        /// <summary>Calls for a client.</summary>
        /// <param name="mail">The client, which was added to a node: it has no stream meanwhile, and none is needed.</param>
        public PostboxCalls(PostboxClient mail)
        {
            _mail = mail;
        }

        /// <summary>Whether taking mail goes on with another call: <see cref="WriteCall"/>.</summary>
        public bool IsCallDue
        {
            get { return _isDue; }
        }

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
            if (_mail.IsBusy && !_isDue)
            {
                return -1;
            }

            if (!_isDue)
            {
                _mail.HandOnStored();
                Begin(gateway);
            }

            _isDue = false;
            _mail.Asked = PostboxClient.AskMail;
            if (!_mail.Table.Save())
            {
                EndCall(PostboxResult.StoreFailed);
                return -1;
            }

            int end = offset + capacity;

            // what is resumed comes alone: an item that comes along would take its place in memory
            bool wants = _mail.Item != 0;
            bool isEnough = wants || _mail.Unreadable >= PostboxClient.MostUnreadable;
            int at = offset + Varint.Write(isEnough ? 0u : (uint)_mail.Options.BudgetBytes, to, offset);
            if (wants)
            {
                to[at] = Want;
                PutName(to, at + 1, _mail.Item);
                at += 1 + NameBytes;
                at += Varint.Write((uint)_mail.Start, to, at);
                to[at++] = 0;
            }

            if (_later != 0 && end - at > NameBytes)
            {
                to[at] = Later;
                PutName(to, at + 1, _later);
                at += 1 + NameBytes;
            }

            _later = 0;
            at = WriteAcknowledgements(to, at, end);
            _at = wants ? AtWantedCount : AtWaiting;
            _number = 0;
            _digits = 0;
            _mail.Fill = 0;
            _mail.Wanted = 0;
            _hasMoved = false;
            _mail.Told[PostboxClient.Wait] = 0;
            return at - offset;
        }

        /// <summary>
        /// Writes the body of a call of <see cref="RequestMethod"/>, of the request that was begun without a connection, as by
        /// <c>PostboxSender.Deposit(null, deposit)</c> (SPEC.md 14.2); its answer goes to <see cref="TakeAnswer"/>, and how it ended to
        /// <see cref="PostboxEvents.OnEnd"/>.
        /// </summary>
        /// <param name="to">Takes the body.</param>
        /// <param name="offset">Where it goes.</param>
        /// <param name="capacity">Room: what fits a frame, as a request has no other.</param>
        /// <returns>Bytes of the body; -1 when no such request is under way, or it is longer: it has ended with
        /// <see cref="PostboxResult.TooLong"/> then, and goes over a stream.</returns>
        public int WriteRequest(byte[] to, int offset, int capacity)
        {
            int what = _mail.Asked - PostboxClient.AskMail;
            if (what <= 0)
            {
                return -1;
            }

            // its fields are made where a stream's are, in the memory of the block
            PostboxRequest request = _mail.Request;
            byte[] data = _mail.Table.Data;
            int from = _mail.Table.Block + PostboxClient.HeadRoom;
            int end = request.Write(data, from);
            int item = request.Item == null ? 0 : request.ItemCount;
            int body = end - from + item;
            if (request.Item != null)
            {
                end = ProtobufWriter.WriteLength(PostboxClient.ItemField, item, data, end);
                body = end - from + item;
            }

            if (1 + Varint.Size((uint)body) + body > capacity)
            {
                EndCall(PostboxResult.TooLong);
                return -1;
            }

            int at = ProtobufWriter.WriteLength(what, body, to, offset);
            Array.Copy(data, from, to, at, end - from);
            at += end - from;
            if (item > 0)
            {
                Array.Copy(request.Item, request.ItemOffset, to, at, item);
            }

            return at + item - offset;
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
            if (_mail.Asked < PostboxClient.AskMail || _isDue)
            {
                return false;
            }

            if (status != 0)
            {
                EndCall(status < 0 ? PostboxResult.NoAnswer : status == StatusNotNow ? CodeUnavailable
                    : status == StatusNoMailbox ? CodeNoMailbox : PostboxResult.Malformed);
                return false;
            }

            if (_mail.Asked > PostboxClient.AskMail)
            {
                return TakeReply(block, buffer, offset, count, more);
            }

            if (block == 0)
            {
                // they were applied before the answer was made
                _hasMoved = _acknowledged > 0;
                Confirm();
            }

            int end = offset + count;
            while (offset < end && _mail.Ending == PostboxClient.NotEnding)
            {
                offset += TakePart(buffer, offset, end - offset);
            }

            if (_mail.Ending == PostboxClient.NotEnding && !_mail.Table.Save())
            {
                _mail.End(PostboxResult.StoreFailed);
            }

            if (_mail.Ending != PostboxClient.NotEnding)
            {
                EndCall(_mail.Ending);
                return false;
            }

            bool isEnough = _mail.Unreadable >= PostboxClient.MostUnreadable;
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
            byte[] data = _mail.Table.Data;
            int count = gateway.CopyTo(data, _mail.Table.Block);
            uint number = _mail.HashOf(OnceTable.SecretBytes, data, _mail.Table.Block, count) ^ MailMethod;
            if (number != _mail.Gateway)
            {
                _mail.Item = 0;
                _mail.Gateway = number;
            }

            _mail.Request = null;
            _mail.Ending = PostboxClient.NotEnding;
            _mail.Left = 0;
            _later = 0;
            _putOff = 0;
            _mail.Unreadable = 0;
            _mail.Told[PostboxClient.Rounds] = 0;
            _mail.Told[PostboxClient.Retry] = 0;
        }

        // the next call, or none
        private void GoOnCalling(bool isEnough)
        {
            if (_mail.Item == 0 && _mail.Wanted != 0 && _mail.Table.MayAcknowledge(_mail.Gateway))
            {
                _mail.Item = _mail.Wanted;
                _mail.Size = _wantedSize;
                _mail.Start = 0;
                _hasMoved = true;
            }

            bool isLeft = _mail.Item != 0 || _later != 0 || _mail.Table.CountPending(_mail.Gateway, 0) > 0;
            if (isLeft && _hasMoved && !isEnough && _mail.Left <= MostLeft && _mail.Told[PostboxClient.Rounds]++ < PostboxClient.MaxRounds)
            {
                _isDue = true;
            }
            else
            {
                EndCall(isEnough ? PostboxResult.Unreadable : _mail.Item != 0 && !_hasMoved ? PostboxResult.NoAnswer : 0);
            }
        }

        private void EndCall(int code)
        {
            _mail.Asked = PostboxClient.AskNothing;
            _mail.Ending = PostboxClient.NotEnding;
            _mail.Request = null;
            _isDue = false;
            _mail.Events.OnEnd(_mail, code);
        }

        // As a stream's, which has a length in front, and a serial that the request had: here it ends with its last block.
        private bool TakeReply(int block, byte[] buffer, int offset, int count, bool more)
        {
            if (block == 0)
            {
                _mail.Ending = PostboxClient.NotEnding;
                _mail.SerialNow = 1;
                _mail.BeginReply();
                _mail.Reader.Reset(ProtobufReader.Unbounded);
                _mail.Told[PostboxClient.Serial] = 1;
                _mail.OutEnd = 0;
                _mail.OutAt = _mail.Request.Item == null ? 0 : _mail.Request.ItemCount;
                _bytesLeft = PostboxClient.MaxReplyBytes;
            }

            _bytesLeft -= count;
            int result = _bytesLeft < 0 ? PostboxResult.Malformed : _mail.Receive(buffer, offset, count);
            if (result >= 0 && more)
            {
                return true;
            }

            if (result >= 0)
            {
                result = _mail.Reader.MayEnd ? _mail.TakeReply() : PostboxResult.Malformed;
            }

            EndCall(result < 0 ? result : _mail.Ending == PostboxClient.NotEnding ? PostboxResult.Malformed : _mail.Ending);
            return false;
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
                    _mail.Told[PostboxClient.Wait] = buffer[offset];
                    BeginName();
                    return 1;
                case AtName:
                    _mail.Name |= (ulong)buffer[offset] << (8 * _digits);
                    if (++_digits == NameBytes)
                    {
                        _digits = 0;
                        _number = 0;
                        _at = AtSize;
                    }

                    return 1;
                default:
                    int take = count < _bytesLeft ? count : _bytesLeft;
                    int left = _mail.Left;
                    int start = _mail.Start;
                    ulong item = _mail.Item;
                    _mail.TakeBytes(buffer, offset, take);
                    _hasMoved |= _mail.Start != start || _mail.Item != item;
                    if (_mail.Left != left)
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
                _mail.End(PostboxResult.Malformed);
                return false;
            }

            _number |= (uint)(digit & 127) << _digits;
            _digits += 7;
            return digit < 128;
        }

        private void BeginWanted()
        {
            _mail.Name = _mail.Item;
            if (_number == 0)
            {
                // gone meanwhile
                _mail.Item = 0;
                _mail.Start = 0;
                _at = AtWaiting;
                _hasMoved = true;
            }
            else if (_number > (uint)(_mail.Size - _mail.Start))
            {
                _mail.End(PostboxResult.Malformed);
            }
            else
            {
                _bytesLeft = 0 | (int)_number;
                _at = AtWantedBytes;
            }
        }

        private void BeginName()
        {
            _mail.Name = 0;
            _digits = 0;
            _at = AtName;
        }

        // an entry: size, priority, whether it is a topic's, whether its bytes follow
        private void BeginEntry()
        {
            uint size = _number >> 4;
            bool isHere = (_number & 1) != 0;
            bool isTooLong = size > (uint)_mail.Options.MaxItemBytes;
            bool skips = size == 0 || isTooLong || _mail.Unreadable >= PostboxClient.MostUnreadable
                || _mail.Table.CountPending(_mail.Gateway, _mail.Name) > 0 || !_mail.Table.MayAcknowledge(_mail.Gateway);
            if (isTooLong)
            {
                _mail.Left++;
                PutOff();
            }
            else if (!skips && !isHere && _mail.Wanted == 0)
            {
                _mail.Wanted = _mail.Name;
                _wantedSize = 0 | (int)size;
            }

            if (!isHere || size == 0)
            {
                BeginName();
                return;
            }

            _mail.Fill = skips || _mail.Item != 0 ? -1 : 0;
            if (_mail.Fill == 0)
            {
                _mail.Item = _mail.Name;
                _mail.Start = 0;
                _mail.Size = 0 | (int)size;
            }

            _bytesLeft = 0 | (int)size;
            _at = AtBytes;
        }

        // once: a gateway that lists it first all the same is asked no more for it
        private void PutOff()
        {
            if (_mail.Name != _putOff)
            {
                _later = _mail.Name;
                _putOff = _mail.Name;
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

            _mail.Fill = 0;
        }

        // this gateway's acknowledgements, as many as fit; the offset behind them
        private int WriteAcknowledgements(byte[] to, int at, int end)
        {
            OnceTable table = _mail.Table;
            byte[] data = table.Data;
            _acknowledged = 0;
            for (int i = 0; i < data[OnceTable.PendingCount]; i++)
            {
                int from = OnceTable.Pending + (OnceTable.PendingBytes * i);
                int size = data[from] < OnceTable.HasProof ? 5 : 13;
                if (table.IsOf(i, _mail.Gateway))
                {
                    if (end - at < size)
                    {
                        break;
                    }

                    to[at] = data[from];
                    Array.Copy(data, from + OnceTable.NameAt, to, at + 1, 4);
                    Array.Copy(data, from + OnceTable.ProofAt, to, at + 5, size - 5);
                    at += size;
                    _acknowledged++;
                }
            }

            return at;
        }

        // forgets the oldest of this gateway's acknowledgements: those that went
        private void Confirm()
        {
            OnceTable table = _mail.Table;
            int count = _acknowledged;
            int i = 0;
            while (i < table.Data[OnceTable.PendingCount] && count > 0)
            {
                if (table.IsOf(i, _mail.Gateway))
                {
                    table.RemovePending(i);
                    table.IsDirty = true;
                    count--;
                }
                else
                {
                    i++;
                }
            }
        }

        private static void PutName(byte[] to, int at, ulong name)
        {
            OnceTable.Put32(to, at, (uint)name);
        }
    }
}
