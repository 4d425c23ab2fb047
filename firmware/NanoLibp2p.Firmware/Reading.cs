using System;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// One reading on its way into the ring: a line of JSON such as <c>{"n":17,"t":1767225600000,"celsius":21.5}</c>, or the sensor's own
    /// bytes. One object serves all readings; nothing is allocated after its constructor.
    /// </summary>
    public sealed class Reading
    {
        // 20 digits and a sign are the longest number
        private const int MaxDigits = 24;

        private readonly byte[] _bytes;
        private readonly byte[] _digits = new byte[MaxDigits];
        private readonly byte[] _numberName = Name("n");
        private readonly byte[] _timeName = Name("t");
        private int _count;
        private bool _isJson;
        private bool _tooLong;
        private long _number;
        private long _unixMs;

        /// <summary>Makes one with room for so many bytes.</summary>
        public Reading(int capacity)
        {
            _bytes = new byte[capacity];
        }

        /// <summary>The bytes; not a copy.</summary>
        public byte[] Bytes
        {
            get { return _bytes; }
        }

        /// <summary>How many of <see cref="Bytes"/> are the reading.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>True when something did not fit: the reading is then not used.</summary>
        public bool TooLong
        {
            get { return _tooLong; }
        }

        /// <summary>The reading's number, from 1 since the device started: who gets it twice or misses one can tell. <c>n</c> in
        /// JSON.</summary>
        public long Number
        {
            get { return _number; }
        }

        /// <summary>
        /// When it was taken, in milliseconds since 1970 in UTC, 0 when the board does not know. <c>t</c> in JSON, which has none then.
        /// </summary>
        public long UnixMs
        {
            get { return _unixMs; }
        }

        /// <summary>Makes a field's name for <see cref="Add"/>: do it once, in the sensor's constructor.</summary>
        /// <param name="name">Letters, digits and underscores.</param>
        public static byte[] Name(string name)
        {
            byte[] bytes = new byte[name.Length + 3];
            bytes[0] = (byte)'"';
            for (int i = 0; i < name.Length; i++)
            {
                bytes[i + 1] = (byte)name[i];
            }

            bytes[bytes.Length - 2] = (byte)'"';
            bytes[bytes.Length - 1] = (byte)':';
            return bytes;
        }

        /// <summary>Adds a number to the JSON.</summary>
        /// <param name="name">From <see cref="Name"/>.</param>
        /// <param name="value">The number without its point: 2150 for 21.50.</param>
        /// <param name="decimals">Digits behind the point, 0 to 9.</param>
        public void Add(byte[] name, long value, int decimals)
        {
            if (!_isJson)
            {
                Open();
            }

            AddField((byte)',', name, value, decimals);
        }

        /// <summary>Adds bytes as they are, in a format of the sensor's own; not to be mixed with <see cref="Add"/>.</summary>
        public void Write(byte[] bytes, int offset, int count)
        {
            if (_tooLong || count > _bytes.Length - _count)
            {
                _tooLong = true;
                return;
            }

            Array.Copy(bytes, offset, _bytes, _count, count);
            _count += count;
        }

        /// <summary>Begins a new reading in place of the last. The device does it; a sensor's own tests may.</summary>
        /// <param name="number">See <see cref="Number"/>.</param>
        /// <param name="unixMs">See <see cref="UnixMs"/>.</param>
        public void Begin(long number, long unixMs)
        {
            _count = 0;
            _isJson = false;
            _tooLong = false;
            _number = number;
            _unixMs = unixMs;
        }

        /// <summary>Ends the reading, once its sensor has said everything.</summary>
        public void End()
        {
            if (_isJson)
            {
                WriteByte((byte)'}');
            }
        }

        private void Open()
        {
            _isJson = true;
            AddField((byte)'{', _numberName, _number, 0);
            if (_unixMs != 0)
            {
                AddField((byte)',', _timeName, _unixMs, 0);
            }
        }

        private void AddField(byte separator, byte[] name, long value, int decimals)
        {
            WriteByte(separator);
            Write(name, 0, name.Length);
            ulong rest = value < 0 ? 0ul - (ulong)value : (ulong)value;
            int at = MaxDigits;
            int written = 0;
            while (rest != 0 || written <= decimals)
            {
                if (written == decimals && decimals != 0)
                {
                    _digits[--at] = (byte)'.';
                }

                ulong tenth = rest / 10;
                _digits[--at] = (byte)('0' + (uint)(rest - tenth * 10));
                rest = tenth;
                written++;
            }

            if (value < 0)
            {
                _digits[--at] = (byte)'-';
            }

            Write(_digits, at, MaxDigits - at);
        }

        private void WriteByte(byte value)
        {
            if (_tooLong || _count == _bytes.Length)
            {
                _tooLong = true;
                return;
            }

            _bytes[_count++] = value;
        }
    }
}
