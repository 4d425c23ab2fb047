using System;
using System.Diagnostics;
using System.Threading;
using Meadow;
using Meadow.Hardware;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Boards.Meadow
{
    /// <summary>A Meadow F7 with Wi-Fi; no part added.</summary>
    public sealed class MeadowBoard : ChipBoard
    {
        // one for the node's connection, one to turn a caller away
        private const int MaxLinks = 2;

        private const int JoinTimeoutMs = 60000;

        private readonly DeviceRandom _random = new DeviceRandom();
        private readonly AutoResetEvent _connected = new AutoResetEvent(false);
        private readonly IMeadowDevice _device;
        private readonly IWiFiNetworkAdapter _wifi;

        /// <summary>
        /// Makes the board over Meadow's own device, App.Device; from then on it says when the Wi-Fi comes and goes. Its store is files in
        /// Meadow's data folder, which outlives updates of the app and of the system.
        /// </summary>
        public MeadowBoard(IMeadowDevice device)
            : base("meadow-f7", new TcpTransport(MaxLinks), new FlashStore(MeadowOS.FileSystem.DataDirectory + "/"), "managed")
        {
            _device = device;
            _wifi = device.NetworkAdapters.Primary<IWiFiNetworkAdapter>()
                ?? throw new InvalidOperationException(
                    "this Meadow has no Wi-Fi adapter; set Network: DefaultInterface: WiFi in meadow.config.yaml");
            _wifi.NetworkConnected += OnConnected;
            _wifi.NetworkDisconnected += OnDisconnected;
        }

        /// <inheritdoc/>
        public override IRandom Random
        {
            get { return _random; }
        }

        /// <inheritdoc/>
        public override string RandomWeakness
        {
            get { return _random.Weakness; }
        }

        /// <summary>Milliseconds of the system's steady clock.</summary>
        public override long NowMs
        {
            get { return Stopwatch.GetTimestamp() / (Stopwatch.Frequency / 1000); }
        }

        /// <summary>Bytes of the managed heap in use.</summary>
        public override long HeapBytes
        {
            get { return GC.GetTotalMemory(false); }
        }

        /// <summary>Writes to Meadow's log.</summary>
        public override void Write(string line)
        {
            Resolver.Log.Info(line);
        }

        /// <summary>Waits for the Wi-Fi of wifi.config.yaml, which the coprocessor joins by itself.</summary>
        public override void JoinNetwork()
        {
            while (!_wifi.IsConnected && !_connected.WaitOne(JoinTimeoutMs))
            {
                Write("no Wi-Fi yet; are name and password in wifi.config.yaml, and AutomaticallyStartNetwork in meadow.config.yaml? See "
                    + "boards/meadow-f7/README.md");
            }
        }

        /// <summary>Starts the board anew.</summary>
        public override void Restart()
        {
            _device.PlatformOS.Reset();
        }

        private void OnConnected(INetworkAdapter sender, NetworkConnectionEventArgs args)
        {
            Write("Wi-Fi joined as " + args.IpAddress);
            _connected.Set();
        }

        private void OnDisconnected(INetworkAdapter sender, NetworkDisconnectionEventArgs args)
        {
            Write("Wi-Fi lost; readings wait until it is back");
        }
    }
}
