namespace NanoLibp2p.Frames.Airtime
{
    /// <summary>
    /// The airtime of the last hour (SPEC.md 13.1): seven buckets of ten minutes, of which the record covers every frame before it is sent
    /// (W5). However often the power goes, no sliding hour has more than its limit.
    /// </summary>
    public sealed class FrameLedger : IFrameAirtime
    {
        /// <summary>What <see cref="WaitMs"/> says of a frame that is longer than an hour's share.</summary>
        public const int Never = int.MaxValue;

        private const int BucketMs = 600 * 1000;

        private readonly int _limit;
        private readonly int[] _used = new int[FrameRecord.Buckets];

        // of those, what openings took: not more than a quarter of the hour, but for the first after a start
        private readonly int[] _openings = new int[FrameRecord.Buckets];

        private FrameRecord _record;

        // what the record says of the running bucket
        private int _stored;
        private long _bucketEnds;

        // what the clock said, and when
        private uint _clock;
        private long _clockAt;

        // the record has moved with the sleep, and the store not yet
        private bool _isNewer;

        /// <summary>Takes its memory.</summary>
        /// <param name="limitMs">Airtime of an hour, 36,000 for 1 %; 0 for no limit.</param>
        public FrameLedger(int limitMs)
        {
            _limit = limitMs;
        }

        /// <summary>Airtime of the last hour and up to ten minutes more, in milliseconds.</summary>
        public int UsedMs
        {
            get { return Sum(_used); }
        }

        /// <inheritdoc/>
        public void Start(FrameRecord record, long now, long sleptMs, uint clock)
        {
            _record = record;

            // a clock that went back says nothing
            sleptMs = clock < _record.Time ? -1 : sleptMs;
            int moved = sleptMs < 0 ? 0 : (int)((clock / 600) - (_record.Time / 600));
            int sum = 0;
            for (int i = 0; i < FrameRecord.Buckets; i++)
            {
                _used[i] = 0;
                _openings[i] = 0;
            }

            for (int i = 0; i < FrameRecord.Buckets; i++)
            {
                int used = _record.Air(i) * FrameRecord.BucketUnitMs;
                if (sleptMs < 0)
                {
                    sum += used;
                }
                else if (i + moved < FrameRecord.Buckets)
                {
                    _used[i + moved] = used;
                }
            }

            if (sleptMs < 0)
            {
                _used[0] = sum;
            }

            // nothing of the running bucket is covered until the next write
            _stored = moved == 0 && sleptMs >= 0 ? _used[0] : 0;
            Align(now, clock);
            _isNewer = sleptMs >= 0;
            if (_isNewer)
            {
                // the next write takes them along, so that the next sleep is counted from here
                Put(_used[0], clock);
            }
        }

        /// <inheritdoc/>
        public void Add(int airMs)
        {
            _used[0] += airMs;
            _stored = 0;
        }

        /// <inheritdoc/>
        public void Realign(long now, uint clock)
        {
            Move(now);
            long ends = now + End(clock);
            if (ends < _bucketEnds)
            {
                _used[0] += _used[1];
                _openings[0] += _openings[1];
                for (int i = 1; i < FrameRecord.Buckets - 1; i++)
                {
                    _used[i] = _used[i + 1];
                    _openings[i] = _openings[i + 1];
                }

                _used[FrameRecord.Buckets - 1] = 0;
                _openings[FrameRecord.Buckets - 1] = 0;
            }

            Align(now, clock);
            _stored = 0;
            Put(_used[0], clock);
        }

        /// <inheritdoc/>
        public int WaitMs(int airMs, bool isUrgent, bool isOpening, long now)
        {
            if (_limit == 0)
            {
                return 0;
            }

            Move(now);
            int wait = Wait(_used, _limit - (isUrgent ? 0 : _limit / 10) - airMs, now);
            int quarter = isOpening ? Wait(_openings, (_limit / 4) - airMs, now) : 0;
            wait = wait > quarter ? wait : quarter;
            if (wait > 0 && _isNewer)
            {
                // what sends nothing writes nothing: time would stand still over the next sleeps, and the airtime never become free
                _isNewer = false;
                _record.Save();
            }

            return wait;
        }

        /// <inheritdoc/>
        public bool Charge(int airMs, bool isOpening, int spareMs, long now)
        {
            if (_limit == 0)
            {
                return true;
            }

            // it belongs where it ends
            Move(now + airMs);
            if (_used[0] + airMs > _stored)
            {
                int stored = _used[0] + airMs + spareMs;
                Put(stored, _clock + (uint)((now + airMs - _clockAt) / 1000));
                if (!_record.Save())
                {
                    return false;
                }

                _isNewer = false;
                _stored = stored;
            }

            _used[0] += airMs;
            _openings[0] += isOpening ? airMs : 0;
            return true;
        }

        private static int Sum(int[] buckets)
        {
            int sum = 0;
            for (int i = 0; i < FrameRecord.Buckets; i++)
            {
                sum += buckets[i];
            }

            return sum;
        }

        private static int Units(int ms)
        {
            int units = (ms + FrameRecord.BucketUnitMs - 1) / FrameRecord.BucketUnitMs;
            return units > 0xFFFF ? 0xFFFF : units;
        }

        private static int End(uint clock)
        {
            return (int)(600 - (clock % 600)) * 1000;
        }

        private void Align(long now, uint clock)
        {
            _clock = clock;
            _clockAt = now;
            _bucketEnds = now + End(clock);
        }

        // the buckets and the time that they are of belong together: how far they move at the next start is counted from it
        private void Put(int running, uint time)
        {
            _record.SetAir(0, Units(running));
            for (int i = 1; i < FrameRecord.Buckets; i++)
            {
                _record.SetAir(i, Units(_used[i]));
            }

            _record.Time = time;
        }

        private int Wait(int[] buckets, int room, long now)
        {
            if (room < 0)
            {
                return Never;
            }

            int sum = Sum(buckets);

            // each end of a bucket drops the oldest
            int wait = 0;
            for (int i = FrameRecord.Buckets - 1; sum > room; i--)
            {
                sum -= buckets[i];
                wait = (int)(_bucketEnds - now) + ((FrameRecord.Buckets - 1 - i) * BucketMs);
            }

            return wait < 0 ? 1 : wait;
        }

        private void Move(long now)
        {
            while (now >= _bucketEnds)
            {
                for (int i = FrameRecord.Buckets - 1; i > 0; i--)
                {
                    _used[i] = _used[i - 1];
                    _openings[i] = _openings[i - 1];
                }

                _used[0] = 0;
                _openings[0] = 0;
                _stored = 0;
                _bucketEnds += BucketMs;
            }
        }
    }
}
