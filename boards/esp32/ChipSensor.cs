using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>
    /// What the chip knows of itself: seconds since it started (<c>up_s</c>), free bytes of the managed heap (<c>heap</c>) and of the
    /// memory below it (<c>native</c>), the largest free piece of the latter (<c>piece</c>).
    /// </summary>
    public sealed class ChipSensor : Sensor
    {
        private readonly byte[] _uptime = Reading.Name("up_s");
        private readonly byte[] _heap = Reading.Name("heap");
        private readonly byte[] _native = Reading.Name("native");
        private readonly byte[] _piece = Reading.Name("piece");

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            uint total;
            uint free;
            uint largest;
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.Internal, out total, out free, out largest);
            reading.Add(_uptime, System.Environment.TickCount64 / 1000, 0);

            // collects garbage to know, which takes a few milliseconds
            reading.Add(_heap, nanoFramework.Runtime.Native.GC.Run(false), 0);
            reading.Add(_native, free, 0);
            reading.Add(_piece, largest, 0);
        }
    }
}
