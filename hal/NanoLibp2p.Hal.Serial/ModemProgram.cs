using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Serial
{
    /// <summary>The whole program of a radio modem: a <see cref="SerialModem"/> that opens line and radio, and opens them again when one of
    /// them broke. A Main calls <see cref="Step"/> and <see cref="Wait"/>, for ever.</summary>
    public sealed class ModemProgram
    {
        private const int ReopenMs = 1000;

        private readonly ISerialLine _line;
        private readonly IFrameLink _radio;
        private readonly SerialModem _modem;
        private bool _isOpen;
        private long _openAt = long.MinValue;

        /// <summary>Takes its memory.</summary>
        /// <param name="line">The line to the gateway.</param>
        /// <param name="radio">The radio, as a gateway's: it listens always.</param>
        public ModemProgram(ISerialLine line, IFrameLink radio)
        {
            _line = line;
            _radio = radio;
            _modem = new SerialModem(line, radio);
        }

        /// <summary>Why line or radio could not be opened the last time; <see cref="LinkError.None"/> when they could.</summary>
        public LinkError Error { get; private set; }

        /// <summary>How often line and radio were opened, since the start.</summary>
        public int Openings { get; private set; }

        /// <summary>Passes on what waits in either direction.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <returns>Milliseconds after which it wants to be called again.</returns>
        public int Step(long nowMs)
        {
            if (!_isOpen)
            {
                if (nowMs < _openAt)
                {
                    return ReopenMs;
                }

                _openAt = nowMs + ReopenMs;
                Error = _line.Open();
                Error = Error == LinkError.None ? _radio.Open() : Error;
                if (Error != LinkError.None)
                {
                    _line.Close();
                    return ReopenMs;
                }

                _isOpen = true;
                Openings++;
            }

            int next = _modem.Poll(nowMs);
            if (next >= 0)
            {
                return next;
            }

            _isOpen = false;
            _line.Close();
            _radio.Close();
            return ReopenMs;
        }

        /// <summary>Sleeps until the radio hears something, but no longer than what <see cref="Step"/> said.</summary>
        public void Wait(int milliseconds)
        {
            _radio.Wait(milliseconds);
        }
    }
}
