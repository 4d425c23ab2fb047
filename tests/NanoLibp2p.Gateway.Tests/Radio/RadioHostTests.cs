using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Firmware.Radio;
using NanoLibp2p.Frames;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Hal.Frames;
using NanoLibp2p.Hal.Radio.Udp;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Radio;

/// <summary>A gateway with a radio: frames over UDP, in real time.</summary>
public sealed class RadioHostTests : IDisposable
{
    private const string Topic = Sensor.Topic;
    private readonly TemporaryFolder _folder = new();
    private readonly DesktopCrypto _crypto = new();

    public static bool IsWindows => OperatingSystem.IsWindows();

    public void Dispose()
    {
        _folder.Dispose();
        _crypto.Dispose();
    }

    [Fact]
    public async Task A_device_over_UDP_is_heard_once_its_card_is_there_and_is_heard_no_more_when_it_is_taken_out()
    {
        Identity identity = Identity.Create(_crypto, new SystemRandom());
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0, "the port to be open");
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription here = gateway.Node.SubscribeAsync(Topic, late.Token);
        await here.Joined;
        string devices = Path.Combine(_folder.Path, RadioHost.DevicesFile);
        await File.WriteAllTextAsync(devices, $"# a comment\n{RadioCard.Of(identity, _crypto)} a sensor\n", late.Token);

        Sensor device = Device(identity, radios.Card, link.Port);
        Task<TopicMessage> first = NextAsync(here, late.Token);
        await PlayAsync(device, () => first.IsCompleted);
        Assert.Equal(identity.PeerId, (await first).From);

