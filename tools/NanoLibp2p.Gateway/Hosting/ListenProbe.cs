using System;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Gateway.Hosting;

/// <summary>Why an address can't be listened on, in words: the system is asked with a plain socket.</summary>
internal static class ListenProbe
{
    // who is not the administrator may have the ports from here on (IP_UNPRIVILEGED_PORT_START)
    private const int FirstFreePort = 1024;

    /// <summary>Why not, and what to do; null when it can be, or for a reason that has no words of its own.</summary>
    /// <param name="host">An IP address.</param>
    /// <param name="port">A port, or 0.</param>
    /// <param name="flag">What gives another address, such as <c>--listen</c>.</param>
    internal static string? Why(string host, int port, string flag) => Ask(host, port) switch
    {
        SocketError.AccessDenied when port < FirstFreePort =>
            $"ports below {FirstFreePort} are for the administrator; give one from {FirstFreePort} to 65535 with {flag}",
        SocketError.AddressAlreadyInUse => $"port {port} is in use, by another program or by a {flag} before; give another port "
            + $"with {flag}, or 0 for a free one",
        SocketError.AddressNotAvailable =>
            $"{host} is not an address of this host; give one that is with {flag}, or /ip4/0.0.0.0/... for all of them",
        SocketError.AddressFamilyNotSupported or SocketError.ProtocolFamilyNotSupported =>
            $"this host has no {(host.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4")}; give an address of the other kind with "
            + flag,
        _ => null,
    };

    private static SocketError Ask(string host, int port)
    {
        try
        {
            IPAddress ip = IPAddress.Parse(host);
            using Socket socket = new(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (ip.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = false;
            }

            socket.Bind(new IPEndPoint(ip, port));
            return SocketError.Success;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }
}
