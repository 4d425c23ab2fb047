using System;
using System.Text;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// What is told to a device apart from its program, as a short text in UTF-8, with or without a byte order mark: a setting a line,
    /// <c>name = value</c>. A line that begins with <c>#</c> is a remark; a name may come several times. Read at the start only; it
    /// allocates.
    /// </summary>
    public sealed class DeviceSettings
    {
        /// <summary>The text's name in the store.</summary>
        public const string StoreName = "settings";

        /// <summary>The most bytes that a stored text may have.</summary>
        public const int MaxBytes = 1024;

        // what the firmware and its boards read; a board's program adds its own by asking for them
        private const string KnownNames = "dial, topic, every, listen, gateway, mdns";

        private const char ByteOrderMark = '\uFEFF';

        private readonly string[] _names;
        private readonly string[] _values;
        private readonly bool[] _wasRead;
        private readonly int _count;

        private DeviceSettings(string[] names, string[] values, int count)
        {
            _names = names;
            _values = values;
            _count = count;
            _wasRead = new bool[count];
            Mark("dial");
            Mark("topic");
            Mark("every");
            Mark("listen");
            Mark("gateway");
            Mark("mdns");
        }

        /// <summary>Addresses to dial: each <c>dial</c>.</summary>
        public string[] Dial
        {
            get { return All("dial"); }
        }

        /// <summary>
        /// Peer ids that a <see cref="PeerFinder"/> takes, as text: each <c>gateway</c>, which may be <c>any</c> for whoever answers, and
        /// the peer id of each <c>dial</c>. None for whoever answers, too.
        /// </summary>
        /// <exception cref="FormatException">A <c>dial</c> is no address.</exception>
        public string[] Gateways
        {
            get
            {
                string[] gateways = All("gateway");
                string[] dial = Dial;
                string[] named = new string[gateways.Length + dial.Length];
                int count = gateways.Length;
                Array.Copy(gateways, 0, named, 0, count);
                for (int i = 0; i < dial.Length; i++)
                {
                    PeerId peer = Multiaddr.Parse(dial[i]).PeerId;
                    if (peer != null)
                    {
                        named[count++] = peer.ToString();
                    }
                }

                string[] all = new string[count];
                Array.Copy(named, 0, all, 0, count);
                return all;
            }
        }

        /// <summary>The topic to publish to: <c>topic</c>, or <c>nanolibp2p/readings</c>.</summary>
        public string Topic
        {
            get { return Find("topic", "nanolibp2p/readings"); }
        }

        /// <summary>Milliseconds between readings: <c>every</c>, or 10,000.</summary>
        public int EveryMs
        {
            get { return FindNumber("every", 10000); }
        }

        /// <summary>Reads the settings in a board's store; there are none when it has none.</summary>
        /// <exception cref="InvalidOperationException">They are too long or can't be read.</exception>
        /// <exception cref="FormatException">A line is no setting.</exception>
        public static DeviceSettings Load(IStore store)
        {
            byte[] bytes = new byte[MaxBytes];
            int count = store.Read(StoreName, bytes, 0, MaxBytes);
            if (count == -2)
            {
                throw new InvalidOperationException("the stored settings are longer than 1024 bytes or can't be read; store them anew");
            }

            if (count >= 2 && bytes[0] + bytes[1] == 0xFF + 0xFE)
            {
                throw new InvalidOperationException(
                    "the stored settings begin with the byte order mark of UTF-16; save the text as UTF-8 and store it anew");
            }

            // the mark that some editors put before UTF-8
            int start = count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0;
            return Parse(count < 0 ? string.Empty : Encoding.UTF8.GetString(bytes, start, count - start));
        }

        /// <summary>Reads a text.</summary>
        /// <exception cref="FormatException">A line is no setting; the message has it.</exception>
        public static DeviceSettings Parse(string text)
        {
            string[] lines = text.Split('\n');
            string[] names = new string[lines.Length];
            string[] values = new string[lines.Length];
            int count = 0;
            for (int i = 0; i < lines.Length; i++)
            {
                string line = lines[i];
                if (i == 0 && line.Length > 0 && line[0] == ByteOrderMark)
                {
                    line = line.Substring(1);
                }

                line = line.Trim();
                if (line.Length == 0 || line[0] == '#')
                {
                    continue;
                }

                int sign = line.IndexOf('=');
                if (sign <= 0)
                {
                    throw new FormatException("line " + (i + 1).ToString() + " of the settings is '" + line + "'; write name = value");
                }

                names[count] = line.Substring(0, sign).Trim();
                values[count] = line.Substring(sign + 1).Trim();
                count++;
            }

            return new DeviceSettings(names, values, count);
        }

        /// <summary>The first value of a name, or what is given for none.</summary>
        public string Find(string name, string otherwise)
        {
            Mark(name);
            for (int i = 0; i < _count; i++)
            {
                if (_names[i] == name)
                {
                    return _values[i];
                }
            }

            return otherwise;
        }

        /// <summary>The first value of a name as a number from 1 to 999,999,999, or what is given for none.</summary>
        /// <exception cref="FormatException">It is no such number.</exception>
        public int FindNumber(string name, int otherwise)
        {
            string text = Find(name, null);
            if (text == null)
            {
                return otherwise;
            }

            int number = 0;
            for (int i = 0; i < text.Length; i++)
            {
                number = text[i] < '0' || text[i] > '9' || text.Length > 9 ? -1 : number * 10 + text[i] - '0';
                if (number < 0)
                {
                    break;
                }
            }

            if (number <= 0)
            {
                throw new FormatException("the setting " + name + " = " + text + " is no number from 1 to 999999999");
            }

            return number;
        }

        /// <summary>All values of a name.</summary>
        public string[] All(string name)
        {
            int found = Mark(name);
            string[] values = new string[found];
            for (int i = _count - 1; i >= 0; i--)
            {
                if (_names[i] == name)
                {
                    values[--found] = _values[i];
                }
            }

            return values;
        }

        /// <summary>
        /// Says in one line each which settings nothing reads, as a misspelt name: neither the firmware nor, before this call, the board's
        /// program with <see cref="Find"/> or <see cref="All"/>.
        /// </summary>
        /// <param name="log">Who is told; null for nobody.</param>
        /// <returns>How many there are.</returns>
        public int TellUnread(IDeviceLog log)
        {
            int unread = 0;
            for (int i = 0; i < _count; i++)
            {
                if (!_wasRead[i])
                {
                    unread++;
                    if (log != null)
                    {
                        log.Write("the setting " + _names[i] + " = " + _values[i] + " is unknown and does nothing; known are "
                            + KnownNames);
                    }
                }
            }

            return unread;
        }

        // notes that a name is one that is read; how often it is there
        private int Mark(string name)
        {
            int found = 0;
            for (int i = 0; i < _count; i++)
            {
                if (_names[i] == name)
                {
                    _wasRead[i] = true;
                    found++;
                }
            }

            return found;
        }
    }
}
