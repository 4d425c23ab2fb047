using NanoLibp2p.Core.Buffers;

namespace NanoLibp2p.Core.Identify
{
    // One Identify message on its way in.
    internal sealed class IdentifyReading
    {
        // what js and go read at the most
        private const ulong MaxMessage = 8 * 1024;

        internal Libp2pStream Stream;
        internal long Deadline;

        // true while Receive runs, so that what it calls can't give the reading to another stream
        internal bool Busy;

        private readonly ProtobufReader _reader = new ProtobufReader();

        internal void Begin(Libp2pStream stream)
        {
            Stream = stream;
            Deadline = 0;
            _reader.ResetDelimited(MaxMessage);
        }

        // 0 when more must come, 1 at the end of the message, -1 when it is malformed
        internal int Receive(IdentifyEvents events, byte[] buffer, int offset, int count)
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

                        return 0;
                    case ProtobufEvent.EndOfMessage:
                        return 1;
                    case ProtobufEvent.Malformed:
                    case ProtobufEvent.TooLong:
                        return -1;
                }
            }
        }
    }
}
