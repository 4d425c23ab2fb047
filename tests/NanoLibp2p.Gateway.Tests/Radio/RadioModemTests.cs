using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Ble.Central;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Serial;
using NanoLibp2p.Host;
using NanoLibp2p.LoRa.Tests.Ble;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Radio.Tests.Serial;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>Radios at a gateway's serial port, a real pseudo-terminal: from a device's reading to the topic.</summary>
public sealed class RadioModemTests : IDisposable
{
    private const string Topic = "greenhouse/climate";
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();
    private readonly PseudoTerminal _terminal = new();

    public void Dispose()
    {
        _terminal.Dispose();
        _folder.Dispose();
        _crypto.Dispose();
    }

    [Fact]
    public async Task Devices_over_Bluetooth_are_heard_through_a_board_as_a_modem_each_as_itself()
    {
        Identity[] identities = [Identity.Create(_crypto, new SystemRandom()), Identity.Create(_crypto, new SystemRandom())];
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"serial://{_terminal.Name}"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = gateway.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        await using IAsyncEnumerator<TopicMessage> topic = here.GetAsyncEnumerator(late.Token);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, RadioHost.DevicesFile),
            $"{RadioCard.Of(identities[0], _crypto)}\n{RadioCard.Of(identities[1], _crypto)}\n", late.Token);

        ScriptedCentral stack = new(3);
        ScriptedPeripheral[] peripherals = [new(1), new(2)];
        stack.Air.AddRange(peripherals);
        BleCentralLink central = new(stack);
        ModemProgram modem = new(_terminal, central);
        Sensor[] devices = [.. peripherals.Zip(identities, (one, identity) => Device(new BleLink(one.Pipe), identity, radios.Card))];
        Task<TopicMessage[]> heard = NextAsync(topic, 2);
        Play(() => heard.IsCompleted);
        Assert.Equal(identities.Select(one => one.PeerId).OrderBy(one => one.ToString()),
            (await heard).Select(one => one.From!).OrderBy(one => one.ToString()));
        Assert.True(((SerialFrameLink)radios.Ports[0].Link).HasAddresses);
        Play(() => Array.TrueForAll(devices, one => one.Settled == 1));

        // one is carried away in the middle of a frame, and comes back
        peripherals[0].Pipe.Refuses = 1;
        Publish(devices[0], 2);
        Play(() => peripherals[0].Pipe.Refuses == 0);
        peripherals[0].Leave();
        Play(() => central.Connected == 1);
        heard = NextAsync(topic, 1);
        peripherals[0].IsOn = true;
        Play(() => heard.IsCompleted);
        Assert.Equal("{\"n\":2}", Encoding.ASCII.GetString((await heard)[0].Data));

        void Play(Func<bool> isOver)
        {
            for (long end = Environment.TickCount64 + (long)Gateways.Patience.TotalMilliseconds; !isOver();)
            {
                Assert.True(Environment.TickCount64 < end, $"nothing more was heard: {radios.Describe()}");
                stack.Advance(Environment.TickCount64);
                int next = modem.Step(Environment.TickCount64);
                Array.ForEach(devices, one => one.Step(Environment.TickCount64));
                Thread.Sleep(Math.Clamp(next, 0, 5));
            }
        }
    }

    private static async Task<TopicMessage[]> NextAsync(IAsyncEnumerator<TopicMessage> messages, int count)
    {
        TopicMessage[] next = new TopicMessage[count];
        for (int i = 0; i < count; i++)
        {
            Assert.True(await messages.MoveNextAsync());
            next[i] = messages.Current;
        }

        return next;
    }

    private static void Publish(RadioDevice device, int number)
    {
        byte[] reading = Encoding.ASCII.GetBytes($"{{\"n\":{number}}}");
        Assert.True(device.Node.Publish(0, reading, 0, reading.Length, true) >= 0);
    }

    private Sensor Device(IFrameLink link, Identity identity, RadioCard gateway)
    {
        Sensor device = new(link, new FrameSecrets(_crypto), identity);
        Assert.True(device.Node.SetTopic(0, Topic, FrameTopic.Signed, null));
        device.Start(Environment.TickCount64, -1);
        Assert.True(device.Node.Provision((uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), new byte[32], 1UL << 57, false));
        Assert.Equal(0, device.Node.AddGateway(gateway.Card, gateway.StaticKey));
        Assert.True(device.Start(Environment.TickCount64, -1));
        Publish(device, 1);
        return device;
    }

    private sealed class Sensor(IFrameLink link, FrameSecrets secrets, Identity identity)
        : RadioDevice(link, CreateOptions(link), secrets, identity, new MemoryStore(), new SystemRandom())
    {
        internal int Settled { get; private set; }

        public override void OnSettled(FrameNode node, int reading) => Settled++;
    }
}
