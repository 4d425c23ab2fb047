using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Net;
using System.Security.Cryptography;
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
using NanoLibp2p.Postbox.Tests;
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
    public async Task Mail_and_a_command_from_js_reach_a_LoRa_sensor_that_sleeps_and_its_answer_js()
    {
        string data = Directory.CreateTempSubdirectory("nanolibp2p-radio").FullName;
        try
        {
            await CommandAsync(data);
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

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

    private static async Task CommandAsync(string data)
    {
        using DesktopCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SystemRandom());
        await File.WriteAllTextAsync(Path.Combine(data, RadioHost.DevicesFile), $"{RadioCard.Of(identity, crypto)} the sensor\n");
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions());
        await using GatewayHost gateway = await StartAsync(data, 0, ("postbox.enabled", "true"), ("postbox.work", "1"),
            ("radio.callers", js.PeerId));
        RadioCard card = gateway.Core.FullNode!.Radios!.Card;
        await ConnectAsync(js, gateway);
        using SleepingSensor sensor = new(identity, card, new IPEndPoint(IPAddress.Loopback, Port(gateway)));
        Stopwatch watch = Stopwatch.StartNew();
        while (sensor.Wakes < 2)
        {
            Assert.True(watch.Elapsed < _patience, "it did not sleep");
            await Task.Delay(5);
        }

        // sealed by js, deposited by js; the gateway makes mailboxes of its radios' devices once it has read who they are
        byte[] seed = RandomNumberGenerator.GetBytes(32);
        byte[] item = await SealAsync(seed, identity, "open the valve");
        byte[] to = identity.PeerId.ToBytes();
        byte[] deposit = [.. Wire.Bytes(1, to), .. Wire.Fixed64(6, Work(to, item)), .. Wire.Bytes(15, item)];
        byte[] request = Wire.Delimited([.. Wire.Number(1, 1), .. Wire.Bytes(2, deposit)]);
        ulong code;
        do
        {
            byte[] reply = await js.RequestAsync(gateway.Core.PeerId.ToString(), "/nanolibp2p/postbox/1.0.0", request);
            code = Wire.NumberOf(Wire.Read(reply[1..]), 2);
        }
        while (code == 404 && watch.Elapsed < _patience);
        Assert.Equal(0ul, code);

        // the answer comes when it has woken
        byte[] call = Wire.Delimited([.. Wire.Varint((ulong)to.Length), .. to, 0x80, .. "?"u8]);
        byte[] answer = await js.RequestAsync(gateway.Core.PeerId.ToString(), RadioCommands.ProtocolId, call);
        Assert.Equal((0, "the valve is 1"), (answer[1], Encoding.ASCII.GetString(answer[2..])));

        while (sensor.Mail.IsEmpty && watch.Elapsed < _patience)
        {
            await Task.Delay(5);
        }

        PeerId sender = new Identity(crypto, seed, 0).PeerId;
        Assert.Equal([(sender, "open the valve")], sensor.Mail);
        Assert.Equal(2, (await js.RequestAsync(gateway.Core.PeerId.ToString(), RadioCommands.ProtocolId, [1, 0])).Length);
    }

    private static async Task<byte[]> SealAsync(byte[] seed, Identity to, string body)
    {
        string sent = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        string hex = Convert.ToHexString(Encoding.ASCII.GetBytes(body));
        string[] arguments = ["seal", Convert.ToHexString(seed), Convert.ToHexString(to.PublicKey), sent, hex];
        await using JsProcess process = JsProcess.Start("seal.mjs", arguments, null);
        await process.Ended.WaitAsync(_patience);
        return Convert.FromHexString(JsonDocument.Parse(process.Output).RootElement.GetProperty("item").GetString()!);
    }

    // one zero bit (postbox specification 9.3)
    private static byte[] Work(byte[] to, byte[] item)
    {
        byte[] bound = SHA256.HashData([.. "nanolibp2p-postbox-work:"u8, .. to, .. SHA256.HashData(item)]);
        byte[] work = new byte[8];
        while (SHA256.HashData([.. bound, .. work])[0] >= 128)
        {
            work[0]++;
        }

        return work;
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

    internal static Task<GatewayHost> StartAsync(string data, int port, params (string, string)[] more)
    {
        (string, string)[] settings =
        [
            ("data", data), ("listen", "/ip4/127.0.0.1/tcp/0"), ("http.listen", "none"), ("shards", "1"), ("limits.connections", "32"),
            ("kademlia.enabled", "false"), ("rendezvous.enabled", "false"), ("postbox.enabled", "false"),
            ("radios", $"lora-udp://127.0.0.1:{port}"), ("radio.cache", Path.Combine(data, "cache")), .. more,
        ];
        return GatewayHost.StartAsync(GatewaySettings.Load(new SettingsSources
        {
            Environment = new Dictionary<string, string> { ["XDG_CONFIG_HOME"] = data },
            Flags = [.. settings.Select(one => ("--set", one.Item1, new[] { one.Item2 }))],
        }), logging: _ => { });
    }

    internal static async Task ConnectAsync(JsPeer js, GatewayHost gateway)
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

    /// <summary>A sensor that loses its memory in each sleep, the packet forwarder, and the air between them, with a thread.</summary>
    private sealed class SleepingSensor : IDisposable
    {
        private const int EveryMs = 6_000;
        private const int AwakeMs = 20_000;

        // after what happened last
        private const int QuietMs = 2_500;

        private readonly HastyClock _clock = new();
        private readonly MemoryStore _store = new();
        private readonly DesktopCrypto _crypto = new();
        private readonly Identity _identity;
        private readonly RadioCard _gateway;
        private readonly AirLink _radio;
        private readonly PacketForwarder _forwarder;
        private readonly Thread _thread;
        private volatile bool _isEnding;
        private int _wakes;

        internal SleepingSensor(Identity identity, RadioCard gateway, IPEndPoint server)
        {
            (_identity, _gateway) = (identity, gateway);
            AirMedium air = new(AirProfile.Find("lora-sf7-eu868"), _clock, 7) { Loss = 0.1 };
            AirLink concentrator = air.Join(new AirLinkOptions { IsGateway = true });
            concentrator.Open();
            _radio = air.Join(new AirLinkOptions { Store = new MemoryStore() });
            _forwarder = new PacketForwarder(server, concentrator, _clock, "SF7BW125");
            Program first = new(this);
            first.Start(_clock.NowMs, -1);
            Assert.True(first.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
            Assert.Equal(0, first.Node.AddGateway(gateway.Card, gateway.StaticKey));
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        internal ConcurrentQueue<(PeerId Sender, string Body)> Mail { get; } = new();

        internal int Wakes => Volatile.Read(ref _wakes);

        public void Dispose()
        {
            _isEnding = true;
            _thread.Join();
            _forwarder.Dispose();
            _crypto.Dispose();
        }

        private void Run()
        {
            long slept = -1;
            while (!_isEnding)
            {
                Program program = new(this);
                long woken = _clock.NowMs;
                program.Begin(woken, slept, Interlocked.Increment(ref _wakes));
                while (!_isEnding && _clock.NowMs - woken < AwakeMs && !program.IsDone(_clock.NowMs))
                {
                    program.Step(_clock.NowMs);
                    Pass();
                }

                _radio.Close();
                long asleep = _clock.NowMs;
                while (!_isEnding && _clock.NowMs - asleep < EveryMs)
                {
                    Pass();
                }

                slept = _clock.NowMs - asleep;
            }
        }

        private void Pass()
        {
            _forwarder.Poll();
            Thread.Sleep(1);
        }

        private static FrameNodeOptions Options(AirLink radio)
        {
            FrameNodeOptions options = RadioDevice.CreateOptions(radio);
            options.Session.Reserve = 1;
            options.MayBeCalled = true;
            return options;
        }

        private sealed class Program(SleepingSensor board) : RadioMailDevice(board._radio, Options(board._radio),
            new FrameSecrets(board._crypto), board._identity, board._gateway.Peer, board._store)
        {
            private bool _isSettled;
            private long _last;

            internal void Begin(long now, long slept, int number)
            {
                _last = now;
                Assert.True(Node.SetTopic(0, Topic, FrameTopic.Signed, null));
                Assert.True(Start(now, slept));
                byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{number}}}");
                Assert.True(Node.Publish(0, reading, 0, reading.Length, true) >= 0);
            }

            internal bool IsDone(long now) => _isSettled && !IsTakingMail && now - _last > QuietMs;

            public override void OnSettled(FrameNode node, int reading) => _isSettled = true;

            public override void OnMailWaits(FrameNode node)
            {
                _last = board._clock.NowMs;
                base.OnMailWaits(node);
            }

            public override int OnCall(FrameNode node, int method, byte[] body, int offset, int count, byte[] answer)
            {
                _last = board._clock.NowMs;
                return method == 0x80 && count == 1 ? Encoding.ASCII.GetBytes("the valve is 1", answer) : -3;
            }

            protected override void OnMail(PeerId sender, byte[] body)
            {
                _last = board._clock.NowMs;
                board.Mail.Enqueue((sender, Encoding.ASCII.GetString(body)));
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
