using System;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// A LoRa chip as a link of frames: receive windows, channels, duty cycle, and a watchdog over the chip.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Closed --Open--> Resetting --2 ms--> Starting --12 ms, configured--> at rest
    ///   at rest = Listening (gateway, ListensAlways) or Idle (device)
    ///   at rest, Awaiting --Send--> Sending --left--> Awaiting (device) --950 ms--> Listening --window over--> at rest
    ///   any --the chip does not answer, does not send, does not listen--> Resetting, and after a failed start Broken --1 s--> Resetting
    /// </code>
    /// Moved by <see cref="Poll"/>, <see cref="Send"/> and <see cref="Receive"/>. The interrupt line is read as a level, and the chip is
    /// asked every <see cref="AskMs"/> whatever the line says, so no lost edge ends reception; every <see cref="HealthMs"/> it is asked
    /// whether it still listens. It keeps no frame but a gateway's one answer that waits for its window.
    /// </remarks>
    public sealed partial class LoRaRadio : IFrameLink
    {
        /// <summary>The chip is asked so often while it listens or sends, in milliseconds, also when its interrupt line says
        /// nothing.</summary>
        public const int AskMs = 50;

        /// <summary>It is asked so often whether it still listens.</summary>
        public const int HealthMs = 10000;

        private const int ResetMs = 2;
        private const int StartMs = 12;
        private const int RetryMs = 1000;

        // failed starts in a row after which the link says that it is broken; it goes on trying
        private const int BrokenAfter = 3;

        // the window opens early and closes late by so much, for two clocks that drift (SPEC.md 13.3)
        private const int EarlyMs = 50;
        private const int LateMs = 100;
        private const int LateSymbols = 8;

        // an answer that is later than this would miss the preamble's end
        private const int TardyMs = 60;

        private const int OriginBytes = 8;

        private readonly LoRaChip _chip;
        private readonly LoRaOptions _settings;
        private readonly AirLedger _ledger;
        private readonly IRandom _random;
        private readonly LoRaModemOptions _send;
        private readonly LoRaModemOptions _listen;
        private readonly byte[] _answer;
        private readonly int _symbolUs;

        private LoRaState _state;
        private long _now;

        // when the state is over, or the watchdog says that it should be
        private long _until;

        // when the chip is next asked, and when whether it still listens
        private long _askAt;
        private long _healthAt;

        // a frame in the chip that Receive has not taken yet
        private bool _hasFrame;

        // when the last frame ended that was received, and the one that was sent began
        private long _heardAt;
        private long _sentAt;
        private long _pauseUntil;
        private bool _isNew = true;
        private int _turn;

        private int _answerCount;
        private long _answerAt;
        private int _failures;
        private int _damaged;
        private int _resets;
        private int _rssi = FrameLinkResult.NoSignal;
        private int _snr = FrameLinkResult.NoSignal;

        /// <summary>Takes its memory.</summary>
        /// <param name="chip">The chip.</param>
        /// <param name="settings">How it sends and listens; the radio's own from here on.</param>
        /// <param name="ledger">What of the hour is used, already started; null where <see cref="LoRaOptions.LimitMs"/> is 0.</param>
        /// <param name="random">Chooses the channel of each frame.</param>
        /// <exception cref="ArgumentException">The region does not allow the settings, the chip can't send with that power, there is a
        /// limit and no ledger, or <see cref="LoRaOptions.Mtu"/> is not 64 to 255.</exception>
        public LoRaRadio(LoRaChip chip, LoRaOptions settings, AirLedger ledger, IRandom random)
        {
            string trouble = settings.Region.Check(settings);
            if (trouble != null)
            {
                throw new ArgumentException(trouble);
            }

            if (!chip.CanSendWith(settings.PowerDbm))
            {
                throw new ArgumentException("the chip can't send with PowerDbm = " + settings.PowerDbm.ToString());
            }

            if (settings.LimitMs > 0 && (ledger == null || ledger.LimitMs > settings.LimitMs))
            {
                throw new ArgumentException("give an AirLedger of at most LimitMs = " + settings.LimitMs.ToString());
            }

            if (settings.Mtu < 64 || settings.Mtu > LoRaChip.MaxFrameBytes)
            {
                throw new ArgumentException("give an Mtu of 64 to 255, not " + settings.Mtu.ToString());
            }

            _chip = chip;
            _settings = settings;
            _ledger = ledger;
            _random = random;
            _send = settings.IsGateway ? settings.Down : settings.Up;
            _listen = settings.IsGateway ? settings.Up : settings.Down;
            _answer = settings.IsGateway ? new byte[settings.Mtu] : null;
            _symbolUs = (int)((1L << _listen.SpreadingFactor) * 1000000L / _listen.BandwidthHz);
        }

        /// <summary>Where it is.</summary>
        public LoRaState State
        {
            get { return _state; }
        }

        /// <summary>Frames that came damaged, since the start.</summary>
        public int Damaged
        {
            get { return _damaged; }
        }

        /// <summary>How often the chip had to be reset since the start: it did not answer, did not send, or did not listen.</summary>
        public int Resets
        {
            get { return _resets; }
        }

        /// <inheritdoc/>
        public int Mtu
        {
            get { return _settings.Mtu; }
        }

        /// <inheritdoc/>
        public bool HasAddresses
        {
            get { return false; }
        }

        /// <inheritdoc/>
        public bool IsBoundedByAir
        {
            get { return true; }
        }

        /// <inheritdoc/>
        public int AnswerMs
        {
            get { return LoRaOptions.WindowMs + LateMs + (((LateSymbols * _symbolUs) + _listen.TimeOnAirUs(Mtu)) / 1000) + 1; }
        }

        /// <inheritdoc/>
        public int RssiDbm
        {
            get { return _rssi; }
        }

        /// <inheritdoc/>
        public int SnrQuarterDb
        {
            get { return _snr; }
        }

        /// <summary>Resets the chip and configures it, which takes some 30 ms, with the calibration.</summary>
        /// <returns><see cref="LinkError.None"/>; <see cref="LinkError.Unreachable"/> when the chip does not answer: look at the
        /// wiring.</returns>
        public LinkError Open()
        {
            _failures = 0;
            _hasFrame = false;
            _answerCount = 0;
            ShuffleChannels();
            _chip.Bus.HoldReset(true);
            Rest(ResetMs);
            _chip.Bus.HoldReset(false);
            Rest(StartMs);
            if (!Configure())
            {
                _state = LoRaState.Closed;
                return LinkError.Unreachable;
            }

            GoToRest();
            return _state == LoRaState.Resetting ? LinkError.Unreachable : LinkError.None;
        }

        /// <inheritdoc/>
        public int TimeOnAirUs(int count)
        {
            return _send.TimeOnAirUs(count);
        }

        /// <inheritdoc/>
        public int WaitMs(int count, bool isUrgent)
        {
            int pause = PauseLeft();
            int air = _settings.LimitMs > 0 ? _ledger.WaitMs(_now, TimeOnAirUs(count), isUrgent) : 0;
            return air > pause ? air : pause;
        }

        /// <inheritdoc/>
        public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            if (count < 1 || count > Mtu)
            {
                return FrameLinkResult.TooLong;
            }

            if (_state == LoRaState.Closed || _failures >= BrokenAfter)
            {
                return FrameLinkResult.Failed;
            }

            bool isAnswer = to != null && toCount > 0;
            long at = _now;
            if (isAnswer)
            {
                at = toCount == OriginBytes && _settings.IsGateway ? ReadOrigin(to) : -1;
                if (at < 0 || _now > at + TardyMs || at > _now + LoRaOptions.WindowMs)
                {
                    return FrameLinkResult.TooLate;
                }
            }

            if (_answerCount > 0 || _state == LoRaState.Sending || !IsReady())
            {
                return FrameLinkResult.Busy;
            }

            if (PauseLeft() > 0 || !Charge(at, count, isUrgent))
            {
                return FrameLinkResult.HeldBack;
            }

            if (at > _now)
            {
                Array.Copy(frame, offset, _answer, 0, count);
                _answerCount = count;
                _answerAt = at;
                return count;
            }

            return Start(frame, offset, count) ? count : FrameLinkResult.Busy;
        }

        /// <inheritdoc/>
        public int Receive(byte[] buffer, int offset, int capacity)
        {
            if (_state == LoRaState.Closed || _failures >= BrokenAfter)
            {
                return LinkResult.Failed;
            }

            if (_state != LoRaState.Listening)
            {
                return 0;
            }

            if (!_hasFrame)
            {
                Ask();
            }

            if (!_hasFrame)
            {
                return 0;
            }

            _hasFrame = false;
            int count = _chip.Read(buffer, offset, capacity);
            if (count < 0)
            {
                Reset();
                return 0;
            }

            _rssi = _chip.Rssi;
            _snr = _chip.SnrQuarters;
            _heardAt = _now;
            return count;
        }

        /// <summary>0: LoRa has no addresses.</summary>
        public int CopyAddress(byte[] buffer, int offset)
        {
            return 0;
        }

        /// <summary>On a gateway the moment at which the window of who sent the last frame opens.</summary>
        public int CopyOrigin(byte[] buffer, int offset)
        {
            if (!_settings.IsGateway)
            {
                return 0;
            }

            long at = _heardAt + LoRaOptions.WindowMs;
            for (int i = 0; i < OriginBytes; i++)
            {
                buffer[offset + i] = (byte)(at >> (56 - (8 * i)));
            }

            return OriginBytes;
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            // the chip's line wakes; without it, and should its edge be lost, the next look is not far
            int longest = _state == LoRaState.Listening || _state == LoRaState.Sending ? AskMs : milliseconds;
            if (!_hasFrame)
            {
                _chip.Bus.Wait(milliseconds < longest ? milliseconds : longest);
            }
        }

        /// <inheritdoc/>
        public void Close()
        {
            if (_state != LoRaState.Closed)
            {
                _chip.Sleep();
                _chip.Bus.SwitchAntenna(LoRaAntenna.None);
                _state = LoRaState.Closed;
            }
        }

        private static long ReadOrigin(byte[] to)
        {
            long at = 0;
            for (int i = 0; i < OriginBytes; i++)
            {
                at = (at << 8) | to[i];
            }

            return at;
        }
    }
}
