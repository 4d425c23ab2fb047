using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Ble;
using Tmds.DBus.Protocol;

namespace NanoLibp2p.LoRa.Tests.Ble;

/// <summary>
/// BlueZ as its clients see it on a D-Bus: an adapter, devices with two characteristics, signals. What it does is what the test says.
/// </summary>
internal sealed class ScriptedBlueZ : IPathMethodHandler, IDisposable
{
    private const string Adapter = "/org/bluez/hci0";

    private readonly DBusConnection _connection;
    private readonly ConcurrentDictionary<string, ScriptedDevice> _devices = new();

    private ScriptedBlueZ(string address) => _connection = new DBusConnection(address);

    public string Path => "/";

    public bool HandlesChildPaths => true;

    /// <summary>Calls on the adapter and on devices, in their order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public bool IsDiscovering { get; private set; }

    public static async Task<ScriptedBlueZ> StartAsync(string address)
    {
        ScriptedBlueZ bluez = new(address);
        await bluez._connection.ConnectAsync();
        bluez._connection.AddMethodHandler(bluez);
        await bluez._connection.RequestNameAsync("org.bluez", RequestNameOptions.None);
        return bluez;
    }

    /// <summary>A device is heard.</summary>
    public void Appear(ScriptedDevice device)
    {
        device.BlueZ = this;
        _devices[device.Path] = device;
        MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteSignalHeader(null, "/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}");
        writer.WriteObjectPath(device.Path);
        WriteInterfaces(ref writer, device.Interfaces(device.Path));
        Send(ref writer);
    }

    public void Change(string path, string type, string property, VariantValue value)
    {
        MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteSignalHeader(null, path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as");
        writer.WriteString(type);
        writer.WriteDictionary(new Dictionary<string, VariantValue> { [property] = value });
        writer.WriteArray(Array.Empty<string>());
        Send(ref writer);
    }

    public ValueTask HandleMethodAsync(MethodContext context)
    {
        Message request = context.Request;
        string path = request.PathAsString!;
        string member = request.MemberAsString!;
        ScriptedDevice? device = _devices.Values.FirstOrDefault(one => path.StartsWith(one.Path, StringComparison.Ordinal));
        if (member == "GetManagedObjects")
        {
            MessageWriter objects = context.CreateReplyWriter("a{oa{sa{sv}}}");
            WriteObjects(ref objects);
            context.Reply(objects.CreateMessage());
            objects.Dispose();
            return default;
        }

        Calls.Enqueue($"{path[(path.LastIndexOf('/') + 1)..]} {member}");
        IsDiscovering |= member == "StartDiscovery";
        string? error = member switch
        {
            "Connect" => device!.Connect(),
            "WriteValue" => device!.Write(request),
            "StartDiscovery" or "Set" when path != Adapter => "no such adapter",
            _ => null,
        };
        if (error is not null)
        {
            context.ReplyError("org.bluez.Error.Failed", error);
            return default;
        }

        MessageWriter writer = context.CreateReplyWriter(null);
        context.Reply(writer.CreateMessage());
        writer.Dispose();
        if (member == "Connect")
        {
            device!.Resolve();
        }
        else if (member == "Disconnect")
        {
            device!.Disconnect();
        }
        else if (member == "StartNotify")
        {
            device!.Subscribe();
        }

        return default;
    }

    public void Dispose() => _connection.Dispose();

    private static void WriteInterfaces(ref MessageWriter writer, Dictionary<string, Dictionary<string, VariantValue>> interfaces)
    {
        ArrayStart start = writer.WriteDictionaryStart();
        foreach ((string name, Dictionary<string, VariantValue> properties) in interfaces)
        {
            writer.WriteDictionaryEntryStart();
            writer.WriteString(name);
            writer.WriteDictionary(properties);
        }

        writer.WriteDictionaryEnd(start);
    }

    private void Send(ref MessageWriter writer)
    {
        _connection.TrySendMessage(writer.CreateMessage());
        writer.Dispose();
    }

    private void WriteObjects(ref MessageWriter writer)
    {
        ArrayStart start = writer.WriteDictionaryStart();
        writer.WriteDictionaryEntryStart();
        writer.WriteObjectPath(Adapter);
        WriteInterfaces(ref writer, new() { ["org.bluez.Adapter1"] = new() { ["Powered"] = true } });
        foreach (ScriptedDevice device in _devices.Values)
        {
            foreach (string path in device.Paths)
            {
                writer.WriteDictionaryEntryStart();
                writer.WriteObjectPath(path);
                WriteInterfaces(ref writer, device.Interfaces(path));
            }
        }

        writer.WriteDictionaryEnd(start);
    }
}

/// <summary>A device behind a <see cref="ScriptedBlueZ"/>, whose own end is a channel for its link.</summary>
internal sealed class ScriptedDevice(byte number, bool isShort = false, ushort attMtu = 23) : IAttChannel
{
    private readonly PacketQueue _queue = new(4096);
    private bool _isConnected;
    private bool _isResolved;

