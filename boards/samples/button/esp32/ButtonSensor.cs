using NanoLibp2p.Firmware;

namespace NanoLibp2p.Samples
{
    /// <summary>
    /// Says <c>{"n":1234,"t":1767225600000,"presses":3}</c> when the button went down, and nothing otherwise. It is read so seldom that a
    /// contact which bounces, for some ten milliseconds, is seen as one press.
    /// </summary>
    public sealed class ButtonSensor : Sensor
    {
        private readonly Button _button;
        private readonly byte[] _name = Reading.Name("presses");
        private bool _wasPressed;
        private int _presses;

        /// <summary>Makes it over a button.</summary>
        public ButtonSensor(Button button)
        {
            _button = button;
        }

        /// <inheritdoc/>
        public override void Read(Reading reading)
        {
            bool isPressed = _button.IsPressed;
            if (isPressed && !_wasPressed)
            {
                _presses++;
                reading.Add(_name, _presses, 0);
            }

            _wasPressed = isPressed;
        }
    }
}
