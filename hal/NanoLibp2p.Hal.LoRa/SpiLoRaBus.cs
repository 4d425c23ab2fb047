#if NANOFRAMEWORK_1_0 || NET
using System;
using System.Device.Gpio;
using System.Device.Spi;
using System.Threading;

namespace NanoLibp2p.Hal.LoRa
{
    /// <summary>
    /// A radio on <c>System.Device.Spi</c> and <c>System.Device.Gpio</c>, which nanoFramework and .NET (a Raspberry Pi) have with the same
    /// shape. On nanoFramework each transaction and each look at a pin makes two small objects of the runtime's own, as its API wants it.
    /// </summary>
    public sealed class SpiLoRaBus : ILoRaBus, IDisposable
    {
        /// <summary>A clock that both chips and jumper wires bear, in hertz; the chips go to 10 (SX127x) and 16 MHz (SX126x).</summary>
        public const int ClockHz = 4000000;

        // without an interrupt line a sleep is this long at most
        private const int SliceMs = 10;

        private readonly SpiDevice _spi;
        private readonly GpioController _gpio;
        private readonly LoRaPinOptions _pins;
        private readonly AutoResetEvent _risen = new AutoResetEvent(false);

        /// <summary>Opens the pins.</summary>
        /// <param name="spi">The device: mode 0, at most 10 MHz; disposed with this.</param>
        /// <param name="gpio">The board's pins; disposed with this.</param>
        /// <param name="pins">Which of them.</param>
        public SpiLoRaBus(SpiDevice spi, GpioController gpio, LoRaPinOptions pins)
        {
            _spi = spi;
            _gpio = gpio;
            _pins = pins;
            Open(pins.Reset, PinMode.Output);
            HoldReset(false);
            Open(pins.Busy, PinMode.Input);
            Open(pins.Transmit, PinMode.Output);
            Open(pins.Receive, PinMode.Output);
            SwitchAntenna(LoRaAntenna.None);
            Open(pins.Interrupt, PinMode.Input);
            if (pins.Interrupt >= 0)
            {
                gpio.RegisterCallbackForPinValueChangedEvent(pins.Interrupt, PinEventTypes.Rising, new PinChangeEventHandler(OnRise));
            }
        }

        /// <inheritdoc/>
        public bool IsBusy
        {
            get { return _pins.Busy >= 0 && _gpio.Read(_pins.Busy) == PinValue.High; }
        }

        /// <inheritdoc/>
        public bool IsInterrupted
        {
            get { return _pins.Interrupt < 0 || _gpio.Read(_pins.Interrupt) == PinValue.High; }
        }

        /// <summary>Opens the SPI device as the chips want it.</summary>
        /// <param name="bus">The bus: 0 on a Raspberry Pi, 1 or 2 on nanoFramework.</param>
        /// <param name="chipSelect">The line: 0 for CE0 on a Raspberry Pi, the pin's number on nanoFramework.</param>
        public static SpiDevice CreateSpi(int bus, int chipSelect)
        {
            SpiConnectionSettings settings = new SpiConnectionSettings(bus, chipSelect);
            settings.ClockFrequency = ClockHz;
            settings.Mode = SpiMode.Mode0;
            return SpiDevice.Create(settings);
        }

        /// <inheritdoc/>
        public bool Transfer(byte[] send, byte[] receive, int count)
        {
            try
            {
#if NANOFRAMEWORK_1_0
                _spi.TransferFullDuplex(new SpanByte(send, 0, count), new SpanByte(receive, 0, count));
#else
                _spi.TransferFullDuplex(new ReadOnlySpan<byte>(send, 0, count), new Span<byte>(receive, 0, count));
#endif
                return true;
            }
            catch (Exception)
            {
                return false;
            }
        }

        /// <inheritdoc/>
        public void HoldReset(bool isHeld)
        {
            Set(_pins.Reset, !isHeld);
        }

        /// <inheritdoc/>
        public void SwitchAntenna(LoRaAntenna antenna)
        {
            Set(_pins.Transmit, antenna == LoRaAntenna.Transmitter);
            Set(_pins.Receive, antenna == LoRaAntenna.Receiver);
        }

        /// <inheritdoc/>
        public void Rest()
        {
            Thread.Sleep(1);
        }

        /// <inheritdoc/>
        public void Wait(int milliseconds)
        {
            if (_pins.Interrupt < 0)
            {
                Thread.Sleep(milliseconds < SliceMs ? milliseconds : SliceMs);
            }
            else
            {
                // a line that is still high has been looked at, or is broken: then time must pass all the same
                _risen.WaitOne(IsInterrupted ? 1 : milliseconds, false);
            }
        }

        /// <summary>Gives pins and bus back.</summary>
        public void Dispose()
        {
            if (_pins.Interrupt >= 0)
            {
                _gpio.UnregisterCallbackForPinValueChangedEvent(_pins.Interrupt, new PinChangeEventHandler(OnRise));
            }

            _gpio.Dispose();
            _spi.Dispose();
        }

        private void OnRise(object sender, PinValueChangedEventArgs args)
        {
            _risen.Set();
        }

        private void Open(int pin, PinMode mode)
        {
            if (pin >= 0)
            {
                _gpio.OpenPin(pin, mode);
            }
        }

        private void Set(int pin, bool isHigh)
        {
            if (pin >= 0)
            {
                _gpio.Write(pin, isHigh ? PinValue.High : PinValue.Low);
            }
        }
    }
}
#endif
