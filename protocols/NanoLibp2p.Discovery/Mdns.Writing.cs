using System;

namespace NanoLibp2p.Discovery
{
    // Writes packets. All but the strings of the TXT record, which comes last, fit in the least buffer whatever is asked: 12 of the header,
    // at most 145 for the PTR and 12 of the TXT record; on .NET 42 for the list, 62 for the SRV, 58 for the A and 70 for the AAAA record.
    public sealed partial class Mdns
    {
        private const int TtlSeconds = 120;

        // of a string in a TXT record (RFC 1035 3.3)
        private const int MaxTextBytes = 255;

        // what fits in one frame of an Ethernet, headers included (RFC 6762 17)
        private const int MaxSentBytes = 1452;

        // the record is this peer's alone, so that what others know of it is out of date (RFC 6762 10.2)
        private const int ClassUnique = 0x8001;

        // where the next byte goes, and where a name was written that can be pointed at; 0 for nowhere
        private int _at;
        private int _serviceAt;
        private int _instanceAt;

        private int WriteQuestion()
        {
            Begin(0);
            _buffer[5] = 1;
            PutService();
            PutPair(TypePtr);
            PutPair(ClassIn);
            return _at;
        }

        private int WriteAnswer(int what, int ttl)
        {
            Begin(0x84);
            int answers = 0;
            if ((what & PeerRecords) != 0)
            {
                answers++;
                PutService();
                int length = BeginRecord(TypePtr, ClassIn, ttl);
                PutInstance();
                EndRecord(length);
            }

#if !NANOFRAMEWORK_1_0
            answers += PutToolRecords(what, ttl);
#endif
            if ((what & TextRecord) != 0)
            {
                answers++;
            }
            else if ((what & PeerRecords) != 0 && ttl > 0)
            {
                // who asks for peers gets their addresses along (libp2p mdns, "Response")
                _buffer[11] = 1;
                what |= TextRecord;
            }

            if ((what & TextRecord) != 0)
            {
                PutTexts(ttl);
            }

            _buffer[7] = (byte)answers;
            return _at;
        }

        private void PutTexts(int ttl)
        {
            PutInstance();
            int length = BeginRecord(TypeTxt, ClassUnique, ttl);
            for (int i = 0; i < _announced.Length; i++)
            {
                byte[] text = _announced[i];
                int end = _at + 1 + text.Length;
                if (end <= _buffer.Length && end <= MaxSentBytes)
                {
                    _buffer[_at] = (byte)text.Length;
                    Array.Copy(text, 0, _buffer, _at + 1, text.Length);
                    _at = end;
                }
            }

            EndRecord(length);
        }

        // the header, with nothing counted
        private void Begin(int flags)
        {
            Array.Clear(_buffer, 0, HeaderBytes);
            _buffer[2] = (byte)flags;
            _at = HeaderBytes;
            _serviceAt = 0;
            _instanceAt = 0;
        }

        // what stands between the name and the data; the result is where the length goes
        private int BeginRecord(int type, int kind, int ttl)
        {
            PutPair(type);
            PutPair(kind);
            PutPair(0);
            PutPair(ttl);
            PutPair(0);
            return _at - 2;
        }

        private void EndRecord(int length)
        {
            int count = _at - length - 2;
            _buffer[length] = (byte)(count >> 8);
            _buffer[length + 1] = (byte)count;
        }

        private void PutService()
        {
            if (!PutPointer(_serviceAt))
            {
                _serviceAt = _at;
                PutNameOf(ServiceAt);
            }
        }

        private void PutInstance()
        {
            if (!PutPointer(_instanceAt))
            {
                _instanceAt = _at;
                Array.Copy(_texts, InstanceAt, _buffer, _at, 1 + NameChars);
                _at += 1 + NameChars;
                PutService();
            }
        }

        private bool PutPointer(int to)
        {
            if (to > 0)
            {
                PutPair((PointerBits << 8) | to);
            }

            return to > 0;
        }

        private void PutNameOf(int text)
        {
            int count;
            do
            {
                count = 1 + _texts[text];
                Array.Copy(_texts, text, _buffer, _at, count);
                _at += count;
                text += count;
            }
            while (count > 1);
        }

        private void PutPair(int value)
        {
            _buffer[_at] = (byte)(value >> 8);
            _buffer[_at + 1] = (byte)value;
            _at += 2;
        }
    }
}
