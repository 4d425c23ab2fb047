using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal.Frames;
using Tmds.DBus.Protocol;
using Properties = System.Collections.Generic.Dictionary<string, Tmds.DBus.Protocol.VariantValue>;

namespace NanoLibp2p.Hal.Ble.Desktop;

/// <summary>
/// A gateway's radio on Linux: finds devices that offer the service of frames, connects to all of them up to
/// <see cref="BlueZOptions.MaxDevices"/>, and connects again when one comes back, the adapter, or BlueZ itself.
/// </summary>
/// <remarks>Frames of all devices come out of <see cref="Receive"/>; the origin, a device's 6 bytes of address, leads the answer back.
/// What happens on the bus happens on other threads; the members are for one thread at a time.</remarks>
public sealed class BlueZLink : IFrameLink, IAsyncDisposable
{
    /// <summary>The service as Meadow advertises it.</summary>
    internal static readonly string ShortService = $"0000{BleService.ShortService:x4}-0000-1000-8000-00805f9b34fb";

    private const int AddressBytes = 6;
    private const int DefaultAttMtu = 23;

    // one that was never answered is left alone for so many times as long as it was borne
    private const int PausesOfUseless = 10;

    private readonly BlueZOptions _options;
    private readonly ConcurrentQueue<(byte[] Address, byte[] Frame)> _received = new();
    private readonly AutoResetEvent _arrived = new(false);
    private readonly Dictionary<string, BlueZDevice> _devices = [];
    private readonly Dictionary<string, DateTime> _pausedUntil = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource? _stop;
    private Task _run = Task.CompletedTask;
    private BlueZBus? _bus;
    private byte[] _from = new byte[AddressBytes];

    /// <summary>Makes it; <see cref="Open"/> begins to look for devices.</summary>
    public BlueZLink(BlueZOptions options) => _options = options;

    /// <summary>Devices that are connected now.</summary>
    public int Connected
    {
        get
        {
            lock (_gate)
            {
                return _devices.Values.Count(device => device.IsOpen);
            }
        }
    }

    /// <summary>Why BlueZ was left last, or could not be reached; null while all is well.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Frames that nobody received in time, or of which a packet was missing.</summary>
    public int Dropped { get; private set; }

    /// <inheritdoc/>
    public int Mtu => BleLink.FrameMtu;

    /// <inheritdoc/>
    public bool HasAddresses => true;

    /// <inheritdoc/>
    public bool IsBoundedByAir => false;

    /// <inheritdoc/>
    public int AnswerMs => 1000;

    /// <inheritdoc/>
    public int RssiDbm => FrameLinkResult.NoSignal;

    /// <inheritdoc/>
    public int SnrQuarterDb => FrameLinkResult.NoSignal;

    /// <inheritdoc/>
    public LinkError Open()
    {
        Close();
        if ((_options.BusAddress ?? DBusAddress.System) is null)
        {
            return LinkError.Unreachable;
        }

        _stop = new CancellationTokenSource();
        _run = Task.Run(() => RunAsync(_stop.Token));
        return LinkError.None;
    }

    /// <inheritdoc/>
    public int TimeOnAirUs(int count) => (count + 22) * 8;

    /// <inheritdoc/>
    public int WaitMs(int count, bool isUrgent) => 0;

    /// <inheritdoc/>
    public int Send(byte[] frame, int offset, int count, byte[] to, int toCount, bool isUrgent)
    {
        if (count < 1 || count > Mtu)
        {
            return FrameLinkResult.TooLong;
        }

        if (_stop is null)
        {
            return FrameLinkResult.Failed;
        }

        lock (_gate)
        {
            BlueZDevice? device = _devices.Values.FirstOrDefault(one => one.IsOpen
                && (toCount == 0 || one.Address.AsSpan().SequenceEqual(to.AsSpan(0, toCount))));
            if (device is null)
            {
                return toCount == 0 ? FrameLinkResult.Busy : FrameLinkResult.TooLate;
            }

            if (device.IsWriting || _bus is not BlueZBus bus)
            {
                return FrameLinkResult.Busy;
            }

            device.Start(frame, offset, count);
            _ = WriteAsync(bus, device);
            return count;
        }
    }

    /// <inheritdoc/>
    public int Receive(byte[] buffer, int offset, int capacity)
    {
        while (_stop is not null && _received.TryDequeue(out (byte[] Address, byte[] Frame) next))
        {
            _from = next.Address;
            if (next.Frame.Length <= capacity)
            {
                next.Frame.CopyTo(buffer, offset);
                return next.Frame.Length;
            }
        }

        return _stop is null ? LinkResult.Failed : 0;
    }

    /// <inheritdoc/>
    public int CopyAddress(byte[] buffer, int offset)
    {
        _from.CopyTo(buffer, offset);
        return AddressBytes;
    }

    /// <inheritdoc/>
    public int CopyOrigin(byte[] buffer, int offset) => CopyAddress(buffer, offset);

    /// <inheritdoc/>
    public int Poll(long nowMs) => FrameLinkResult.IdleMs;

