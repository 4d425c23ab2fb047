using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Radio;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>
/// The sensors of the demo that have no TCP: one on LoRa of whose frames a fifth is lost, one on BLE, one on IEEE 802.15.4, and one that
/// goes from BLE to Wi-Fi. Their radios are simulated, in real time; the sessions, and the gateway that hears them, are the real ones. What
/// they say is heard by a peer that knows nothing of radios.
/// </summary>
internal sealed class DemoRadios : IDisposable
{
    private const string Topic = "nanolibp2p/radios";
    private const int RoamAfter = 3;

    private static readonly TimeSpan _onLoRa = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    private readonly string _air = $"demo-{Environment.ProcessId}-{Environment.TickCount64}";
    private readonly Sensor[] _sensors;
    private readonly RoamingLink _roaming;

    /// <summary>Makes them; they are silent until <see cref="PlayAsync"/>.</summary>
    internal DemoRadios()
    {
        _sensors =
        [
            new("lora sensor", "LoRa (SF7, a fifth of all frames is lost)"), new("ble sensor", "Bluetooth LE"),
            new("mesh sensor", "IEEE 802.15.4"), new("roamer", "Bluetooth LE, then Wi-Fi"),
        ];
        _roaming = new RoamingLink(RadioAddress.Parse(Ble).Create(false, null), RadioAddress.Parse(Wifi).Create(false, null));
    }

    /// <summary>The gateway's radios.</summary>
    internal IReadOnlyList<string> Addresses => [LoRa, Ble, Mesh, Wifi];

    /// <summary>What the gateway is told of them, a line each.</summary>
    internal IReadOnlyList<string> Cards
    {
        get
        {
            using DesktopCrypto crypto = new();
            return [.. _sensors.Select(one => $"{RadioCard.Of(one.Identity, crypto)} {one.Name}")];
        }
    }

    private string LoRa => $"air://{_air}?profile=lora-sf7-eu868&loss=0.2";

    private string Ble => $"air://{_air}?profile=ble";

    private string Mesh => $"air://{_air}?profile=802154";

    private string Wifi => $"air://{_air}?profile=udp";

    /// <summary>Plays until it is cancelled.</summary>
    /// <param name="gateway">The gateway that hears them.</param>
    /// <param name="heard">Told of the first message of each, with its text.</param>
    /// <param name="roamed">Told how many readings came before the change of radio and how many after it, once none of them is
    /// missing.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="Libp2pException">The gateway can't be reached.</exception>
    internal async Task PlayAsync(DemoGateway gateway, Action<DemoSensor, string> heard, Action<DemoSensor, int, int> roamed,
        CancellationToken cancellation)
    {
        if (gateway.RadioCard is not { } card)
        {
            return;
        }

        await using Libp2pNode listener = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = 1 }, cancellation);
        using Subscription messages = listener.SubscribeAsync(Topic, cancellation);
        await listener.DialAsync(gateway.Address, cancellation);
        Start(card);
        HashSet<int> numbers = [];
        int before = 0;
        await foreach (TopicMessage message in messages)
        {
            string peer = message.From!.ToString();
            string text = SafeText.Printable(SafeText.Decode(message.Data));
            if (Array.Find(_sensors, one => one.Peer == peer) is not { } sensor)
            {
                continue;
            }

            if (!sensor.IsHeard)
            {
                sensor.IsHeard = true;
                heard(new DemoSensor(sensor.Name, peer, sensor.Radio), text);
            }

            if (sensor == _sensors[^1] && before >= 0 && Number(text) is { } number)
            {
                numbers.Add(number);
                if (before == 0 && numbers.Count >= RoamAfter && Array.TrueForAll(_sensors, one => one.IsHeard))
                {
                    // it leaves the one, and comes within reach of the other
                    before = numbers.Max();
                    _roaming.Roam();
                }
                else if (before > 0 && Enumerable.Range(1, before + RoamAfter).All(numbers.Contains))
                {
                    roamed(new DemoSensor(sensor.Name, peer, sensor.Radio), before, RoamAfter);
                    before = -1;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_sensors, one => one.Board?.Dispose());

    private void Start(RadioCard card)
    {
        for (int i = 0; i < 3; i++)
        {
            Sensor sensor = _sensors[i];
            sensor.Board = new RadioBoard(sensor.Identity, RadioAddress.Parse(Addresses[i]), new RadioGateway(card), Topic,
                i == 0 ? _onLoRa : _every, int.MaxValue, null, _ => { });
        }

        _sensors[^1].Board = new RadioBoard(_sensors[^1].Identity, _ => _roaming, new RadioGateway(card), Topic, _every, int.MaxValue,
            new Hal.Desktop.MemoryStore(), _ => { });
        Array.ForEach(_sensors, one => one.Board!.Start());
    }

    private static int? Number(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("n", out JsonElement number) ? number.GetInt32() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed class Sensor(string name, string radio)
    {
        internal string Name { get; } = name;

        internal string Radio { get; } = radio;

        internal Identity Identity { get; } = Keys.Create();

        internal string Peer => Identity.PeerId.ToString();

        internal RadioBoard? Board { get; set; }

        internal bool IsHeard { get; set; }
    }
}
