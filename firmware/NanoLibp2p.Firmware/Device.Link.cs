using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Firmware
{
    // Whom a device calls, and when it calls again.
    public sealed partial class Device
    {
        private const int HourMs = 3600000;

        // first pauses that a dial which was refused may wait for at least
        private const int SoonPauses = 4;

        // in place of a time: the log has said that the peer takes nothing
        private const long Told = -1000000000000;

        private const int TellMs = 60000;

        // for which a look-up may have everything else stand still, on boards where the network stack waits in the program's thread
        private const int LookUpMs = 2000;

        // longest that a look-up is put off for what is due
        private const int MaxLookUpDelayMs = 5000;

        // chance bytes of a pause, or a peer's network address
        private readonly byte[] _scratch = new byte[16];
        private Connection _dialed;
        private int _dialIndex;
        private int _failures;
        private long _redialMs;
        private long _openedMs;

        // since when the dialled peer has taken no reading, how many were sent then, and whether it is being left for that
        private long _deafSinceMs;
        private uint _sentBefore;
        private bool _isLeaving;

        // callers that did not get in since the last line about one, and when the next is due
        private int _untold;
        private long _tellMs;

        /// <summary>
        /// The connection that this device called for: being made, or open; null in the pause before the next try.
        /// </summary>
        public Connection Dialed
        {
            get { return _dialed; }
        }

        /// <summary>When the next try is due, in the milliseconds of Node.NowMs, while <see cref="Dialed"/> is null.</summary>
        public long RedialMs
        {
            get { return _redialMs; }
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            if (connection == _dialed)
            {
                _openedMs = _node.NowMs;
                if (!IsFound)
                {
                    _dialList.Reached(_dialIndex, _scratch, connection.Link.CopyRemoteAddress(_scratch, 0));
                }
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
            _delivery.CheckStreams();
            bool wasDialed = connection == _dialed;
            bool wasLeft = wasDialed && _isLeaving;
            bool wasFound = wasDialed && IsFound;
            if (wasDialed)
            {
                Reschedule(connection);
            }

            // of callers that did not get in there may be any number
            if (!connection.WasOpen && connection.IsInbound && !IsTimeToTell())
            {
                _untold++;
            }
            else if (!wasLeft)
            {
                _log.Closed(connection, _node.Options, wasDialed && !wasFound && !_stopped ? _redialMs - _node.NowMs : -1);
            }

            if (_events != null)
            {
                _events.OnClosed(connection);
            }
        }

        /// <inheritdoc/>
        public override void OnRefused(IStreamLink link)
        {
            if (IsTimeToTell())
            {
                _log.Refused(_node);
            }
            else
            {
                _untold++;
            }

            if (_events != null)
            {
                _events.OnRefused(link);
            }
        }

        // once a minute; how many there were in between is told then
        private bool IsTimeToTell()
        {
            if (_node.NowMs < _tellMs)
            {
                return false;
            }

            _log.TurnedAway(_untold);
            _untold = 0;
            _tellMs = _node.NowMs + TellMs;
            return true;
        }

        // whether the finder named the peer that is dialled, not the dial list
        private bool IsFound
        {
            get { return _finder != null && _finder.IsDialed; }
        }

        // Has the finder look while there is nobody, and dials whom it found.
        private bool DialFound(long nowMs, ref long next)
        {
            if (_finder == null)
            {
                return false;
            }

            bool isWanted = (_dialed == null || (!_dialed.IsOpen && IsFound)) && (_dialList.Count == 0 || _failures > 0);
            long lookMs = _finder.Poll(nowMs, isWanted);
            Multiaddr[] found = isWanted && _dialed == null ? _finder.Next(nowMs) : null;
            if (found != null)
            {
                _dialed = _node.Dial(found);
                _finder.IsDialed = _dialed != null;
                if (_finder.IsDialed)
                {
                    return true;
                }

                _finder.Ended(nowMs, false);
            }

            if (lookMs < next && lookMs > nowMs)
            {
                next = lookMs;
            }

            return false;
        }

        private bool Redial(long nowMs, bool moved, ref long next)
        {
            if (_dialed != null || _dialList.Count == 0)
            {
                return false;
            }

            long dueMs = _redialMs;
            if (nowMs >= dueMs && _dialList.NeedsLookUp(_dialIndex))
            {
                // what the node has done may be answered at once
                dueMs = QuietMs(nowMs, moved || next <= nowMs);
            }

            if (nowMs >= dueMs)
            {
                _dialed = _node.Dial(_dialList[_dialIndex]);
                if (_dialed != null)
                {
                    return true;
                }

                // peers that called have taken every connection
                _redialMs = nowMs + Pause(true);
                dueMs = _redialMs;
            }

            if (dueMs < next)
            {
                next = dueMs;
            }

            return false;
        }

        // When nothing else is due for as long as a look-up may take: now, behind the next reading, or when the handshakes under way have
        // ended, which is told by a step. Of a sensor with a short interval the time right behind a reading is as good as any.
        private long QuietMs(long nowMs, bool moved)
        {
            long latestMs = _redialMs + MaxLookUpDelayMs;
            if (nowMs >= latestMs)
            {
                return nowMs;
            }

            long quietMs = moved ? nowMs + 1 : nowMs;
            for (int i = 0; i < _samplerCount; i++)
            {
                Sampler sampler = _samplers[i];
                int needed = sampler.IntervalMs / 2 < LookUpMs ? sampler.IntervalMs / 2 : LookUpMs;
                if (sampler.DueMs - nowMs < needed && sampler.DueMs > quietMs)
                {
                    quietMs = sampler.DueMs;
                }
            }

            for (int i = 0; i < _node.Connections.Length; i++)
            {
                ConnectionState state = _node.Connections[i].State;
                if (state == ConnectionState.Securing || state == ConnectionState.Handshaking || state == ConnectionState.Muxing)
                {
                    quietMs = latestMs;
                }
            }

            return quietMs < latestMs ? quietMs : latestMs;
        }

        // A lasting connection's peer is called again first. Else the next address has its turn at once, and after the last a pause.
        private void Reschedule(Connection connection)
        {
            long nowMs = _node.NowMs;
            bool lasted = !_isLeaving && connection.WasOpen && nowMs - _openedMs >= _options.StableMs;
            _dialed = null;
            _isLeaving = false;
            if (IsFound)
            {
                _finder.IsDialed = false;
                _finder.Ended(nowMs, lasted);
                return;
            }

            if (!connection.WasOpen)
            {
                _dialList.Missed(_dialIndex);
            }

            if (lasted)
            {
                _failures = 0;
            }
            else if (_dialIndex + 1 < _dialList.Count)
            {
                _dialIndex++;
                _redialMs = nowMs;
                return;
            }
            else
            {
                _dialIndex = 0;
            }

            // looking a name up is no small thing: on some boards everything else stands still meanwhile
            _redialMs = nowMs
                + Pause(connection.CloseReason == CloseReason.DialFailed && connection.CloseDetail != (int)LinkError.NameNotFound);
            _failures++;
        }

        // Doubled with each failure, and half of it left to chance: devices that lost a peer at the same moment don't all call in one.
        // It leaves half of the time until the ring overflows. A failure that cost nobody anything, as a refused dial, is followed by
        // another within a sampling interval or a few pauses; what costs a handshake waits for a quarter of the ring at least.
        private int Pause(bool wasCheap)
        {
            int pause = _options.ReconnectMs;
            for (int i = 0; i < _failures && pause < _options.MaxReconnectMs; i++)
            {
                pause = pause > _options.MaxReconnectMs / 2 ? _options.MaxReconnectMs : pause * 2;
            }

            int ring = _options.RingBytes;
            long bound = FillMs(ring - _delivery.Ring.UsedBytes) / 2;
            long least = FillMs(ring) / 4;
            if (wasCheap)
            {
                least = 0;
                for (int i = 0; i < _samplerCount; i++)
                {
                    long soon = _samplers[i].IntervalMs;
                    soon = soon < SoonPauses * (long)_options.ReconnectMs ? SoonPauses * (long)_options.ReconnectMs : soon;
                    if (soon < bound)
                    {
                        bound = soon;
                    }
                }
            }

            if (least < _options.ReconnectMs)
            {
                least = _options.ReconnectMs;
            }

            if (bound < least)
            {
                bound = least;
            }

            if (pause > bound)
            {
                pause = (int)bound;
            }

            _board.Random.Fill(_scratch, 0, 4);
            uint half = (uint)pause / 2u;
            return pause - (int)half + (int)(Bytes.ReadUInt32LittleEndian(_scratch, 0) % (half + 1u));
        }

        // how long the sensors take to fill so many bytes of the ring
        private long FillMs(int bytes)
        {
            long perHour = 0;
            for (int i = 0; i < _samplerCount; i++)
            {
                perHour += (long)_samplers[i].RingBytes * HourMs / _samplers[i].IntervalMs;
            }

            return perHour == 0 ? long.MaxValue : (long)bytes * HourMs / perHour;
        }

        // Whether a peer's word counts for a reading: see DeviceOptions.ConfirmedBy.
        internal bool MayConfirm(Connection connection)
        {
            return connection == _dialed || _options.ConfirmedBy == Confirmers.Subscribers
                || (_dialList.Count == 0 && _finder == null)
                || _dialList.Names(connection.RemoteId, connection.RemoteIdCount);
        }

        // Leaves a dialled peer that takes no reading for the next address, if there is one.
        private bool LeaveTheDeaf(long nowMs, ref long next)
        {
            uint sent = _delivery.Sent;
            if (_options.DeafMs == 0 || _dialed == null || !_dialed.IsOpen || _delivery.Kept == 0 || sent != _sentBefore)
            {
                _sentBefore = sent;
                _deafSinceMs = nowMs;
                return false;
            }

            long leaveMs = _deafSinceMs + _options.DeafMs;
            if (nowMs < leaveMs)
            {
                if (leaveMs < next)
                {
                    next = leaveMs;
                }

                return false;
            }

            if (_deafSinceMs == Told)
            {
                return false;
            }

            _isLeaving = IsFound || _dialList.Count > 1;
            _log.Deaf(_dialed, _delivery, _options, _isLeaving);
            if (_isLeaving)
            {
                _dialed.Close();
            }

            _deafSinceMs = Told;
            return _isLeaving;
        }
    }
}
