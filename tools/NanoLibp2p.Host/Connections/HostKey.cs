using System;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Host;

/// <summary>
/// What counts as one host: an IPv4 address, or the first 64 bits of an IPv6 address, since whoever has one of these has 2^64 of them.
/// </summary>
internal readonly record struct HostKey(bool IsIPv6, ulong Bits)
{
    internal static HostKey Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryWriteBytes(bytes, out int _);
        return plain.AddressFamily == AddressFamily.InterNetwork
            ? new HostKey(false, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : new HostKey(true, BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}
