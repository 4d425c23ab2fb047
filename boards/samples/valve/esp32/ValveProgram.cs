using System;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Samples
{
    /// <summary>The device: it calls the peers of its settings and hears one topic, and one author.</summary>
    public static class ValveProgram
    {
        /// <summary>Makes it; run it, or step it.</summary>
        /// <exception cref="InvalidOperationException">The settings name no author.</exception>
        public static Device Create(Board board, Valve valve, DeviceSettings settings, DeviceOptions options)
        {
            string author = settings.Find("author", null);
            if (author == null)
            {
                throw new InvalidOperationException(
                    "nobody to obey: store settings with a line 'author = 12D3KooW...', the peer id of who commands");
            }

            settings.TellUnread(board.Log);
            Node node = new Node(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
            Device device = new Device(board, node, board.Link, options);
            device.DialList.Add(settings.Dial);
            PeerId peer = PeerId.Parse(author);
            ValveCommands commands = new ValveCommands(board, valve, peer);
            device.PubSub.PinAuthor(peer, commands.Last);
            device.PubSub.Events = commands;
            device.PubSub.Join(settings.Topic);
            return device;
        }
    }
}
