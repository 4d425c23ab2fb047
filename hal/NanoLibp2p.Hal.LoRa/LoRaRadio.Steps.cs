using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.LoRa
{
    // How the states of LoRaRadio follow each other.
    public sealed partial class LoRaRadio
    {
        /// <inheritdoc/>
        public int Poll(long nowMs)
        {
            Advance(nowMs);
            if (_ledger != null)
            {
                _ledger.Poll(nowMs);
            }

            switch (_state)
            {
                case LoRaState.Closed:
                    return FrameLinkResult.IdleMs;
                case LoRaState.Resetting:
                    if (_now >= _until)
                    {
                        _chip.Bus.HoldReset(false);
                        Enter(LoRaState.Starting, StartMs);
                    }

                    break;
                case LoRaState.Starting:
                    if (_now >= _until)
                    {
                        FinishStart();
                    }

                    break;
                case LoRaState.Broken:
                    if (_now >= _until)
                    {
                        Reset();
                    }

                    break;
                case LoRaState.Sending:
                    PollSending();
                    break;
                case LoRaState.Awaiting:
                    if (_now >= _until)
                    {
                        Listen(_sentAt + LoRaOptions.WindowMs + LateMs + (LateSymbols * _symbolUs / 1000));
                    }

                    break;
                case LoRaState.Listening:
                    PollListening();
                    break;
            }

            return NextMs();
        }

        private bool IsReady()
        {
            if (_state == LoRaState.Listening && !_hasFrame)
            {
                // a frame that came just now would be written over
                Ask();
            }

            return !_hasFrame && (_state == LoRaState.Idle || _state == LoRaState.Listening || _state == LoRaState.Awaiting);
        }

        private int PauseLeft()
        {
            return _isNew ? _settings.FirstFrameMs : _now < _pauseUntil ? 0 | (int)(_pauseUntil - _now) : 0;
        }

        private bool Charge(long at, int count, bool isUrgent)
        {
            return _settings.LimitMs <= 0 || _ledger.Charge(_now, 0 | (int)(at - _now), TimeOnAirUs(count), isUrgent);
        }

        private bool Start(byte[] frame, int offset, int count)
        {
            if (!_settings.IsGateway)
            {
                _send.FrequencyHz = _settings.ChannelsHz[NextChannel()];
            }

            _hasFrame = false;
            if (!_chip.Send(_send, frame, offset, count))
            {
                Reset();
                return false;
            }

            int air = TimeOnAirUs(count) / 1000;
            _sentAt = _now;
            _pauseUntil = _now + _settings.PauseMs;
            Enter(LoRaState.Sending, air + (air / 4) + 200);
            _askAt = _now + AskMs;
            return true;
        }

        // At random, or, where a channel must not come again before a pause on it is over, in a random order that stays the same.
        private int NextChannel()
        {
            int channels = _settings.ChannelsHz.Length;
            if (_settings.PauseMs <= 0)
            {
                return Roll(channels);
            }

            _turn = (_turn + 1) % channels;
            return _turn;
        }

        private void ShuffleChannels()
        {
            int[] channels = _settings.ChannelsHz;
            for (int i = channels.Length - 1; i > 0; i--)
            {
                int other = Roll(i + 1);
                int hz = channels[i];
                channels[i] = channels[other];
                channels[other] = hz;
            }
        }

        private int Roll(int sides)
        {
            _random.Fill(_chip.Out, 0, 1);
            return _chip.Out[0] % sides;
        }

        private void PollSending()
        {
            if (_chip.Bus.IsInterrupted || _now >= _askAt || _now >= _until)
            {
                _askAt = _now + AskMs;
                LoRaEvents events = _chip.Ask(false);
                if ((events & LoRaEvents.Failed) != 0)
                {
                    Reset();
                    return;
                }

                if ((events & LoRaEvents.Sent) != 0)
                {
                    _sentAt = _now;
                    EndSending();
                    return;
                }
            }

            if (_now >= _until)
            {
                Reset();
            }
        }

        private void EndSending()
        {
            if (_settings.IsGateway || _settings.ListensAlways)
            {
                GoToRest();
            }
            else if (_chip.Sleep())
            {
                Enter(LoRaState.Awaiting, LoRaOptions.WindowMs - EarlyMs);
            }
            else
            {
                Reset();
            }
        }

        private void PollListening()
        {
            if (_answerCount > 0 && _now >= _answerAt)
            {
                // too late for the window: nobody would hear it. What it was charged stays charged
                int count = _answerCount;
                _answerCount = 0;
                if (_now <= _answerAt + TardyMs)
                {
                    Start(_answer, 0, count);
                    return;
                }
            }

            if (_now >= _healthAt)
            {
                _healthAt = _now + HealthMs;
                if (!_chip.IsListening())
                {
                    Reset();
                    return;
                }
            }

            if (_settings.IsGateway || _settings.ListensAlways || _now < _until)
            {
                return;
            }

            // the window is over, but for a frame that is coming in or has not been taken; none is longer than the longest
            bool isAtLimit = _now >= _until + (_listen.TimeOnAirUs(Mtu) / 1000);
            if (!_hasFrame && !isAtLimit)
            {
                Ask();
            }

            if (!_hasFrame && _state == LoRaState.Listening && (isAtLimit || !_chip.IsHearing()))
            {
                GoToRest();
            }
        }

        // What the chip has to say while it listens.
        private void Ask()
        {
            if (!_chip.Bus.IsInterrupted && _now < _askAt)
            {
                return;
            }

            _askAt = _now + AskMs;
            LoRaEvents events = _chip.Ask(_listen.HasCrc);
            if ((events & LoRaEvents.Failed) != 0)
            {
                Reset();
            }
            else if ((events & LoRaEvents.Damaged) != 0)
            {
                _damaged++;
            }
            else if ((events & LoRaEvents.Received) != 0)
            {
                _hasFrame = true;
            }
        }

        private void Listen(long until)
        {
            if (!_chip.Listen(_listen))
            {
                Reset();
                return;
            }

            _state = LoRaState.Listening;
            _until = until;
            _askAt = _now + AskMs;
            _healthAt = _now + HealthMs;
        }

        private void GoToRest()
        {
            if (_settings.IsGateway || _settings.ListensAlways)
            {
                Listen(_now);
            }
            else if (_chip.Sleep())
            {
                _state = LoRaState.Idle;
            }
            else
            {
                Reset();
            }
        }

        private void Reset()
        {
            _resets++;
            _hasFrame = false;
            _chip.Bus.HoldReset(true);
            Enter(LoRaState.Resetting, ResetMs);
        }

        private void FinishStart()
        {
            if (!Configure())
            {
                _failures++;
                Enter(LoRaState.Broken, RetryMs);
                return;
            }

            _failures = 0;
            GoToRest();
        }

        private bool Configure()
        {
            return _chip.Configure(_settings.SyncWord, _settings.PowerDbm, _listen.FrequencyHz);
        }

        private void Enter(LoRaState state, int milliseconds)
        {
            _state = state;
            _until = _now + milliseconds;
        }

        private int NextMs()
        {
            long next = _now + FrameLinkResult.IdleMs;
            if (_state == LoRaState.Listening)
            {
                next = _now + AskMs;
                next = _answerCount > 0 && _answerAt < next ? _answerAt : next;
            }
            else if (_state == LoRaState.Sending)
            {
                next = _askAt < _until ? _askAt : _until;
            }
            else if (_state != LoRaState.Idle && _state != LoRaState.Closed)
            {
                next = _until;
            }

            return next <= _now ? 0 : 0 | (int)(next - _now);
        }

        // A clock that was set back: to the radio the time goes on from there.
        private void Advance(long nowMs)
        {
            if (nowMs < _now)
            {
                long back = _now - nowMs;
                _until -= back;
                _askAt -= back;
                _healthAt -= back;
                _heardAt -= back;
                _sentAt -= back;
                _answerAt -= back;
                _pauseUntil -= back;
            }

            _now = nowMs;
            if (_isNew)
            {
                _isNew = false;
                _pauseUntil = nowMs + _settings.FirstFrameMs;
            }
        }

        private void Rest(int milliseconds)
        {
            for (int i = 0; i < milliseconds; i++)
            {
                _chip.Bus.Rest();
            }
        }
    }
}
