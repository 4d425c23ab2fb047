using System;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radios;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Esp32Ble.App
{
    /// <summary>An ESP32 with a firmware that has Bluetooth; Wi-Fi off. It stays awake: a gateway has to find it.</summary>
    public sealed class Esp32BleBoard : RadioBoard
    {
        private readonly FlashStore _store = new FlashStore("I:\\");
        private readonly ChipRandom _random = new ChipRandom();
        private long _ticks;
        private long _nowMs;

        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32-ble"; }
        }

        /// <summary>Milliseconds since the start; the system's 32-bit ticks begin anew after 49.7 days, this goes on.</summary>
        public override long NowMs
        {
            get
            {
                long ticks = Environment.TickCount64;
                _nowMs += ticks > _ticks ? ticks - _ticks : 0;
                _ticks = ticks;
                return _nowMs;
            }
        }

        /// <inheritdoc/>
        public override IStore Store
        {
            get { return _store; }
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <inheritdoc/>
        public override string Template
        {
            get { return "{\"up_s\":%0,\"heap\":%0}"; }
        }

        /// <inheritdoc/>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            return new IFrameLink[] { new BleLink(new NanoAttPeripheral(Name)) };
        }

        /// <inheritdoc/>
        public override int Read(int[] values)
        {
            values[0] = 0 | (int)(NowMs / 1000);
            uint free = nanoFramework.Runtime.Native.GC.Run(false);
            values[1] = 0 | (int)free;
            return 2;
        }

        /// <inheritdoc/>
        public override void Write(string line)
        {
            Console.WriteLine(line);
        }
    }
}
