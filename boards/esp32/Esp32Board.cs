using System;
using System.Threading;
using nanoFramework.Networking;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>An ESP32 with Wi-Fi, as nanoFramework's own firmware has it; no part added.</summary>
    public sealed class Esp32Board : Board, IClock, IDeviceLog
    {
        // one for the node's connection, one to turn a caller away
        private const int MaxLinks = 2;

        private const int JoinTimeoutMs = 60000;

        // what a default device takes of the managed heap beside its large receive buffer, in use and the interpreter's call frames and sockets
        // included
        private const long DeviceHeapBytes = 46 * 1024;

        // 1970 and 2025 in ticks of 100 ns; a clock that was never set is before the second
        private const long UnixEpochTicks = 621355968000000000;
        private const long EarliestTicks = 638712864000000000;
        private const long TicksInMillisecond = 10000;

        private readonly IStreamTransport _link = new TcpTransport(MaxLinks);
        private readonly IRandom _random = new ChipRandom();
        private readonly IStore _store = new FlashStore("I:\\");
        private readonly Sensor _sensor;
        private bool _isRadioOn;
        private long _ticks;
        private long _nowMs;

        /// <summary>Makes the board; <see cref="JoinNetwork"/> comes before anything that takes random bytes.</summary>
        public Esp32Board()
        {
            _sensor = new ChipSensor(this);
        }

        /// <summary>
        /// What NodeOptions.LargeRecordBytes can be on this chip, to be asked before the device is made: all that an honest peer sends
        /// where the heap is in PSRAM, about 19 KB in the 84 KiB that nanoFramework takes of the chip's own memory otherwise
        /// (nf-interpreter, targets/ESP32/_nanoCLR/Memory.cpp), and 0 where less is left than would help.
        /// </summary>
        public static int LargeRecordBytes()
        {
            long spare = nanoFramework.Runtime.Native.GC.Run(false) - DeviceHeapBytes;
            return spare > NodeOptions.MaxRecordBytes ? NodeOptions.MaxRecordBytes : spare > 2 * NodeOptions.SmallRecordBytes ? (int)spare : 0;
        }

        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32"; }
        }

        /// <inheritdoc/>
        public override IStreamTransport Link
        {
            get { return _link; }
        }

        /// <inheritdoc/>
        public override IClock Clock
        {
            get { return this; }
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <summary>
        /// Wi-Fi is off: without it and Bluetooth the chip's generator repeats a sequence that can be guessed (ESP-IDF, "Random Number
        /// Generation"). An ESP32 with Ethernet only is in this state for good.
        /// </summary>
        public override string RandomWeakness
        {
            get { return _isRadioOn ? null : "an ESP32's generator is only good while Wi-Fi is on, and JoinNetwork has not joined one"; }
        }

        /// <inheritdoc/>
        public override IStore Store
        {
            get { return _store; }
        }

        /// <inheritdoc/>
        public override Sensor Sensor
        {
            get { return _sensor; }
        }

        /// <inheritdoc/>
        public override IDeviceLog Log
        {
            get { return this; }
        }

        /// <inheritdoc/>
        public override long UnixMs
        {
            get
            {
                long ticks = DateTime.UtcNow.Ticks;
                return ticks < EarliestTicks ? 0 : (ticks - UnixEpochTicks) / TicksInMillisecond;
            }
        }

        /// <summary>
        /// Milliseconds since the start. The system's ticks have 32 bits and begin anew, at 1 kHz after 49.7 days; this goes on.
        /// </summary>
        public long NowMs
        {
            get
            {
                long ticks = Environment.TickCount64;
                if (ticks > _ticks)
                {
                    _nowMs += ticks - _ticks;
                }

                _ticks = ticks;
                return _nowMs;
            }
        }

        /// <inheritdoc/>
        public void Write(string line)
        {
            Console.WriteLine(line);
        }

        /// <summary>Waits for the Wi-Fi whose name and password are in the board's network configuration, as long as it takes.</summary>
        public void JoinNetwork()
        {
            while (true)
            {
                CancellationTokenSource timeout = new CancellationTokenSource(JoinTimeoutMs);
                if (WifiNetworkHelper.Reconnect(false, 0, timeout.Token))
                {
                    break;
                }

                Write("no Wi-Fi yet (status " + ((int)WifiNetworkHelper.Status).ToString()
                    + "); are name and password stored, with automatic connection, and is it in reach? See boards/esp32/README.md");
            }

            _isRadioOn = true;

            // in the background: readings have a time as soon as the date is known
            Sntp.Start();
        }
    }
}
