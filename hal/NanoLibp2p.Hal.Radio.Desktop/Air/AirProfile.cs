using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>What a kind of radio does, by name: MTU, airtime, duty cycle, receive window (frame sessions, SPEC.md 14).</summary>
public sealed record AirProfile
{
    private const int Bandwidth125 = 125_000;
    private const int LoRaWindowMs = 1000;

    private AirProfile(string name, int mtu, Func<int, int> timeOnAirUs)
    {
        Name = name;
        Mtu = mtu;
        TimeOnAirUs = timeOnAirUs;
    }

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AirProfile> All { get; } =
    [
        LoRa(7, 255, -123), LoRa(8, 255, -126), LoRa(9, 128, -129), LoRa(10, 96, -132), LoRa(11, 96, -134.5), LoRa(12, 96, -137),

        // 1 Mbit/s; segments of 244 bytes with 14 of link layer, L2CAP and ATT around them, and the peer's 300 us
        new AirProfile("ble", 244, bytes => (300 + (8 * (14 + 1 + bytes))) * ((bytes + 242) / 243))
        {
            HasAddresses = true, AnswerMs = 1000,
        },

        // 250 kbit/s; segments of 100 bytes with 17 of header and check, the acknowledgement and back-off
        new AirProfile("802154", 244, bytes => (32 * (bytes + (18 * ((bytes + 98) / 99)))) + (1500 * ((bytes + 98) / 99)))
        {
            HasAddresses = true, AnswerMs = 300, ListensFirst = true, HasCollisions = true,
        },
        new AirProfile("udp", 256, _ => 0) { HasAddresses = true, AnswerMs = 2000 },
    ];

    /// <summary>Such as <c>lora-sf9-eu868</c>.</summary>
    public string Name { get; }

    /// <summary>The longest frame.</summary>
    public int Mtu { get; }

    /// <summary>Time on air of so many bytes, in microseconds.</summary>
    public Func<int, int> TimeOnAirUs { get; }

    /// <summary>Whether the rate is bounded by the air.</summary>
    public bool IsBoundedByAir { get; private init; }

    /// <summary>Whether frames tell who sent them.</summary>
    public bool HasAddresses { get; private init; }

    /// <summary>Airtime in milliseconds that a device may use in an hour; 0 for any.</summary>
    public int UpLimitMs { get; private init; }

    /// <summary>The same of a gateway.</summary>
    public int DownLimitMs { get; private init; }

    /// <summary>A device listens so many milliseconds after the end of its own frame, and only then; 0 for always.</summary>
    public int WindowMs { get; private init; }

    /// <summary>Milliseconds after a frame of one's own by which the answer was received.</summary>
    public int AnswerMs { get; private init; }

    /// <summary>Channels that devices choose from at random; the gateway hears all of them.</summary>
    public int UpChannels { get; init; } = 1;

    /// <summary>Whether frames on one channel disturb each other.</summary>
    public bool HasCollisions { get; private init; }

    /// <summary>Whether a sender waits until the channel is free.</summary>
    public bool ListensFirst { get; private init; }

    /// <summary>The weakest signal that is received, in dBm.</summary>
    public double SensitivityDbm { get; private init; } = -200;

    /// <summary>Microseconds of 8 symbols: so long a receive window waits for a preamble that is late.</summary>
    public int PreambleUs { get; private init; }

    /// <summary>The profile of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the text names those that are.</exception>
    public static AirProfile Find(string name) => All.FirstOrDefault(one => one.Name == name)
        ?? throw new ArgumentException($"no profile '{name}'; there are {string.Join(", ", All.Select(one => one.Name))}");

    private static AirProfile LoRa(int spreadingFactor, int mtu, double sensitivity)
    {
        int longest = LoRaAirtime.Microseconds(spreadingFactor, Bandwidth125, mtu);
        return new AirProfile($"lora-sf{spreadingFactor}-eu868", mtu,
            bytes => LoRaAirtime.Microseconds(spreadingFactor, Bandwidth125, bytes))
        {
            IsBoundedByAir = true,
            UpLimitMs = 36_000,
            DownLimitMs = 360_000,
            WindowMs = LoRaWindowMs,
            AnswerMs = LoRaWindowMs + 150 + (longest / 1000),
            UpChannels = 3,
            HasCollisions = true,
            SensitivityDbm = sensitivity,
            PreambleUs = 8 << (spreadingFactor + 3),
        };
    }
}
