namespace NanoLibp2p.Boards.Nano
{
    /// <summary>
    /// Notices that a device's program stands still: a call into a driver that never returns, a loop without an end. The program feeds it
    /// at every step; a thread or timer of the board asks it, and restarts the board. Sans-IO; both may be on different threads.
    /// </summary>
    public sealed class Watchdog
    {
        private readonly int _limitMs;
        private readonly object _gate = new object();
        private long _fedAt;
        private bool _isOn;

        /// <summary>Makes one that waits for its first feeding.</summary>
        /// <param name="limitMs">How long a step may last: longer than the longest handshake, 30,000 on an ESP32.</param>
        public Watchdog(int limitMs)
        {
            _limitMs = limitMs;
        }

        /// <summary>The program goes on.</summary>
        public void Feed(long nowMs)
        {
            lock (_gate)
            {
                _fedAt = nowMs;
                _isOn = true;
            }
        }

        /// <summary>The program sleeps or ends on purpose; the next feeding begins anew.</summary>
        public void Rest()
        {
            lock (_gate)
            {
                _isOn = false;
            }
        }

        /// <summary>Whether the board has to be restarted.</summary>
        public bool IsOver(long nowMs)
        {
            lock (_gate)
            {
                if (nowMs < _fedAt)
                {
                    // the clock was set back
                    _fedAt = nowMs;
                }

                return _isOn && nowMs - _fedAt > _limitMs;
            }
        }
    }
}
