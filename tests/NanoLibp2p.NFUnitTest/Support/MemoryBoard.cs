using NanoLibp2p.Boards.Nano;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>A board on a <see cref="MemoryNetwork"/>, whose store is the <see cref="FlashStore"/> of boards on a
    /// <see cref="MemoryDisk"/>.</summary>
    internal sealed class MemoryBoard : Board, IClock
    {
        private readonly MemoryNetwork _network;
        private readonly MemoryTransport _link;
        private readonly SeededRandom _random;
        private readonly FlashStore _store = new FlashStore("I:\\");
        private readonly CountSensor _sensor = new CountSensor();

        public MemoryBoard(MemoryNetwork network)
        {
            _network = network;
            _link = network.AddHost();
            _random = new SeededRandom(network.TakeSeed());
        }

        public override string Name
        {
            get { return "memory"; }
        }

        public override IStreamTransport Link
        {
            get { return _link; }
        }

        public override IClock Clock
        {
            get { return this; }
        }

        public override IRandom Random
        {
            get { return _random; }
        }

        public override IStore Store
        {
            get { return _store; }
        }

        public override Sensor Sensor
        {
            get { return _sensor; }
        }

        public long NowMs
        {
            get { return _network.NowMs; }
        }
    }
}
