using System;
using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>A sensor of one's own: says <c>{"n":1,"t":1767225600000,"celsius":21.53,"hpa":1013.25,"humidity":44.10}</c>.</summary>
    public sealed class ClimateSensor : Sensor
    {
        private readonly Climate _climate;
        private readonly byte[] _celsius = Reading.Name("celsius");
        private readonly byte[] _hpa = Reading.Name("hpa");
        private readonly byte[] _humidity = Reading.Name("humidity");

        /// <summary>Makes it over a chip.</summary>
        public ClimateSensor(Climate climate)
        {
            _climate = climate;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            if (!_climate.Measure())
            {
                // costs this reading and a line in the log
                throw new InvalidOperationException("the chip gave no measurement; are its four wires in place?");
            }

            reading.Add(_celsius, _climate.HundredthsCelsius, 2);
            reading.Add(_hpa, _climate.Pascals, 2);
            reading.Add(_humidity, _climate.HundredthsHumidity, 2);
        }
    }
}
