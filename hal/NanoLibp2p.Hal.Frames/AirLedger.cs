namespace NanoLibp2p.Hal.Frames
{
    /// <summary>
    /// What of an hour's airtime is used, in 7 buckets of ten minutes (frame sessions, SPEC.md 13.1): a frame is charged to the bucket in
    /// which it ends, and may start when all seven and it are within the limit. So no sliding hour exceeds it.
    /// </summary>
    /// <remarks>
    /// The store covers a frame before it is sent (W5): it always has at least what was used. After a start all that it has counts as
    /// used this moment, so that no boot loop exceeds the limit either. For one radio and one sub-band.
    /// </remarks>
    public sealed class AirLedger
    {
        /// <summary>Buckets: the running one and those of the hour before it.</summary>
        public const int Buckets = 7;

        /// <summary>Numbers that an <see cref="IAirKeeper"/> keeps: the buckets, the running one first and then ever older ones, and the
        /// seconds since the running one began.</summary>
        public const int KeptValues = Buckets + 1;

        /// <summary>The unit of a bucket, in milliseconds.</summary>
        public const int UnitMs = 8;

        private const int UnitUs = UnitMs * 1000;
        private const int BucketMs = 600000;
        private const int LeastSpareMs = 2000;
        private const long HourMs = 3600000;

        private readonly IAirKeeper _keeper;
        private readonly int _limit;
        private readonly int _spare;
        private readonly int[] _units = new int[Buckets];
        private readonly int[] _kept = new int[KeptValues];

        // where the running bucket is, when it began, and what was charged to the one after it: frames that end there
        private int _running;
        private int _ahead;
        private long _began;
        private long _now;

        // what may still be charged before the store has to be written, what it has in all, and when it was written
        private int _left;
        private int _keptSum;
        private long _keptAt;

        /// <summary>Takes its memory; <see cref="Start"/> reads.</summary>
        /// <param name="keeper">Where it is kept.</param>
        /// <param name="limitMs">Airtime that an hour may have: 36,000 for 1 %, 360,000 for 10 %, at most 524,000.</param>
        /// <param name="longestUs">The longest frame's: the store is written once for about 1.5 of them.</param>
        public AirLedger(IAirKeeper keeper, int limitMs, int longestUs)
        {
            _keeper = keeper;
            _limit = limitMs / UnitMs;
            int spare = Units(longestUs) * 3 / 2;
            _spare = spare > LeastSpareMs / UnitMs ? spare : LeastSpareMs / UnitMs;
        }

        /// <summary>Milliseconds of airtime that count as used in the hour until now.</summary>
        public int UsedMs
        {
            get { return Sum() * UnitMs; }
        }

        /// <summary>Milliseconds of airtime that an hour may have.</summary>
        public int LimitMs
        {
            get { return _limit * UnitMs; }
        }

        /// <summary>Reads what was kept, after each loss of power.</summary>
        /// <param name="nowMs">The clock.</param>
        /// <param name="sleptSeconds">How long a timed sleep was that ended just now; 0 after any other start. Its timer may be wrong by
        /// 5 %.</param>
        public void Start(long nowMs, int sleptSeconds)
        {
            bool isThere = _keeper.LoadAir(_kept);
            int passed = 0;
            int sum = 0;
            for (int i = 0; i < Buckets; i++)
            {
                _units[i] = 0;
                sum += _kept[i];
            }

            _running = 0;
            _ahead = 0;
            _began = nowMs;
            _now = nowMs;
            if (!isThere)
            {
                _units[0] = _limit;
            }
            else if (sleptSeconds <= 0)
            {
                _units[0] = sum > _limit ? _limit : sum;
            }
            else
            {
                int seconds = (sleptSeconds / 20 * 19) + (_kept[Buckets] < BucketMs / 1000 ? _kept[Buckets] : 0);
                passed = seconds / (BucketMs / 1000);
                _began = nowMs - (seconds % (BucketMs / 1000) * 1000L);

                // the oldest bucket has the highest index when the running one is 0
                for (int i = 0; i + passed < Buckets; i++)
                {
                    _units[(Buckets - passed - i) % Buckets] = _kept[i];
                }
            }

            _keptSum = isThere ? sum : _limit;
            _keptAt = nowMs;
            _left = 0;
        }

        /// <summary>Milliseconds until a frame may start, as far as the limit goes; 0 for now.</summary>
        /// <param name="nowMs">The clock.</param>
        /// <param name="airUs">Its airtime in microseconds.</param>
        /// <param name="isUrgent">Whether it may use the tenth of the hour that is kept for what is urgent (SPEC.md 13.2).</param>
        public int WaitMs(long nowMs, int airUs, bool isUrgent)
        {
            Advance(nowMs);
            int over = Sum() + Units(airUs) - (isUrgent ? _limit : _limit * 9 / 10);
            int passed = 0;
            while (over > 0 && passed < Buckets)
            {
                // the oldest goes with each ten minutes
                passed++;
                over -= _units[(_running + passed) % Buckets];
            }

            return passed == 0 ? 0 : 0 | (int)(_began + ((long)passed * BucketMs) - _now);
        }

        /// <summary>Charges a frame, in the store too, so that it may go out.</summary>
        /// <param name="nowMs">The clock.</param>
        /// <param name="delayMs">After so long it starts: 0, or the time to a receive window; less than ten minutes.</param>
        /// <param name="airUs">Its airtime in microseconds.</param>
        /// <param name="isUrgent">As in <see cref="WaitMs"/>.</param>
        /// <returns>False when it may not, or the store takes nothing: nothing is charged then.</returns>
        public bool Charge(long nowMs, int delayMs, int airUs, bool isUrgent)
        {
            if (WaitMs(nowMs, airUs, isUrgent) > 0)
            {
                return false;
            }

            int units = Units(airUs);
            bool isAhead = nowMs + delayMs + (airUs / 1000) + 1 - _began >= BucketMs;
            Add(isAhead, units);
            if (units <= _left)
            {
                _left -= units;
                return true;
            }

            if (Keep(_spare))
            {
                return true;
            }

            Add(isAhead, -units);
            return false;
        }

        /// <summary>Lets time pass: writes the store anew, once an hour, when it has far more than was used.</summary>
        public void Poll(long nowMs)
        {
            Advance(nowMs);
            if (_now - _keptAt >= HourMs && _keptSum > Sum() + (2 * _spare))
            {
                Keep(_spare);
                _keptAt = _now;
            }
        }

        /// <summary>Writes the store as it is now, before a timed sleep: what is used then moves on by the length of the sleep.</summary>
        /// <returns>False when the store takes nothing; more counts as used then, never less.</returns>
        public bool Sleep(long nowMs)
        {
            Advance(nowMs);
            return Keep(0);
        }

        private static int Units(int airUs)
        {
            return (airUs / UnitUs) + (airUs % UnitUs == 0 ? 0 : 1);
        }

        private bool Keep(int spare)
        {
            int sum = Sum();

            // nothing can be charged beyond the limit, so nothing need be set aside for it
            int free = _limit > sum ? _limit - sum : 0;
            spare = spare < free ? spare : free;
            for (int i = 0; i < Buckets; i++)
            {
                _kept[i] = _units[(_running + Buckets - i) % Buckets];
            }

            _kept[0] += spare + _ahead;
            _kept[Buckets] = 0 | (int)((_now - _began) / 1000);
            if (!_keeper.SaveAir(_kept))
            {
                return false;
            }

            _left = spare;
            _keptSum = sum + spare;
            _keptAt = _now;
            return true;
        }

        private void Advance(long nowMs)
        {
            if (nowMs < _now)
            {
                // the clock was set back: to the ledger the time goes on from here
                _began += nowMs - _now;
            }

            _now = nowMs;
            if (nowMs - _began >= (Buckets + 1L) * BucketMs)
            {
                // all of them are over, however long it was
                for (int i = 0; i < Buckets; i++)
                {
                    _units[i] = 0;
                }

                _ahead = 0;
                _began = nowMs;
            }

            while (nowMs - _began >= BucketMs)
            {
                _running = (_running + 1) % Buckets;
                _units[_running] = _ahead;
                _ahead = 0;
                _began += BucketMs;
            }
        }

        private void Add(bool isAhead, int units)
        {
            if (isAhead)
            {
                _ahead += units;
            }
            else
            {
                _units[_running] += units;
            }
        }

        private int Sum()
        {
            int sum = _ahead;
            for (int i = 0; i < Buckets; i++)
            {
                sum += _units[i];
            }

            return sum;
        }
    }
}
