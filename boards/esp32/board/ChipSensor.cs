using nanoFramework.Hardware.Esp32;
using NanoLibp2p.Firmware;

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

        /// <summary>Makes it over the board.</summary>
        public ChipSensor(ChipBoard board)
            : base(board, "heap")
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