    public string Path { get; } = $"/org/bluez/hci0/dev_C0_FF_EE_00_00_{number:X2}";

    public byte[] Address { get; } = [0xC0, 0xFF, 0xEE, 0, 0, number];

    public ScriptedBlueZ? BlueZ { get; set; }

    public int Connects { get; private set; }

    /// <summary>What Connect says, once each.</summary>
    public Queue<string> Refusals { get; } = new();

    public bool HasService { get; init; } = true;

    public int Connection { get; private set; }

    public int PacketBytes => attMtu - 3;

    public IEnumerable<string> Paths =>
        _isResolved ? [Path, Path + "/service000a", Path + "/service000a/char000b", Path + "/service000a/char000d"] : [Path];

    public string? Connect()
    {
        Connects++;
        return Refusals.TryDequeue(out string? refusal) ? refusal : null;
    }

    public void Resolve()
    {
        _isConnected = true;
        _isResolved = true;
        BlueZ!.Change(Path, "org.bluez.Device1", "Connected", true);
        BlueZ.Change(Path, "org.bluez.Device1", "ServicesResolved", true);
    }

    public void Subscribe() => Connection++;

    public void Disconnect()
    {
        (_isConnected, _isResolved, Connection) = (false, false, 0);
        BlueZ!.Change(Path, "org.bluez.Device1", "Connected", false);
    }

    public string? Write(Message request)
    {
        Reader reader = request.GetBodyReader();
        byte[] packet = reader.ReadArrayOfByte();
        if (packet.Length > PacketBytes)
        {
            return "the value is longer than the ATT MTU";
        }

        _queue.Put(packet, packet.Length);
        return null;
    }

    public Dictionary<string, Dictionary<string, VariantValue>> Interfaces(string path)
    {
        if (path == Path)
        {
            string service = isShort ? "00007d1b-0000-1000-8000-00805f9b34fb" : BleService.Service;
            return new()
            {
                ["org.bluez.Device1"] = new()
                {
                    ["Address"] = string.Join(':', Address.Select(part => part.ToString("X2"))),
                    ["UUIDs"] = VariantValue.Array(new[] { HasService ? service : "0000180f-0000-1000-8000-00805f9b34fb" }),
                    ["Connected"] = _isConnected,
                    ["ServicesResolved"] = _isResolved,
                },
            };
        }

        return path.EndsWith("000b", StringComparison.Ordinal) ? Characteristic(BleService.Write)
            : path.EndsWith("000d", StringComparison.Ordinal) ? Characteristic(BleService.Notify)
            : new() { ["org.bluez.GattService1"] = new() { ["UUID"] = BleService.Service } };
    }

    public LinkError Open() => LinkError.None;

    public bool Send(byte[] packet, int count)
    {
        BlueZ!.Change(Path + "/service000a/char000d", "org.bluez.GattCharacteristic1", "Value", VariantValue.Array(packet[..count]));
        return true;
    }

    public int Receive(byte[] packet) => _queue.Take(packet);

    public void Wait(int milliseconds) => System.Threading.Thread.Sleep(milliseconds);

    public void Close()
    {
    }

    private Dictionary<string, Dictionary<string, VariantValue>> Characteristic(string uuid) => new()
    {
        ["org.bluez.GattCharacteristic1"] = new() { ["UUID"] = uuid, ["MTU"] = attMtu },
    };
}
