using NanoLibp2p.Firmware;

namespace Sensors
{
    /// <summary>What is measured: the one file that both projects share. It says <c>{"n":1,"t":1767225600000,"percent":50.0}</c>.</summary>
    public sealed class OwnSensor : Sensor
    {
        private readonly byte[] _percent = Reading.Name("percent");
        private int _tenths = 500;

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            // in place of this: ask your chip, and add the number without its point
            _tenths = (_tenths + 1) % 1000;
            reading.Add(_percent, _tenths, 1);
        }
    }
}
