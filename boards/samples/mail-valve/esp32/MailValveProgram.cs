using System;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.Firmware.Mail;

namespace NanoLibp2p.Samples
{
    /// <summary>The device: it takes the mail of one sender from its mailbox, and publishes nothing.</summary>
    public static class MailValveProgram
    {
        /// <summary>Makes it; run it, or step it.</summary>
        /// <exception cref="InvalidOperationException">The settings name nobody to obey, or no mailbox.</exception>
        public static Device Create(Board board, Valve valve, DeviceSettings settings)
        {
            if (settings.Find("mail-from", null) == null)
            {
                throw new InvalidOperationException(
                    "nobody to obey: store settings with a line 'mail-from = 12D3KooW...', the peer id of who commands");
            }

            if (settings.Find("mailbox", null) == null)
            {
                throw new InvalidOperationException(
                    "no mailbox: store settings with a line 'mailbox = /ip4/.../tcp/.../p2p/12D3KooW...', the address of a gateway");
            }

            MailDevice mail = new MailDevice(new ValveMail(board, valve), new DeviceFactory(CreateDevice));

            // a command that was held back is not obeyed after a newer one
            mail.Options.Latest = new byte[][] { Encoding.UTF8.GetBytes(ValveMail.Subject) };
            return mail.Create(board, settings);
        }

        private static Device CreateDevice(Board board, DeviceSettings settings)
        {
            DeviceOptions options = board.CreateOptions();
            Node node = new Node(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
            Device device = new Device(board, node, board.Link, options);
            device.DialList.Add(settings.Dial);
            settings.TellUnread(board.Log);
            return device;
        }
    }
}
