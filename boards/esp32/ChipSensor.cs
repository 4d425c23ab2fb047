using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>
    /// What the chip knows of itself: seconds since it started (<c>up_s</c>), free bytes of the managed heap (<c>heap</c>) and of the
    /// memory below it (<c>native</c>), the largest free piece of the latter (<c>piece</c>).
    /// </summary>
    public sealed class ChipSensor : Sensor
    {
        private readonly IClock _clock;
        private readonly byte[] _uptime = Reading.Name("up_s");
        private readonly byte[] _heap = Reading.Name("heap");
        private readonly byte[] _native = Reading.Name("native");
        private readonly byte[] _piece = Reading.Name("piece");

        /// <summary>Makes it over the board's clock, which counts from the start.</summary>
        public ChipSensor(IClock clock)
        {
            _clock = clock;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            uint total;
            uint free;
            uint largest;
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.Internal, out total, out free, out largest);
            reading.Add(_uptime, _clock.NowMs / 1000, 0);

            // collects garbage to know, which takes a few milliseconds
            reading.Add(_heap, nanoFramework.Runtime.Native.GC.Run(false), 0);
            reading.Add(_native, free, 0);
            reading.Add(_piece, largest, 0);
        }
    }
}