        await File.WriteAllTextAsync(devices, "nlcard1.xyz\n", late.Token);
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-devices"), "the file to be read");
        long published = radios.Published;
        Assert.Contains("is no card", gateway.Status.Conditions["radio-devices"], StringComparison.Ordinal);
        string before = radios.Describe();
        device.Publish(99);
        await PlayAsync(device, () => radios.Describe() != before);
        Assert.Equal(published, radios.Published);
    }

    [Fact]
    public async Task First_contact_over_UDP_gets_no_answer_whoever_asks()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0, "the port to be open");
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        byte[] xx1 = new byte[FrameHandshake.XX1Bytes];
        xx1[0] = FrameHead.XX1;
        xx1[1] = xx1[6] = 7;
        for (int i = 0; i < 10; i++)
        {
            stranger.SendTo(xx1, new IPEndPoint(IPAddress.Loopback, link.Port));
        }

        await Gateways.UntilAsync(() => radios.Describe().Contains("10 frames heard, 0 sent", StringComparison.Ordinal), "all to be heard");
    }

    [Fact]
    public async Task What_nobody_receives_stays_in_a_store_however_full_it_is_until_a_peer_subscribes()
    {
        Identity identity = Identity.Create(_crypto, new SystemRandom());
        await (await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"))).DisposeAsync();
        await FillAsync(Path.Combine(_folder.Path, "stores", "frames.db"), "nobody/reads", 10_001);
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", "udp://127.0.0.1:0"), ("page.topics", Topic));
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0 && gateway.Status.Conditions.ContainsKey("radio-waiting"), "port and condition");
        using CancellationTokenSource late = new(Gateways.Patience);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, RadioHost.DevicesFile), $"{RadioCard.Of(identity, _crypto)}\n", late.Token);
        Sensor device = Device(identity, radios.Card, link.Port);
        await PlayAsync(device, () => device.Settled == 1);
        Assert.Equal(0, radios.Published);

        await using Libp2pNode peer = await Gateways.PeerAsync();
        using Subscription there = peer.SubscribeAsync(Topic, late.Token);
        await peer.DialAsync(gateway);
        TopicMessage message = await NextAsync(there, late.Token);
        Assert.Equal(identity.PeerId, message.From);
        await Gateways.UntilAsync(() => radios.Published == 1, "it to be counted");
    }

    [Fact]
    public async Task A_store_that_is_full_is_told_and_what_a_device_says_is_taken_once_there_is_room()
    {
        Identity identity = Identity.Create(_crypto, new SystemRandom());
        (string, string)[] settings = [("radios", "udp://127.0.0.1:0"), ("radio.storeMiB", "1"), ("page.topics", Topic)];
        await (await Gateways.StartAsync(_folder, settings)).DisposeAsync();
        string store = Path.Combine(_folder.Path, "stores", "frames.db");
        await FillAsync(store, "nobody/reads", 400, 4000);
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, settings);
        RadioHost radios = gateway.Core.FullNode!.Radios!;
        UdpFrameLink link = (UdpFrameLink)radios.Ports[0].Link;
        await Gateways.UntilAsync(() => link.Port > 0, "the port to be open");
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, RadioHost.DevicesFile), $"{RadioCard.Of(identity, _crypto)}\n");
        Sensor device = Device(identity, radios.Card, link.Port);

        // the last page has room for some
        int published = 1;
        await PlayAsync(device, () =>
        {
            if (device.Settled == published)
            {
                device.Publish(++published);
            }

            return gateway.Status.Conditions.ContainsKey("radio-store");
        });
        Assert.Contains("full", gateway.Status.Conditions["radio-store"], StringComparison.Ordinal);
        Assert.True(device.Settled < published, "what has no room is acknowledged");

        // somebody comes who reads what fills it: it goes, as far as it is a message at all
        await using Libp2pNode peer = await Gateways.PeerAsync();
        using CancellationTokenSource late = new(Gateways.Patience);
        using Subscription there = peer.SubscribeAsync("nobody/reads", late.Token);
        await peer.DialAsync(gateway);
        await PlayAsync(device, () => device.Settled == published && !gateway.Status.Conditions.ContainsKey("radio-store"));
    }

    [Fact]
    public async Task Of_a_link_with_addresses_those_heard_last_are_pushed_to_however_many_are_made_up()
    {
        using RadioSessions sessions = new(Identity.Create(_crypto, new SystemRandom()), StoreOptions(), _ => true, null, _ => { },
            (_, _, _) => { }, _ => { });
        using CancellationTokenSource ending = new();
        CrowdedLink link = new(4097);
        RadioPort port = new("udp://x", "udp", link, sessions, new Conditions(), 1, ending.Token);
        port.Start();
        await Gateways.UntilAsync(() => port.Describe().Contains("4097 frames heard", StringComparison.Ordinal), "all to be heard");
        foreach (string address in new[] { "10.0.0.0", "10.0.0.1", "10.0.16.0" })
        {
            port.Pushes.Enqueue(new FrameOutgoing(port.Radio!, address, [1, 2], DateTimeOffset.UtcNow));
        }

        await Gateways.UntilAsync(() => port.Pushes.IsEmpty && link.Sent.Count >= 2, "the pushes");
        await ending.CancelAsync();
        port.Join();
        Assert.Equal(["10.0.0.1", "10.0.16.0"], link.Sent);
    }

    [Fact]
    public async Task A_data_folder_that_is_put_back_from_a_copy_resumes_its_sessions_first()
    {
        string data = Path.Combine(_folder.Path, "data");
        string copy = Path.Combine(_folder.Path, "copy");
        RadioCard card = RadioCard.Of(Identity.Create(_crypto, new SystemRandom()), _crypto);
        string air = $"air://copy-{Environment.ProcessId}-{Environment.TickCount64}?profile=lora-sf9-eu868";
        (string, string)[] settings = [("radios", $"udp://127.0.0.1:0,{air}"), ("data", data)];
        await using (GatewayHost first = await Gateways.StartAsync(_folder, settings))
        {
            await File.WriteAllTextAsync(Path.Combine(data, RadioHost.DevicesFile), $"{card}\n");
            await Gateways.UntilAsync(() => first.Core.FullNode!.Radios!.Describe().Contains("1 devices", StringComparison.Ordinal),
                "the card to be read");
        }

        await (await Gateways.StartAsync(_folder, settings)).DisposeAsync();
        CopyFolder(data, copy);
        await using (GatewayHost second = await Gateways.StartAsync(_folder, settings))
        {
            Assert.False(second.Core.FullNode!.Radios!.IsRestored);
            IFrameLink link = second.Core.FullNode!.Radios!.Ports[1].Link;
            await Gateways.UntilAsync(() => link.WaitMs(20, true) == 0, "the link to be open, and free");
        }

        Directory.Delete(data, recursive: true);
        Directory.Move(copy, data);
        await using GatewayHost back = await Gateways.StartAsync(_folder, settings);
        Assert.True(back.Core.FullNode!.Radios!.IsRestored);
        Assert.Contains("the airtime of the last hour counts as used", back.Status.Conditions["radio-copy"], StringComparison.Ordinal);
        await Gateways.UntilAsync(() => back.Core.FullNode!.Radios!.Ports[1].Link.WaitMs(20, true) > 50 * 60 * 1000, "it to be open");
    }

    [Fact]
    public async Task A_radio_that_fails_is_a_condition_and_is_opened_again()
    {
        using RadioSessions sessions = new(Identity.Create(_crypto, new SystemRandom()), StoreOptions(), _ => true, null, _ => { },
            (_, _, _) => { }, _ => { });
        Conditions conditions = new();
        using CancellationTokenSource ending = new();
        RadioPort port = new("udp://x", "udp", new BrokenLink(), sessions, conditions, 1, ending.Token);
        port.Start();
        await Gateways.UntilAsync(() => conditions.All.ContainsKey("radio-1"), "the condition");
        Assert.Contains("the bus is gone", conditions.All["radio-1"], StringComparison.Ordinal);
        await ending.CancelAsync();
        port.Join();
    }

    [Fact]
    public void A_device_with_a_newer_card_is_remembered_by_that_one_and_the_older_is_refused()
    {
        using RadioSessions sessions = new(Identity.Create(_crypto, new SystemRandom()), StoreOptions(), _ => true, null, _ => { },
            (_, _, _) => { }, _ => { });
        Identity device = Identity.Create(_crypto, new SystemRandom());
        RadioCard old = RadioCard.Of(device, _crypto);
        RadioCard newer = RadioCard.Of(device, _crypto, 1);
        Assert.True(sessions.Remember(old));
        Assert.True(sessions.Remember(newer));
        Assert.False(sessions.Remember(old));
    }

    [Theory(Skip = "names of ports are others on Windows", SkipWhen = nameof(IsWindows))]
    [InlineData("serial:///dev", "/dev is a folder; give a serial port, such as /dev/ttyUSB0")]
    [InlineData("xbee:///dev/null", "/dev/null is in use, or is no serial port, or this user may not open it (group dialout)")]
    [InlineData("xbee://COM3", "there is no port COM3 here; give its path, such as /dev/ttyUSB0")]
    public async Task What_is_no_port_is_told_with_what_to_give(string radio, string sentence)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", radio));
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-1"), "the condition");
        Assert.Contains(sentence, gateway.Status.Conditions["radio-1"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("serial")]
    [InlineData("xbee")]
    public async Task A_radio_that_can_not_be_opened_is_a_condition_and_the_gateway_runs(string scheme)
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("radios", $"{scheme}:///dev/nanolibp2p-none?rate=57600"));
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey("radio-1"), "the condition");
        string told = gateway.Status.Conditions["radio-1"];
        Assert.Contains($"{scheme}:///dev/nanolibp2p-none?rate=57600 can't be opened", told, StringComparison.Ordinal);
        Assert.Contains("there is no /dev/nanolibp2p-none; plug it in, or give another one", told, StringComparison.Ordinal);
    }

    private SqliteFrameOptions StoreOptions() => new()
    {
        Path = Path.Combine(_folder.Path, "frames.db"), IncarnationPath = Path.Combine(_folder.Path, "incarnation"),
    };

    private static void CopyFolder(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static async Task FillAsync(string store, string topic, int messages, int bytes = 1)
    {
        await using SqliteConnection connection = new($"Data Source={store};Pooling=False");
        await connection.OpenAsync();
        await using SqliteCommand fill = connection.CreateCommand();
        fill.CommandText = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO outbox(peer, topic, "
            + "number, message, at, count) SELECT $0, $1, i, zeroblob($3), 0, 1 FROM n";
        fill.Parameters.AddWithValue("$0", Identity.Create(new DesktopCrypto(), new SystemRandom()).PeerId.ToBytes());
        fill.Parameters.AddWithValue("$1", topic);
        fill.Parameters.AddWithValue("$2", messages);
        fill.Parameters.AddWithValue("$3", bytes);
        await fill.ExecuteNonQueryAsync();
    }

    private static async Task<TopicMessage> NextAsync(Subscription subscription, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<TopicMessage> messages = subscription.GetAsyncEnumerator(cancellationToken);
        Assert.True(await messages.MoveNextAsync());
        return messages.Current;
    }

    private static async Task PlayAsync(RadioDevice device, Func<bool> isOver)
        => await Gateways.UntilAsync(() =>
        {
            device.Step(Environment.TickCount64);
            return isOver();
        }, "the device to be heard");

    private Sensor Device(Identity identity, RadioCard gateway, int port)
    {
        UdpFrameLink link = UdpFrameLink.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return Sensor.Start(link, new FrameSecrets(_crypto), identity, gateway);
    }

    // so many senders, each of whom says something once
    private sealed class CrowdedLink(int senders) : BrokenLink
    {
        private int _sender = -1;

        internal List<string> Sent { get; } = [];

        public override int Poll(long nowMs) => 1;

        public override int Receive(byte[] buffer, int offset, int capacity)
        {
            _sender += _sender < senders ? 1 : 0;
            buffer[offset] = 0x1F;
            return _sender < senders ? 1 : 0;
        }

        public override int CopyAddress(byte[] buffer, int offset)
        {
            new byte[] { 10, 0, (byte)(_sender >> 8), (byte)_sender }.CopyTo(buffer, offset);
            return 4;
        }

        public override int CopyOrigin(byte[] buffer, int offset) => CopyAddress(buffer, offset);

        public override int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
        {
            Sent.Add(new IPAddress(to.AsSpan(0, toCount)).ToString());
            return count;
        }
    }

    private class BrokenLink : IFrameLink
    {
        public int Mtu => 256;

        public bool HasAddresses => false;

        public bool IsBoundedByAir => false;

        public int AnswerMs => 1000;

        public int RssiDbm => FrameLinkResult.NoSignal;

        public int SnrQuarterDb => FrameLinkResult.NoSignal;

        public LinkError Open() => LinkError.None;

        public int TimeOnAirUs(int count) => 0;

        public int WaitMs(int count, bool isUrgent) => 0;

        public virtual int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent) => count;

        public virtual int Receive(byte[] buffer, int offset, int capacity) => 0;

        public virtual int CopyAddress(byte[] buffer, int offset) => 0;

        public virtual int CopyOrigin(byte[] buffer, int offset) => 0;

        public virtual int Poll(long nowMs) => throw new InvalidOperationException("the bus is gone");

        public void Wait(int milliseconds)
        {
        }

        public void Close()
        {
        }
    }
}
