using System;
using NanoLibp2p.Frames;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Firmware.Radios
{
    /// <summary>
    /// A device on its radios: a <see cref="FrameNode"/> over the link that has its turn (<see cref="RadioChoice"/>). Readings stay in the
    /// node's ring until they are settled, so a change of radio loses none.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   SetTopic on Node > Start > { Publish on Node > Step > Wait, or sleep for SleepMs }
    /// </code>
    /// Owns no thread and no clock; allocates nothing after <see cref="Start"/> but what a driver's Open takes.
    /// </remarks>
    public sealed class RoamingDevice : FrameNodeEvents
    {
        private const int ReopenMs = 1000;

        private readonly IFrameLink[] _links;
        private readonly FrameNodeOptions _options;
        private readonly RadioChoice _choice;
        private readonly FrameNode _node;
        private readonly byte[] _in;
        private readonly byte[] _out;

        // a frame that the link was too busy for
        private int _pending;
        private bool _isOpen;
        private int _opened;
        private long _openAt;
        private long _now;

        /// <summary>Takes its memory.</summary>
        /// <param name="links">The radios, in the order of preference; one has its turn at a time.</param>
        /// <param name="options">The node's; what depends on the link is set with each change of it.</param>
        /// <param name="choice">How long each radio may try: as many times as links.</param>
        /// <param name="secrets">See <see cref="FrameNode"/>.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="store">The board's store, or a <see cref="TwinStore"/> over it.</param>
        /// <param name="random">The board's random source.</param>
        /// <exception cref="ArgumentException">There is no link, or not as many times in <paramref name="choice"/> as links.</exception>
        public RoamingDevice(IFrameLink[] links, FrameNodeOptions options, RadioChoiceOptions choice, FrameSecrets secrets,
            Identity identity, IStore store, IRandom random)
        {
            if (links.Length == 0 || choice.TrialMs.Length != links.Length)
            {
                throw new ArgumentException("give at least one link, and TrialMs for each");
            }

            int longest = 0;
            for (int i = 0; i < links.Length; i++)
            {
                longest = links[i].Mtu > longest ? links[i].Mtu : longest;
            }

            _links = links;
            _options = options;
            _choice = new RadioChoice(choice);
            _in = new byte[longest];
            _out = new byte[longest];

            // the node takes its memory for the longest frame of all
            options.Session.Mtu = longest;
            _node = new FrameNode(options, secrets, identity, store, random, this);
            Suit(links[0]);
        }

        /// <summary>The node: topics, readings, calls, its state.</summary>
        public FrameNode Node
        {
            get { return _node; }
        }

        /// <summary>The link that has its turn: its place in the order of preference.</summary>
        public int Current
        {
            get { return _choice.Current; }
        }

        /// <summary>Readings that are done with, since the start.</summary>
        public int Settled { get; private set; }

        /// <summary>Readings that were lost, since the start: the ring was full, or the gateway refused them.</summary>
        public int Lost { get; private set; }

        /// <summary>Reads the store; see <see cref="FrameNode.Start"/>.</summary>
        public bool Start(long nowMs, long sleptMs)
        {
            _now = nowMs;
            _openAt = nowMs;
            return _node.Start(nowMs, sleptMs);
        }

        /// <summary>Moves everything one step.</summary>
        /// <returns>Milliseconds after which it wants to be called again, at most <see cref="FrameLinkResult.IdleMs"/>.</returns>
        public int Step(long nowMs)
        {
            _now = nowMs;
            int next = ReopenMs;
            if (_isOpen || OpenLink())
            {
                next = StepLink(_links[_opened]);
            }

            if (_choice.Poll(nowMs, _node.Unsettled > 0))
            {
                _openAt = nowMs;
                next = 0;
            }

            if (_isOpen && _opened != _choice.Current)
            {
                CloseLink();
            }

            return next;
        }

        /// <summary>Sleeps until a frame comes, but no longer than what <see cref="Step"/> said.</summary>
        public void Wait(int milliseconds)
        {
            if (_isOpen)
            {
                _links[_choice.Current].Wait(milliseconds);
            }
        }

        /// <summary>How long the board may sleep with everything off: until its next reading, once nothing waits and no answer is
        /// due.</summary>
        /// <param name="nowMs">The clock.</param>
        /// <param name="nextReadingMs">When it reads its sensor again, by the same clock.</param>
        /// <returns>Milliseconds; 0 while it must stay awake.</returns>
        public long SleepMs(long nowMs, long nextReadingMs)
        {
            bool isBusy = _pending > 0 || _node.Unsettled > 0 || nowMs < _node.ListensUntil;
            return isBusy || nextReadingMs <= nowMs ? 0 : nextReadingMs - nowMs;
        }

        /// <summary>Closes the radio, before the board sleeps.</summary>
        public void Close()
        {
            CloseLink();
        }

        /// <inheritdoc/>
        public override int TimeOnAir(int bytes)
        {
            IFrameLink link = _links[_choice.Current];
            return link.IsBoundedByAir ? (link.TimeOnAirUs(bytes) / 1000) + 1 : 0;
        }

        /// <inheritdoc/>
        public override int WaitMs(int bytes, bool isUrgent)
        {
            return _links[_choice.Current].WaitMs(bytes, isUrgent);
        }

        /// <summary>A radio over which a session was opened or resumed works.</summary>
        public override void OnState(FrameNode node)
        {
            if (node.State == FrameState.Open)
            {
                _choice.Settle(_now);
            }
        }

        /// <inheritdoc/>
        public override void OnSettled(FrameNode node, int reading)
        {
            Settled++;
            _choice.Settle(_now);
        }

        /// <inheritdoc/>
        public override void OnLost(FrameNode node, int reading, int notice)
        {
            Lost++;
        }

        private bool OpenLink()
        {
            if (_now < _openAt)
            {
                return false;
            }

            IFrameLink link = _links[_choice.Current];
            _openAt = _now + ReopenMs;
            if (link.Open() != LinkError.None)
            {
                _choice.Fail(_now);
                return false;
            }

            Suit(link);
            _opened = _choice.Current;
            _isOpen = true;
            _node.Roam();
            return true;
        }

        private void CloseLink()
        {
            if (_isOpen)
            {
                _links[_opened].Close();
                _isOpen = false;
                _pending = 0;
                _openAt = _now;
            }
        }

        private int StepLink(IFrameLink link)
        {
            int next = link.Poll(_now);
            int count = link.Receive(_in, 0, link.Mtu);
            while (count > 0)
            {
                _node.Receive(_in, 0, count, _now);
                count = link.Receive(_in, 0, link.Mtu);
            }

            if (count >= 0)
            {
                count = Send(link);
            }

            if (count < 0)
            {
                CloseLink();
                _choice.Fail(_now);
                return 0;
            }

            if (count > 0)
            {
                return 0;
            }

            if (_pending > 0)
            {
                // nobody is connected, or the radio is busy: it says when it looks again
                return next;
            }

            long wake = _node.WakeAt - _now;
            return wake < 0 ? 0 : wake < next ? 0 | (int)wake : next;
        }

        // 1 when a frame went out and another may follow, 0 when none is to go now, negative when the link is broken.
        private int Send(IFrameLink link)
        {
            if (_pending == 0)
            {
                _pending = _node.Transmit(_out, 0, _now);
            }

            if (_pending == 0)
            {
                return 0;
            }

            int result = link.Send(_out, 0, _pending, null, 0, true);
            if (result == FrameLinkResult.Busy)
            {
                return 0;
            }

            // what the link refuses counts as lost: the node asks, and sends it again
            _pending = 0;
            return result == FrameLinkResult.Failed ? result : result > 0 ? 1 : 0;
        }

        private void Suit(IFrameLink link)
        {
            _options.AnswerMs = link.AnswerMs;
            _options.HasWindows = link.IsBoundedByAir;
            _options.Session.Mtu = link.Mtu;
            _options.Session.IsShort = link.IsBoundedByAir;
        }
    }
}
