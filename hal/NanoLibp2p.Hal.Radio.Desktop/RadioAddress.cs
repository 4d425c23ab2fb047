using System;
using System.Collections.Generic;
using System.Device.Gpio;
using System.Globalization;
using System.Linq;
using System.Net;
using NanoLibp2p.Hal.Ble.Desktop;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Ieee802154;
using NanoLibp2p.Hal.LoRa;
using NanoLibp2p.Hal.Radio.Air;
using NanoLibp2p.Hal.Radio.LoRaUdp;
using NanoLibp2p.Hal.Radio.Serial;
using NanoLibp2p.Hal.Radio.Udp;
using NanoLibp2p.Hal.Radio.XBee;
using NanoLibp2p.Hal.Serial;

namespace NanoLibp2p.Hal.Radio;

/// <summary>Which radio a program is to use, as one writes it: <c>lora-udp://0.0.0.0:1700</c>, <c>serial:///dev/ttyUSB0</c>,
/// <c>udp://[::]:4242</c>, <c>air://demo?profile=lora-sf9-eu868</c>.</summary>
public sealed class RadioAddress
{
    private const string Schemes = "lora-udp://HOST:PORT, sx127x://spidev0.0, sx126x://spidev0.0, serial:///dev/ttyUSB0, "
        + "xbee:///dev/ttyUSB0, ble://hci0, udp://HOST:PORT or air://NAME?profile=lora-sf9-eu868";

    // who may be in the middle of a frame at once, at a gateway
    private const int XBeeSenders = 64;

    private readonly string _text;
    private readonly Func<bool, IStore?, IFrameLink> _create;
    private Func<string?> _trouble = static () => null;
    private string? _noDevice;
    private string? _noGateway;

    private RadioAddress(string text, string scheme, Func<bool, IStore?, IFrameLink> create)
        => (_text, Scheme, _create) = (text, scheme, create);

    /// <summary>Such as <c>lora-udp</c>.</summary>
    public string Scheme { get; }

    /// <summary>Reads an address.</summary>
    /// <exception cref="FormatException">It is none; the text says what to give.</exception>
    public static RadioAddress Parse(string text)
    {
        int at = text.IndexOf("://", StringComparison.Ordinal);
        if (at < 1)
        {
            throw new FormatException($"'{text}' is no radio; give {Schemes}");
        }

        string scheme = text[..at];
        string[] parts = text[(at + 3)..].Split('?', 2);
        OptionList options = Options(text, parts.Length > 1 ? parts[1] : "");
        RadioAddress address = scheme switch
        {
            "udp" => Udp(text, parts[0]),
            "lora-udp" => LoRaUdp(text, parts[0], options),
            "serial" => Serial(text, parts[0], options),
            "xbee" => XBee(text, parts[0], options),
            "ble" => Ble(text, parts[0], options),
            "sx127x" or "sx126x" => Chip(text, scheme, parts[0], options),
            "air" => Air(text, parts[0], options),
            _ => throw new FormatException($"'{text}' is no radio that there is; give {Schemes}"),
        };
        return options.Count == 0 ? address
            : throw new FormatException($"'{text}': {scheme}:// has no option '{options.Keys.First()}'; "
                + (options.Asked.Count == 0 ? "it has none" : $"it has {string.Join(", ", options.Asked)}"));
    }

    /// <summary>Why it is no radio of a gateway, or else of a device, and what to give; null when it is one.</summary>
    public string? Refuses(bool isGateway) => isGateway ? _noGateway : _noDevice;

    /// <summary>Makes the link, which is not open yet.</summary>
    /// <param name="isGateway">For a gateway, which answers; else for a device.</param>
    /// <param name="store">Where used airtime is kept; null for nowhere.</param>
    /// <exception cref="FormatException">It <see cref="Refuses"/>.</exception>
    public IFrameLink Create(bool isGateway, IStore? store) => Refuses(isGateway) is { } why ? throw new FormatException(why)
        : _create(isGateway, store);

    /// <summary>Why the link that was made last is open and yet of no use, and what to do; null when nothing is known to be
    /// wrong.</summary>
    public string? Trouble() => _trouble();

    /// <inheritdoc/>
    public override string ToString() => _text;

    private static RadioAddress Udp(string text, string place)
    {
        IPEndPoint point = EndPoint(text, place);
        return new RadioAddress(text, "udp", (isGateway, _) => isGateway ? UdpFrameLink.Listen(point) : UdpFrameLink.Connect(point));
    }

