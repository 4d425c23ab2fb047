using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Firmware
{
    /// <summary>The program of a sensor, which every board runs as it stands here. Its lines are those in the README.</summary>
    public static class SensorProgram
    {
        /// <summary>Makes a device that reads a sensor of one's own and publishes what it says; run it, or step it.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="sensor">What it reads, in place of <see cref="Board.Sensor"/>.</param>
        /// <param name="settings">Whom it calls, the topic, the interval.</param>
        /// <param name="options">Its sizes and times.</param>
        public static Device Create(Board board, Sensor sensor, DeviceSettings settings, DeviceOptions options)
        {
            // the lines of the program below, with another sensor
            settings.TellUnread(board.Log);
            Node node = new Node(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
            Device device = new Device(board, node, board.Link, options);
            device.DialList.Add(settings.Dial);
            device.Publish(sensor, device.OpenTopic(settings.Topic), settings.EveryMs);
            return device;
        }

        /// <summary>Makes a device that reads its board's sensor and publishes what it says; run it, or step it.</summary>
        /// <param name="board">What it runs on.</param>
        /// <param name="settings">Whom it calls, the topic, the interval.</param>
        /// <param name="options">Its sizes and times.</param>
        public static Device Create(Board board, DeviceSettings settings, DeviceOptions options)
        {
            settings.TellUnread(board.Log);

            // <sensor-program>
            Identity identity = DeviceIdentity.Load(board);                 // who it is: made at the first start, then kept
            IStreamTransport link = board.Link;                             // how it reaches others: Wi-Fi, Ethernet
            Node node = new Node(options.Node, identity, board.Crypto, board.Random);
            Device device = new Device(board, node, link, options);         // calls, calls again, keeps what nobody hears yet
            device.DialList.Add(settings.Dial);                             // /ip4/192.168.1.10/tcp/4001/p2p/12D3KooW...
            Topic topic = device.OpenTopic(settings.Topic);                 // such as greenhouse/climate
            Sensor sensor = board.Sensor;                                   // read: {"n":1,"t":1767225600000,"celsius":21.5}
            device.Publish(sensor, topic, settings.EveryMs);                // signed, now or when the link is back
            return device;                                                  // device.Run() does the rest
            // </sensor-program>
        }
    }
}
