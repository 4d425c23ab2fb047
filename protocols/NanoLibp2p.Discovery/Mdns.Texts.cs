using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Discovery
{
    // The names and texts of the protocol, as they are in packets: one array, since each array of its own takes 20 bytes more of a heap.
    public sealed partial class Mdns
    {
        private const int NameChars = 32;

        // dnsaddr=
        private const int KeyAt = 0;
        private const int KeyBytes = 8;

        // parts of a multiaddr, each of five bytes: /ip4/ /ip6/ /tcp/ /p2p/
        private const int Ip4At = 8;
        private const int Ip6At = 13;
        private const int TcpAt = 18;
        private const int PeerAt = 23;
        private const int PartBytes = 5;

        // what an address was read to: 16 bytes of it, 2 of the port, 1 with how many of the 16; the first is a random byte at times
        private const int ScratchAt = 28;
        private const int PortAt = ScratchAt + 16;
        private const int AddressBytesAt = ScratchAt + 18;

        // <name>._p2p._udp.local, which the service's name ends
        private const int InstanceAt = ScratchAt + 19;
        private const int ServiceAt = InstanceAt + 1 + NameChars;

        private readonly byte[] _texts;

        private static byte[] MakeTexts(string service, IRandom random, byte[] scratch)
        {
#if NANOFRAMEWORK_1_0
            byte[] texts = new byte[ServiceAt + service.Length + 2];
#else
            byte[] texts = MakeToolTexts(service);
#endif
            PutText("dnsaddr=/ip4//ip6//tcp//p2p/", texts, KeyAt);
            PutName(service, texts, ServiceAt);
            random.Fill(scratch, 0, NameChars);
            texts[InstanceAt] = NameChars;
            for (int i = 0; i < NameChars; i++)
            {
                int letter = scratch[i] % 36;
                texts[InstanceAt + 1 + i] = (byte)(letter < 26 ? 'a' + letter : '0' + letter - 26);
            }

            return texts;
        }

        private static void PutText(string text, byte[] texts, int at)
        {
            for (int i = 0; i < text.Length; i++)
            {
                texts[at + i] = (byte)text[i];
            }
        }

        // labels, each behind its length; the array has the 0 behind the last
        private static void PutName(string name, byte[] texts, int at)
        {
            PutText(name, texts, at + 1);
            int count = 0;
            for (int i = name.Length; i >= 0; i--)
            {
                if (i > 0 && name[i - 1] != '.')
                {
                    count++;
                    continue;
                }

                if (count < 1 || count > 63)
                {
                    throw new ArgumentException(name + " is no service; give each label 1 to 63 letters");
                }

                texts[at + i] = (byte)count;
                count = 0;
            }
        }

        // whether five bytes, or eight of the key, are the text; letters of either case
        private bool Has(byte[] bytes, int at, int end, int text, int count)
        {
            if (at + count > end)
            {
                return false;
            }

            for (int i = 0; i < count; i++)
            {
                if (Lower(bytes[at + i]) != _texts[text + i])
                {
                    return false;
                }
            }

            return true;
        }

        private static int Lower(int c)
        {
            return c >= 'A' && c <= 'Z' ? c + 32 : c;
        }

        // Reads an address of TCP into the scratch; the result is where its port ends, or -1.
        private int ReadAddress(byte[] text, int at, int end)
        {
            if (Has(text, at, end, Ip4At, PartBytes))
            {
                at = ReadIp4(text, at + PartBytes, end);
            }
            else
            {
#if NANOFRAMEWORK_1_0
                return -1;
#else
                at = Has(text, at, end, Ip6At, PartBytes) ? ReadIp6(text, at + PartBytes, end) : -1;
#endif
            }

            if (at < 0 || !Has(text, at, end, TcpAt, PartBytes))
            {
                return -1;
            }

            at += PartBytes;
            int digits = at;
            int port = 0;
            while (at < end && at < digits + 5 && text[at] >= '0' && text[at] <= '9')
            {
                port = port * 10 + text[at++] - '0';
            }

            _texts[PortAt] = (byte)(port >> 8);
            _texts[PortAt + 1] = (byte)port;
            return port == 0 || port > 65535 ? -1 : at;
        }

        private int ReadIp4(byte[] text, int at, int end)
        {
            _texts[AddressBytesAt] = 4;
            for (int i = 0; i < 4; i++)
            {
                if (i > 0 && (at >= end || text[at++] != '.'))
                {
                    return -1;
                }

                int digits = at;
                int value = 0;
                while (at < end && at < digits + 3 && text[at] >= '0' && text[at] <= '9')
                {
                    value = value * 10 + text[at++] - '0';
                }

                if (at == digits || value > 255)
                {
                    return -1;
                }

                _texts[ScratchAt + i] = (byte)value;
            }

            return at;
        }
    }
}
