using NanoLibp2p.Buffers;

namespace NanoLibp2p.Postbox
{
    // Requests: made in the memory of the block, which no item needs while one is on its way out.
    public sealed partial class PostboxClient
    {
        // what a request has in front of its body: its length, its serial, the body's tag and length
        private const int HeadRoom = 16;

        // entries that a sync asks for
        private const int Limit = 8;

        private const int ItemField = 15;

        private PostboxRequest _request;

        // what is still to be written: of Table.Data up to the end, behind which the request's item is counted on
        private int _outAt;
        private int _outEnd;

        private void Ask(int what)
        {
            byte[] data = Table.Data;
            int begin = Table.Block + HeadRoom;
            int at = begin;
            int item = -1;
            _asked = what;
            _deadline = NotStarted;
            if (!Table.Save())
            {
                End(PostboxResult.StoreFailed);
                return;
            }

            switch (what)
            {
                case AskSync:
                    at = Table.WritePending(_gateway, data, at);
                    if (_unreadable < MostUnreadable)
                    {
                        at = ProtobufWriter.WriteVarint(3, Limit, data, at);
                        at = WriteNumber(4, Options.BudgetBytes, at);
                    }

                    at = WriteNumber(5, Options.Follows ? 1 : 0, at);
                    at = WriteNumber(6, _left, at);
                    _passed = _left;
                    break;
                case AskFetch:
                    int size = 9 + (_start > 0 ? ProtobufWriter.SizeOfVarint(2, (uint)_start) : 0);
                    at = ProtobufWriter.WriteLength(1, size, data, at);
                    data[at] = 0x09;
                    OnceTable.Put64(data, at + 1, _item);
                    at = WriteNumber(2, _start, at + 9);
                    break;
                default:
                    at = _request.Write(data, at);
                    item = _request.Item == null ? -1 : _request.ItemCount;
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
            _serial = (_serial & 0x7Eu) == 0x7E ? 1 : _serial + 1;
            count = body + 3 + Varint.Size((uint)body);
            _outAt = begin - (count - body) - Varint.Size((uint)count);
            _outEnd = at;
            at = _outAt + Varint.Write((uint)count, data, _outAt);
            data[at] = 0x08;
            data[at + 1] = (byte)_serial;
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

            if (_outAt < _outEnd)
            {
                _outAt += _stream.Write(Table.Data, _outAt, _outEnd - _outAt);
            }

            int done = _outAt - _outEnd;
            if (done >= 0 && !IsWritten)
            {
                _outAt += _stream.Write(_request.Item, _request.ItemOffset + done, _request.ItemCount - done);
            }
        }

        // while a request is under way
        private bool IsWritten
        {
            get { return _outAt == _outEnd + (_request == null || _request.Item == null ? 0 : _request.ItemCount); }
        }

        // nothing for 0, as proto3 has it
        internal int WriteNumber(int field, int value, int at)
        {
            return value == 0 ? at : ProtobufWriter.WriteVarint(field, (uint)value, Table.Data, at);
        }
    }
}
