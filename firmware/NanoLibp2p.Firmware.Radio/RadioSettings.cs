using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// Lines of <c>name = value</c> under <c>settings</c> in a board's store: <c>topic</c>, <c>every</c> in milliseconds,
    /// <c>spreading</c> (7 to 12).
    /// Other names belong to other parts.
    /// </summary>
    public sealed class RadioSettings
    {
        /// <summary>The topic of its readings; null when it is not set.</summary>
        public readonly string Topic;

        /// <summary>Milliseconds from one reading to the next: 1,000 to a day; 600,000 if it is not set or no such number.</summary>
        public readonly int EveryMs;

        /// <summary>LoRa's spreading factor, 7 to 12; 9 if it is not set or no such number.</summary>
        public readonly int SpreadingFactor;

        private const int MaxBytes = 1024;
        private const int DefaultEveryMs = 600000;
        private const int DefaultSpreading = 9;

        private readonly byte[] _text = new byte[MaxBytes];
        private readonly int _count;

        /// <summary>Reads them; where there are none the defaults hold.</summary>
        public RadioSettings(IStore store)
        {
            int count = store.Read("settings", _text, 0, _text.Length);
            _count = count > 0 ? count : 0;
            Topic = Find("topic");
            EveryMs = Number("every", DefaultEveryMs, 1000, 86400000);
            SpreadingFactor = Number("spreading", DefaultSpreading, 7, 12);
        }

        /// <summary>The value of the first line with that name, in ASCII.</summary>
        /// <returns>Null when there is none.</returns>
        public string Find(string name)
        {
            int at = 0;
            while (at < _count)
            {
                int end = at;
                while (end < _count && _text[end] != (byte)'\n')
                {
                    end++;
                }

                string value = ValueOf(name, at, end);
                if (value != null)
                {
                    return value;
                }

                at = end + 1;
            }

            return null;
        }

        /// <summary>A number that the board can't do without: a pin, a bus.</summary>
        /// <exception cref="InvalidOperationException">It is not set, or not a number of 0 to 255.</exception>
        public int Pin(string name)
        {
            return Must(name, 0, 255);
        }

        /// <summary>A port that the board can't do without.</summary>
        /// <exception cref="InvalidOperationException">It is not set, or not a number of 1 to 65,535.</exception>
        public int Port(string name)
        {
            return Must(name, 1, 65535);
        }

        private int Must(string name, int least, int most)
        {
            int number = Number(name, -1, least, most);
            if (number < 0)
            {
                throw new InvalidOperationException("give '" + name + " = ...' in the settings, up to " + most.ToString());
            }

            return number;
        }

        private int Number(string name, int fallback, int least, int most)
        {
            string text = Find(name);
            if (text == null || text.Length == 0 || text.Length > 9)
            {
                return fallback;
            }

            int number = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] < '0' || text[i] > '9')
                {
                    return fallback;
                }

                number = (number * 10) + (text[i] - '0');
            }

            return number >= least && number <= most ? number : fallback;
        }

        private string ValueOf(string name, int at, int end)
        {
            at = Skip(at, end);
            for (int i = 0; i < name.Length; i++)
            {
                if (at + i >= end || _text[at + i] != (byte)name[i])
                {
                    return null;
                }
            }

            at = Skip(at + name.Length, end);
            if (at >= end || _text[at] != (byte)'=')
            {
                return null;
            }

            at = Skip(at + 1, end);
            while (end > at && _text[end - 1] <= (byte)' ')
            {
                end--;
            }

            return Bytes.ToText(_text, at, end - at);
        }

        private int Skip(int at, int end)
        {
            while (at < end && _text[at] <= (byte)' ')
            {
                at++;
            }

            return at;
        }
    }
}
