using NanoLibp2p.Frames;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// A device on a radio: a <see cref="FrameNode"/> on an <see cref="IFrameLink"/>. It opens the link and opens it again when it broke,
    /// gives what arrives to the node, and sends what the node has when the link takes it.
    /// </summary>
    /// <remarks>
    /// A Main calls <see cref="Start"/>, then <see cref="Step"/> and <see cref="IFrameLink.Wait"/>, for ever; readings go to
    /// <see cref="FrameNode.Publish"/>. Who wants to be told derives from this class. Nothing is allocated after the constructor.
    /// </remarks>
    public class RadioDevice : FrameNodeEvents
    {
        private const int ReopenMs = 5000;

        private readonly IFrameLink _link;
        private readonly byte[] _frame;
        private readonly byte[] _received;
        private bool _isOpen;
        private long _openAt;

        /// <summary>Takes its memory.</summary>
        /// <param name="link">The radio; it need not be open.</param>
        /// <param name="options">As <see cref="CreateOptions"/> makes them, or changed.</param>
        /// <param name="secrets">The cryptography of the session.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="store">The board's.</param>
        /// <param name="random">The board's.</param>
        public RadioDevice(IFrameLink link, FrameNodeOptions options, FrameSecrets secrets, Identity identity, IStore store, IRandom random)
        {
            _link = link;
            _frame = new byte[link.Mtu];
            _received = new byte[link.Mtu];
            Node = new FrameNode(options, secrets, identity, store, random, this);
        }

        /// <summary>The node: topics, gateways, readings.</summary>
        public FrameNode Node { get; }

        /// <summary>Why the link could not be opened the last time; <see cref="LinkError.None"/> when it could.</summary>
        public LinkError Error { get; private set; }

        /// <summary>Frames that the link did not take.</summary>
        public int Refused { get; private set; }

        /// <summary>Options that fit a link: MTU, suite, receive window.</summary>
        /// <param name="link">The radio.</param>
        public static FrameNodeOptions CreateOptions(IFrameLink link)
        {
            FrameNodeOptions options = new FrameNodeOptions();
            options.Session.Mtu = link.Mtu;
            options.Session.IsShort = link.IsBoundedByAir;
            options.Session.IsListening = !link.IsBoundedByAir;
            options.HasWindows = link.IsBoundedByAir;
            options.AnswerMs = link.AnswerMs;
            return options;
        }

        /// <summary>Reads the store and opens the link.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <param name="sleptMs">How long a timed sleep was that ended just now; -1 for any other start.</param>
        /// <returns>False when the board was never provisioned.</returns>
        public bool Start(long nowMs, long sleptMs)
        {
            _openAt = nowMs;
            return Node.Start(nowMs, sleptMs);
        }

        /// <summary>Lets time pass: receives, sends, opens the link again.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <returns>Milliseconds after which it wants to be called again, unless a frame arrives before.</returns>
        public int Step(long nowMs)
        {
            if (!_isOpen && !Open(nowMs))
            {
                return ReopenMs;
            }

            int next = _link.Poll(nowMs);
            int count = _link.Receive(_received, 0, _received.Length);
            while (count > 0)
            {
                Node.Receive(_received, 0, count, nowMs);
                count = _link.Receive(_received, 0, _received.Length);
            }

            if (count < 0)
            {
                _isOpen = false;
                _openAt = nowMs + ReopenMs;
                return ReopenMs;
            }

            int bytes = Node.Transmit(_frame, 0, nowMs);
            if (bytes > 0)
            {
                // what the link refuses counts as lost, as anything may be that is on the air
                Refused += _link.Send(_frame, 0, bytes, null, 0, true) == bytes ? 0 : 1;
                int polled = _link.Poll(nowMs);
                next = polled < next ? polled : next;
            }

            long wait = Node.WakeAt == FrameNode.NeverMs ? FrameLinkResult.IdleMs : Node.WakeAt - nowMs;
            return wait < next ? wait < 0 ? 0 : 0 | (int)wait : next;
        }

        /// <inheritdoc/>
        public override int TimeOnAir(int bytes)
        {
            return (_link.TimeOnAirUs(bytes) + 999) / 1000;
        }

        /// <inheritdoc/>
        public override int WaitMs(int bytes, bool isUrgent)
        {
            return _link.WaitMs(bytes, isUrgent);
        }

        private bool Open(long nowMs)
        {
            if (nowMs < _openAt)
            {
                return false;
            }

            Error = _link.Open();
            _isOpen = Error == LinkError.None;
            _openAt = nowMs + ReopenMs;
            return _isOpen;
        }
    }
}
