using System;
using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Relay.Tests;

/// <summary>Messages of the relay protocols as bytes, written field by field as the spec's protobuf has them, apart from our own
/// writer.</summary>
internal static class Wire
{
    public static byte[] Hop(int type, int? status = null, byte[]? peer = null, ulong? expire = null,
        IReadOnlyList<byte[]>? addresses = null, (uint Seconds, ulong Bytes)? limit = null)
    {
        MemoryStream reservation = new();
        if (expire != null)
        {
            Number(reservation, 1, expire.Value);
            foreach (byte[] address in addresses ?? [])
            {
                Field(reservation, 2, address);
            }

            Field(reservation, 3, new byte[150]);
        }

        MemoryStream body = new();
        Number(body, 1, (uint)type);
        Peer(body, peer);
        if (expire != null)
        {
            Field(body, 3, reservation.ToArray());
        }

        Limit(body, 4, limit);
        if (status != null)
        {
            Number(body, 5, (uint)status.Value);
        }

        return Delimited(body.ToArray());
    }

    public static byte[] Stop(int type, int? status = null, byte[]? peer = null, (uint Seconds, ulong Bytes)? limit = null)
    {
        MemoryStream body = new();
        Number(body, 1, (uint)type);
        Peer(body, peer);
        Limit(body, 3, limit);
        if (status != null)
        {
            Number(body, 4, (uint)status.Value);
        }

        return Delimited(body.ToArray());
    }

    public static byte[] Delimited(byte[] body)
    {
        MemoryStream whole = new();
        Varint(whole, (ulong)body.Length);
        whole.Write(body);
        return whole.ToArray();
    }

    public static void Number(MemoryStream to, int field, ulong value)
    {
        Varint(to, (ulong)(field << 3));
        Varint(to, value);
    }

    public static void Field(MemoryStream to, int field, byte[] value)
    {
        Varint(to, (ulong)((field << 3) | 2));
        Varint(to, (ulong)value.Length);
        to.Write(value);
    }

    private static void Peer(MemoryStream to, byte[]? peer)
    {
        if (peer != null)
        {
            MemoryStream inner = new();
            Field(inner, 1, peer);
            Field(to, 2, inner.ToArray());
        }
    }

    private static void Limit(MemoryStream to, int field, (uint Seconds, ulong Bytes)? limit)
    {
        if (limit != null)
        {
            MemoryStream inner = new();
            Number(inner, 1, limit.Value.Seconds);
            Number(inner, 2, limit.Value.Bytes);
            Field(to, field, inner.ToArray());
        }
    }

    private static void Varint(MemoryStream to, ulong value)
    {
        byte[] bytes = new byte[10];
        to.Write(bytes.AsSpan(0, Buffers.Varint.Write(value, bytes, 0)));
    }
}
