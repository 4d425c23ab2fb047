using NanoLibp2p.Firmware;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Counts how often it was read.</summary>
    internal sealed class CountSensor : Sensor
    {
        private readonly byte[] _name = Reading.Name("count");
        private int _count;

        public override void Read(Reading reading)
        {
            _count++;
            reading.Add(_name, _count, 0);
        }
    }
}
