using NanoLibp2p.Buffers;

namespace NanoLibp2p.Postbox
{
    // Requests: made in the memory of the block, which no item needs while one is on its way out.
    public sealed partial class PostboxClient
    {
        // what a request has in front of its body: its length, its serial, the body's tag and length
        internal const int HeadRoom = 16;

        // entries that a sync asks for
        private const int Limit = 8;

        internal const int ItemField = 15;

        internal PostboxRequest Request;

        // what is still to be written: of Table.Data up to the end, behind which the request's item is counted on
        internal int OutAt;
        internal int OutEnd;

        private void Ask(int what)
        {
            byte[] data = Table.Data;
            int begin = Table.Block + HeadRoom;
            int at = begin;
            int item = -1;
            Asked = what;
            _deadline = NotStarted;
            if (!Table.Save())
            {
                End(PostboxResult.StoreFailed);
                return;
            }

            switch (what)
            {
                case AskSync:
                    at = Table.WritePending(Gateway, data, at);
                    if (Unreadable < MostUnreadable)
                    {
                        at = ProtobufWriter.WriteVarint(3, Limit, data, at);
                        at = WriteNumber(4, Options.BudgetBytes, at);
                    }

                    at = WriteNumber(5, Options.Follows ? 1 : 0, at);
                    at = WriteNumber(6, Left, at);
                    _passed = Left;
                    break;
                case AskFetch:
                    int size = 9 + (Start > 0 ? ProtobufWriter.SizeOfVarint(2, (uint)Start) : 0);
                    at = ProtobufWriter.WriteLength(1, size, data, at);
                    data[at] = 0x09;
                    OnceTable.Put64(data, at + 1, Item);
                    at = WriteNumber(2, Start, at + 9);
                    break;
                default:
                    at = Request.Write(data, at);
                    item = Request.Item == null ? -1 : Request.ItemCount;
                    break;
            }

            int count = at - begin;
            int body = count;
            if (item >= 0)
            {
                body += ProtobufWriter.SizeOfBytes(ItemField, item);
                at = ProtobufWriter.WriteLength(ItemField, item, data, at);
            }

            // serials of one byte: only one request is open at a time
            SerialNow = (SerialNow & 0x7Eu) == 0x7E ? 1 : SerialNow + 1;
            count = body + 3 + Varint.Size((uint)body);
            OutAt = begin - (count - body) - Varint.Size((uint)count);
            OutEnd = at;
            at = OutAt + Varint.Write((uint)count, data, OutAt);
            data[at] = 0x08;
            data[at + 1] = (byte)SerialNow;
#if !NANOFRAMEWORK_1_0
            what = what == AskProbe ? AskSync : what;
#endif
            ProtobufWriter.WriteLength(what, body, data, at + 2);
            Write();
        }

        // what finds room; the rest in the next Poll
        private void Write()
        {
#if !NANOFRAMEWORK_1_0
            if (_stream == null)
            {
                WriteToPipe();
                return;
            }
#endif

            if (OutAt < OutEnd)
            {
                OutAt += _stream.Write(Table.Data, OutAt, OutEnd - OutAt);
            }

            int done = OutAt - OutEnd;
            if (done >= 0 && !IsWritten)
            {
                OutAt += _stream.Write(Request.Item, Request.ItemOffset + done, Request.ItemCount - done);
            }
        }

        // while a request is under way
        private bool IsWritten
        {
            get { return OutAt == OutEnd + (Request == null || Request.Item == null ? 0 : Request.ItemCount); }
        }

        // nothing for 0, as proto3 has it
        internal int WriteNumber(int field, int value, int at)
        {
            return value == 0 ? at : ProtobufWriter.WriteVarint(field, (uint)value, Table.Data, at);
        }
    }
}
