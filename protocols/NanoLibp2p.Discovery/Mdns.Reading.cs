namespace NanoLibp2p.Discovery
{
    // Reads packets (RFC 1035 4). Every count and offset in them is anybody's: nothing is read behind the bytes that came, and every loop
    // has an end that they can't move.
    public sealed partial class Mdns
    {
        private const int HeaderBytes = 12;
        private const int RecordsAtMost = 64;
        private const int TextsAtMost = 32;

        // of compression pointers in one name
        private const int JumpsAtMost = 8;

        private const int TypePtr = 12;
        private const int TypeTxt = 16;
        private const int TypeAny = 255;
        private const int ClassIn = 1;

        private const int PointerBits = 0xC0;

        // bytes of the packet that is read, and addresses of it that are still told
        private int _count;
        private int _textsLeft;

        private void Read(int count, long nowMs)
        {
            // a packet of another operation, or with an error, means nothing here (RFC 6762 18.3, 18.11)
            if (count < HeaderBytes || (_buffer[2] & 0x78) != 0 || (_buffer[3] & 15) != 0)
            {
                return;
            }

            _count = count;
            _textsLeft = TextsAtMost;
            bool isAnswer = _buffer[2] >= 0x80;
            int left = RecordsAtMost;
            int asked = 0;
            int at = HeaderBytes;
            for (int i = UInt16(4); i > 0; i--)
            {
                int name = at;
                at = SkipName(at);
                if (at < 0 || at + 4 > count || left-- == 0)
                {
                    break;
                }

                if (!isAnswer && _announced.Length > 0)
                {
                    asked |= Wanted(name, UInt16(at));
                }

                at += 4;
            }

            int records = UInt16(6) + UInt16(8) + UInt16(10);
            while (records-- > 0 && left-- > 0 && at >= 0)
            {
                int name = at;
                at = SkipName(at);
                if (at < 0 || at + 10 > count)
                {
                    break;
                }

                int data = at + 10;
                int end = data + UInt16(at + 8);

                // of a record that was cut what is here is read
                int until = end < count ? end : count;
                int type = (UInt16(at + 2) & 0x7FFF) == ClassIn ? UInt16(at) : 0;
                int ttl = UInt16(at + 4) == 0 ? UInt16(at + 6) : TtlSeconds;
                if (isAnswer)
                {
                    Take(type, name, data, until, ttl == 0);
                }
                else if (type == TypePtr && ttl >= TtlSeconds / 2 && Is(name, ServiceAt) && Is(data, InstanceAt))
                {
                    // who asks knows this peer already (RFC 6762 7.1)
                    asked &= ~PeerRecords;
                }

                at = end;
            }

            if (asked != 0)
            {
                Answer(asked, nowMs);
            }
        }

        // which records a question is about
        private int Wanted(int name, int type)
        {
            bool isAny = type == TypeAny;
            int asked = Is(name, ServiceAt) && (isAny || type == TypePtr) ? PeerRecords : 0;

            if (Is(name, InstanceAt) && (isAny || type == TypeTxt))
            {
                asked = TextRecord;
            }

#if !NANOFRAMEWORK_1_0
            asked |= WantedByTools(name, type);
#endif
            return asked;
        }

        private void Take(int type, int name, int data, int end, bool isGoodbye)
        {
            int peer = type == TypeTxt ? InstanceOf(name) : type == TypePtr && isGoodbye && Is(name, ServiceAt) ? InstanceOf(data) : -1;
            if (peer < 0 || Events == null || Is(peer, InstanceAt))
            {
                return;
            }

            if (isGoodbye)
            {
                Events.OnGoodbye(this, _buffer, peer);
                return;
            }

            while (data < end)
            {
                int at = data + 1;
                data = at + _buffer[data];
                if (data > end)
                {
                    return;
                }

                if (Has(_buffer, at, data, KeyAt, KeyBytes) && IsReachable(at + KeyBytes, data) && _textsLeft-- > 0)
                {
                    Events.OnAddress(this, _buffer, peer, at + KeyBytes, data - at - KeyBytes);
                }
            }
        }

        // Whether the address is one of this link, by TCP, of one peer: no loopback, public or relayed one.
        private bool IsReachable(int at, int end)
        {
            at = ReadAddress(_buffer, at, end);
            if (at < 0 || !_link.IsNeighbour(_texts, ScratchAt, _texts[AddressBytesAt]))
            {
                return false;
            }

#if !NANOFRAMEWORK_1_0
            while (!PlainTcpOnly && at < end && !Has(_buffer, at, end, PeerAt, PartBytes))
            {
                at++;
            }

#endif
            if (!Has(_buffer, at, end, PeerAt, PartBytes))
            {
                return false;
            }

            // nothing behind the peer id, and something in it
            at += PartBytes;
            int id = at;
            while (at < end && _buffer[at] != '/')
            {
                at++;
            }

            return at == end && at > id;
        }

        // where the label of <label>.<service> is, or -1
        private int InstanceOf(int at)
        {
            int jumps = JumpsAtMost;
            at = Follow(at, ref jumps);
            return at >= 0 && _buffer[at] > 0 && Is(at + 1 + _buffer[at], ServiceAt) ? at : -1;
        }

        // Whether the name is the one of _texts, in letters of either case (RFC 1035 2.3.3).
        private bool Is(int at, int text)
        {
            int jumps = JumpsAtMost;
            while (true)
            {
                at = Follow(at, ref jumps);
                int count = _texts[text];
                if (at < 0 || _buffer[at] != count)
                {
                    return false;
                }

                // a label that is cut is none
                if (!Has(_buffer, at + 1, _count, text + 1, count))
                {
                    return false;
                }

                if (count == 0)
                {
                    return true;
                }

                at += 1 + count;
                text += 1 + count;
            }
        }

        // The place of a label: where pointers lead (RFC 1035 4.1.4), or -1 when it is none, or not in the packet. Pointers lead back.
        private int Follow(int at, ref int jumps)
        {
            while (at < _count)
            {
                if (_buffer[at] < PointerBits)
                {
                    // 0x40 and 0x80 begin no label
                    return _buffer[at] < 64 ? at : -1;
                }

                if (at + 1 >= _count || jumps-- == 0)
                {
                    return -1;
                }

                int to = ((_buffer[at] & 0x3F) << 8) | _buffer[at + 1];
                if (to >= at)
                {
                    return -1;
                }

                at = to;
            }

            return -1;
        }

        // behind a name, or -1
        private int SkipName(int at)
        {
            while (at < _count)
            {
                int count = _buffer[at];
                if (count == 0)
                {
                    return at + 1;
                }

                if (count >= 64)
                {
                    return count >= PointerBits ? at + 2 : -1;
                }

                at += 1 + count;
            }

            return -1;
        }

        private int UInt16(int at)
        {
            return (_buffer[at] << 8) | _buffer[at + 1];
        }
    }
}
