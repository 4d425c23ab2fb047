using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// A device on a radio: session, readings, calls and airtime over one link (SPEC.md 8 to 13). Sans-IO: the program tells the time,
    /// gives what the link received to <see cref="Receive"/>, and sends what <see cref="Transmit"/> writes.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   SetTopic, AddGateway > Start > { Receive | Publish | Call } > Transmit, until it gives nothing > sleep until WakeAt
    /// </code>
    /// Nothing is allocated after <see cref="Start"/>. FrameNode.Opening.cs has the states, FrameNode.Readings.cs what is asked and
    /// repeated, FrameNode.Batches.cs signs, FrameNode.Calls.cs calls and answers.
    /// </remarks>
    public sealed partial class FrameNode : DeviceSessionEvents
    {
        /// <summary><see cref="WakeAt"/> when nothing is to be done until something comes.</summary>
        public const long NeverMs = long.MaxValue;

        private const int StoreRetryMs = 60 * 1000;
        private const int MeetMs = 600 * 1000;

        private readonly FrameNodeOptions _options;
        private readonly FrameNodeEvents _events;
        private readonly FrameSecrets _secrets;
        private readonly Identity _identity;
        private readonly IRandom _random;
        private readonly DeviceSession _session;
        private readonly FrameGateways _gateways;
        private readonly IFrameAirtime _airtime;
        private readonly byte[] _dice = new byte[4];

        // where Transmit's frame goes
        private byte[] _out;
        private int _outOffset;
        private int _outCount;

        // the time that Transmit and OnFrame were told, and what the clock says then
        private long _now;
        private long _clockAt;
        private uint _clock;

        // nothing is sent before; what had to wait for airtime or for the store may go then
        private long _quietUntil;
        private long _heldUntil;
        private long _storeUntil;
        private long _wakeAt;
        private int _spareMs;

        /// <summary>Takes its memory; <see cref="Start"/> reads the store.</summary>
        public FrameNode(FrameNodeOptions options, FrameSecrets secrets, Identity identity, IStore store, IRandom random,
            FrameNodeEvents events)
        {
            _options = options;
            _events = events;
            _secrets = secrets;
            _identity = identity;
            _random = random;
            _session = new DeviceSession(options.Session, secrets, identity, store, random, this);
            _gateways = new FrameGateways(store, options.Gateways);
            _airtime = options.Airtime;
            _ring = new ReadingRing(options.Readings, options.ReadingBytes);
            _topics = new byte[options.Topics][];
            _templates = new byte[options.Topics][];
            _flags = new byte[options.Topics];
            _message = new byte[FrameMessage.OverheadBytes + options.MessageBytes];
            _answer = new byte[options.AnswerBytes];
            _batch = new int[options.BatchReadings > MaxBatch ? MaxBatch : options.BatchReadings];
        }

        /// <summary>The session beneath, for what it knows: record and numbers.</summary>
        public DeviceSession Session
        {
            get { return _session; }
        }

        /// <summary>The gateways that it talks to.</summary>
        public FrameGateways Gateways
        {
            get { return _gateways; }
        }

        /// <summary>When <see cref="Transmit"/> may have something that it has not now; <see cref="NeverMs"/> when only events bring
        /// it.</summary>
        public long WakeAt
        {
            get { return _wakeAt; }
        }

        /// <summary>How long what waits is held back because the airtime of this hour is used, in milliseconds; 0 for not at all.</summary>
        public long HeldMs
        {
            get { return _heldUntil > _now ? _heldUntil - _now : 0; }
        }

        /// <summary>Until when the radio has to listen, on links with a receive window.</summary>
        public long ListensUntil
        {
            get { return _quietUntil; }
        }

        /// <summary>Unix seconds, by the gateway or by the record, whatever is newer.</summary>
        public uint Clock
        {
            get { return _clock + (uint)((_now - _clockAt) / 1000); }
        }

        /// <summary>Makes the record of a board that was never used, or has lost it.</summary>
        /// <param name="unixTime">Now, above every attempt that the device has made.</param>
        /// <param name="hedge">32 random bytes of a true source; cleared.</param>
        /// <param name="numberBase">Above every number that the identity has used on any link, and from 2^56 on.</param>
        /// <param name="hasSent">Whether it may have sent in the last hour; then it is silent for one.</param>
        /// <returns>False when the store takes nothing.</returns>
        public bool Provision(uint unixTime, byte[] hedge, ulong numberBase, bool hasSent)
        {
            if (!_session.Provision(unixTime, hedge, numberBase))
            {
                return false;
            }

            FrameRecord record = _session.Record;
            record.Time = unixTime;
            record.Pace = FirstPace;
            for (int i = 0; i < FrameRecord.Buckets && !hasSent; i++)
            {
                record.SetAir(i, 0);
            }

            return record.Save();
        }

        /// <summary>Reads the store, after the constructor and after each loss of power.</summary>
        /// <param name="now">The time, in milliseconds since some fixed moment.</param>
        /// <param name="sleptMs">How long a timed sleep was; -1 for any other start.</param>
        /// <returns>False when there is no record: <see cref="Provision"/>, then start again.</returns>
        public bool Start(long now, long sleptMs)
        {
            bool isThere = _session.Start();
            _gateways.Load();
            FrameRecord record = _session.Record;

            // a clock that ran late forgets no airtime
            long slept = sleptMs < 0 ? -1 : sleptMs / 20 * 19;
            _clock = record.Time + (uint)(slept < 0 ? 0 : slept / 1000);
            _clockAt = now;
            _now = now;
            if (_airtime != null)
            {
                _airtime.Start(record, now, slept, _clock);
            }

            if (slept >= 0)
            {
                // the next write takes it along, so that the next sleep is counted from here
                record.Time = _clock;
            }

            int longest = _events.TimeOnAir(_options.Session.Mtu);
            _spareMs = longest * 3 / 2;
            _spareMs = _spareMs < 2000 ? 2000 : _spareMs;

            // what is set aside is used, too, once memory is lost: a board that loses it in each sleep would fall silent
            _spareMs = _options.Session.Reserve == 1 ? 0 : _spareMs;
            if (record.IsOlder && _airtime != null)
            {
                _airtime.Add(longest + _spareMs);
            }

            _quietUntil = now;
            _heldUntil = now;
            _storeUntil = now;
            _mustAsk = sleptMs < 0;
            _random.Fill(_dice, 0, 4);
            _callId = _dice[0];
            BeginGeneration(false);
            StartStates(sleptMs < 0);
            return isThere;
        }

        /// <summary>Takes a frame from the link. What does not belong here is as if it had not come.</summary>
        /// <param name="frame">Has the frame; it is copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="now">The time, in milliseconds.</param>
        public void Receive(byte[] frame, int offset, int count, long now)
        {
            _now = now;
            int news = _session.News;
            _session.Receive(frame, offset, count);
            if (_session.News != news)
            {
                // the one frame of this window
                _quietUntil = now;
                Heard();
            }

            _wakeAt = now;
        }

        /// <summary>Writes the frame that is to be sent now: it is covered by the store, and its airtime is counted. Call again once it is
        /// sent; where the link refuses it, it counts as lost.</summary>
        /// <param name="buffer">Takes up to the link's MTU.</param>
        /// <param name="offset">Where it goes.</param>
        /// <param name="now">The time, in milliseconds.</param>
        /// <returns>Bytes of the frame; 0 when there is nothing to send before <see cref="WakeAt"/>.</returns>
        public int Transmit(byte[] buffer, int offset, long now)
        {
            _now = now;
            _wakeAt = NeverMs;
            _outCount = 0;
            EndAsk();
            if (now < _quietUntil)
            {
                Wake(_quietUntil);
                return 0;
            }

            if (now < _storeUntil)
            {
                Wake(_storeUntil);
                return 0;
            }

            _out = buffer;
            _outOffset = offset;
            Choose();
            _out = null;
            if (_outCount > 0)
            {
                _wakeAt = _quietUntil;
            }

            return _outCount;
        }

        /// <inheritdoc/>
        public override void OnSend(DeviceSession session, byte[] frame, int offset, int count)
        {
            if (_out == null)
            {
                // the second message of first contact comes within Receive
                _attemptSends = 0;
                _attemptAt = _now;
                return;
            }

            Array.Copy(frame, offset, _out, _outOffset, count);
            _outCount = count;
        }

        private void Choose()
        {
            if (!SendAttempt() && _session.IsOpen && _state != FrameState.Resuming)
            {
                SendData();
            }
        }

        // whether there is airtime for a frame, which is charged then
        private bool MayGo(int bytes, bool isUrgent, bool isOpening)
        {
            int air = _airtime == null ? 0 : _events.TimeOnAir(bytes);
            int wait = air == 0 ? _events.WaitMs(bytes, isUrgent)
                : _airtime.WaitMs(air, isUrgent, isOpening && !_isFirstAttempt, _now);
            if (wait == 0)
            {
                if (air == 0 || _airtime.Charge(air, isOpening, _spareMs, _now))
                {
                    return true;
                }

                Failed(FrameResult.StoreFailed);
                return false;
            }

            _heldUntil = _now + wait;
            Wake(_heldUntil);
            return false;
        }

        // when the frame has gone, and until when its answer may come
        private long Sent(int bytes)
        {
            long end = _now + _events.TimeOnAir(bytes);
            long until = end + _options.AnswerMs;
            _quietUntil = _options.HasWindows ? until : end;
            return until;
        }

        // what the session says of a frame that could not go
        private void Failed(int result)
        {
            if (result == FrameResult.StoreFailed)
            {
                _storeUntil = _now + StoreRetryMs;
                Wake(_storeUntil);
                _events.OnStoreFailed(this);
            }
        }

        private void Wake(long at)
        {
            if (at < _wakeAt)
            {
                _wakeAt = at;
            }
        }

        private int Random(int below)
        {
            _random.Fill(_dice, 0, 4);
            return below <= 0 ? 0 : 0 | (int)(Bytes.ReadUInt32BigEndian(_dice, 0) % (uint)below);
        }
    }
}
