using System;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Meadow
{
    /// <summary>What a Meadow knows of itself: seconds of its clock (<c>up_s</c>), bytes that the runtime has taken (<c>managed</c>).</summary>
    public sealed class BoardSensor : Sensor
    {
        private readonly IClock _clock;
        private readonly byte[] _uptime = Reading.Name("up_s");
        private readonly byte[] _managed = Reading.Name("managed");

        /// <summary>Makes it over the board's clock.</summary>
        public BoardSensor(IClock clock)
        {
            _clock = clock;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            reading.Add(_uptime, _clock.NowMs / 1000, 0);
            reading.Add(_managed, GC.GetTotalMemory(false), 0);
        }
    }
}
