using System;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using NanoLibp2p.Hal.Ble.Desktop;
using NanoLibp2p.Hal.Frames;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>A gateway's central over a scripted BlueZ on a real D-Bus.</summary>
public sealed class BlueZLinkTests
{
    private const string NoDaemon = "needs Debian's dbus-daemon";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    public static bool HasNoDaemon => !PrivateBus.IsThere;

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task Devices_are_found_connected_and_exchange_frames_by_their_addresses()
    {
        using PrivateBus bus = new();
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        ScriptedDevice known = new(1);
        bluez.Appear(known);
        await using BlueZLink gateway = Open(bus);
        await UntilAsync(() => gateway.Connected == 1);
        ScriptedDevice meadow = new(2, isShort: true, attMtu: 185);
        ScriptedDevice other = new(3) { HasService = false };
        bluez.Appear(meadow);
        bluez.Appear(other);
        await UntilAsync(() => gateway.Connected == 2 && meadow.Connection > 0);
        Assert.Equal(0, other.Connects);
        Assert.True(bluez.IsDiscovering);
        Assert.Contains("hci0 SetDiscoveryFilter", bluez.Calls);

        BleLink first = new(known);
        BleLink second = new(meadow);
        first.Open();
        second.Open();
        foreach ((BleLink link, ScriptedDevice device) in new[] { (first, known), (second, meadow), (first, known) })
        {
            byte[] up = [.. Enumerable.Range(0, 244).Select(i => (byte)(i + device.Address[5]))];
            Assert.Equal(244, link.Send(up, 0, 244, null!, 0, false));
            Assert.Equal(up, await ReceiveAsync(gateway));
            byte[] origin = new byte[FrameLinkResult.MaxOriginBytes];
            origin = origin[..gateway.CopyOrigin(origin, 0)];
            Assert.Equal(device.Address, origin);

            byte[] down = [.. up.Reverse()];
            await UntilAsync(() => gateway.Send(down, 0, 244, origin, origin.Length, false) == 244);
            Assert.Equal(down, await ReceiveAsync(link));
        }
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task A_device_that_refuses_or_leaves_is_connected_again()
    {
        using PrivateBus bus = new();
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        ScriptedDevice device = new(1);
        device.Refusals.Enqueue("le-connection-abort-by-local");
        bluez.Appear(device);
        await using BlueZLink gateway = Open(bus);
        await UntilAsync(() => gateway.Connected == 1 && device.Connection > 0);
        Assert.Equal(2, device.Connects);

        device.Disconnect();
        await UntilAsync(() => device.Connects == 3 && gateway.Connected == 1);
        Assert.Equal(FrameLinkResult.TooLate, gateway.Send(new byte[10], 0, 10, [1, 2, 3, 4, 5, 6], 6, false));
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task What_is_missing_is_told_with_what_to_do()
    {
        using PrivateBus bus = new();
        await TellsAsync(new BlueZOptions { BusAddress = "unix:path=/nonesuch/bus" }, "no D-Bus is at unix:path=/nonesuch/bus");
        await TellsAsync(new BlueZOptions { BusAddress = "nonsense" }, "no D-Bus is at nonsense");
        await TellsAsync(new BlueZOptions { BusAddress = bus.Address, RetryPause = TimeSpan.FromMilliseconds(100) },
            "it does not run: start bluetoothd");
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        await TellsAsync(new BlueZOptions { BusAddress = bus.Address, Adapter = "hci7" }, "the adapter hci7 can't be used (");

        static async Task TellsAsync(BlueZOptions options, string sentence)
        {
            await using BlueZLink link = new(options);
            Assert.Equal(LinkError.None, link.Open());
            await UntilAsync(() => link.Trouble != null);
            Assert.StartsWith(sentence, link.Trouble, StringComparison.Ordinal);
        }
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task BlueZ_that_is_restarted_is_used_again()
    {
        using PrivateBus bus = new();
        await using BlueZLink gateway = Open(bus);
        ScriptedDevice device = new(1);
        using (ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address))
        {
            bluez.Appear(device);
            await UntilAsync(() => gateway.Connected == 1);
        }

        await UntilAsync(() => gateway.Connected == 0);
        using ScriptedBlueZ again = await ScriptedBlueZ.StartAsync(bus.Address);
        again.Appear(device);
        await UntilAsync(() => gateway.Connected == 1);
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task More_devices_than_the_bound_are_left_alone_and_more_frames_than_the_bound_are_dropped()
    {
        using PrivateBus bus = new();
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        ScriptedDevice[] devices = [.. Enumerable.Range(1, 5).Select(number => new ScriptedDevice((byte)number))];
        await using BlueZLink gateway = new(new BlueZOptions
        {
            BusAddress = bus.Address,
            MaxDevices = 2,
            MaxWaiting = 4,
            RetryPause = TimeSpan.FromMilliseconds(100),
        });
        Assert.Equal(LinkError.None, gateway.Open());
        foreach (ScriptedDevice device in devices)
        {
            bluez.Appear(device);
        }

        await UntilAsync(() => devices.Sum(device => device.Connection) == 2);
        ScriptedDevice one = devices.First(device => device.Connection > 0);
        BleLink link = new(one);
        link.Open();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(5, link.Send(new byte[5], 0, 5, null!, 0, false));
        }

        await UntilAsync(() => gateway.Dropped == 6);
        Assert.Equal(2, devices.Sum(device => device.Connects));
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task Who_only_advertises_the_service_gives_way_to_another_device_and_who_is_answered_does_not()
    {
        using PrivateBus bus = new();
        using ScriptedBlueZ bluez = await ScriptedBlueZ.StartAsync(bus.Address);
        ScriptedDevice fake = new(1);
        ScriptedDevice answered = new(2);
        bluez.Appear(fake);
        bluez.Appear(answered);
        await using BlueZLink gateway = new(new BlueZOptions
        {
            BusAddress = bus.Address,
            MaxDevices = 2,
            UselessAfter = TimeSpan.FromSeconds(2),
            RetryPause = TimeSpan.FromMilliseconds(100),
        });
        Assert.Equal(LinkError.None, gateway.Open());
        await UntilAsync(() => fake.Connection > 0 && answered.Connection > 0);

        ScriptedDevice late = new(3);
        bluez.Appear(late);
        await UntilAsync(() =>
        {
            gateway.Send(new byte[20], 0, 20, answered.Address, answered.Address.Length, false);
            return late.Connection > 0;
        });
        Assert.Equal((1, 0, 1), (fake.Connects, fake.Connection, answered.Connects));
        Assert.Contains("dev_C0_FF_EE_00_00_01 Disconnect", bluez.Calls);
    }

    [Fact(Skip = NoDaemon, SkipWhen = nameof(HasNoDaemon))]
    public async Task Without_BlueZ_it_waits_and_a_closed_link_fails()
    {
        using PrivateBus bus = new();
        await using BlueZLink gateway = Open(bus);
        Assert.Equal(0, gateway.Receive(new byte[244], 0, 244));
        Assert.Equal(FrameLinkResult.Busy, gateway.Send(new byte[10], 0, 10, null!, 0, false));
        gateway.Close();
        Assert.Equal(LinkResult.Failed, gateway.Receive(new byte[244], 0, 244));
        Assert.Equal(FrameLinkResult.Failed, gateway.Send(new byte[10], 0, 10, null!, 0, false));
    }

    private static BlueZLink Open(PrivateBus bus)
    {
        BlueZLink link = new(new BlueZOptions { BusAddress = bus.Address, RetryPause = TimeSpan.FromMilliseconds(100) });
        Assert.Equal(LinkError.None, link.Open());
        return link;
    }

    private static async Task<byte[]> ReceiveAsync(IFrameLink link)
    {
        byte[] buffer = new byte[link.Mtu];
        int count = 0;
        await UntilAsync(() => (count = link.Receive(buffer, 0, buffer.Length)) != 0);
        return buffer[..count];
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        DateTime end = DateTime.UtcNow + _patience;
        while (!isSo())
        {
            Assert.True(DateTime.UtcNow < end, $"not within {_patience}");
            await Task.Delay(10);
        }
    }
}
