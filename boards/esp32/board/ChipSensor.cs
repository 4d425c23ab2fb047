using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Esp32
{
    /// <summary>
    /// What an ESP32 knows of itself besides what <see cref="BoardSensor"/> reads: free bytes of the memory below the managed heap
    /// (<c>native</c>) and its largest free piece (<c>piece</c>).
    /// </summary>
    public sealed class ChipSensor : BoardSensor
    {
        private readonly byte[] _native = Reading.Name("native");
        private readonly byte[] _piece = Reading.Name("piece");

        /// <summary>Makes it over the board's clock, which counts from the start.</summary>
        public ChipSensor(IClock clock)
            : base(clock)
        {
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            uint total;
            uint free;
            uint largest;
            NativeMemory.GetMemoryInfo(NativeMemory.MemoryType.Internal, out total, out free, out largest);
            base.Read(reading);
            reading.Add(_native, free, 0);
            reading.Add(_piece, largest, 0);
        }
    }
}
