// A Meadow that is a program: the members that MeadowBoard uses, working. tools/NanoLibp2p.MeadowSurface has their sources.
using System;
using System.Net;
using System.Threading;

namespace Meadow
{
    public interface IPlatformOS
    {
        void Reset();
    }

    public interface IMeadowDevice
    {
        IPlatformOS PlatformOS { get; }

        Hardware.INetworkAdapterCollection NetworkAdapters { get; }
    }

    public static class MeadowOS
    {
        public static class FileSystem
        {
            public static string DataDirectory { get; set; }
        }
    }

    public static class Resolver
    {
        public static Logging.Logger Log { get; } = new Logging.Logger();
    }

    /// <summary>Joins its Wi-Fi a moment after it was made.</summary>
    public sealed class FakeDevice : IMeadowDevice, IPlatformOS, Hardware.INetworkAdapterCollection, Hardware.IWiFiNetworkAdapter
    {
        private const int JoinMs = 300;

        public event Hardware.NetworkConnectionHandler NetworkConnected;

        public event Hardware.NetworkDisconnectionHandler NetworkDisconnected;

        public IPlatformOS PlatformOS => this;

        public Hardware.INetworkAdapterCollection NetworkAdapters => this;

        public bool IsConnected { get; private set; }

        public void Join()
        {
            Thread.Sleep(JoinMs);
            NetworkDisconnected?.Invoke(this, new Hardware.NetworkDisconnectionEventArgs());
            IsConnected = true;
            NetworkConnected?.Invoke(this, new Hardware.NetworkConnectionEventArgs(IPAddress.Loopback));
        }

        public T Primary<T>()
            where T : Hardware.INetworkAdapter => (T)(object)this;

        public void Reset() => Environment.Exit(3);
    }
}

namespace Meadow.Logging
{
    public class Logger
    {
        public void Info(string message, string messageGroup = null) => Console.WriteLine(message);
    }
}

namespace Meadow.Hardware
{
    public delegate void NetworkConnectionHandler(INetworkAdapter sender, NetworkConnectionEventArgs args);

    public delegate void NetworkDisconnectionHandler(INetworkAdapter sender, NetworkDisconnectionEventArgs args);

    public class NetworkConnectionEventArgs : EventArgs
    {
        public NetworkConnectionEventArgs(IPAddress ipAddress) => IpAddress = ipAddress;

        public IPAddress IpAddress { get; }
    }

    public class NetworkDisconnectionEventArgs : EventArgs
    {
    }

    public interface INetworkAdapter
    {
        event NetworkConnectionHandler NetworkConnected;

        event NetworkDisconnectionHandler NetworkDisconnected;

        bool IsConnected { get; }
    }

    public interface IWiFiNetworkAdapter : INetworkAdapter
    {
    }

    public interface INetworkAdapterCollection
    {
        T Primary<T>()
            where T : INetworkAdapter;
    }
}
