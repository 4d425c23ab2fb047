namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// A LoRa transceiver behind a bus: registers and commands, no policy. Whoever drives it (<see cref="LoRaRadio"/>) says when to
    /// listen and to send, and asks what happened. It keeps no frame: one is written to the chip's own memory and read from there, in
    /// pieces. Nothing allocates after the constructor, nothing throws; a call that returns false means that the chip or the bus does not
    /// answer.
    /// </summary>
    public abstract class LoRaChip
    {
        /// <summary>The longest frame, in bytes.</summary>
        public const int MaxFrameBytes = 255;

        /// <summary>Bytes of the longest transaction: a piece of a frame and what goes before it.</summary>
        public const int BufferBytes = PieceBytes + 3;

        /// <summary>A frame crosses the bus in pieces of so many bytes, so that no buffer is as long as a frame.</summary>
        protected const int PieceBytes = 64;

        /// <summary>What goes out in a transaction; between two it is free.</summary>
        protected internal readonly byte[] Out = new byte[BufferBytes];

        /// <summary>What came back in it.</summary>
        protected readonly byte[] Back = new byte[BufferBytes];

        /// <summary>What it is wired to.</summary>
        public readonly ILoRaBus Bus;

        private int _rssi;
        private int _snr;

        /// <summary>Makes a chip over its bus.</summary>
        protected LoRaChip(ILoRaBus bus)
        {
            Bus = bus;
        }

        /// <summary>Strength of the last frame that was read, in dBm.</summary>
        public int Rssi
        {
            get { return _rssi; }
        }

        /// <summary>Signal to noise of the last frame that was read, in quarters of a dB.</summary>
        public int SnrQuarters
        {
            get { return _snr; }
        }

        /// <summary>Whether the board can send with so many dBm.</summary>
        public abstract bool CanSendWith(int powerDbm);

        /// <summary>Configures the chip after its reset line rose at least 10 ms ago: sync word and power; the rest comes with each
        /// turn.</summary>
        /// <param name="syncWord">12h for a private network, 34h for LoRaWAN.</param>
        /// <param name="powerDbm">Power at the antenna's connector.</param>
        /// <param name="frequencyHz">A frequency of the band, for which the receiver's image rejection is calibrated.</param>
        public abstract bool Configure(int syncWord, int powerDbm, int frequencyHz);

        /// <summary>Begins to listen; goes on after each frame.</summary>
        public abstract bool Listen(LoRaModemOptions modem);

        /// <summary>Begins to send one frame of 1 to 255 bytes; the buffer is the caller's again when the call returns.</summary>
        public abstract bool Send(LoRaModemOptions modem, byte[] buffer, int offset, int count);

        /// <summary>Asks what happened since, and clears it.</summary>
        /// <param name="needsCrc">Whether a frame without a CRC counts as damaged.</param>
        public abstract LoRaEvents Ask(bool needsCrc);

        /// <summary>Copies the frame that <see cref="LoRaEvents.Received"/> told of.</summary>
        /// <returns>Bytes copied; 0 when it is longer than the room, and then it is gone; -1 when the chip does not answer.</returns>
        public abstract int Read(byte[] buffer, int offset, int capacity);

        /// <summary>Whether the chip is still listening with the settings that it was given, as far as registers tell.</summary>
        public abstract bool IsListening();

        /// <summary>Whether a frame is coming in, as far as registers tell: a preamble or a header was heard.</summary>
        public abstract bool IsHearing();

        /// <summary>Ends listening; the chip takes microamperes until the next call.</summary>
        public abstract bool Sleep();

        /// <summary>Notes the signal of the frame that is read.</summary>
        protected void SetSignal(int rssi, int snrQuarters)
        {
            _rssi = rssi;
            _snr = snrQuarters;
        }

        /// <summary>One transaction of what is in <see cref="Out"/>.</summary>
        protected bool Transfer(int count)
        {
            return Bus.Transfer(Out, Back, count);
        }
    }
}
