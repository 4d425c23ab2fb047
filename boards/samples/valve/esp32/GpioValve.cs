using System.Device.Gpio;

namespace NanoLibp2p.Samples
{
    /// <summary>A valve behind a relay or a transistor on a pin: high opens it.</summary>
    public sealed class GpioValve : Valve
    {
        private readonly GpioPin _pin;

        /// <summary>Opens the pin, with the valve closed.</summary>
        public GpioValve(int pin)
        {
            _pin = new GpioController().OpenPin(pin, PinMode.Output);
            Set(false);
        }

        /// <inheritdoc/>
        public override void Set(bool open)
        {
            _pin.Write(open ? PinValue.High : PinValue.Low);
        }
    }
}
