using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;

namespace NanoLibp2p.Host.Rendezvous;

/// <summary>A message of the rendezvous protocol (rendezvous spec, "Protobuf"): every kind in one, as on the wire.</summary>
internal sealed class RendezvousMessage
{
    internal const string Id = "/rendezvous/1.0.0";

    /// <summary>The longest namespace, in bytes.</summary>
    internal const int MaxNamespace = 255;

    /// <summary>Peers in one answer.</summary>
    internal const int MaxPeers = 1000;

    /// <summary>The longest answer, which rust reads.</summary>
    internal const int MaxAnswer = 1024 * 1024;

    /// <summary>The longest request: a record of full length, and a namespace.</summary>
    internal const int MaxRequest = 16 * 1024;

    internal enum Kind
    {
        Register = 0,
        RegisterResponse = 1,
        Unregister = 2,
        Discover = 3,
        DiscoverResponse = 4,
        None = -1,
    }

    internal Kind Type { get; set; } = Kind.None;

    /// <summary>Null where there is none; not valid UTF-8 becomes a text that is no namespace.</summary>
    internal string? Namespace { get; set; }

    internal byte[] Record { get; set; } = [];

    internal ulong Ttl { get; set; }

    internal ulong Limit { get; set; }

    internal byte[]? Cookie { get; set; }

    internal ulong Status { get; set; }

    internal string Text { get; set; } = "";

    /// <summary>Of an answer to Discover: namespace, record, seconds that are left.</summary>
    internal List<(string Namespace, byte[] Record, ulong Ttl)> Registrations { get; } = [];

    internal byte[] ToBytes()
    {
        ProtobufMessage message = new ProtobufMessage().Varint(1, (ulong)Type);
        ProtobufMessage inner = new();
        switch (Type)
        {
            case Kind.Register:
                return message.Message(2, Registration(Namespace ?? "", Record, Ttl)).ToArray();
            case Kind.RegisterResponse:
                inner.Varint(1, Status).Bytes(2, Encoding.UTF8.GetBytes(Text)).Varint(3, Ttl);
                return message.Message(3, inner).ToArray();
            case Kind.Unregister:
                return message.Message(4, inner.Bytes(1, Encoding.UTF8.GetBytes(Namespace ?? ""))).ToArray();
            case Kind.Discover:
                if (Namespace != null)
                {
                    inner.Bytes(1, Encoding.UTF8.GetBytes(Namespace));
                }

                if (Limit > 0)
                {
                    inner.Varint(2, Limit);
                }

                if (Cookie != null)
                {
                    inner.Bytes(3, Cookie);
                }

                return message.Message(5, inner).ToArray();
            default:
                foreach ((string name, byte[] record, ulong ttl) in Registrations)
                {
                    inner.Message(1, Registration(name, record, ttl));
                }

                inner.Bytes(2, Cookie ?? []).Varint(3, Status).Bytes(4, Encoding.UTF8.GetBytes(Text));
                return message.Message(6, inner).ToArray();
        }
    }

    /// <summary>Reads a message; null when it is none.</summary>
    internal static RendezvousMessage? Read(ReadOnlySpan<byte> bytes)
    {
        RendezvousMessage message = new();
        ProtobufFields fields = new(bytes);
        bool isSound = true;
        while (isSound && fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                message.Type = fields.Value <= (ulong)Kind.DiscoverResponse ? (Kind)fields.Value : Kind.None;
            }
            else if (fields.WireType == WireType.Bytes)
            {
                isSound = message.ReadInner(fields.Field, fields.Bytes);
            }
        }

        return isSound && !fields.IsMalformed && message.Type != Kind.None ? message : null;
    }

    /// <summary>What a registration adds to an answer.</summary>
    internal static int SizeOf(string name, int record) => record + Encoding.UTF8.GetByteCount(name) + 24;

    private static ProtobufMessage Registration(string name, byte[] record, ulong ttl)
    {
        ProtobufMessage message = new ProtobufMessage().Bytes(1, Encoding.UTF8.GetBytes(name)).Bytes(2, record);
        return ttl > 0 ? message.Varint(3, ttl) : message;
    }

    private bool ReadInner(int kind, ReadOnlySpan<byte> bytes)
    {
        ProtobufFields fields = new(bytes);
        bool isSound = true;
        while (isSound && fields.Next())
        {
            ReadOnlySpan<byte> value = fields.Bytes;
            switch (kind, fields.Field, fields.WireType)
            {
                case (2, 1, WireType.Bytes) or (4, 1, WireType.Bytes) or (5, 1, WireType.Bytes):
                    Namespace = Utf8(value);
                    break;
                case (2, 2, WireType.Bytes):
                    Record = value.ToArray();
                    break;
                case (2, 3, WireType.Varint) or (3, 3, WireType.Varint):
                    Ttl = fields.Value;
                    break;
                case (3, 1, WireType.Varint) or (6, 3, WireType.Varint):
                    Status = fields.Value;
                    break;
                case (3, 2, WireType.Bytes) or (6, 4, WireType.Bytes):
                    Text = Utf8(value[..Math.Min(value.Length, MaxNamespace)]);
                    break;
                case (5, 2, WireType.Varint):
                    Limit = fields.Value;
                    break;
                case (5, 3, WireType.Bytes) or (6, 2, WireType.Bytes):
                    Cookie = value.ToArray();
                    break;
                case (6, 1, WireType.Bytes) when Registrations.Count < MaxPeers:
                    RendezvousMessage one = new();
                    isSound = one.ReadInner(2, value);
                    Registrations.Add((one.Namespace ?? "", one.Record, one.Ttl));
                    break;
            }
        }

        return isSound && !fields.IsMalformed;
    }

    private static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
