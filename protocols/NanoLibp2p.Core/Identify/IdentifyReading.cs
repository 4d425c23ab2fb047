#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Core.Identify
{
    // What a peer says of itself, on its way in: go sends one part after another, each a message with its length (identify spec,
    // "identify").
    internal sealed class IdentifyReading
    {
        // what js and go read at the most
        private const ulong MaxMessage = 8 * 1024;

        // parts that go reads at the most
        private const int MaxMessages = 10;

        internal Libp2pStream Stream;
        internal long Deadline;

        // whole messages so far
        internal int Messages;

        // true while Receive runs, so that what it calls can't give the reading to another stream
        internal bool Busy;

        private readonly ProtobufReader _reader = new ProtobufReader();

        internal void Begin(Libp2pStream stream)
        {
            Stream = stream;
            Deadline = 0;
            Messages = 0;
            _reader.ResetDelimited(MaxMessage);
        }

        // whether an end here cuts nothing off
        internal bool MayEnd
        {
            get { return Messages > 0 && _reader.MayEnd; }
        }

        // false when it is malformed
        internal bool Receive(IdentifyEvents events, byte[] buffer, int offset, int count)
        {
            Connection connection = Stream.Connection;
            int end = offset + count;
            int heldOffset = 0;
            int heldCount = 0;
            while (true)
            {
                ProtobufEvent found = _reader.Next(buffer, offset, end - offset);
                int at = offset;
                offset += _reader.Consumed;
                switch (found)
                {
                    case ProtobufEvent.BytesChunk:
                        // held until it is known whether it is the field's last piece
                        heldOffset = at;
                        heldCount = offset - at;
                        break;
                    case ProtobufEvent.BytesEnd:
                        events.OnField(connection, _reader.Field, buffer, heldOffset, heldCount, true);
                        heldCount = 0;
                        break;
                    case ProtobufEvent.NeedMore:
                        if (heldCount > 0)
                        {
                            events.OnField(connection, _reader.Field, buffer, heldOffset, heldCount, false);
                        }

                        return true;
                    case ProtobufEvent.EndOfMessage:
                        _reader.ResetDelimited(MaxMessage);
                        if (++Messages > MaxMessages)
                        {
                            return false;
                        }

                        break;
                    case ProtobufEvent.Malformed:
                    case ProtobufEvent.TooLong:
                        return false;
                }
            }
        }
    }
}
#endif