    private static RadioAddress LoRaUdp(string text, string place, OptionList options)
    {
        LoRaUdpOptions link = new()
        {
            Local = EndPoint(text, place),
            Forwarders = Take(options, "forwarder", "") is { Length: > 0 } ids ? ids.Split(',') : [],
            FrequencyMHz = Number(text, options, "frequency", 869.525, 137, 1020),
            PowerDbm = Whole(text, options, "power", 14, 0, 27),
        };
        try
        {
            new LoRaUdpLink(link).Close();
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"'{text}': {exception.Message}");
        }

        return new RadioAddress(text, "lora-udp", (_, store) => new LoRaUdpLink(link with { Store = store }))
        {
            _noDevice = $"'{text}' is a gateway's radio; a device has none of that kind",
        };
    }

    private static RadioAddress Serial(string text, string port, OptionList options)
    {
        SerialPortLine line = Port(text, "serial", port, options);
        return new RadioAddress(text, "serial", (isGateway, _) => new SerialFrameLink(line, isGateway));
    }

    private static SerialPortLine Port(string text, string scheme, string port, OptionList options)
        => port.Length < 2 ? throw new FormatException($"'{text}' names no port; give {scheme}:///dev/ttyUSB0, or {scheme}://COM3")
            : new SerialPortLine(port, Whole(text, options, "rate", 115_200, 300, 4_000_000));

    // an XBee in API mode 2; a device names its gateway's, or sends to all
    private static RadioAddress XBee(string text, string port, OptionList options)
    {
        XBeePort line = new(Port(text, "xbee", port, options));
        string to = Take(options, "to", "");
        if (to.Length > 0 && (to.Length != 16 || !to.All(char.IsAsciiHexDigit)))
        {
            throw new FormatException($"'{text}': to is '{to}'; give the 16 hex digits of the gateway's XBee, its SH and SL");
        }

        return new RadioAddress(text, "xbee", (isGateway, _) => new XBeeLink(line, to.Length > 0 ? Convert.FromHexString(to) : null!,
            isGateway ? XBeeSenders : 1))
        {
            _trouble = () => line.Trouble,
            _noGateway = to.Length > 0 ? $"'{text}': to is a device's option; leave it out, a gateway answers whom it hears" : null,
        };
    }

    private static RadioAddress Ble(string text, string adapter, OptionList options)
    {
        if (adapter.Length is 0 or > 16 || !adapter.All(char.IsAsciiLetterOrDigit))
        {
            throw new FormatException($"'{text}' names no adapter; give ble://hci0");
        }

        BlueZOptions bluez = new()
        {
            Adapter = adapter,
            MaxDevices = Whole(text, options, "devices", 10, 1, 64),
            BusAddress = Take(options, "bus", "") is { Length: > 0 } bus ? bus : null,
        };
        BlueZLink? made = null;
        return new RadioAddress(text, "ble", (_, _) => made = new BlueZLink(bluez))
        {
            _noDevice = $"'{text}' is a gateway's radio; a board with Bluetooth is a device (boards/esp32-ble)",

            // one device's trouble is none of the radio's while others are heard
            _trouble = () => made is { Connected: 0, Trouble: { } trouble } ? $"BlueZ: {trouble}" : null,
        };
    }

    private static RadioAddress Air(string text, string name, OptionList options)
    {
        AirProfile profile;
        try
        {
            profile = AirProfile.Find(Take(options, "profile", "lora-sf7-eu868"));
        }
        catch (ArgumentException exception)
        {
            throw new FormatException($"'{text}': {exception.Message}");
        }

        double loss = Number(text, options, "loss", 0, 0, 1);
        int distance = Whole(text, options, "attenuation", 100, 0, 160);
        return name.Length is > 0 and <= 64
            ? new RadioAddress(text, "air", (isGateway, store) => new AirGroup(name, profile,
                new AirLinkOptions { IsGateway = isGateway, Store = store, LossDb = distance }, loss))
            : throw new FormatException($"'{text}' names no air; give air://NAME?profile={profile.Name}");
    }

    // a chip on the SPI of a Raspberry Pi; the standard pins are those of the usual hats
    private static RadioAddress Chip(string text, string scheme, string device, OptionList options)
    {
        string[] numbers = device.StartsWith("spidev", StringComparison.Ordinal) ? device["spidev".Length..].Split('.') : [];
        if (numbers.Length != 2 || !int.TryParse(numbers[0], NumberStyles.None, CultureInfo.InvariantCulture, out int bus)
            || !int.TryParse(numbers[1], NumberStyles.None, CultureInfo.InvariantCulture, out int select))
        {
            throw new FormatException($"'{text}' names no SPI device; give {scheme}://spidev0.0");
        }

        bool is127 = scheme == "sx127x";
        int spreading = Whole(text, options, "sf", 9, 7, 12);
        int power = Whole(text, options, "power", 14, -9, 22);
        int channelHz = (int)Math.Round(Number(text, options, "channel", 0, 863, 870) * 1e6);
        LoRaPinOptions pins = new()
        {
            Reset = Whole(text, options, "reset", 18, -1, 99),
            Interrupt = Whole(text, options, "interrupt", 16, -1, 99),
            Busy = Whole(text, options, "busy", is127 ? -1 : 20, -1, 99),
            Transmit = Whole(text, options, "transmit", -1, -1, 99),
            Receive = Whole(text, options, "receive", -1, -1, 99),
        };
        return new RadioAddress(text, scheme, (isGateway, store) =>
        {
            LoRaOptions radio = LoRaOptions.Eu868(spreading, isGateway);
            radio.PowerDbm = power;
            if (channelHz > 0)
            {
                radio.ChannelsHz = [channelHz];
                radio.Up.FrequencyHz = channelHz;
            }

            SpiLoRaBus spi = new(SpiLoRaBus.CreateSpi(bus, select), CreateGpio(), pins);
            AirLedger ledger = new(new StoredAir(store ?? new MemoryStore(), $"air-spidev{bus}-{select}", true), radio.LimitMs,
                (isGateway ? radio.Down : radio.Up).TimeOnAirUs(radio.Mtu));
            ledger.Start(new SystemClock().NowMs, 0);
            return new LoRaRadio(is127 ? new Sx127x(spi, true) : new Sx126x(spi, new Sx126xOptions()), radio, ledger, new SystemRandom());
        });
    }

    private static GpioController CreateGpio()
    {
        try
        {
            return new GpioController();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // the library's own exceptions, of several kinds, name what it tried last and not what to do
            throw new PlatformNotSupportedException($"this host's pins can't be opened ({e.Message}): install libgpiod, and let this user "
                + "open /dev/gpiochip0 (group gpio)", e);
        }
    }

    private static IPEndPoint EndPoint(string text, string place)
        => IPEndPoint.TryParse(place, out IPEndPoint? point) && place.LastIndexOf(':') > place.LastIndexOf(']') ? point
            : throw new FormatException($"'{text}' has no address with a port; give one such as 0.0.0.0:1700 or [::]:4242");

    private static OptionList Options(string text, string query)
    {
        OptionList options = new();
        foreach (string one in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] pair = one.Split('=', 2);
            if (pair.Length < 2 || pair[1].Length == 0 || !options.TryAdd(pair[0], Uri.UnescapeDataString(pair[1])))
            {
                throw new FormatException($"'{text}': '{one}' is no option; give each once, as name=value");
            }
        }

        return options;
    }

    private static string Take(OptionList options, string name, string standard)
        => options.Ask(name) ?? standard;

    private static int Whole(string text, OptionList options, string name, int standard, int least, int most)
    {
        double number = Number(text, options, name, standard, least, most);
        return number == Math.Floor(number) ? (int)number
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                $"'{text}': {name} is '{number}'; give a whole number from {least} to {most}"));
    }

    private static double Number(string text, OptionList options, string name, double standard, double least, double most)
        => options.Ask(name) is not { } value ? standard
            : double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= least
                && number <= most ? number
                : throw new FormatException(string.Create(CultureInfo.InvariantCulture,
                    $"'{text}': {name} is '{value}'; give a number from {least} to {most}"));

    // what was given, less what was asked for
    private sealed class OptionList : Dictionary<string, string>
    {
        internal OptionList()
            : base(StringComparer.Ordinal)
        {
        }

        internal List<string> Asked { get; } = [];

        internal string? Ask(string name)
        {
            Asked.Add(name);
            return Remove(name, out string? value) ? value : null;
        }
    }
}
