using NanoLibp2p.Core;
using NanoLibp2p.Core.Buffers;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware
{
    // Whom a device calls, and when it calls again.
    public sealed partial class Device
    {
        private readonly byte[] _jitter = new byte[4];
        private Connection _dialed;
        private int _dialIndex;
        private int _failures;
        private long _redialMs;
        private long _openedMs;

        /// <summary>
        /// The connection that this device called for: being made, or open; null in the pause before the next try.
        /// </summary>
        public Connection Dialed
        {
            get { return _dialed; }
        }

        /// <summary>When the next try is due, in the board's milliseconds, while <see cref="Dialed"/> is null.</summary>
        public long RedialMs
        {
            get { return _redialMs; }
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            if (connection == _dialed)
            {
                _openedMs = _nowMs;
            }

            _log.Connected(connection);

            if (_events != null)
            {
                _events.OnConnected(connection);
            }
        }

        /// <inheritdoc/>
        public override void OnClosed(Connection connection)
        {
            _delivery.OnClosed(connection);
            bool wasDialed = connection == _dialed;
            if (wasDialed)
            {
                Reschedule(connection);
            }

            _log.Closed(connection, _node.Options, wasDialed && !_stopped ? _redialMs - _nowMs : -1);
            if (_events != null)
            {
                _events.OnClosed(connection);
            }
        }

        /// <inheritdoc/>
        public override void OnRefused(IStreamLink link)
        {
            _log.Refused(_node.Options);
            if (_events != null)
            {
                _events.OnRefused(link);
            }
        }

        private bool Redial(long nowMs, ref long next)
        {
            if (_dialed != null || _dialList.Count == 0)
            {
                return false;
            }

            if (nowMs >= _redialMs)
            {
                _dialed = _node.Dial(_dialList[_dialIndex]);
                if (_dialed != null)
                {
                    return true;
                }

                // peers that called have taken every connection
                _redialMs = nowMs + Pause();
            }

            if (_redialMs < next)
            {
                next = _redialMs;
            }

            return false;
        }

        // A lasting connection's peer is called again first. Else the next address has its turn at once, and after the last a pause.
        private void Reschedule(Connection connection)
        {
            _dialed = null;
            if (connection.WasOpen && _nowMs - _openedMs >= _options.StableMs)
            {
                _failures = 0;
            }
            else if (_dialIndex + 1 < _dialList.Count)
            {
                _dialIndex++;
                _redialMs = _nowMs;
                return;
            }
            else
            {
                _dialIndex = 0;
            }

            _redialMs = _nowMs + Pause();
            _failures++;
        }

        // Doubled with each failure, and half of it left to chance: devices that lost a peer at the same moment don't all call in one.
        private int Pause()
        {
            int pause = _options.ReconnectMs;
            for (int i = 0; i < _failures && pause < _options.MaxReconnectMs; i++)
            {
                pause = pause > _options.MaxReconnectMs / 2 ? _options.MaxReconnectMs : pause * 2;
            }

            _board.Random.Fill(_jitter, 0, 4);
            uint half = (uint)pause / 2u;
            return pause - (int)half + (int)(Bytes.ReadUInt32LittleEndian(_jitter, 0) % (half + 1u));
        }
    }
}
