using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;

namespace NanoLibp2p.Host.Dialing;

/// <summary>How near an address is.</summary>
internal enum Nearness
{
    /// <summary>This host, or a private address of one of its own networks.</summary>
    Near,

    /// <summary>One of the internet's.</summary>
    Public,

    /// <summary>A private address of no network of this host's: there is somebody else at it, or a way through a router.</summary>
    FarPrivate,
}

/// <summary>Which addresses are in the networks of this host's interfaces, looked up at most every ten seconds.</summary>
internal sealed class NearNetworks
{
    private const long KeepMs = 10000;

    private readonly Func<IReadOnlyList<IPNetwork>> _find;
    private readonly Lock _gate = new();
    private IReadOnlyList<IPNetwork> _networks = [];
    private long _until = long.MinValue;

    internal NearNetworks()
        : this(Interfaces)
    {
    }

    internal NearNetworks(Func<IReadOnlyList<IPNetwork>> find) => _find = find;

    internal Nearness Of(IPAddress address)
    {
        if (IPAddress.IsLoopback(address) || address.IsIPv6LinkLocal)
        {
            return Nearness.Near;
        }

        return !IsPrivate(address) ? Nearness.Public : Networks().Any(network => network.Contains(address)) ? Nearness.Near
            : Nearness.FarPrivate;
    }

    /// <summary>Whether it means nothing in the internet: RFC 1918, 3927, 4193, 6598.</summary>
    internal static bool IsPrivate(IPAddress address)
    {
        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return bytes.Length == 4
            ? bytes[0] is 10 or 127 or 0 || (bytes[0] == 172 && (bytes[1] & 0xF0) == 16) || (bytes[0] == 192 && bytes[1] == 168)
                || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && (bytes[1] & 0xC0) == 64)
            : (bytes[0] & 0xFE) == 0xFC || (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) || IPAddress.IsLoopback(address);
    }

    private static List<IPNetwork> Interfaces()
    {
        List<IPNetwork> networks = [];
        try
        {
            foreach (UnicastIPAddressInformation one in NetworkInterface.GetAllNetworkInterfaces()
                .SelectMany(face => face.GetIPProperties().UnicastAddresses))
            {
                int bits = one.Address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
                if (one.PrefixLength > 0 && one.PrefixLength <= bits && !one.Address.IsIPv6LinkLocal)
                {
                    networks.Add(new IPNetwork(Masked(one.Address, one.PrefixLength), one.PrefixLength));
                }
            }
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // without them all private addresses are far ones, which are dialled too
        }

        return networks;
    }

    private static IPAddress Masked(IPAddress address, int bits)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int i = 0; i < bytes.Length; i++)
        {
            int left = Math.Clamp(bits - 8 * i, 0, 8);
            bytes[i] &= (byte)(0xFF00 >> left);
        }

        return new IPAddress(bytes);
    }

    private IReadOnlyList<IPNetwork> Networks()
    {
        lock (_gate)
        {
            if (Environment.TickCount64 >= _until)
            {
                _networks = _find();
                _until = Environment.TickCount64 + KeepMs;
            }

            return _networks;
        }
    }
}
