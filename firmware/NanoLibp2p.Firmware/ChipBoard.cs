using System;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// What boards on a chip have in common, whatever runs their programs: the parts are handed to the constructor, the board is its own
    /// clock and log, the date is the system's, and the sensor is what every board can tell of itself.
    /// </summary>
    public abstract class ChipBoard : Board, IClock, IDeviceLog
    {
        // 1970 and 2025 in ticks of 100 ns; a clock that was never set is before the second
        private const long UnixEpochTicks = 621355968000000000;
        private const long EarliestTicks = 638712864000000000;
        private const long TicksInMillisecond = 10000;

        private readonly string _name;
        private readonly IStreamTransport _link;
        private readonly IStore _store;
        private readonly Sensor _sensor;

        /// <summary>Makes a board that measures what <see cref="BoardSensor"/> reads.</summary>
        /// <param name="name">See <see cref="Board.Name"/>.</param>
        /// <param name="link">See <see cref="Board.Link"/>.</param>
        /// <param name="store">See <see cref="Board.Store"/>.</param>
        /// <param name="heapName">What readings call <see cref="HeapBytes"/>.</param>
        protected ChipBoard(string name, IStreamTransport link, IStore store, string heapName)
        {
            _name = name;
            _link = link;
            _store = store;
            _sensor = new BoardSensor(this, heapName);
        }

        /// <inheritdoc/>
        public override string Name
        {
            get { return _name; }
        }

        /// <inheritdoc/>
        public override IStreamTransport Link
        {
            get { return _link; }
        }

        /// <inheritdoc/>
        public override IClock Clock
        {
            get { return this; }
        }

        /// <inheritdoc/>
        public override IStore Store
        {
            get { return _store; }
        }

        /// <inheritdoc/>
        public override Sensor Sensor
        {
            get { return _sensor; }
        }

        /// <inheritdoc/>
        public override IDeviceLog Log
        {
            get { return this; }
        }

        /// <inheritdoc/>
        public override long UnixMs
        {
            get
            {
                long ticks = DateTime.UtcNow.Ticks;
                return ticks < EarliestTicks ? 0 : (ticks - UnixEpochTicks) / TicksInMillisecond;
            }
        }

        /// <summary>Milliseconds since the start, or of another steady clock; never less than before.</summary>
        public abstract long NowMs { get; }

        /// <summary>
        /// Bytes of the managed heap: free ones on nanoFramework, those in use on Mono. To ask may cost a garbage collection of a few
        /// milliseconds.
        /// </summary>
        public abstract long HeapBytes { get; }

        /// <summary>Writes a line to the board's log.</summary>
        public abstract void Write(string line);
    }
}
