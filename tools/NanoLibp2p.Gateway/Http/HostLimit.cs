using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;

namespace NanoLibp2p.Gateway.Http;

/// <summary>
/// So many HTTP connections a host, an IPv4 address or the first 64 bits of an IPv6 address: one that holds what it has keeps nobody
/// else out. This host has no limit, as a proxy here calls for many.
/// </summary>
internal sealed class HostLimit(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(bool IsIPv6, ulong Bits), int> _counts = [];

    /// <summary>Lets a connection through, or closes it.</summary>
    /// <returns>Ends with the connection.</returns>
    internal async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (connection.RemoteEndPoint is not IPEndPoint { Address: IPAddress address } || IPAddress.IsLoopback(address))
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        (bool IsIPv6, ulong Bits) host = HostOf(address);
        if (!Enter(host))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection).ConfigureAwait(false);
        }
        finally
        {
            Leave(host);
        }
    }

    private static (bool IsIPv6, ulong Bits) HostOf(IPAddress address)
    {
        byte[] bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        return bytes.Length == 4 ? (false, BinaryPrimitives.ReadUInt32BigEndian(bytes))
            : (true, BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }

    private bool Enter((bool IsIPv6, ulong Bits) host)
    {
        lock (_lock)
        {
            int count = _counts.GetValueOrDefault(host);
            if (count >= most)
            {
                return false;
            }

            _counts[host] = count + 1;
            return true;
        }
    }

    private void Leave((bool IsIPv6, ulong Bits) host)
    {
        lock (_lock)
        {
            int left = _counts[host] - 1;
            if (left > 0)
            {
                _counts[host] = left;
            }
            else
            {
                _counts.Remove(host);
            }
        }
    }
}
