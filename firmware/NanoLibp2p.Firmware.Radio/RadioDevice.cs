using System;
using NanoLibp2p.Frames;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Firmware.Radio
{
    /// <summary>
    /// A device on a radio, or on several of which one has its turn: a <see cref="FrameNode"/> over <see cref="IFrameLink"/>. It opens the
    /// link and opens it again when it broke, gives what arrives to the node, and sends what the node has when the link takes it.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   SetTopic on Node > Start > { Publish on Node > Step > Wait, or Close and sleep for SleepMs }
    /// </code>
    /// Readings stay in the node's ring until they are settled, so a change of radio (<see cref="IRadioChoice"/>) loses none. Who wants to
    /// be told derives from this class. Owns no thread and no clock; allocates nothing after <see cref="Start"/> but what a driver's Open
    /// takes.
    /// </remarks>
    public class RadioDevice : FrameNodeEvents
    {
        private const int ReopenMs = 1000;

        private readonly IFrameLink[] _links;
        private readonly FrameNodeOptions _options;

        // null where there is one radio
        private readonly IRadioChoice _choice;
        private readonly FrameNode _node;
        private readonly bool _listens;

        // frames go and come in the session's own buffers; so many bytes of one that the link was too busy for
        private readonly int _longest;
        private int _pending;
        private IFrameLink _link;
        private bool _isOpen;
        private long _openAt;
        private LinkError _error;
        private int _refused;

        /// <summary>Takes its memory, for one radio.</summary>
        /// <param name="link">The radio; it need not be open.</param>
        /// <param name="options">As <see cref="CreateOptions"/> makes them, or changed.</param>
        /// <param name="secrets">The cryptography of the session.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="store">The board's store, or a <see cref="TwinStore"/> over it.</param>
        /// <param name="random">The board's.</param>
        public RadioDevice(IFrameLink link, FrameNodeOptions options, FrameSecrets secrets, Identity identity, IStore store, IRandom random)
            : this(new IFrameLink[] { link }, options, null, secrets, identity, store, random)
        {
        }

        /// <summary>Takes its memory, for several radios.</summary>
        /// <param name="links">The radios, in the order of preference; one has its turn at a time.</param>
        /// <param name="options">The node's. What depends on the radio is set with each change of it; that must keep its duty cycle by
        /// itself: <see cref="FrameNodeOptions.Airtime"/> stays null.</param>
        /// <param name="choice">Whose turn it is. Null for one radio that never has to give way, and whose options stay as they
        /// are.</param>
        /// <param name="secrets">The cryptography of the session.</param>
        /// <param name="identity">Who it is.</param>
        /// <param name="store">The board's store, or a <see cref="TwinStore"/> over it.</param>
        /// <param name="random">The board's.</param>
        /// <exception cref="ArgumentException">There is no link, or the choice is not among as many radios.</exception>
        public RadioDevice(IFrameLink[] links, FrameNodeOptions options, IRadioChoice choice, FrameSecrets secrets,
            Identity identity, IStore store, IRandom random)
        {
            if (links.Length != (choice == null ? 1 : choice.Radios))
            {
                throw new ArgumentException("give one link, or a choice among all");
            }

            _links = links;
            _link = links[0];
            _options = options;
            int longest = _link.Mtu;
            for (int i = 1; i < links.Length; i++)
            {
                longest = links[i].Mtu > longest ? links[i].Mtu : longest;
            }

            if (choice != null)
            {
                // the node takes its memory for the longest frame of all
                _choice = choice;
                options.Session.Mtu = longest;
            }

            _node = new FrameNode(options, secrets, identity, store, random, this);
            _longest = longest;
            if (choice != null)
            {
                _listens = options.Session.IsListening;
                Suit(options, _link, _listens);
            }
        }

        /// <summary>The node: topics, gateways, readings, calls, its state.</summary>
        public FrameNode Node
        {
            get { return _node; }
        }

        /// <summary>The radio that has its turn: its place in the order of preference.</summary>
        public int Current
        {
            get { return _choice == null ? 0 : _choice.Current; }
        }

        /// <summary>Why the link could not be opened the last time; <see cref="LinkError.None"/> when it could.</summary>
        public LinkError Error
        {
            get { return _error; }
        }

        /// <summary>Frames that the link did not take, and never will.</summary>
        public int Refused
        {
            get { return _refused; }
        }

        /// <summary>Options that fit a link: MTU, suite, receive window.</summary>
        /// <param name="link">The radio.</param>
        public static FrameNodeOptions CreateOptions(IFrameLink link)
        {
            FrameNodeOptions options = new FrameNodeOptions();
            Suit(options, link, true);
            return options;
        }

        /// <summary>Reads the store; the first step opens the link.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <param name="sleptMs">How long a timed sleep was that ended just now; -1 for any other start.</param>
        /// <returns>False when the board was never provisioned.</returns>
        public bool Start(long nowMs, long sleptMs)
        {
            _openAt = nowMs;
            return _node.Start(nowMs, sleptMs);
        }

        /// <summary>Lets time pass: receives, sends, opens the link again, changes the radio.</summary>
        /// <param name="nowMs">The board's clock.</param>
        /// <returns>Milliseconds after which it wants to be called again, unless a frame arrives before.</returns>
        public int Step(long nowMs)
        {
            int next = _isOpen || Open(nowMs) ? StepLink(nowMs) : ReopenMs;
            if (_choice != null)
            {
                _choice.Poll(nowMs, _node.Unsettled > 0);
                if (_links[_choice.Current] != _link)
                {
                    Close();
                    _link = _links[_choice.Current];
                    next = _openAt > nowMs ? ReopenMs : 0;
                }
            }

            return next;
        }

        /// <summary>Sleeps until a frame comes, but no longer than what <see cref="Step"/> said.</summary>
        public void Wait(int milliseconds)
        {
            _link.Wait(milliseconds);
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

        /// <summary>Closes the radio, before the board sleeps; the next step opens it again.</summary>
        public void Close()
        {
            if (_isOpen)
            {
                _link.Close();
                _isOpen = false;
                _pending = 0;
                _openAt = long.MinValue;
            }
        }

        /// <inheritdoc/>
        public override int TimeOnAir(int bytes)
        {
            // rounded up, and more than that: a frame must not come while the link still listens for the answer to the one before
            return (_link.TimeOnAirUs(bytes) / 1000) + 1;
        }

        /// <inheritdoc/>
        public override int WaitMs(int bytes, bool isUrgent)
        {
            return _link.WaitMs(bytes, isUrgent);
        }

        private static void Suit(FrameNodeOptions options, IFrameLink link, bool listens)
        {
            options.AnswerMs = link.AnswerMs;
            options.HasWindows = link.IsBoundedByAir;
            options.Session.Mtu = link.Mtu;
            options.Session.IsShort = link.IsBoundedByAir;
            options.Session.IsListening = listens && !link.IsBoundedByAir;
        }

        private bool Open(long nowMs)
        {
            if (nowMs < _openAt)
            {
                return false;
            }

            _error = _link.Open();
            _openAt = nowMs + ReopenMs;
            _isOpen = _error == LinkError.None;
            if (_choice == null)
            {
                return _isOpen;
            }

            if (_isOpen)
            {
                Suit(_options, _link, _listens);
                _node.Roam();
            }
            else
            {
                _choice.Fail(nowMs);
            }

            return _isOpen;
        }

        private int StepLink(long nowMs)
        {
            int next = _link.Poll(nowMs);
            int unsettled = _node.Unsettled;
            bool wasOpen = _node.State == FrameState.Open;
            byte[] received = _node.Session.Received;
            int count;
            while ((count = _link.Receive(received, DeviceSession.ReceivedOffset, _longest)) > 0)
            {
                _node.Receive(received, DeviceSession.ReceivedOffset, count, nowMs);
            }

            // a radio over which readings are settled, or a session was opened or resumed, works
            if (_choice != null && (_node.Unsettled < unsettled || (!wasOpen && _node.State == FrameState.Open)))
            {
                _choice.Settle(nowMs);
            }

            int result = count < 0 ? FrameLinkResult.Failed : Send(nowMs);
            if (result == FrameLinkResult.Failed)
            {
                Close();
                _openAt = nowMs + ReopenMs;
                if (_choice != null)
                {
                    _choice.Fail(nowMs);
                }

                return ReopenMs;
            }

            if (_pending > 0)
            {
                // nobody is connected, or the radio is busy: it says when it looks again
                return next;
            }

            if (result > 0)
            {
                // the link has begun with it, and says next when it looks again
                return 0;
            }

            long wait = _node.WakeAt - nowMs;
            return wait >= next ? next : wait < 0 ? 0 : 0 | (int)wait;
        }

        private int Send(long nowMs)
        {
            byte[] body = _node.Session.Body;
            if (_pending == 0)
            {
                _pending = _node.Transmit(body, 0, nowMs);
                if (_pending == 0)
                {
                    return FrameLinkResult.Busy;
                }
            }

            int result = _link.Send(body, 0, _pending, null, 0, true);
            if (result != FrameLinkResult.Busy || _options.Session.IsSmall)
            {
                // What the link refuses counts as lost, as anything may be that is on the air: the node asks, and sends it again. Where
                // there is one buffer the next frame that comes would take its place.
                _refused += result > 0 ? 0 : 1;
                _pending = 0;
            }

            return result;
        }
    }
}
