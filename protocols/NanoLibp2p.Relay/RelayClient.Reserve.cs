using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Relay
{
    // The reservation: had as soon as the relay can be reached, refreshed well before its end, had again when it was lost.
    public sealed partial class RelayClient
    {
        private const int LeastRefreshMs = 5000;
        private const int MaxDoublings = 20;

        private readonly RelayMessage _answer = new RelayMessage(new byte[RelayMessage.MaxAddressBytes]);
        private Connection _relay;
        private int _relaySerial;
        private int _index;

        // whether the client has dialed it
        private bool _isOwn;
        private bool _isReserved;
        private Libp2pStream _asking;

        // of the request under way
        private long _askedUntil;

        // when the next try, or the next refresh, is due
        private long _due = NotStarted;

        // rounds over all relays in which none helped
        private int _failures;

        private long PollReservation(long nowMs)
        {
            if (_relay != null && IsGone(_relay, _relaySerial))
            {
                Failed(RelayStatus.None);
            }

            if (_asking != null)
            {
                if (nowMs < _askedUntil)
                {
                    return _askedUntil;
                }

                // no answer, or the peer did not end the stream behind it
                _asking.Reset();
            }

            if (nowMs < _due)
            {
                return _due;
            }

            if (_relay == null && !Reach())
            {
                Failed(RelayStatus.None);
                return _due;
            }

            if (!_relay.IsOpen)
            {
                // its own times hold for a dial
                return long.MaxValue;
            }

            Libp2pStream stream = _relay.OpenStream(this, _hop);
            if (stream == null)
            {
                Failed(RelayStatus.None);
                return _due;
            }

            int count = RelayMessage.WriteType(RelayMessage.HopReserve, _scratch);
            if (stream.WriteRoom < count)
            {
                // nothing is on its way yet, so the peer hears nothing of it
                stream.Reset();
                _due = nowMs + _options.RetryMs;
                return _due;
            }

            _answer.Begin(false);
            _asking = stream;
            _askedUntil = nowMs + _options.MessageTimeoutMs;
            stream.Write(_scratch, 0, count);
            return _askedUntil;
        }

        private bool Reach()
        {
            Multiaddr address = _options.Relays[_index];
            Connection found = Find(address.PeerId);
            _isOwn = found == null;
            if (_isOwn)
            {
                found = Node.Dial(new Multiaddr[] { address });
            }

            _relay = found;
            _relaySerial = found == null ? 0 : found.Serial;
            return found != null;
        }

        private void ReadReservation(byte[] buffer, int offset, int count)
        {
            if (_answer.IsWhole)
            {
                return;
            }

            if (_answer.Receive(buffer, offset, count) < 0)
            {
                _asking.Reset();
                return;
            }

            if (!_answer.IsWhole)
            {
                return;
            }

            _asking.CloseWrite();
            if (_answer.Type != RelayMessage.HopStatus || _answer.Status != (int)RelayStatus.Ok)
            {
                Failed(_answer.Type == RelayMessage.HopStatus ? (RelayStatus)_answer.Status : RelayStatus.None);
                return;
            }

            bool isNew = !_isReserved;
            _isReserved = true;
            _failures = 0;
            int refresh = RefreshMs();
            _due = Node.NowMs + refresh - Chance(refresh / 8);
            if (isNew)
            {
                Announce();
                if (Events != null)
                {
                    Events.OnReserved(this);
                }
            }
        }

        // half of what is left of it, where the date is known
        private int RefreshMs()
        {
            long unix = Events == null ? 0 : Events.UnixSeconds();
            int refresh = _options.RefreshMs;
            if (unix > 0 && _answer.Expire < 0x7FFFFFFF00000000)
            {
                long left = (long)_answer.Expire - unix;
                if (left > 0 && left < refresh / 500)
                {
                    refresh = left * 500 < LeastRefreshMs ? LeastRefreshMs : (int)(left * 500);
                }
            }

            return refresh;
        }

        // The relay is gone, can't be reached, or gave no reservation: the next one's turn, and after the last a pause, doubled each time.
        private void Failed(RelayStatus status)
        {
            bool wasReserved = _isReserved;
            bool isGone = _relay == null || IsGone(_relay, _relaySerial);
            _isReserved = false;
            if (isGone || _options.Relays.Length > 1)
            {
                // what others dialed is theirs
                if (!isGone && _isOwn)
                {
                    _relay.Close();
                }

                _relay = null;
            }

            // one that was lost is tried again before the others, as it may have started anew
            int pause = wasReserved ? _options.RetryMs : 0;
            if (!(wasReserved && isGone) && ++_index == _options.Relays.Length)
            {
                _index = 0;
                pause = NextPause();
            }

            _due = Node.NowMs + (pause / 2) + Chance(pause - (pause / 2));
            if (wasReserved)
            {
                Withdraw();
            }

            if (Events != null)
            {
                Events.OnLost(this, status);
            }
        }

        private int NextPause()
        {
            int pause = _options.RetryMs;
            for (int i = 0; i < _failures && pause < _options.MaxRetryMs; i++)
            {
                pause = pause > _options.MaxRetryMs / 2 ? _options.MaxRetryMs : pause * 2;
            }

            _failures = _failures < MaxDoublings ? _failures + 1 : MaxDoublings;
            return pause;
        }
    }
}
