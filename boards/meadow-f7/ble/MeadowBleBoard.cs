using System;
using System.Diagnostics;
using Meadow;
using Meadow.Gateways;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Boards.Meadow
{
    /// <summary>A Meadow F7 over BLE alone; no Wi-Fi, no TCP.</summary>
    public sealed class MeadowBleBoard : RadioBoard
    {
        private readonly IBluetoothAdapter _adapter;
        private readonly FlashStore _store = new FlashStore(MeadowOS.FileSystem.DataDirectory + "/");
        private readonly DeviceRandom _random = new DeviceRandom();

        /// <summary>Makes the board.</summary>
        /// <param name="adapter">The device's, F7FeatherV2.BluetoothAdapter.</param>
        /// <exception cref="InvalidOperationException">The board has no Bluetooth.</exception>
        public MeadowBleBoard(IBluetoothAdapter adapter)
        {
            _adapter = adapter ?? throw new InvalidOperationException("this Meadow has no Bluetooth adapter; update Meadow.OS");
        }

        /// <inheritdoc/>
        public override string Name
        {
            get { return "meadow-f7-ble"; }
        }

        /// <summary>Milliseconds of the system's steady clock.</summary>
        public override long NowMs
        {
            get { return Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000); }
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
            get { return "{\"up_s\":%0,\"managed\":%0}"; }
        }

        /// <inheritdoc/>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            return new IFrameLink[] { new BleLink(new MeadowAttPeripheral(_adapter, Name)) };
        }

        /// <inheritdoc/>
        public override int Read(int[] values)
        {
            values[0] = (int)(NowMs / 1000);
            values[1] = (int)GC.GetTotalMemory(false);
            return 2;
        }

        /// <summary>Writes to Meadow's log.</summary>
        public override void Write(string line)
        {
            Resolver.Log.Info(line);
        }
    }
}
