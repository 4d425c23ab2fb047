using System.Device.I2c;
using Iot.Device.Bmxx80;
using Iot.Device.Bmxx80.ReadResult;
using nanoFramework.Hardware.Esp32;

namespace NanoLibp2p.Samples
{
    /// <summary>A BME280 on the first I2C bus: data on pin 21, clock on pin 22, address 0x76.</summary>
    public sealed class Bme280Climate : Climate
    {
        private const int BusId = 1;
        private const int DataPin = 21;
        private const int ClockPin = 22;

        private readonly Bme280 _chip;

        /// <summary>Sets the pins and finds the chip.</summary>
        public Bme280Climate()
        {
            Configuration.SetPinFunction(DataPin, DeviceFunction.I2C1_DATA);
            Configuration.SetPinFunction(ClockPin, DeviceFunction.I2C1_CLOCK);
            _chip = new Bme280(I2cDevice.Create(new I2cConnectionSettings(BusId, Bmx280Base.SecondaryI2cAddress)));
        }

        /// <inheritdoc/>
        public override bool Measure()
        {
            Bme280ReadResult result = _chip.Read();
            if (!result.TemperatureIsValid || !result.PressureIsValid || !result.HumidityIsValid)
            {
                return false;
            }

            HundredthsCelsius = (int)(result.Temperature.DegreesCelsius * 100);
            Pascals = (int)(result.Pressure.Hectopascals * 100);
            HundredthsHumidity = (int)(result.Humidity.Percent * 100);
            return true;
        }
    }
}
