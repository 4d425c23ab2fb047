using System;
using System.Collections.Generic;
using System.IO;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>A peer as a Message names it.</summary>
internal sealed record NamedPeer(byte[] Id, IReadOnlyList<byte[]> Addresses);

/// <summary>The DHT's Message (kad-dht spec, "RPC messages"), written and read apart from the code under test.</summary>
internal sealed record DhtMessage
{
    public const int PutValue = 0;
    public const int GetValue = 1;
    public const int AddProvider = 2;
    public const int GetProviders = 3;
    public const int FindNode = 4;

    public int Type { get; init; }

    public byte[] Key { get; init; } = [];

    public byte[]? RecordKey { get; init; }

    public byte[]? RecordValue { get; init; }

    public IReadOnlyList<NamedPeer> Closer { get; init; } = [];

    public IReadOnlyList<NamedPeer> Providers { get; init; } = [];

    /// <summary>The message behind its length.</summary>
    public byte[] Encode() => Delimited(Body());

    public byte[] Body()
    {
        MemoryStream body = new MemoryStream();
        body.Write([0x08, (byte)Type]);
        Field(body, 2, Key);
        if (RecordKey != null || RecordValue != null)
        {
            MemoryStream record = new MemoryStream();
            if (RecordKey != null)
            {
                Field(record, 1, RecordKey);
            }
            if (RecordValue != null)
            {
                Field(record, 2, RecordValue);
            }
            Field(record, 5, "2026-11-26T01:02:03Z"u8.ToArray());
            Field(body, 3, record.ToArray());
        }
        foreach (NamedPeer peer in Closer)
        {
            Field(body, 8, PeerBody(peer));
        }
        foreach (NamedPeer peer in Providers)
        {
            Field(body, 9, PeerBody(peer));
        }
        return body.ToArray();
    }

    public static byte[] Delimited(byte[] body)
    {
        MemoryStream whole = new MemoryStream();
        Varint(whole, body.Length);
        whole.Write(body);
        return whole.ToArray();
    }

    public static byte[] PeerBody(NamedPeer peer)
    {
        MemoryStream body = new MemoryStream();
        Field(body, 1, peer.Id);
        foreach (byte[] address in peer.Addresses)
        {
            Field(body, 2, address);
        }
        body.Write([0x18, 0x01]);
        return body.ToArray();
    }

    public static void Field(MemoryStream to, int field, byte[] value)
    {
        Varint(to, (field << 3) | 2);
        Varint(to, value.Length);
        to.Write(value);
    }

    public static void Varint(MemoryStream to, long value)
    {
        while (value >= 0x80)
        {
            to.WriteByte((byte)(value | 0x80));
            value >>= 7;
        }
        to.WriteByte((byte)value);
    }

    /// <summary>Reads the first message of some bytes, and says how many they are.</summary>
    /// <returns>Null when it is not whole yet.</returns>
    public static DhtMessage? TryDecode(ReadOnlySpan<byte> bytes, out int used)
    {
        int at = 0;
        used = 0;
        if (!TryVarint(bytes, ref at, out long length) || bytes.Length - at < length)
        {
            return null;
        }

        used = at + (int)length;
        DhtMessage message = new DhtMessage();
        List<NamedPeer> closer = new List<NamedPeer>();
        List<NamedPeer> providers = new List<NamedPeer>();
        foreach ((int field, long number, byte[] value) in Fields(bytes.Slice(at, (int)length)))
        {
            message = field switch
            {
                1 => message with { Type = (int)number },
                2 => message with { Key = value },
                3 => WithRecord(message, value),
                _ => message,
            };
            if (field is 8 or 9)
            {
                (field == 8 ? closer : providers).Add(ToPeer(value));
            }
        }
        return message with { Closer = closer, Providers = providers };
    }

    private static DhtMessage WithRecord(DhtMessage message, byte[] record)
    {
        foreach ((int field, long _, byte[] value) in Fields(record))
        {
            message = field == 1 ? message with { RecordKey = value } : field == 2 ? message with { RecordValue = value } : message;
        }
        return message;
    }

    private static NamedPeer ToPeer(byte[] bytes)
    {
        byte[] id = [];
        List<byte[]> addresses = new List<byte[]>();
        foreach ((int field, long _, byte[] value) in Fields(bytes))
        {
            if (field == 1)
            {
                id = value;
            }
            else if (field == 2)
            {
                addresses.Add(value);
            }
        }
        return new NamedPeer(id, addresses);
    }

    private static List<(int Field, long Number, byte[] Value)> Fields(ReadOnlySpan<byte> bytes)
    {
        List<(int, long, byte[])> fields = new List<(int, long, byte[])>();
        int at = 0;
        while (at < bytes.Length)
        {
            Must(TryVarint(bytes, ref at, out long tag));
            Must(TryVarint(bytes, ref at, out long number));
            byte[] value = [];
            if ((tag & 7) == 2)
            {
                value = bytes.Slice(at, (int)number).ToArray();
                at += value.Length;
            }
            else
            {
                Must((tag & 7) == 0);
            }
            fields.Add(((int)(tag >> 3), number, value));
        }
        return fields;
    }

    private static void Must(bool holds)
    {
        if (!holds)
        {
            throw new InvalidDataException("not a message");
        }
    }

    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (int shift = 0; at < bytes.Length; shift += 7)
        {
            byte b = bytes[at++];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                return true;
            }
        }
        return false;
    }
}
