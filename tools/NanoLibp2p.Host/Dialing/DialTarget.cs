using System;
using System.Net;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Dialing;

/// <summary>How an address is reached.</summary>
internal enum DialKind
{
    /// <summary>Not at all from here: QUIC, UDP, nothing but a peer id.</summary>
    None,

    /// <summary>A TCP connection.</summary>
    Tcp,

    /// <summary>A WebSocket.</summary>
    WebSocket,

    /// <summary>A WebSocket over TLS.</summary>
    SecureWebSocket,

    /// <summary>Through the relay before <c>/p2p-circuit</c>.</summary>
    Circuit,
}

/// <summary>An address taken apart for a dial.</summary>
internal sealed class DialTarget
{
    private DialTarget(Multiaddr address, DialKind kind, IPAddress? ip, string serverName)
    {
        Address = address;
        Kind = kind;
        Ip = ip;
        ServerName = serverName;
    }

    /// <summary>The address, its peer included.</summary>
    internal Multiaddr Address { get; }

    internal DialKind Kind { get; }

    /// <summary>Where to; null for a name that must be looked up first, and for a circuit.</summary>
    internal IPAddress? Ip { get; }

    internal int Port => Address.Port;

    /// <summary>The name by which a certificate is checked, and that HTTP asks for.</summary>
    internal string ServerName { get; }

    internal bool IsDnsAddr => Address.Has(MultiaddrProtocol.DnsAddr) && Kind != DialKind.Circuit;

    internal static DialTarget Of(Multiaddr address)
    {
        if (address.Has(MultiaddrProtocol.P2pCircuit))
        {
            return new DialTarget(address, DialKind.Circuit, null, "");
        }

        string? host = address.Host;
        IPAddress? ip = host != null && IPAddress.TryParse(host, out IPAddress? parsed) ? parsed : null;
        string? sni = null;
        DialKind kind = host == null ? DialKind.None : KindOf(address, out sni);
        return new DialTarget(address, kind, ip, sni ?? host ?? "");
    }

    /// <summary>The same with an address of its name.</summary>
    internal DialTarget At(IPAddress ip)
    {
        // the name's part makes way for the address
        byte[] bytes = Address.ToBytes();
        int first = MultiaddrProtocol.Read(bytes, 0, bytes.Length, out _, out _, out _);
        byte[] host = ip.GetAddressBytes();
        byte[] moved = new byte[1 + host.Length + bytes.Length - first];
        moved[0] = (byte)(host.Length == 4 ? MultiaddrProtocol.Ip4 : MultiaddrProtocol.Ip6);
        host.CopyTo(moved, 1);
        bytes.AsSpan(first).CopyTo(moved.AsSpan(1 + host.Length));
        Multiaddr address = Multiaddr.FromBytes(moved, 0, moved.Length);
        if (Kind == DialKind.SecureWebSocket && !address.Has(MultiaddrProtocol.Sni))
        {
            // it stays an address that can be dialled again, with the name that the certificate is for
            string peer = address.PeerId == null ? "" : $"/p2p/{address.PeerId}";
            string ipText = $"/ip{(host.Length == 4 ? 4 : 6)}/{new IPAddress(host)}";
            address = Multiaddr.TryParse($"{ipText}/tcp/{Port}/tls/sni/{ServerName}/ws{peer}", out _) ?? address;
        }

        return new DialTarget(address, Kind, ip, ServerName);
    }

    private static DialKind KindOf(Multiaddr address, out string? sni)
    {
        sni = null;
        byte[] bytes = address.ToBytes();
        int at = 0;
        int state = 0;
        DialKind kind = DialKind.None;
        while (at < bytes.Length)
        {
            at += MultiaddrProtocol.Read(bytes, at, bytes.Length - at, out int code, out int offset, out int count);
            switch (code)
            {
                case MultiaddrProtocol.Ip6Zone or MultiaddrProtocol.Ip4 or MultiaddrProtocol.Ip6 or MultiaddrProtocol.Dns
                    or MultiaddrProtocol.Dns4 or MultiaddrProtocol.Dns6 when state == 0:
                    break;
                case MultiaddrProtocol.DnsAddr when state == 0:
                    // whatever its records say
                    return DialKind.Tcp;
                case MultiaddrProtocol.Tcp when state == 0:
                    state = 1;
                    kind = DialKind.Tcp;
                    break;
                case MultiaddrProtocol.Tls when state == 1:
                    state = 2;
                    kind = DialKind.None;
                    break;
                case MultiaddrProtocol.Sni when state == 2:
                    sni = Bytes.ToText(bytes, offset, count);
                    break;
                case MultiaddrProtocol.Ws when state is 1 or 2:
                    kind = state == 2 ? DialKind.SecureWebSocket : DialKind.WebSocket;
                    state = 3;
                    break;
                case MultiaddrProtocol.Wss when state == 1:
                    kind = DialKind.SecureWebSocket;
                    state = 3;
                    break;
                case MultiaddrProtocol.P2p when at == bytes.Length:
                    break;
                default:
                    return DialKind.None;
            }
        }

        return kind;
    }
}
