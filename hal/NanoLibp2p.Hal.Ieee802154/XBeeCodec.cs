namespace NanoLibp2p.Hal.Ieee802154
{
    /// <summary>
    /// API frames of an XBee on its serial line, mode 2 (AP = 2): 7Eh, length, data, checksum, with 7Eh, 7Dh, 11h and 13h escaped (Digi,
    /// XBee 802.15.4 User Guide 90002273, "Operate in API mode"). Sans-IO: bytes in, one frame's data at a time out.
    /// </summary>
    public sealed class XBeeCodec
    {
        /// <summary>The longest data of a frame that is taken: a receive packet's head and what a radio packet carries, with
        /// room.</summary>
        public const int MaxData = 160;

        /// <summary>The longest frame on the line: every byte after the first escaped.</summary>
        public const int MaxLine = 1 + (2 * (MaxData + 3));

        /// <summary>Begins a frame, and is nowhere else on the line.</summary>
        public const byte Delimiter = 0x7E;

        private const byte Escape = 0x7D;
        private const byte XOn = 0x11;
        private const byte XOff = 0x13;
        private const int Flip = 0x20;

        private readonly byte[] _data = new byte[MaxData];

        // -3: outside of a frame; -2, -1: the length's bytes; then the data's index, and its length for the checksum
        private int _at = -3;
        private int _length;
        private int _sum;
        private bool _isEscaped;

        /// <summary>The data of the frame that <see cref="Receive"/> has completed, from 0 on; the codec's own, until the next
        /// call.</summary>
        public byte[] Data
        {
            get { return _data; }
        }

        /// <summary>Frames with a wrong checksum or length, since the start.</summary>
        public int Damaged { get; private set; }

        /// <summary>Consumes one byte of the line.</summary>
        /// <returns>Bytes of data of the frame that it completes; 0 when it completes none.</returns>
        public int Receive(byte value)
        {
            if (value == Delimiter)
            {
                // wherever it comes, a frame begins; one that was under way lost its end
                if (_at != -3)
                {
                    Damaged++;
                }

                _at = -2;
                _isEscaped = false;
                return 0;
            }

            if (_at == -3)
            {
                return 0;
            }

            if (value == Escape)
            {
                _isEscaped = true;
                return 0;
            }

            int plain = _isEscaped ? value ^ Flip : value;
            _isEscaped = false;
            return Take(plain);
        }

        /// <summary>Writes a frame as the line wants it.</summary>
        /// <param name="data">Has the data.</param>
        /// <param name="count">Its bytes, 1 to <see cref="MaxData"/>.</param>
        /// <param name="line">Takes it; <see cref="MaxLine"/> bytes are enough.</param>
        /// <returns>Bytes written.</returns>
        public static int Transmit(byte[] data, int count, byte[] line)
        {
            line[0] = Delimiter;
            int at = Put(line, 1, count >> 8);
            at = Put(line, at, count & 0xFF);
            int sum = 0;
            for (int i = 0; i < count; i++)
            {
                sum += data[i];
                at = Put(line, at, data[i]);
            }

            return Put(line, at, 0xFF - (sum & 0xFF));
        }

        private static int Put(byte[] line, int at, int value)
        {
            if (value == Delimiter || value == Escape || value == XOn || value == XOff)
            {
                line[at] = Escape;
                line[at + 1] = (byte)(value ^ Flip);
                return at + 2;
            }

            line[at] = (byte)value;
            return at + 1;
        }

        private int Take(int value)
        {
            if (_at == -2)
            {
                _length = value << 8;
                _at = -1;
                return 0;
            }

            if (_at == -1)
            {
                _length |= value;
                _sum = 0;
                _at = 0;
                if (_length == 0 || _length > MaxData)
                {
                    Damaged++;
                    _at = -3;
                }

                return 0;
            }

            _sum += value;
            if (_at < _length)
            {
                _data[_at] = (byte)value;
                _at++;
                return 0;
            }

            // data and checksum add up to FFh
            _at = -3;
            if ((_sum & 0xFF) != 0xFF)
            {
                Damaged++;
                return 0;
            }

            return _length;
        }
    }
}
