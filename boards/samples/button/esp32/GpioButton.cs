using System.Device.Gpio;

namespace NanoLibp2p.Samples
{
    /// <summary>A button between a pin and ground.</summary>
    public sealed class GpioButton : Button
    {
        private readonly GpioPin _pin;

        /// <summary>Opens the pin, with the chip's own resistor to plus.</summary>
        public GpioButton(int pin)
        {
            _pin = new GpioController().OpenPin(pin, PinMode.InputPullUp);
        }

        /// <inheritdoc/>
        public override bool IsPressed
        {
            get { return _pin.Read() == PinValue.Low; }
        }
    }
}
