using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Frames;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Ble.Central;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Ieee802154;
using NanoLibp2p.Hal.Serial;
using NanoLibp2p.Host;
using NanoLibp2p.LoRa.Tests.Ble;
using NanoLibp2p.LoRa.Tests.Ieee802154;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Radio.Tests.Serial;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>Radios at a gateway's serial port, a real pseudo-terminal: from a device's reading to the topic.</summary>
public sealed class RadioModemTests : IDisposable
{
    private const string Topic = Sensor.Topic;
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();
    private readonly PseudoTerminal _terminal = new();

    public void Dispose()
    {
        _terminal.Dispose();
        _folder.Dispose();
        _crypto.Dispose();
    }

    public static bool HasNoDaemon => !PrivateBus.IsThere;

    [Fact]
    public async Task Devices_over_Bluetooth_are_heard_through_a_board_as_a_modem_each_as_itself()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"serial://{_terminal.Name}"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = gateway.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        await using IAsyncEnumerator<TopicMessage> topic = here.GetAsyncEnumerator(late.Token);

        ScriptedCentral stack = new(3);
        ScriptedPeripheral[] peripherals = [new(1), new(2)];
        stack.Air.AddRange(peripherals);
        BleCentralLink central = new(stack);
        ModemProgram modem = new(_terminal, central);
        Sensor[] devices = [.. peripherals.Select(one => Device(new BleLink(one.Pipe), radios.Card))];
        Task<TopicMessage[]> heard = NextAsync(topic, 2);
        await PlayAsync(() => heard.IsCompleted);
        Assert.Equal(devices.Select(one => one.Peer).Order(), (await heard).Select(one => one.From!.ToString()).Order());
        Assert.True(((SerialFrameLink)radios.Ports[0].Link).HasAddresses);
        await PlayAsync(() => Array.TrueForAll(devices, one => one.Settled == 1));

        // one is carried away in the middle of a frame, and comes back
        peripherals[0].Pipe.Refuses = 1;
        devices[0].Publish(2);
        await PlayAsync(() => peripherals[0].Pipe.Refuses == 0);
        peripherals[0].Leave();
        await PlayAsync(() => central.Connected == 1);
        heard = NextAsync(topic, 1);
        peripherals[0].IsOn = true;
        await PlayAsync(() => heard.IsCompleted);
        Assert.Equal("{\"n\":2}", Encoding.ASCII.GetString((await heard)[0].Data));

        Task PlayAsync(Func<bool> isOver) => RadioModemTests.PlayAsync(devices, isOver, () =>
        {
            stack.Advance(Environment.TickCount64);
            modem.Step(Environment.TickCount64);
        });
    }

    [Fact]
    public async Task A_device_over_802_15_4_is_heard_through_an_XBee_at_the_gateway()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"xbee://{_terminal.Name}"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = gateway.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        await using IAsyncEnumerator<TopicMessage> topic = here.GetAsyncEnumerator(late.Token);

        List<XBeeModel> air = [];
        XBeeModel near = new([0, 0x13, 0xA2, 0, 0x40, 0x0A, 1, 1], air);
        XBeeModel far = new([0, 0x13, 0xA2, 0, 0x40, 0x0A, 1, 2], air);
        air.AddRange([near, far]);
        far.Open();
        Sensor device = Device(new XBeeLink(near, far.Address, 1), radios.Card);
        Task<TopicMessage[]> heard = NextAsync(topic, 1);
        await PlayAsync([device], () => heard.IsCompleted && device.Settled == 1, () => Bridge(far));
        Assert.Equal(device.Peer, (await heard)[0].From!.ToString());
        Assert.DoesNotContain("radio-1", gateway.Status.Conditions.Keys);
    }

    [Theory]
    [InlineData(-1, "no XBee answers at 115200 bit/s: set AP to 2")]
    [InlineData(1, "the XBee is in API mode 1: set AP to 2 with XCTU, then WR")]
    public async Task A_port_behind_which_no_XBee_answers_in_its_mode_is_told_until_one_does(int mode, string sentence)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"xbee://{_terminal.Name}"));
        XBeeModel radio = new([0, 0x13, 0xA2, 0, 0x40, 0x0A, 1, 2], []) { IsSilent = mode < 0 };
        radio.Open();
        (radio.IsSilent, radio.ApiMode) = (mode < 0, mode < 0 ? (byte)2 : (byte)mode);
        await PlayAsync([], () => gateway.Status.Conditions.ContainsKey("radio-1"), () => Bridge(radio));
        string told = gateway.Status.Conditions["radio-1"];
        Assert.Contains($"xbee://{_terminal.Name} hears nobody: {sentence}", told, StringComparison.Ordinal);
        if (mode < 0)
        {
            radio.IsSilent = false;
            await PlayAsync([], () => !gateway.Status.Conditions.ContainsKey("radio-1"), () => Bridge(radio));
        }
    }

    [Fact(Skip = "needs Debian's dbus-daemon", SkipWhen = nameof(HasNoDaemon))]
    public async Task A_device_over_Bluetooth_is_heard_through_BlueZ_once_that_is_there()
    {
        using PrivateBus bus = new();
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"ble://hci0?bus={bus.Address.Split(',')[0]}0"));
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-1"), "a bus that is not there to be told");
        Assert.Contains("hears nobody: BlueZ: ", gateway.Status.Conditions["radio-1"], StringComparison.Ordinal);
        await gateway.DisposeAsync();

        await using GatewayHost again = await Gateways.StartAsync(_folder, ("radios", $"ble://hci0?bus={bus.Address.Split(',')[0]}"));
        RadioHost radios = again.Core.FullNode!.Radios!;
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = again.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        await using IAsyncEnumerator<TopicMessage> topic = here.GetAsyncEnumerator(late.Token);
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        ScriptedDevice peripheral = new(1);
        bluez.Appear(peripheral);
        Sensor device = Device(new BleLink(peripheral), radios.Card);
        Task<TopicMessage[]> heard = NextAsync(topic, 1);
        await PlayAsync([device], () => heard.IsCompleted && device.Settled == 1, static () => { });
        Assert.Equal(device.Peer, (await heard)[0].From!.ToString());
        Assert.DoesNotContain("radio-1", again.Status.Conditions.Keys);
    }

    // never blocks the thread: signals of a D-Bus come on it, too
    private static async Task PlayAsync(Sensor[] devices, Func<bool> isOver, Action step)
    {
        for (long end = Environment.TickCount64 + (long)Gateways.Patience.TotalMilliseconds; !isOver();)
        {
            Assert.True(Environment.TickCount64 < end, "it takes too long");
            step();
            Array.ForEach(devices, one => one.Step(Environment.TickCount64));
            await Task.Delay(1);
        }
    }

    // what is at the other end of the port
    private void Bridge(XBeeModel radio)
    {
        byte[] bytes = new byte[256];
        int count = _terminal.Read(bytes, 0, bytes.Length);
        radio.Write(bytes, 0, Math.Max(count, 0));
        count = radio.Read(bytes, 0, bytes.Length);
        for (int at = 0; at < count;)
        {
            at += Math.Max(_terminal.Write(bytes, at, count - at), 0);
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

    private Sensor Device(IFrameLink link, RadioCard gateway)
    {
        Identity identity = Identity.Create(_crypto, new SystemRandom());
        File.AppendAllText(Path.Combine(_folder.Path, RadioHost.DevicesFile), $"{RadioCard.Of(identity, _crypto)}\n");
        return Sensor.Start(link, new FrameSecrets(_crypto), identity, gateway);
    }
}
