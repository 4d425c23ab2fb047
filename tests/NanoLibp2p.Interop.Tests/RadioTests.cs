using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Radio.Air;
using NanoLibp2p.Hal.Radio.LoRaUdp;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Radio.Tests.LoRaUdp;

namespace NanoLibp2p.Interop.Tests;

/// <summary>
/// A LoRa sensor, a simulated air that loses three frames in ten, a packet forwarder on it, a gateway, gossipsub, js-libp2p: what js gets
/// is the sensor's own message, whose signature js verified.
/// </summary>
public sealed class RadioTests
{
    private const string Topic = "greenhouse/climate";

    // the air's time goes so much faster than the network's
    private const int Haste = 4;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Readings_of_a_LoRa_sensor_reach_js_as_its_own_signed_messages_through_loss_and_a_restart_of_the_gateway()
    {
        string data = Directory.CreateTempSubdirectory("nanolibp2p-radio").FullName;
        try
        {
            await PlayAsync(data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task PlayAsync(string data)
    {
        using DesktopCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SystemRandom());
        await File.WriteAllTextAsync(Path.Combine(data, RadioHost.DevicesFile), $"{RadioCard.Of(identity, crypto)} the sensor\n");
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await js.SubscribeAsync(Topic);

        GatewayHost gateway = await StartAsync(data, 0);
        try
        {
            RadioCard card = gateway.Core.FullNode!.Radios!.Card;
            int port = Port(gateway);
            Assert.True(port > 0);
            await ConnectAsync(js, gateway);
            using Sensor sensor = new(identity, card, new IPEndPoint(IPAddress.Loopback, port), 0.3);
            HashSet<string> heard = await HearAsync(js, identity.PeerId, 3);

            // the gateway's memory is lost; its store is not, and the sensor knows nothing of it
            await gateway.DisposeAsync();
            gateway = await StartAsync(data, port);
            await ConnectAsync(js, gateway);
            heard.UnionWith(await HearAsync(js, identity.PeerId, 3, heard));

            Assert.True(sensor.Collapsed(), "the air lost nothing");
            Assert.Equal(1, sensor.Openings);
            Assert.Equal(0, sensor.Lost);
        }
        finally
        {
            await gateway.DisposeAsync();
        }
    }

    private static int Port(GatewayHost gateway)
    {
        LoRaUdpLink link = (LoRaUdpLink)gateway.Core.FullNode!.Radios!.Ports[0].Link;
        Stopwatch watch = Stopwatch.StartNew();
        while (link.Port == 0 && watch.Elapsed < _patience)
        {
            Thread.Sleep(5);
        }

        return link.Port;
    }

    private static Task<GatewayHost> StartAsync(string data, int port)
    {
        (string, string)[] settings =
        [
            ("data", data), ("listen", "/ip4/127.0.0.1/tcp/0"), ("http.listen", "none"), ("shards", "1"), ("limits.connections", "32"),
            ("kademlia.enabled", "false"), ("rendezvous.enabled", "false"), ("postbox.enabled", "false"),
            ("radios", $"lora-udp://127.0.0.1:{port}"),
        ];
        return GatewayHost.StartAsync(GatewaySettings.Load(new SettingsSources
        {
            Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = data },
            Flags = [.. settings.Select(one => ("--set", one.Item1, new[] { one.Item2 }))],
        }), logging: _ => { });
    }

    private static async Task ConnectAsync(JsPeer js, GatewayHost gateway)
        => await js.DialAsync(gateway.Node.ListenAddresses[0].ToString() + (gateway.Node.ListenAddresses[0].PeerId == null
            ? $"/p2p/{gateway.Core.PeerId}" : ""));

    // readings are numbered: at most once for each, whatever the air repeats
    private static async Task<HashSet<string>> HearAsync(JsPeer js, PeerId from, int wanted, HashSet<string>? before = null)
    {
        HashSet<string> heard = [];
        while (heard.Count < wanted)
        {
            JsonElement message = await js.WaitForAsync("message").WaitAsync(_patience);
            Assert.Equal(from.ToString(), message.GetProperty("from").GetString());
            string reading = Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64());
            Assert.StartsWith("{\"n\":", reading, StringComparison.Ordinal);
            if (before?.Contains(reading) != true)
            {
                heard.Add(reading);
            }
        }

        return heard;
    }

    /// <summary>The sensor and the packet forwarder, on one air, with a thread.</summary>
    private sealed class Sensor : IDisposable
    {
        private const int EveryMs = 4_000;
        private readonly HastyClock _clock = new();
        private readonly AirLink _concentrator;
        private readonly PacketForwarder _forwarder;
        private readonly Told _device;
        private readonly Thread _thread;
        private volatile bool _isEnding;

        internal Sensor(Identity identity, RadioCard gateway, IPEndPoint server, double loss)
        {
            AirMedium air = new(AirProfile.Find("lora-sf7-eu868"), _clock, 7) { Loss = loss };
            _concentrator = air.Join(new AirLinkOptions { IsGateway = true });
            _concentrator.Open();
            AirLink radio = air.Join(new AirLinkOptions { Store = new MemoryStore() });
            _forwarder = new PacketForwarder(server, _concentrator, _clock, "SF7BW125");
            FrameNodeOptions options = RadioDevice.CreateOptions(radio);
            options.Readings = 64;
            _device = new Told(radio, options, identity);
            Assert.True(_device.Node.SetTopic(0, Topic, FrameTopic.Signed, null));
            _device.Start(_clock.NowMs, -1);
            Assert.True(_device.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
            Assert.Equal(0, _device.Node.AddGateway(gateway.Card, gateway.StaticKey));
            Assert.True(_device.Start(_clock.NowMs, -1));
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        internal int Openings => _device.Openings;

        internal int Lost => _device.LostReadings;

        internal bool Collapsed() => _concentrator.Counters.Lost > 0;

        public void Dispose()
        {
            _isEnding = true;
            _thread.Join();
            _forwarder.Dispose();
        }

        private void Run()
        {
            long next = 0;
            int number = 0;
            while (!_isEnding)
            {
                long now = _clock.NowMs;
                if (now >= next)
                {
                    byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{++number},\"celsius\":21.5}}");
                    _device.Node.Publish(0, reading, 0, reading.Length, false);
                    next = now + EveryMs;
                }

                _device.Step(now);
                _forwarder.Poll();
                Thread.Sleep(1);
            }
        }
    }

    private sealed class Told(AirLink radio, FrameNodeOptions options, Identity identity)
        : RadioDevice(radio, options, new FrameSecrets(new DesktopCrypto()), identity, new MemoryStore(), new SystemRandom())
    {
        internal int Openings { get; private set; }

        internal int LostReadings { get; private set; }

        public override void OnState(FrameNode node) => Openings += node.State == FrameState.Opening ? 1 : 0;

        public override void OnLost(FrameNode node, int reading, int notice) => LostReadings++;
    }

    private sealed class HastyClock : IClock
    {
        private readonly long _began = Stopwatch.GetTimestamp();

        public long NowMs => 1000 + (long)(Stopwatch.GetElapsedTime(_began).TotalMilliseconds * Haste);
    }
}
