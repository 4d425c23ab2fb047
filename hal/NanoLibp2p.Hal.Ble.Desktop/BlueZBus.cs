using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;
using Tmds.DBus.Protocol;
using Properties = System.Collections.Generic.Dictionary<string, Tmds.DBus.Protocol.VariantValue>;

namespace NanoLibp2p.Hal.Ble.Desktop;

/// <summary>The calls and signals of BlueZ's D-Bus API (doc/org.bluez.Adapter.rst, Device.rst, GattCharacteristic.rst) that are
/// used.</summary>
internal sealed class BlueZBus : IDisposable
{
    internal const string Adapter = "org.bluez.Adapter1";
    internal const string Device = "org.bluez.Device1";
    internal const string Characteristic = "org.bluez.GattCharacteristic1";

    private const string BlueZ = "org.bluez";
    private const string ObjectManager = "org.freedesktop.DBus.ObjectManager";
    private const string PropertiesInterface = "org.freedesktop.DBus.Properties";

    private readonly DBusConnection _connection;

    internal BlueZBus(string address) => _connection = new DBusConnection(address);

    /// <summary>Objects by path, each with its interfaces and their properties.</summary>
    internal delegate void ObjectHandler(string path, Dictionary<string, Properties> interfaces);

    /// <summary>Ends with the reason when the connection to the bus ends.</summary>
    internal Task<Exception?> DisconnectedAsync() => _connection.DisconnectedAsync();

    internal async Task ConnectAsync() => await _connection.ConnectAsync();

    /// <summary>Waits until BlueZ is there; cancelled when it leaves.</summary>
    internal async Task<CancellationToken> WaitForBlueZAsync(CancellationToken stop)
    {
        NameOwnerWatcher watcher = await _connection.WatchNameOwnerAsync(BlueZ);
        string owner = await watcher.WaitForOwnerAsync(stop);
        return watcher.GetOwnerChangedCancellationToken(owner);
    }

    internal async Task WatchAsync(ObjectHandler onAdded, Action<string, string, Properties> onChanged)
    {
        await _connection.AddMatchAsync(
            new MatchRule { Type = MessageType.Signal, Sender = BlueZ, Interface = ObjectManager, Member = "InterfacesAdded" },
            static (message, _) =>
            {
                Reader reader = message.GetBodyReader();
                return (Path: reader.ReadObjectPathAsString(), Interfaces: ReadInterfaces(ref reader));
            },
            notification =>
            {
                if (notification.HasValue)
                {
                    onAdded(notification.Value.Path, notification.Value.Interfaces);
                }
            },
            emitOnCapturedContext: false);
        await _connection.AddMatchAsync(
            new MatchRule { Type = MessageType.Signal, Sender = BlueZ, Interface = PropertiesInterface, Member = "PropertiesChanged" },
            static (message, _) =>
            {
                Reader reader = message.GetBodyReader();
                return (Path: message.PathAsString!, Interface: reader.ReadString(),
                    Changed: reader.ReadDictionaryOfStringToVariantValue());
            },
            notification =>
            {
                if (notification.HasValue)
                {
                    onChanged(notification.Value.Path, notification.Value.Interface, notification.Value.Changed);
                }
            },
            emitOnCapturedContext: false);
    }

    internal Task<Dictionary<string, Dictionary<string, Properties>>> GetObjectsAsync()
    {
        using MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteMethodCallHeader(BlueZ, "/", ObjectManager, "GetManagedObjects");
        return _connection.CallMethodAsync(writer.CreateMessage(), static (message, _) =>
        {
            Reader reader = message.GetBodyReader();
            Dictionary<string, Dictionary<string, Properties>> objects = [];
            ArrayEnd end = reader.ReadDictionaryStart();
            while (reader.HasNext(end))
            {
                string path = reader.ReadObjectPathAsString();
                objects[path] = ReadInterfaces(ref reader);
            }

            return objects;
        });
    }

    internal Task PowerAsync(string adapter)
    {
        using MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteMethodCallHeader(BlueZ, adapter, PropertiesInterface, "Set", "ssv");
        writer.WriteString(Adapter);
        writer.WriteString("Powered");
        writer.WriteVariantBool(true);
        return _connection.CallMethodAsync(writer.CreateMessage());
    }

    /// <summary>Devices with Bluetooth LE; also those whose advertisement does not name the service, as Meadow's.</summary>
    internal async Task DiscoverAsync(string adapter)
    {
        await FilterAsync(adapter);
        await CallAsync(adapter, Adapter, "StartDiscovery");
    }

    internal Task CallAsync(string path, string type, string method)
    {
        using MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteMethodCallHeader(BlueZ, path, type, method);
        return _connection.CallMethodAsync(writer.CreateMessage());
    }

    /// <summary>Writes a packet without response; the bus's reply says that the stack took it.</summary>
    internal Task WriteAsync(string path, ReadOnlySpan<byte> packet)
    {
        using MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteMethodCallHeader(BlueZ, path, Characteristic, "WriteValue", "aya{sv}");
        writer.WriteArray(packet);
        writer.WriteDictionary(new Properties { ["type"] = "command" });
        return _connection.CallMethodAsync(writer.CreateMessage());
    }

    public void Dispose() => _connection.Dispose();

    private static Dictionary<string, Properties> ReadInterfaces(ref Reader reader)
    {
        Dictionary<string, Properties> interfaces = [];
        ArrayEnd end = reader.ReadDictionaryStart();
        while (reader.HasNext(end))
        {
            string name = reader.ReadString();
            interfaces[name] = reader.ReadDictionaryOfStringToVariantValue();
        }

        return interfaces;
    }

    private Task FilterAsync(string adapter)
    {
        using MessageWriter writer = _connection.GetMessageWriter();
        writer.WriteMethodCallHeader(BlueZ, adapter, Adapter, "SetDiscoveryFilter", "a{sv}");
        writer.WriteDictionary(new Properties
        {
            ["Transport"] = "le",
            ["UUIDs"] = VariantValue.Array(new[] { BleService.Service, BlueZLink.ShortService }),
        });
        return _connection.CallMethodAsync(writer.CreateMessage());
    }
}
