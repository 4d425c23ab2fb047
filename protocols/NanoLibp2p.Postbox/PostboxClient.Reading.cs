using System;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Postbox
{
    // Replies: read piece by piece, whatever their length.
    public sealed partial class PostboxClient
    {
        // what a reply has beside an item's bytes, at the most (SPEC.md 16)
        internal const int MaxReplyBytes = 4096;

        // fields of Reply that are messages of their own, and that of a piece's bytes
        private const int Record = 6;
        private const int Terms = 7;
        private const int Fates = 9;
        private const int MailField = 10;
        private const int Piece = 11;
        private const int Data = 15;

        // requests of one sync at the most: a gateway that always has more is asked again by the next
        internal const int MaxRounds = 250;

        private int _part;
        internal ulong Name;
        private ulong _tag;

        // the first entry of a listing that is not known yet; 0 for none
        internal ulong Wanted;

        /// <summary>Reads what came on the stream.</summary>
        /// <returns>Bytes consumed, up to the end of a reply that ends the request; or a negative <see cref="PostboxResult"/> after which
        /// the stream must end.</returns>
        internal int Receive(byte[] buffer, int offset, int count)
        {
            int end = offset + count;
            while (Ending == NotEnding)
            {
                ProtobufEvent found = Reader.Next(buffer, offset, end - offset);
                int used = Reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.Varint:
                    case ProtobufEvent.Fixed:
                        TakeNumber(Reader.Field, Reader.Value);
                        break;
                    case ProtobufEvent.BytesBegin:
                        if (!BeginField(Reader.Field, Reader.Value))
                        {
                            Reader.Skip();
                        }

                        break;
                    case ProtobufEvent.BytesChunk:
#if !NANOFRAMEWORK_1_0
                        if (_part >= RequestsOwn)
                        {
                            Request.TakeBytes(_part - RequestsOwn, buffer, offset, used);
                            break;
                        }

#endif
                        if (_part == Piece)
                        {
                            TakeBytes(buffer, offset, used);
                        }
                        else
                        {
                            Array.Copy(buffer, offset, Table.Data, Table.Block + (int)Reader.FieldOffset, used);
                        }

                        break;
                    case ProtobufEvent.EndOfMessage:
                        // a call's reply ends with its last block, and only messages within it end here
                        if (Asked < AskMail && Reader.MayEnd)
                        {
                            int result = TakeReply();
                            if (result < 0)
                            {
                                return result;
                            }

                            BeginReply();
                        }
                        else if (_part == MailField && Reader.Depth == 1 && Told[Serial] != 0)
                        {
                            TakeEntry();
                        }

                        break;
                    case ProtobufEvent.NeedMore:
                        return count;
                    case ProtobufEvent.Malformed:
                    case ProtobufEvent.TooLong:
                        return PostboxResult.Malformed;
                }

                offset += used;
            }

            return count - (end - offset);
        }

#if !NANOFRAMEWORK_1_0
        /// <summary>Has the next reply taken for that of a sync whose request has gone under this serial: for tests and fuzzing.</summary>
        internal void Expect(uint serial)
        {
            Asked = AskSync;
            SerialNow = serial;
            OutAt = OutEnd;
            Told[Due] = 0;
            Item = 0;
            Ending = NotEnding;
            BeginReply();
        }
#endif

        internal void BeginReply()
        {
            Array.Clear(Told, 0, KeptAfterReply);
            _part = 0;
            Name = 0;
            Reader.ResetDelimited((ulong)(MaxReplyBytes + Options.MaxItemBytes));
        }

        private void TakeNumber(int field, ulong value)
        {
            uint number = value > 0xFFFFFFFF ? 0xFFFFFFFF : (uint)value;
            int depth = Reader.Depth;
            int part = depth == 0 ? 0 : _part;
            int place = -1;

            // by depth, part and field
            int key = field > 15 ? 0 : (depth << 8) | (part << 4) | field;
            switch (key)
            {
                case 0x001:
                    place = Serial;
                    break;
                case 0x002:
                    place = Code;
                    break;
                case 0x004:
                    place = Retry;
                    break;
                case 0x177:
                case 0x1A5:
                    place = Now;
                    break;
                case 0x1A1:
                    place = Wait;
                    break;
                case 0x1A6:
                    place = Attached;
                    break;
                case 0x1B1:
                case 0x2A1:
                    Name = value;
                    break;
                case 0x1B2:
                    place = PieceOffset;
                    break;
                case 0x1B3:
                    place = PieceSize;
                    break;
                case 0x2A2:
                    place = EntrySize;
                    break;
                case 0x2A5:
                    _tag = value;
                    break;
                default:
                    if (Request != null)
                    {
                        Request.TakeNumber(key, value);
                    }

                    break;
            }

            if (place >= 0)
            {
                Told[place] = number;
            }
        }

        // Whether a field of bytes is read.
        private bool BeginField(int field, ulong length)
        {
            int depth = Reader.Depth;
#if !NANOFRAMEWORK_1_0
            if (depth == 0 && IsBusy && Request != null && Request.BeginBytes(field, length))
            {
                _part = RequestsOwn + field;
                return true;
            }

#endif
            if (depth == 0)
            {
                if (field == Record)
                {
                    // the memory is free for it once the request has gone
                    _part = Record;
                    bool isRead = Request != null && IsWritten && length <= PostboxOptions.MaxRecordBytes;
                    Told[RecordSize] = isRead ? (uint)length : 0u;
                    return isRead;
                }

                if (field < Terms || field > Piece)
                {
                    return false;
                }

                _part = field;
                Told[Parts] |= 1u << field;
                if (field == MailField && IsAnswer && Asked == AskSync)
                {
                    // they were applied before the reply was made
                    Table.Confirm(Gateway);
                }

                return Reader.Enter();
            }

            if (depth == 1 && ((_part == MailField && field == 3) || (_part == Fates && field == 1)))
            {
                Name = 0;
                _tag = 0;
                Told[EntrySize] = 0;
                return Reader.Enter();
            }

            return depth == 1 && _part == Piece && field == Data && IsAnswer && BeginBytes();
        }

        // whether the reply is that of the request under way, and says that it is done
        private bool IsAnswer
        {
            get { return IsBusy && IsWritten && Told[Serial] == SerialNow && Told[Code] == 0; }
        }

        private void TakeEntry()
        {
            if (!IsAnswer || Name == 0 || Table.CountPending(Gateway, Name) > 0)
            {
                return;
            }

            if (_tag != 0 && Table.Contains(_tag) && Table.MayAcknowledge(Gateway))
            {
                Table.Acknowledge(Gateway, Name, OnceTable.Stored, Cipher, 0);
            }
            else if (Wanted == 0)
            {
                // those behind one that is wanted are listed again
                if (Told[EntrySize] > (uint)Options.MaxItemBytes)
                {
                    Left++;
                }
                else
                {
                    Wanted = Name;
                }
            }
        }

        internal int TakeReply()
        {
            if (Told[Serial] == 0)
            {
                // a hint, which only says that a sync is due
                if (Options.Follows && !IsBusy)
                {
                    Events.OnWaiting(this);
                }

                return Options.Follows ? 0 : PostboxResult.Malformed;
            }

            if (!IsBusy || !IsWritten || Told[Serial] != SerialNow)
            {
                return PostboxResult.Malformed;
            }

            if (Told[Code] != 0)
            {
                End((int)(Told[Code] & 0xFFFFu));
                return 0;
            }

            if (Request != null)
            {
                End(Request.Take((int)Told[RecordSize]));
                return 0;
            }

            int due = Asked == AskSync && Told[Due] == 0 ? MailField : Piece;
            if (Told[Parts] != 1u << due)
            {
                return PostboxResult.Malformed;
            }

            if (due == MailField)
            {
                Told[Due] = Told[Attached];
                if (Told[Due] > 0)
                {
                    return 0;
                }
            }
            else
            {
                if (Asked == AskFetch && Told[PieceSize] == 0)
                {
                    // gone meanwhile
                    Item = 0;
                }

                Wanted = 0;
                if (Asked == AskSync && --Told[Due] > 0)
                {
                    return 0;
                }
            }

            GoOn();
            return 0;
        }

        // the next step of a sync
        private void GoOn()
        {
            if (Item == 0 && Wanted != 0 && Table.MayAcknowledge(Gateway))
            {
                Item = Wanted;
                Start = 0;
            }

            Wanted = 0;
            bool isEnough = Unreadable >= MostUnreadable;
            int next = Item != 0 && !isEnough ? AskFetch : AskSync;
            if (Ending == NotEnding && Told[Rounds]++ < MaxRounds
                && (next == AskFetch || Asked == AskFetch || Left > _passed || Table.CountPending(Gateway, 0) > 0))
            {
                Ask(next);
            }
            else
            {
                End(isEnough ? PostboxResult.Unreadable : 0);
            }
        }
    }
}
