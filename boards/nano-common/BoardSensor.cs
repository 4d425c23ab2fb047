using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Nano
{
    /// <summary>What every chip knows of itself: seconds since it started (<c>up_s</c>), free bytes of the managed heap (<c>heap</c>).</summary>
    public class BoardSensor : Sensor
    {
        private readonly IClock _clock;
        private readonly byte[] _uptime = Reading.Name("up_s");
        private readonly byte[] _heap = Reading.Name("heap");

        /// <summary>Makes it over the board's clock, which counts from the start.</summary>
        public BoardSensor(IClock clock)
        {
            _clock = clock;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            reading.Add(_uptime, _clock.NowMs / 1000, 0);

            // collects garbage to know, which takes a few milliseconds
            reading.Add(_heap, nanoFramework.Runtime.Native.GC.Run(false), 0);
        }
    }
}
