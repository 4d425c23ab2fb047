using System;
using System.Device.Gpio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.LoRa;

// An ear on a Raspberry Pi: shows every LoRa frame that a gateway would hear, with its strength. See README.md for the wiring.
if (args.Length < 1 || (args[0] != "sx1262" && args[0] != "sx1276") || (args.Length > 1 && !int.TryParse(args[1], out _)))
{
    Console.Error.WriteLine("usage: NanoLibp2p.RaspberryPi.App sx1262|sx1276 [spreading factor, 9]");
    return 2;
}

bool isSx1262 = args[0] == "sx1262";
LoRaPinOptions pins = isSx1262
    ? new LoRaPinOptions { Reset = 18, Busy = 20, Interrupt = 16, Transmit = 6 }
    : new LoRaPinOptions { Reset = 22, Interrupt = 25 };
using SpiLoRaBus bus = new(SpiLoRaBus.CreateSpi(0, isSx1262 ? 0 : 1), new GpioController(), pins);
LoRaChip chip = isSx1262 ? new Sx126x(bus, new Sx126xOptions { TcxoTenthVolts = 18 }) : new Sx127x(bus, true);
LoRaOptions options = LoRaOptions.Eu868(args.Length > 1 ? int.Parse(args[1]) : 9, true);
SystemClock clock = new();
AirLedger ledger = new(new StoredAir(new MemoryStore(), "air", true), options.LimitMs, options.Down.TimeOnAirUs(options.Mtu));
ledger.Start(clock.NowMs, 0);
LoRaRadio radio = new(chip, options, ledger, new SystemRandom());
LinkError error = radio.Open();
if (error != LinkError.None)
{
    Console.Error.WriteLine($"no {args[0]} answers ({error}): is SPI on (raspi-config), and is the wiring that of the README?");
    return 1;
}

Console.WriteLine($"hears {options.Up.FrequencyHz / 1e6} MHz, SF{options.Up.SpreadingFactor}");
byte[] frame = new byte[LoRaChip.MaxFrameBytes];
while (true)
{
    int next = radio.Poll(clock.NowMs);
    int count;
    while ((count = radio.Receive(frame, 0, frame.Length)) > 0)
    {
        Console.WriteLine($"{DateTime.Now:T} {radio.RssiDbm} dBm, {radio.SnrQuarterDb / 4.0} dB, {count} bytes "
            + Convert.ToHexString(frame, 0, count));
    }

    radio.Wait(next);
}
