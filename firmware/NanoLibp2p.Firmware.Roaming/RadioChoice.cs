using System;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Firmware.Roaming
{
    /// <summary>
    /// Which of a device's radios has its turn: the first in the order of preference that gets readings through. It holds no reading: those
    /// stay in the device's ring until they are settled, over whatever radio, so a change of radio loses none. Sans-IO.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   trying r --settled--> on r
    ///   trying r --nothing settled in TrialMs, or failed--> r pauses (1, 2, 4 .. 60 min); trying the best that does not pause, or, if all
    ///                                                      do, the one whose pause is over first
    ///   on r     --nothing settled in TrialMs while something waits, or failed--> as above
    ///   on r     --the pause of a better one is over--> trying it; if it fails, back to r, which is not asked to prove itself again
    /// </code>
    /// </remarks>
    public sealed class RadioChoice : IRadioChoice
    {
        private const int TrialMs = 45000;
        private const int LongTrialMs = 600000;

        private readonly RadioChoiceOptions _options;
        private readonly long[] _pauseUntil;
        private readonly int[] _failures;
        private int _current;
        private int _back = -1;
        private bool _isProved;
        private long _since;
        private long _now;
        private bool _hasStarted;

        /// <summary>Takes its memory.</summary>
        /// <exception cref="ArgumentException">There is no radio, or a time is not positive.</exception>
        public RadioChoice(RadioChoiceOptions options)
        {
            if (options.TrialMs.Length == 0 || options.FirstPauseMs <= 0 || options.LongestPauseMs < options.FirstPauseMs)
            {
                throw new ArgumentException("give each radio its TrialMs, and pauses above 0");
            }

            _options = options;
            _pauseUntil = new long[options.TrialMs.Length];
            _failures = new int[options.TrialMs.Length];
        }

        /// <inheritdoc/>
        public int Radios
        {
            get { return _pauseUntil.Length; }
        }

        /// <inheritdoc/>
        public int Current
        {
            get { return _current; }
        }

        /// <summary>A choice with the usual times: a minute less a quarter for each radio, ten where the air bounds the rate.</summary>
        /// <param name="links">The radios, in the order of preference.</param>
        public static RadioChoice Of(IFrameLink[] links)
        {
            RadioChoiceOptions options = new RadioChoiceOptions();
            options.TrialMs = new int[links.Length];
            for (int i = 0; i < links.Length; i++)
            {
                options.TrialMs[i] = links[i].IsBoundedByAir ? LongTrialMs : TrialMs;
            }

            return new RadioChoice(options);
        }

        /// <summary>Whether something was settled in this turn.</summary>
        public bool IsProved
        {
            get { return _isProved; }
        }

        /// <inheritdoc/>
        public void Settle(long nowMs)
        {
            Advance(nowMs);
            _isProved = true;
            _back = -1;
            _failures[_current] = 0;
            _since = _now;
        }

        /// <inheritdoc/>
        public void Fail(long nowMs)
        {
            Advance(nowMs);
            Leave();
        }

        /// <inheritdoc/>
        public bool Poll(long nowMs, bool waits)
        {
            Advance(nowMs);
            int before = _current;
            if (!waits)
            {
                _since = _now;
            }
            else if (_now - _since >= _options.TrialMs[_current])
            {
                Leave();
            }
            else if (_isProved)
            {
                int better = FirstFree(_current);
                if (better >= 0)
                {
                    _back = _current;
                    Turn(better);
                }
            }

            return _current != before;
        }

        private void Leave()
        {
            _failures[_current]++;
            _pauseUntil[_current] = _now + Pause(_failures[_current]);
            int next = _back >= 0 && _back != _current ? _back : FirstFree(_pauseUntil.Length);
            bool isBack = next >= 0 && next == _back;
            _back = -1;
            Turn(next >= 0 ? next : FirstOver());

            // it got through before the better one was tried
            _isProved = isBack;
        }

        private void Turn(int radio)
        {
            _current = radio;
            _isProved = false;
            _since = _now;
        }

        private int FirstFree(int end)
        {
            for (int i = 0; i < end; i++)
            {
                if (_pauseUntil[i] <= _now)
                {
                    return i;
                }
            }

            return -1;
        }

        private int FirstOver()
        {
            int first = 0;
            for (int i = 1; i < _pauseUntil.Length; i++)
            {
                first = _pauseUntil[i] < _pauseUntil[first] ? i : first;
            }

            return first;
        }

        private int Pause(int failures)
        {
            int pause = _options.FirstPauseMs;
            for (int i = 1; i < failures && pause < _options.LongestPauseMs; i++)
            {
                pause = pause > _options.LongestPauseMs / 2 ? _options.LongestPauseMs : 2 * pause;
            }

            return pause;
        }

        // A clock that was set back: the time goes on from there.
        private void Advance(long nowMs)
        {
            if (!_hasStarted)
            {
                _hasStarted = true;
                _since = nowMs;
                for (int i = 0; i < _pauseUntil.Length; i++)
                {
                    _pauseUntil[i] = nowMs;
                }
            }
            else if (nowMs < _now)
            {
                _since -= _now - nowMs;
                for (int i = 0; i < _pauseUntil.Length; i++)
                {
                    _pauseUntil[i] -= _now - nowMs;
                }
            }

            _now = nowMs;
        }
    }
}
