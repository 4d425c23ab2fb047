using System;
using System.Net;
using System.Net.Sockets;
using NanoLibp2p.Cli.Commands;
using NanoLibp2p.Firmware;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>Why an address can't be listened on, in one sentence: the system knows it more exactly than a <see cref="LinkError"/>, which
/// has the kinds that every board tells.</summary>
internal static class ListenFailure
{
    // who is not the administrator may have the ports from here on (IP_UNPRIVILEGED_PORT_START)
    private const int FirstFreePort = 1024;

    /// <summary>The failure; to be asked at once.</summary>
    /// <param name="address">What was to be listened on.</param>
    /// <param name="error">What the driver said.</param>
    internal static CliException Of(Multiaddr address, LinkError error)
        => new($"cannot listen on {address}: {Why(address, error)}");

    private static string Why(Multiaddr address, LinkError error) => Ask(address) switch
    {
        SocketError.AccessDenied when address.Port < FirstFreePort =>
            $"ports below {FirstFreePort} are for the administrator; give one from {FirstFreePort} to 65535 with --listen",
        SocketError.AddressAlreadyInUse => $"port {address.Port} is in use, by another program or by a --listen before; give another port "
            + $"with --listen, or 0 for a free one",
        SocketError.AddressNotAvailable =>
            $"{address.Host} is not an address of this host; give one that is with --listen, or /ip4/0.0.0.0/... for all of them",
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
            $"this host has no {(address.Host.Contains(':') ? "IPv6" : "IPv4")}; give an address of the other kind with --listen",
        _ => $"{CloseText.Describe(error)}; give another address or port with --listen",
    };

    // what the system says when it is asked once more, with a plain socket
    private static SocketError Ask(Multiaddr address)
    {
        try
        {
            IPAddress ip = IPAddress.Parse(address.Host);
            using Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(ip, address.Port));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