    /// <inheritdoc/>
    public void Wait(int milliseconds)
    {
        if (_received.IsEmpty)
        {
            _arrived.WaitOne(milliseconds);
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (_stop is null)
        {
            return;
        }

        _stop.Cancel();
        _run.Wait();
        _stop.Dispose();
        _stop = null;
        _received.Clear();
    }

    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop is not null)
        {
            await _stop.CancelAsync();
            await _run;
            Close();
        }

        _arrived.Dispose();
    }

    private async Task WriteAsync(BlueZBus bus, BlueZDevice device)
    {
        try
        {
            await device.WriteAsync(bus);
        }
        catch (Exception exception) when (exception is DBusExceptionBase or ObjectDisposedException or InvalidOperationException)
        {
            Trouble = $"a packet was not written: {exception.Message}";
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            if ((_options.BusAddress ?? DBusAddress.System) is not { } address)
            {
                Trouble = "this system has no D-Bus; use a board as a serial modem instead (boards/esp32-ble)";
                return;
            }

            using BlueZBus bus = new(address);
            try
            {
                await ConnectAsync(bus, address);
                await ServeAsync(bus, stop);
            }
            catch (Exception exception) when (exception is DBusExceptionBase or OperationCanceledException or InvalidOperationException
                or IOException or System.Net.Sockets.SocketException)
            {
                Trouble = exception is OperationCanceledException ? "it ended, and is waited for" : exception.Message;
            }

            lock (_gate)
            {
                _bus = null;
                _devices.Clear();
            }

            await Task.Delay(_options.RetryPause, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private static async Task ConnectAsync(BlueZBus bus, string address)
    {
        try
        {
            await bus.ConnectAsync();
        }
        catch (Exception exception) when (exception is DBusExceptionBase or ArgumentException or IOException
            or System.Net.Sockets.SocketException)
        {
            throw new InvalidOperationException($"no D-Bus is at {address} ({exception.Message}): start it and bluetoothd (systemctl start "
                + "dbus bluetooth), or name another bus", exception);
        }
    }

    private async Task ServeAsync(BlueZBus bus, CancellationToken stop)
    {
        Task<CancellationToken> there = bus.WaitForBlueZAsync(stop);
        if (await Task.WhenAny(there, Task.Delay(_options.RetryPause, stop)) != there)
        {
            Trouble = "it does not run: start bluetoothd (systemctl start bluetooth), and let this user reach it (group bluetooth)";
        }

        CancellationToken left = await there;
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(stop, left);
        string adapter = $"/org/bluez/{_options.Adapter}";
        await bus.WatchAsync((path, interfaces) => OnObject(bus, path, interfaces, end.Token),
            (path, type, changed) => OnChanged(bus, path, type, changed, end.Token));
        try
        {
            await bus.PowerAsync(adapter);
            await bus.DiscoverAsync(adapter);
        }
        catch (DBusErrorReplyException exception)
        {
            throw new InvalidOperationException($"the adapter {_options.Adapter} can't be used ({exception.Message}): bluetoothctl list "
                + "names those that there are, rfkill those that are blocked", exception);
        }

        lock (_gate)
        {
            _bus = bus;
        }

        Trouble = null;
        while (!end.IsCancellationRequested)
        {
            // those that BlueZ knew before, and those whose pause is over
            foreach ((string path, Dictionary<string, Properties> interfaces) in await bus.GetObjectsAsync())
            {
                OnObject(bus, path, interfaces, end.Token);
            }

            Task first = await Task.WhenAny(Task.Delay(_options.RetryPause, end.Token), bus.DisconnectedAsync());
            if (first is Task<Exception?>)
            {
                Trouble = "the bus ended";
                return;
            }
        }
    }

    private void OnObject(BlueZBus bus, string path, Dictionary<string, Properties> interfaces, CancellationToken end)
    {
        if (!interfaces.TryGetValue(BlueZBus.Device, out Properties? device)
            || !path.StartsWith($"/org/bluez/{_options.Adapter}/", StringComparison.Ordinal) || !IsOurs(device)
            || ReadAddress(device) is not byte[] address)
        {
            return;
        }

        BlueZDevice found;
        BlueZDevice? useless = null;
        lock (_gate)
        {
            if (_devices.ContainsKey(path) || (_pausedUntil.TryGetValue(path, out DateTime until) && until > DateTime.UtcNow))
            {
                return;
            }

            if (_devices.Count >= _options.MaxDevices)
            {
                useless = FindUseless();
                if (useless is null)
                {
                    return;
                }

                _devices.Remove(useless.Path);
                _pausedUntil[useless.Path] = DateTime.UtcNow
                    + (useless.IsAnswered ? _options.RetryPause : PausesOfUseless * _options.UselessAfter);
            }

            _pausedUntil.Remove(path);
            found = new BlueZDevice(path, address);
            _devices[path] = found;
        }

        _ = ConnectAsync(bus, found, useless, end);
    }

    // the connection that was answered longest ago, if that is long enough
    private BlueZDevice? FindUseless()
    {
        BlueZDevice? oldest = _devices.Values.Where(device => device.IsOpen).MinBy(device => device.UsefulAt);
        return oldest is not null && Environment.TickCount64 - oldest.UsefulAt >= _options.UselessAfter.TotalMilliseconds ? oldest : null;
    }

    private async Task ConnectAsync(BlueZBus bus, BlueZDevice device, BlueZDevice? useless, CancellationToken end)
    {
        try
        {
            if (useless is not null)
            {
                await bus.CallAsync(useless.Path, BlueZBus.Device, "Disconnect").WaitAsync(_options.ConnectTimeout, end);
            }

            await bus.CallAsync(device.Path, BlueZBus.Device, "Connect").WaitAsync(_options.ConnectTimeout, end);
            Dictionary<string, Dictionary<string, Properties>> objects = await bus.GetObjectsAsync();
            if (!IsTrue(objects[device.Path][BlueZBus.Device], "ServicesResolved"))
            {
                await device.Resolved.Task.WaitAsync(_options.ConnectTimeout, end);
                objects = await bus.GetObjectsAsync();
            }

            string write = Find(objects, device.Path, BleService.Write);
            string notify = Find(objects, device.Path, BleService.Notify);
            int mtu = objects[write][BlueZBus.Characteristic].TryGetValue("MTU", out VariantValue value)
                && value.Type == VariantValueType.UInt16 ? value.GetUInt16() : DefaultAttMtu;
            lock (_gate)
            {
                device.Open(write, notify, mtu);
            }

            await bus.CallAsync(notify, BlueZBus.Characteristic, "StartNotify").WaitAsync(_options.ConnectTimeout, end);
        }
        catch (Exception exception) when (exception is DBusExceptionBase or TimeoutException or KeyNotFoundException
            or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            Trouble = $"{device.Path}: {exception.Message}";
            Drop(device.Path);
        }
    }

    private void OnChanged(BlueZBus bus, string path, string type, Properties changed, CancellationToken end)
    {
        if (type == BlueZBus.Characteristic && changed.TryGetValue("Value", out VariantValue value)
            && value.Type == VariantValueType.Array && value.ItemType == VariantValueType.Byte)
        {
            OnPacket(path, value.GetArray<byte>());
        }
        else if (type == BlueZBus.Device)
        {
            BlueZDevice? device;
            lock (_gate)
            {
                _devices.TryGetValue(path, out device);
            }

            if (IsTrue(changed, "ServicesResolved"))
            {
                device?.Resolved.TrySetResult();
            }

            if (device is { IsOpen: true } && changed.TryGetValue("Connected", out VariantValue connected) && !connected.GetBool())
            {
                Drop(path);
            }
        }
    }

    private void OnPacket(string path, byte[] packet)
    {
        lock (_gate)
        {
            BlueZDevice? device = _devices.Values.FirstOrDefault(one => one.IsOpen && one.NotifyPath == path);
            int count = device?.Joiner.Receive(packet, 0, packet.Length) ?? 0;
            if (count == 0)
            {
                return;
            }

            if (_received.Count >= _options.MaxWaiting)
            {
                Dropped++;
                return;
            }

            _received.Enqueue((device!.Address, device.Joiner.Frame[..count]));
        }

        _arrived.Set();
    }

    private void Drop(string path)
    {
        lock (_gate)
        {
            if (_devices.Remove(path))
            {
                _pausedUntil[path] = DateTime.UtcNow + _options.RetryPause;
            }

            // addresses may be random, and there is no end of them
            foreach ((string old, DateTime until) in _pausedUntil.Where(entry => entry.Value < DateTime.UtcNow).ToList())
            {
                _pausedUntil.Remove(old);
            }
        }
    }

    private static string Find(Dictionary<string, Dictionary<string, Properties>> objects, string device, string uuid) =>
        objects.FirstOrDefault(entry => entry.Key.StartsWith(device + "/", StringComparison.Ordinal)
            && entry.Value.TryGetValue(BlueZBus.Characteristic, out Properties? properties)
            && properties.TryGetValue("UUID", out VariantValue value) && value.Type == VariantValueType.String
            && value.GetString() == uuid).Key ?? throw new KeyNotFoundException($"it has no characteristic {uuid}");

    private static bool IsOurs(Properties device) => device.TryGetValue("UUIDs", out VariantValue uuids)
        && uuids.Type == VariantValueType.Array && uuids.ItemType == VariantValueType.String
        && uuids.GetArray<string>().Any(uuid => uuid == BleService.Service || uuid == ShortService);

    private static bool IsTrue(Properties properties, string name) =>
        properties.TryGetValue(name, out VariantValue value) && value.Type == VariantValueType.Bool && value.GetBool();

    private static byte[]? ReadAddress(Properties device)
    {
        if (!device.TryGetValue("Address", out VariantValue value) || value.Type != VariantValueType.String)
        {
            return null;
        }

        string[] parts = value.GetString().Split(':');
        return parts.Length == AddressBytes && parts.All(part => part.Length == 2 && part.All(char.IsAsciiHexDigit))
            ? [.. parts.Select(part => Convert.ToByte(part, 16))] : null;
    }
}
