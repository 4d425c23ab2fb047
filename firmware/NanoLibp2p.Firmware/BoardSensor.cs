namespace NanoLibp2p.Firmware
{
    /// <summary>
    /// What every board knows of itself: seconds of its clock (<c>up_s</c>), bytes of its managed heap (<see cref="ChipBoard.HeapBytes"/>).
    /// </summary>
    public class BoardSensor : Sensor
    {
        private readonly ChipBoard _board;
        private readonly byte[] _uptime = Reading.Name("up_s");
        private readonly byte[] _heap;

        /// <summary>Makes it over the board; <paramref name="heapName"/> is what readings call the bytes.</summary>
        public BoardSensor(ChipBoard board, string heapName)
        {
            _heap = Reading.Name(heapName);
            _board = board;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            reading.Add(_uptime, _board.NowMs / 1000, 0);
            reading.Add(_heap, _board.HeapBytes, 0);
        }
    }
}
