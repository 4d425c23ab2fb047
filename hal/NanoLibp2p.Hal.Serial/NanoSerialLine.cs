#if NANOFRAMEWORK_1_0
using System;
using System.IO.Ports;
using System.Threading;

namespace NanoLibp2p.Hal.Serial
{
    /// <summary>A serial port of a board with nanoFramework: 8 bits, no parity, one stop bit, no flow control. On an ESP32 the pins of the
    /// port are set before (<c>Configuration.SetPinFunction</c>); COM1 is the one that the debugger has.</summary>
    public sealed class NanoSerialLine : ISerialLine
    {
        // the firmware keeps what has come until it is read
        private const int BufferBytes = 2048;
        private const int StuckMs = 1000;

        private readonly SerialPort _port;
        private readonly AutoResetEvent _arrived = new AutoResetEvent(false);
        private bool _isOpen;

        /// <summary>Takes the port, which is not open yet; a board has one object for each.</summary>
        /// <param name="name">Such as <c>COM2</c>.</param>
        /// <param name="bitRate">Bits a second.</param>
        /// <exception cref="ArgumentException">The board has no such port, or another object has it.</exception>
        public NanoSerialLine(string name, int bitRate)
        {
            BitRate = bitRate;
            _port = new SerialPort(name, bitRate);
            _port.ReadBufferSize = BufferBytes;
            _port.ReadTimeout = StuckMs;
            _port.WriteTimeout = StuckMs;
            _port.DataReceived += OnData;
        }

        /// <inheritdoc/>
        public int BitRate { get; }

        /// <inheritdoc/>
        public LinkError Open()
        {
            Close();
            try
            {
                _port.Open();
                _isOpen = true;
                return LinkError.None;
            }
            catch (Exception)
            {
                return LinkError.NoResources;
            }
        }

        /// <inheritdoc/>
        public int Read(byte[] buffer, int offset, int count)
        {
            if (!_isOpen)
            {
                return LinkResult.Failed;
            }

            try
            {
                int waiting = _port.BytesToRead;
                return waiting == 0 ? 0 : _port.Read(buffer, offset, waiting < count ? waiting : count);
            }
            catch (Exception)
            {
                return LinkResult.Failed;
            }
        }

        /// <inheritdoc/>
        public int Write(byte[] buffer, int offset, int count)
        {
            if (!_isOpen)
            {
                return LinkResult.Failed;
            }

            try
            {
                _port.Write(buffer, offset, count);
                return count;
            }
            catch (Exception)
            {
                return LinkResult.Failed;
            }
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            _arrived.WaitOne(milliseconds, false);
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (_isOpen)
            {
                _isOpen = false;
                _port.Close();
            }
        }

        private void OnData(object sender, SerialDataReceivedEventArgs e)
        {
            _arrived.Set();
        }
    }
}
#endif
