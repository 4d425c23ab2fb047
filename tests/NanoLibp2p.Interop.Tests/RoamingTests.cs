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
using NanoLibp2p.Firmware.Roaming;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio;
using NanoLibp2p.Hal.Radio.Udp;
using NanoLibp2p.JsPeers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Interop.Tests;

/// <summary>A sensor with Wi-Fi and BLE, a gateway that hears both, gossipsub, js-libp2p, which verifies the sensor's signatures.</summary>
public sealed class RoamingTests
{
    private const string Topic = "greenhouse/climate";
    private const int Wifi = 0;
    private const int Ble = 1;
    private const int Wanted = 3;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_sensor_that_goes_from_BLE_to_WiFi_and_back_has_each_of_its_readings_at_js_once()
    {
        string data = Directory.CreateTempSubdirectory("nanolibp2p-roaming").FullName;
        try
        {
            await PlayAsync(data, $"air://{Path.GetFileName(data)}?profile=ble");
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task PlayAsync(string data, string ble)
    {
        using DesktopCrypto crypto = new();
        Identity identity = Identity.Create(crypto, new SystemRandom());
        await File.WriteAllTextAsync(Path.Combine(data, RadioHost.DevicesFile), $"{RadioCard.Of(identity, crypto)} the sensor\n");
        await using JsPeer js = await JsPeer.StartAsync(new JsPeerOptions { Pubsub = "gossipsub" });
        await js.SubscribeAsync(Topic);
        await using GatewayHost gateway = await RadioTests.StartAsync(data, 0, ("radios", $"udp://127.0.0.1:0,{ble}"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink port = (UdpFrameLink)radios.Ports[0].Link;
        Stopwatch watch = Stopwatch.StartNew();
        while (port.Port == 0)
        {
            Assert.True(watch.Elapsed < _patience, "the gateway has no port");
            await Task.Delay(5);
        }

        await RadioTests.ConnectAsync(js, gateway);
        using Roamer sensor = new(identity, radios.Card,
            UdpFrameLink.Connect(new IPEndPoint(IPAddress.Loopback, port.Port)), RadioAddress.Parse(ble).Create(false, null));
        List<int> heard = [];
        foreach (int near in new[] { Ble, Wifi, Ble })
        {
            sensor.Go(near);
            int said = sensor.Said;
            int answers = sensor.Answers(near);

            // all that was said before it went, and some that were said here
            while (heard.Count == 0 || !Enumerable.Range(1, said + Wanted).All(heard.Contains))
            {
                JsonElement message = await js.WaitForAsync("message").WaitAsync(_patience);
                Assert.Equal(identity.PeerId.ToString(), message.GetProperty("from").GetString());
                string reading = Encoding.UTF8.GetString(message.GetProperty("data").GetBytesFromBase64());
                heard.Add(JsonDocument.Parse(reading).RootElement.GetProperty("n").GetInt32());
            }

            Assert.True(sensor.Answers(near) > answers, $"radio {near} heard nothing");
        }

        Assert.Equal(heard.Distinct(), heard);
        Assert.Equal(0, sensor.Lost);
    }

    /// <summary>Within reach of one of its radios at a time, with a thread.</summary>
    private sealed class Roamer : IDisposable
    {
        private const int EveryMs = 500;
        private readonly Reach[] _links;
        private readonly Told _device;
        private readonly Thread _thread;
        private volatile bool _isEnding;
        private int _said;

        internal Roamer(Identity identity, RadioCard gateway, IFrameLink wifi, IFrameLink ble)
        {
            _links = [new Reach(wifi), new Reach(ble)];
            RadioChoice choice = new(new RadioChoiceOptions { TrialMs = [3_000, 3_000], FirstPauseMs = 500, LongestPauseMs = 2_000 });
            _device = new Told(_links, choice, identity);
            Assert.True(_device.Node.SetTopic(0, Topic, FrameTopic.Signed, null));
            _device.Start(Environment.TickCount64, -1);
            Assert.True(_device.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
            Assert.Equal(0, _device.Node.AddGateway(gateway.Card, gateway.StaticKey));
            Assert.True(_device.Start(Environment.TickCount64, -1));
            _thread = new Thread(Run) { IsBackground = true };
            _thread.Start();
        }

        /// <summary>Frames that a radio has heard while it was near.</summary>
        internal int Answers(int radio) => _links[radio].Heard;

        /// <summary>The newest reading.</summary>
        internal int Said => Volatile.Read(ref _said);

        internal int Lost => _device.LostReadings;

        internal void Go(int near)
        {
            for (int i = 0; i < _links.Length; i++)
            {
                _links[i].IsNear = i == near;
            }
        }

        public void Dispose()
        {
            _isEnding = true;
            _thread.Join();
            _device.Close();
        }

        private void Run()
        {
            long next = 0;
            while (!_isEnding)
            {
                long now = Environment.TickCount64;
                if (now >= next)
                {
                    byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{Interlocked.Increment(ref _said)}}}");
                    _device.Node.Publish(0, reading, 0, reading.Length, true);
                    next = now + EveryMs;
                }

                _device.Step(now);
                Thread.Sleep(1);
            }
        }

        private sealed class Told(IFrameLink[] links, IRadioChoice choice, Identity identity) : RadioDevice(links,
            new FrameNodeOptions { Readings = 256 }, choice, new FrameSecrets(new DesktopCrypto()), identity, new MemoryStore(),
            new SystemRandom())
        {
            internal int LostReadings { get; private set; }

            public override void OnLost(FrameNode node, int reading, int notice) => LostReadings++;
        }
    }

    /// <summary>A radio that is out of reach at times: what it sends then is lost, and it hears nothing.</summary>
    private sealed class Reach(IFrameLink link) : ForwardingLink(link)
    {
        internal volatile bool IsNear;
        private int _heard;

        internal int Heard => Volatile.Read(ref _heard);

        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
            => IsNear ? base.Send(frame, offset, count, to, toCount, isUrgent) : count;

        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            int count = base.Receive(buffer, offset, capacity);
            if (!IsNear)
            {
                return count < 0 ? count : 0;
            }

            _heard += count > 0 ? 1 : 0;
            return count;
        }
    }
}
