using NanoLibp2p.Core;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>The device: it looks at the button in an interval of its own, which no setting names.</summary>
    public static class ButtonProgram
    {
        private const int LookMs = 50;

        /// <summary>Makes it; run it, or step it.</summary>
        public static Device Create(Board board, Button button, DeviceSettings settings, DeviceOptions options)
        {
            settings.TellUnread(board.Log);
            Node node = new Node(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
            Device device = new Device(board, node, board.Link, options);
            device.DialList.Add(settings.Dial);
            device.Publish(new ButtonSensor(button), device.OpenTopic(settings.Topic), LookMs);
            return device;
        }
    }
}
