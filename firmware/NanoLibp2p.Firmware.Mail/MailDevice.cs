using System;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox;

namespace NanoLibp2p.Firmware.Mail
{
    /// <summary>
    /// A device that takes its mail: with a line <c>mailbox = /ip4/.../tcp/.../p2p/...</c> in its settings it asks that gateway when it
    /// starts, and in intervals. A Main calls <c>BoardProgram.Run(board, new DeviceFactory(new MailDevice(handler).Create))</c>.
    /// </summary>
    public sealed class MailDevice
    {
        private readonly PostboxOptions _options = new PostboxOptions();
        private readonly MailHandler _handler;
        private readonly DeviceFactory _inner;
        private PostboxClient _client;

        /// <summary>Around the sensor program.</summary>
        /// <param name="handler">Takes the mail.</param>
        public MailDevice(MailHandler handler)
        {
            _handler = handler;
        }

        /// <summary>Around another program, as <c>new DeviceFactory(RelayedDevice.Create)</c>; where its node is connected to others than
        /// the gateway, it needs one connection more.</summary>
        /// <param name="handler">Takes the mail.</param>
        /// <param name="inner">Makes the device.</param>
        public MailDevice(MailHandler handler, DeviceFactory inner)
        {
            _handler = handler;
            _inner = inner;
        }

        /// <summary>Sizes of the postbox client, to be changed before the device is made. Known senders and whether it follows are the
        /// settings'.</summary>
        public PostboxOptions Options
        {
            get { return _options; }
        }

        /// <summary>The postbox client of the device made last, as a <c>PostboxSender</c> needs it; null without a mailbox.</summary>
        public PostboxClient Client
        {
            get { return _client; }
        }

        /// <summary>A <see cref="DeviceFactory"/>: the program's device, with a postbox client where the settings name a gateway.</summary>
        /// <param name="board">What it runs on; its store keeps what must outlive a restart.</param>
        /// <param name="settings">
        /// What its store says: each <c>mailbox</c> is the address of a gateway with its peer id, the next has its turn when one fails;
        /// each <c>mail-from</c> a peer id whose mail is taken, anybody's when there is none; <c>mail-every</c> the milliseconds between
        /// two questions, or 60,000; <c>mail-follow = on</c> keeps the stream, so that the gateway tells of new mail at once.
        /// </param>
        /// <exception cref="FormatException">A mailbox is no multiaddr, a sender no peer id.</exception>
        /// <exception cref="ArgumentException">A mailbox has no peer id or is no TCP address, or there are more senders than
        /// four.</exception>
        /// <exception cref="InvalidOperationException">What the store has of the mail is damaged, or it took no write.</exception>
        public Device Create(Board board, DeviceSettings settings)
        {
            // asked for first, so that the settings are known
            string[] mailboxes = settings.All("mailbox");
            string[] from = settings.All("mail-from");
            int everyMs = settings.FindNumber("mail-every", 60000);
            _options.Follows = settings.Find("mail-follow", "off") == "on";
            _options.Known = new PeerId[from.Length];
            for (int i = 0; i < from.Length; i++)
            {
                _options.Known[i] = PeerId.Parse(from[i]);
            }

            Multiaddr[][] gateways = new Multiaddr[mailboxes.Length][];
            for (int i = 0; i < mailboxes.Length; i++)
            {
                Multiaddr gateway = Multiaddr.Parse(mailboxes[i]);
                if (!gateway.IsTcp || gateway.PeerId == null)
                {
                    throw new ArgumentException("the mailbox " + mailboxes[i]
                        + " is no TCP address with a peer id; give one such as /ip4/192.168.1.10/tcp/4001/p2p/12D3KooW...");
                }

                gateways[i] = new Multiaddr[] { gateway };
            }

            Device device = _inner == null ? CreateSensorDevice(board, settings, gateways) : _inner(board, settings);
            _client = null;
            if (gateways.Length > 0)
            {
                MailTaker taker = new MailTaker(device, board, _handler, gateways, _options, everyMs);
                _client = taker.Client;
            }

            return device;
        }

        // with a connection for a gateway that the dial list does not lead to
        private static Device CreateSensorDevice(Board board, DeviceSettings settings, Multiaddr[][] gateways)
        {
            DeviceOptions options = board.CreateOptions();
            string[] dial = settings.Dial;
            for (int i = 0; i < gateways.Length; i++)
            {
                bool isDialed = dial.Length == 0;
                for (int j = 0; j < dial.Length; j++)
                {
                    isDialed |= gateways[i][0].PeerId.Equals(Multiaddr.Parse(dial[j]).PeerId);
                }

                if (!isDialed && options.Node.MaxConnections < 2)
                {
                    options.Node.MaxConnections = 2;
                }
            }

            return SensorProgram.Create(board, settings, options);
        }
    }
}
