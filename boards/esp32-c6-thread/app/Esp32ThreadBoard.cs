using System;
using nanoFramework.Networking.Thread;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.UdpFrames;

namespace NanoLibp2p.Esp32C6Thread.App
{
    /// <summary>An ESP32-C6 or H2 with a firmware that has Thread; Wi-Fi and Bluetooth off. It stays awake, as a child or router of the
    /// network that its settings name.</summary>
    public sealed class Esp32ThreadBoard : ChipRadioBoard
    {
        private const int KeyBytes = 16;
        private const int ExtendedIdBytes = 8;

        private OpenThread _thread;

        /// <inheritdoc/>
        public override string Name
        {
            get { return "esp32-c6-thread"; }
        }

        /// <summary>Joins the network, and gives the link to the gateway. Until the network is there the link can't be opened; it is tried
        /// again each second.</summary>
        /// <exception cref="InvalidOperationException">A setting is missing, or not what it has to be.</exception>
        public override IFrameLink[] CreateLinks(RadioSettings settings)
        {
            string gateway = settings.Find("udp");
            if (gateway == null)
            {
                throw new InvalidOperationException("no gateway is set: send a settings file with 'udp = address' and 'udp-port = ...'");
            }

            OpenThreadDataset network = new OpenThreadDataset();
            network.NetworkName = settings.Find("thread-name");
            network.NetworkKey = Hex(settings, "thread-key", KeyBytes);
            network.ExtendedPanId = Hex(settings, "thread-extended-id", ExtendedIdBytes);
            byte[] id = Hex(settings, "thread-id", 2);
            network.PanId = (ushort)((id[0] << 8) | id[1]);
            network.Channel = (ushort)settings.Pin("thread-channel");
            _thread = OpenThread.CreateThreadWithNativeRadio(ThreadDeviceType.EndDevice);
            _thread.Dataset = network;
            _thread.Start();
            return new IFrameLink[] { new UdpLink(gateway, settings.Port("udp-port")) };
        }

        // so many bytes as hexadecimal digits, as ot-ctl shows them
        private static byte[] Hex(RadioSettings settings, string name, int bytes)
        {
            string text = settings.Find(name);
            byte[] value = new byte[bytes];
            bool isGood = text != null && text.Length == 2 * bytes;
            for (int i = 0; isGood && i < text.Length; i++)
            {
                char c = text[i];
                int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
                isGood = digit >= 0;
                value[i / 2] = (byte)((value[i / 2] << 4) | (digit & 15));
            }

            if (!isGood)
            {
                throw new InvalidOperationException("no '" + name + " = ...' of " + (2 * bytes).ToString()
                    + " hexadecimal digits in the settings");
            }

            return value;
        }
    }
}
