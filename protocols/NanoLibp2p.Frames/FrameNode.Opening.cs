using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    // The states of SPEC.md 12.1: when a session is opened, resumed, doubted.
    public sealed partial class FrameNode
    {
        // an attempt's frame goes out so often (H3); of a knock in doubt so often
        private const int MaxSends = 16;
        private const int KnockSends = 4;
        private const int MaxUnanswered = 8;
        private const int MaxResumptions = 32;
        private const int ResumeAfter = 1 << 16;
        private const int FailuresOfGateway = 3;
        private const int NoAttempt = 0;

        private int _state;

        // what is to be begun, or is under way: NoAttempt, or FrameHead.R1, KK1, XX1
        private int _wanted;
        private bool _isFirstAttempt;
        private int _attemptSends;
        private long _attemptAt;
        private int _gateway;
        private int _pauses;
        private int _failures;
        private int _knock;
        private int _refusals;
        private long _meetUntil;

        /// <summary>What it is doing: a <see cref="FrameState"/>.</summary>
        public int State
        {
            get { return _state; }
        }

        /// <inheritdoc/>
        public override int OnGateway(DeviceSession session, byte[] card, byte[] staticKey)
        {
            int place = _gateways.Find(card);
            bool mayMeet = _gateways.Count == 0 && _now < _meetUntil;
            if (place >= 0 ? !_gateways.MayTake(place, card, staticKey) : !mayMeet || !_events.OnStranger(this, card))
            {
                return -1;
            }

            return _gateways.Add(card, staticKey);
        }

        /// <inheritdoc/>
        public override void OnRefused(DeviceSession session)
        {
            Refused();
        }

        /// <inheritdoc/>
        public override void OnOpen(DeviceSession session)
        {
            _gateway = session.Record.Gateway;
            _wanted = NoAttempt;
            _isFirstAttempt = false;
            _pauses = 0;
            _failures = 0;
            _refusals = 0;
            _knock = 0;
            if (session.IsTimeTold && session.Record.Time != Clock)
            {
                _clock = session.Record.Time;
                _clockAt = _now;
                if (_airtime != null)
                {
                    _airtime.Realign(_now, _clock);
                }
            }

            BeginGeneration(true);
            _mustProve = true;
            _quietUntil = _now;
            Change(FrameState.Open);
        }

        /// <summary>Wants another suite or class than the session has, as when it roams to a link that is not bounded by air: set the
        /// options of <see cref="FrameNodeOptions.Session"/> first.</summary>
        public void Roam()
        {
            if (_session.IsOfOtherChoices)
            {
                Want(FrameHead.R1, 0);
            }
        }

        /// <summary>Opens a session with this gateway, after <see cref="Start"/>, unless it is the session's: who moved the device to
        /// another one knows that the former is gone. The session before stays in use until this one is there.</summary>
        /// <param name="gateway">Its place, as <see cref="AddGateway"/> gave it.</param>
        public void Prefer(int gateway)
        {
            if (_gateway != gateway && gateway >= 0 && gateway < _gateways.Count)
            {
                _gateway = gateway;
                Want(FrameHead.KK1, 0);
            }
        }

        /// <summary>Adds a gateway that the device was provisioned with, or takes its newer card.</summary>
        /// <param name="card">Its card, <see cref="FrameCard.CardBytes"/> long.</param>
        /// <param name="staticKey">The static key that the card signs, 32 bytes.</param>
        /// <returns>Its place; -1 when the card does not verify, is older than one that was seen, the list is full, or the store takes
        /// nothing.</returns>
        public int AddGateway(byte[] card, byte[] staticKey)
        {
            return new FrameCard(_secrets.Crypto).Verify(card, 0, staticKey, 0) ? _gateways.Add(card, staticKey) : -1;
        }

        private void StartStates(bool isByHand)
        {
            _wanted = NoAttempt;
            _isFirstAttempt = true;
            _pauses = 0;
            _failures = 0;
            _knock = 0;
            _meetUntil = isByHand && _options.MayMeet ? _now + MeetMs : _now;
            _gateway = _session.Record.Gateway;
            if (_gateway >= _gateways.Count)
            {
                _gateway = 0;
            }

            if (!_session.Record.HasRoot)
            {
                BeginAnew(0);
            }
            else if (!_session.IsOpen)
            {
                Change(FrameState.Resuming);
                Want(FrameHead.R1, 0);
            }
            else
            {
                Change(FrameState.Open);
            }

            _wakeAt = _now;
        }

        // true when a frame of an attempt went out, or has to before anything else
        private bool SendAttempt()
        {
            Consider();
            if (_wanted == NoAttempt)
            {
                return false;
            }

            if (_now < _attemptAt)
            {
                Wake(_attemptAt);
                return false;
            }

            bool isKnock = _state == FrameState.Doubt;
            if (_attemptSends >= (isKnock ? KnockSends : MaxSends))
            {
                AttemptFailed();
                return false;
            }

            bool isNew = _attemptSends == 0 && !_session.IsOpening;
            if (isNew && !MayBegin())
            {
                return false;
            }

            int bytes = isNew ? BytesOf(_wanted) : _session.AttemptBytes;
            if (!MayGo(bytes, true, true))
            {
                return false;
            }

            int result = isNew ? Begin() : 0;
            if (!isNew)
            {
                _session.Repeat();
            }

            if (result < 0)
            {
                Failed(result);
                _attemptAt = _now + StoreRetryMs;
                return false;
            }

            _attemptSends++;
            long until = Sent(_outCount);
            _attemptAt = isKnock ? until + KnockPause() : until + Random(2 * _events.TimeOnAir(_outCount));
            return true;
        }

        // what the session itself asks for
        private void Consider()
        {
            if (_wanted != NoAttempt || (_state != FrameState.Open && _state != FrameState.Doubt))
            {
                return;
            }

            if (_session.Record.Resumptions >= MaxResumptions)
            {
                Want(FrameHead.KK1, 0);
            }
            else if (!_session.IsOpen || _session.Next >= ResumeAfter)
            {
                Change(_session.IsOpen ? FrameState.Open : FrameState.Resuming);
                Want(FrameHead.R1, 0);
            }
        }

        private bool MayBegin()
        {
            if (_wanted == FrameHead.XX1)
            {
                // strangers only within ten minutes of a start by hand; a listed gateway whose card may have changed always
                if (_session.Handshake.Card == null || (_gateways.Count == 0 && _now >= _meetUntil))
                {
                    _wanted = _gateways.Count > 0 ? FrameHead.KK1 : NoAttempt;
                    _attemptAt = _now;
                    return _wanted != NoAttempt;
                }
            }

            return true;
        }

        private int Begin()
        {
            // the key goes where the handshake keeps it
            byte[] key = _session.Handshake.Noise.RemoteStatic;
            if (_wanted == FrameHead.KK1)
            {
                _gateways.CopyStaticKey(_gateway, key);
            }

            int result = _wanted == FrameHead.R1 ? _session.Resume()
                : _wanted == FrameHead.KK1 ? _session.OpenKnown(_gateway, _gateways.Id(_gateway), key)
                : _session.OpenNew(_gateways.Count > 0 ? _gateways.Id(_gateway) : _options.Meets);
            if (result == 0 && (_state == FrameState.Known || _state == FrameState.None))
            {
                Change(FrameState.Opening);
            }

            return result;
        }

        private static int BytesOf(int type)
        {
            return type == FrameHead.R1 ? FrameSecrets.R1Bytes
                : type == FrameHead.KK1 ? FrameHandshake.KK1Bytes
                : FrameHandshake.XX1Bytes;
        }

        private void Want(int type, long pause)
        {
            if (_session.IsOpening)
            {
                _session.EndAttempt();
            }

            _wanted = type;
            _attemptSends = 0;
            _attemptAt = _now + pause;
            Wake(_attemptAt);
        }

        private void AttemptFailed()
        {
            int failed = _wanted;
            _session.EndAttempt();
            _isFirstAttempt = false;
            if (_state == FrameState.Doubt)
            {
                // the session's gateway may be gone for good: KK goes round the list
                int next = failed == FrameHead.R1 && _gateways.Count > 0 ? FrameHead.KK1 : FrameHead.R1;
                NextGateway(failed);
                Want(_wanted == FrameHead.XX1 && _gateways.Count > 0 ? FrameHead.XX1 : next, 0);
            }
            else if (failed == FrameHead.R1 || _state == FrameState.Open)
            {
                Doubt();
            }
            else
            {
                NextGateway(failed);
                Change(_gateways.Count > 0 ? FrameState.Known : FrameState.None);
                Want(_wanted, 60_000L << (_pauses < 6 ? _pauses : 6));
                _attemptAt = _attemptAt > _now + 3_600_000 ? _now + 3_600_000 : _attemptAt;
                _pauses++;
            }
        }

        // KK fails three times in turn: the next of the list; a whole round: XX to a listed one
        private void NextGateway(int failed)
        {
            _wanted = _gateways.Count > 0 ? FrameHead.KK1 : FrameHead.XX1;
            if (failed == FrameHead.KK1 && ++_failures % FailuresOfGateway == 0 && ++_gateway >= _gateways.Count)
            {
                _gateway = 0;
                _wanted = FrameHead.XX1;
            }
        }

        private void Doubt()
        {
            Change(FrameState.Doubt);
            _knock = 0;
            Want(_session.Record.HasRoot ? FrameHead.R1 : FrameHead.KK1, 0);
        }

        // 30 s, half as long again and again, up to an hour
        private long KnockPause()
        {
            int half = _knock++;
            long pause = 30_000L << (half > 20 ? 10 : half / 2);
            pause = (half & 1) != 0 ? pause * 181 / 128 : pause;
            return pause > 3_600_000 ? 3_600_000 : pause;
        }

        // something above all before it came from the gateway
        private void Heard()
        {
            if (_state == FrameState.Doubt)
            {
                _session.EndAttempt();
                _wanted = NoAttempt;
                _failures = 0;
                _gateway = _session.Record.Gateway;
                Change(FrameState.Open);
            }
        }

        private void Closed(int reason)
        {
            if (!_session.Forget())
            {
                Failed(FrameResult.StoreFailed);
            }

            BeginGeneration(true);
            if (reason == 1)
            {
                Refused();
                return;
            }

            Change(FrameState.Known);
            Want(FrameHead.KK1, reason == 2 ? 60_000 : 24 * 3_600_000L);
        }

        // not admitted: an hour, doubling to a day
        private void Refused()
        {
            long pause = 3_600_000L << (_refusals < 5 ? _refusals : 5);
            _refusals++;
            BeginAnew(pause > 24 * 3_600_000L ? 24 * 3_600_000L : pause);
        }

        private void BeginAnew(long pause)
        {
            bool isListed = _gateways.Count > 0;
            Change(isListed ? FrameState.Known : FrameState.None);
            Want(isListed ? FrameHead.KK1 : FrameHead.XX1, pause);
        }

        private void Change(int state)
        {
            if (_state != state)
            {
                _state = state;
                _events.OnState(this);
            }
        }
    }
}
