// The members of Meadow that boards/meadow-f7 uses, by name and signature; README.md says where each was read.
using System;
using System.Collections.Generic;
using System.Net;
using System.Threading.Tasks;

namespace Meadow
{
    public interface IApp
    {
        Task Initialize();

        Task Run();
    }

    public abstract class AppBase : IApp
    {
        public virtual Task Initialize() => throw null!;

        public virtual Task Run() => throw null!;
    }

    public abstract class App<D> : AppBase
        where D : class, IMeadowDevice
    {
        public static D Device { get; protected set; } = default!;
    }

    public interface IPowerController
    {
        void Reset();
    }

    public interface IPlatformOS : IPowerController
    {
    }

    public interface IMeadowDevice : Hardware.INetworkAdapterController
    {
        IPlatformOS PlatformOS { get; }
    }

    public static class MeadowOS
    {
        public static class FileSystem
        {
            public static string DataDirectory => throw null!;
        }
    }

    public static class Resolver
    {
        public static Logging.Logger Log => throw null!;
    }
}

namespace Meadow.Logging
{
    public class Logger
    {
        public void Info(string message, string? messageGroup = null) => throw null!;
    }
}

namespace Meadow.Hardware
{
    public delegate void NetworkConnectionHandler(INetworkAdapter sender, NetworkConnectionEventArgs args);

    public delegate void NetworkDisconnectionHandler(INetworkAdapter sender, NetworkDisconnectionEventArgs args);

    public class NetworkConnectionEventArgs : EventArgs
    {
        public IPAddress IpAddress => throw null!;
    }

    public class NetworkDisconnectionEventArgs : EventArgs
    {
        public NetworkDisconnectReason Reason => throw null!;
    }

    public enum NetworkDisconnectReason
    {
    }

    public interface INetworkAdapter
    {
        event NetworkConnectionHandler NetworkConnected;

        event NetworkDisconnectionHandler NetworkDisconnected;

        string Name { get; }

        bool IsConnected { get; }

        IPAddress IpAddress { get; }
    }

    public interface IWirelessNetworkAdapter : INetworkAdapter
    {
    }

    public interface IWiFiNetworkAdapter : IWirelessNetworkAdapter
    {
    }

    public interface INetworkAdapterCollection : IEnumerable<INetworkAdapter>
    {
        T? Primary<T>()
            where T : INetworkAdapter => throw null!;
    }

    public interface INetworkAdapterController
    {
        INetworkAdapterCollection NetworkAdapters { get; }
    }
}

namespace Meadow.Devices
{
    public class F7FeatherV2 : IMeadowDevice
    {
        public IPlatformOS PlatformOS => throw null!;

        public Hardware.INetworkAdapterCollection NetworkAdapters => throw null!;

        public Gateways.IBluetoothAdapter? BluetoothAdapter { get; protected set; }
    }
}

namespace Meadow.Gateways
{
    public interface IBluetoothAdapter
    {
        bool StartBluetoothServer(Bluetooth.IDefinition configuration);

        bool StopBluetoothServer();
    }
}

namespace Meadow.Gateways.Bluetooth
{
    public delegate void CharacteristicValueSetHandler(ICharacteristic c, object data);

    [Flags]
    public enum CharacteristicPermission : short
    {
        Read = 1 << 0,
        Write = 1 << 4,
    }

    [Flags]
    public enum CharacteristicProperty : byte
    {
        Read = 1 << 1,
        WriteNoResponse = 1 << 2,
        Write = 1 << 3,
        Notify = 1 << 4,
    }

    public interface IDefinition
    {
    }

    public interface IService
    {
    }

    public interface ICharacteristic
    {
        event CharacteristicValueSetHandler ValueSet;
    }

    public class Definition : IDefinition
    {
        public Definition(string deviceName, params IService[] services) => throw null!;
    }

    public class Service : IService
    {
        public Service(string name, ushort uuid, params ICharacteristic[] characteristics) => throw null!;
    }

    public class Descriptor
    {
    }

    public abstract class Characteristic : ICharacteristic
    {
        public event CharacteristicValueSetHandler ValueSet = default!;

        public abstract void HandleDataWrite(byte[] data);

        public abstract void SetValue(object value);

        protected void RaiseValueSet(object data) => throw null!;
    }

    public abstract class Characteristic<T> : Characteristic
    {
        public Characteristic(string name, string uuid, CharacteristicPermission permissions, CharacteristicProperty properties,
            int maxLength, params Descriptor[] descriptors) => throw null!;

        public void SetValue(T value) => throw null!;

        public override void SetValue(object value) => throw null!;

        protected abstract byte[] SerializeValue(T value);
    }
}
