#if !NANOFRAMEWORK_1_0
using System;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace NanoLibp2p.Discovery
{
    // What a device leaves out: IPv6, since nanoFramework tells no IPv6 address of its own; and the records that only tools ask for, which
    // list services and show their ports (libp2p mdns, "DNS Service Discovery").
    public sealed partial class Mdns
    {
        /// <summary>Characters of the longest address that <see cref="Announce"/> takes.</summary>
        public const int MaxAddressChars = MaxTextBytes - KeyBytes;

        private const int ServiceList = 4;
        private const int PortRecord = 8;
        private const int Ip4Record = 16;
        private const int Ip6Record = 32;

        private const int TypeA = 1;
        private const int TypeAaaa = 28;
        private const int TypeSrv = 33;

        private const string ListName = "_services._dns-sd._udp.local";
        private const string HostName = "p2p.local";

        // both with a byte more in front and behind, at the end of _texts
        private const int ListBytes = 30;
        private const int HostBytes = 1 + NameChars + 11;

        /// <summary>Whether only addresses are told that end behind the TCP port, or those with WebSocket and the like too.</summary>
        public bool PlainTcpOnly { get; set; } = true;

        /// <summary>This peer's name in mDNS: 32 lower-case letters and digits, new for each object.</summary>
        public string Name
        {
            get { return Encoding.ASCII.GetString(_texts, InstanceAt + 1, NameChars); }
        }

        // where the list's name is in _texts, and behind it <name>.p2p.local
        private int ListAt => HostAt - ListBytes;

        private int HostAt => _texts.Length - HostBytes;

        /// <summary>Announces nothing any more; when the addresses of the host have changed, <see cref="Announce"/> the new ones.</summary>
        public void ClearAnnounced()
        {
            _announced = new byte[0][];
            _due = 0;
        }

        private static byte[] MakeToolTexts(string service) => new byte[ServiceAt + service.Length + 2 + ListBytes + HostBytes];

        // once the name is there
        private void FinishToolTexts()
        {
            PutName(ListName, _texts, ListAt);
            Array.Copy(_texts, InstanceAt, _texts, HostAt, 1 + NameChars);
            PutName(HostName, _texts, HostAt + 1 + NameChars);
        }

        private int WantedByTools(int name, int type)
        {
            bool isAny = type == TypeAny;
            int asked = 0;
            if (Is(name, ListAt) && (isAny || type == TypePtr))
            {
                asked = ServiceList;
            }
            else if (Is(name, InstanceAt) && (isAny || type == TypeSrv))
            {
                asked = PortRecord;
            }
            else if (Is(name, HostAt))
            {
                asked = isAny ? Ip4Record | Ip6Record : type == TypeA ? Ip4Record : type == TypeAaaa ? Ip6Record : 0;
            }

            return asked;
        }

        private int PutToolRecords(int what, int ttl)
        {
            int records = 0;
            if ((what & ServiceList) != 0)
            {
                records++;
                PutNameOf(ListAt);
                int length = BeginRecord(TypePtr, ClassIn, ttl);
                PutService();
                EndRecord(length);
            }

            if ((what & PortRecord) != 0 && ReadFirst(0))
            {
                records++;
                PutInstance();
                int length = BeginRecord(TypeSrv, ClassUnique, ttl);
                PutPair(0);
                PutPair(0);
                PutPair((_texts[PortAt] << 8) | _texts[PortAt + 1]);
                PutNameOf(HostAt);
                EndRecord(length);
            }

            records += (what & Ip4Record) != 0 ? PutHost(TypeA, 4, ttl) : 0;
            records += (what & Ip6Record) != 0 ? PutHost(TypeAaaa, 16, ttl) : 0;
            return records;
        }

        // the first address of that many bytes, in the host's name
        private int PutHost(int type, int bytes, int ttl)
        {
            if (!ReadFirst(bytes))
            {
                return 0;
            }

            PutNameOf(HostAt);
            int length = BeginRecord(type, ClassUnique, ttl);
            Array.Copy(_texts, ScratchAt, _buffer, _at, bytes);
            _at += bytes;
            EndRecord(length);
            return 1;
        }

        // Reads the first address of that many bytes, or of any number, into the scratch; false when there is none.
        private bool ReadFirst(int bytes)
        {
            for (int i = 0; i < _announced.Length; i++)
            {
                if (ReadAddress(_announced[i], KeyBytes, _announced[i].Length) >= 0 && (bytes == 0 || _texts[AddressBytesAt] == bytes))
                {
                    return true;
                }
            }

            return false;
        }

        private int ReadIp6(byte[] text, int at, int end)
        {
            int slash = Array.IndexOf(text, (byte)'/', at, end - at);
            IPAddress address;
            if (slash < 0 || slash - at > 45 || !IPAddress.TryParse(Encoding.ASCII.GetString(text, at, slash - at), out address)
                || address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0)
            {
                return -1;
            }

            _texts[AddressBytesAt] = 16;
            address.GetAddressBytes().CopyTo(_texts, ScratchAt);
            return slash;
        }
    }
}
#endif
