using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.AutoNat;

/// <summary>The messages of both versions (autonat-v1 and autonat-v2 specs).</summary>
internal static class AutoNatMessages
{
    internal const string V1 = "/libp2p/autonat/1.0.0";
    internal const string DialRequestId = "/libp2p/autonat/2/dial-request";
    internal const string DialBackId = "/libp2p/autonat/2/dial-back";

    /// <summary>The longest message of version 1 that is read, as in go.</summary>
    internal const int MaxV1Message = 4096;

    /// <summary>The longest message of version 2 that is read, as in go.</summary>
    internal const int MaxMessage = 8192;

    /// <summary>A number of eight bytes, or a status.</summary>
    internal const int MaxDialBack = 64;

    /// <summary>The most data in one message.</summary>
    internal const int MaxData = 4096;

    // version 1: DialResponse.status
    internal const ulong V1Ok = 0;
    internal const ulong V1DialError = 100;
    internal const ulong V1DialRefused = 101;
    internal const ulong V1BadRequest = 200;

    // version 2: ResponseStatus
    internal const ulong RequestRejected = 100;
    internal const ulong DialRefused = 101;
    internal const ulong Ok = 200;

    // version 2: DialStatus
    internal const ulong DialUnused = 0;
    internal const ulong DialError = 100;
    internal const ulong DialBackError = 101;
    internal const ulong DialOk = 200;

    // of Message of version 2
    internal const int RequestField = 1;
    internal const int ResponseField = 2;
    internal const int DataRequestField = 3;
    internal const int DataField = 4;

    // addresses of a request that are looked at, as in go; version 1 has 16
    private const int MaxAddresses = 50;
    private const int MaxV1Addresses = 16;

    internal static byte[] Request(IReadOnlyList<Multiaddr> addresses, ulong nonce)
    {
        ProtobufMessage request = new();
        foreach (Multiaddr address in addresses)
        {
            request.Bytes(1, address.ToBytes());
        }

        return new ProtobufMessage().Message(RequestField, request.Fixed64(2, nonce)).ToArray();
    }

    /// <summary>Reads a request to dial.</summary>
    /// <returns>The addresses, at most 50, null for each that is none; null when it is no request.</returns>
    internal static List<Multiaddr?>? ReadRequest(ReadOnlySpan<byte> message, out ulong nonce)
    {
        nonce = 0;
        ReadOnlySpan<byte> inner = Only(message, RequestField, out bool isFound);
        List<Multiaddr?> addresses = [];
        ProtobufFields fields = new(inner);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes) && addresses.Count < MaxAddresses)
            {
                addresses.Add(Address(fields.Bytes));
            }
            else if (fields.Is(2, WireType.Fixed64))
            {
                nonce = fields.Value;
            }
        }

        return isFound && !fields.IsMalformed ? addresses : null;
    }

    internal static byte[] Response(ulong status, int index, ulong dialStatus)
        => new ProtobufMessage().Message(ResponseField,
            new ProtobufMessage().Varint(1, status).Varint(2, (ulong)index).Varint(3, dialStatus)).ToArray();

    internal static byte[] DataRequest(int index, int bytes)
        => new ProtobufMessage().Message(DataRequestField, new ProtobufMessage().Varint(1, (ulong)index).Varint(2, (ulong)bytes)).ToArray();

    internal static byte[] Data(int bytes)
        => new ProtobufMessage().Message(DataField, new ProtobufMessage().Bytes(1, new byte[bytes])).ToArray();

    /// <summary>The kind of a message of version 2: the number of its field.</summary>
    /// <returns>0 when it is malformed or none that is known.</returns>
    internal static int Kind(ReadOnlySpan<byte> message)
    {
        int kind = 0;
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.WireType == WireType.Bytes && fields.Field <= DataField)
            {
                kind = fields.Field;
            }
        }

        return fields.IsMalformed ? 0 : kind;
    }

    /// <summary>Bytes of data in a message; -1 when it is none of data.</summary>
    internal static int ReadData(ReadOnlySpan<byte> message)
    {
        ReadOnlySpan<byte> inner = Only(message, DataField, out bool isFound);
        int bytes = 0;
        ProtobufFields fields = new(inner);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                bytes = fields.Bytes.Length;
            }
        }

        return isFound && !fields.IsMalformed ? bytes : -1;
    }

    /// <summary>The varint fields 1 to 3 of what is in a field: a response, or a request for data.</summary>
    internal static (ulong First, ulong Second, ulong Third)? ReadNumbers(ReadOnlySpan<byte> message, int field)
        => Numbers(Only(message, field, out bool isFound)) is { } numbers && isFound ? numbers : null;

    internal static byte[] DialBack(ulong nonce) => new ProtobufMessage().Fixed64(1, nonce).ToArray();

    internal static ulong? ReadDialBack(ReadOnlySpan<byte> message)
    {
        ulong? nonce = null;
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Fixed64))
            {
                nonce = fields.Value;
            }
        }

        return fields.IsMalformed ? null : nonce;
    }

    /// <summary>Whether an answer on the dial-back's stream is OK, which is 0 and may be left out.</summary>
    internal static bool IsDialBackOk(ReadOnlySpan<byte> message) => Numbers(message) is { First: 0 };

    internal static byte[] V1Request(PeerId self, IReadOnlyList<Multiaddr> addresses)
    {
        ProtobufMessage peer = new ProtobufMessage().Bytes(1, self.ToBytes());
        foreach (Multiaddr address in addresses)
        {
            peer.Bytes(2, address.ToBytes());
        }

        return new ProtobufMessage().Varint(1, 0).Message(2, new ProtobufMessage().Message(1, peer)).ToArray();
    }

    /// <summary>Reads a request of version 1.</summary>
    /// <returns>The addresses, at most 16; null when it is none, or speaks of another peer.</returns>
    internal static List<Multiaddr>? ReadV1Request(ReadOnlySpan<byte> message, PeerId from)
    {
        ReadOnlySpan<byte> peer = Only(Only(message, 2, out bool isFound), 1, out bool hasPeer);
        List<Multiaddr> addresses = [];
        bool isFrom = false;
        ProtobufFields fields = new(peer);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                isFrom = from.Matches(fields.Bytes.ToArray(), 0, fields.Bytes.Length);
            }
            else if (fields.Is(2, WireType.Bytes) && addresses.Count < MaxV1Addresses && Address(fields.Bytes) is { } address)
            {
                addresses.Add(address);
            }
        }

        return isFound && hasPeer && isFrom && !fields.IsMalformed ? addresses : null;
    }

    internal static byte[] V1Response(ulong status, string text, Multiaddr? address)
    {
        ProtobufMessage response = new ProtobufMessage().Varint(1, status).Bytes(2, System.Text.Encoding.ASCII.GetBytes(text));
        if (address != null)
        {
            response.Bytes(3, address.ToBytes());
        }

        return new ProtobufMessage().Varint(1, 1).Message(3, response).ToArray();
    }

    /// <summary>The status of a response of version 1: 0 (OK) where it is left out, as proto2 allows; null when it is no
    /// response.</summary>
    internal static ulong? ReadV1Response(ReadOnlySpan<byte> message, out Multiaddr? address)
    {
        address = null;
        ReadOnlySpan<byte> response = Only(message, 3, out bool isFound);
        ulong status = V1Ok;
        ProtobufFields fields = new(response);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                status = fields.Value;
            }
            else if (fields.Is(3, WireType.Bytes))
            {
                address = Address(fields.Bytes);
            }
        }

        return isFound && !fields.IsMalformed ? status : null;
    }

    private static (ulong First, ulong Second, ulong Third)? Numbers(ReadOnlySpan<byte> message)
    {
        (ulong First, ulong Second, ulong Third) found = default;
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.WireType != WireType.Varint)
            {
                continue;
            }

            switch (fields.Field)
            {
                case 1:
                    found.First = fields.Value;
                    break;
                case 2:
                    found.Second = fields.Value;
                    break;
                case 3:
                    found.Third = fields.Value;
                    break;
            }
        }

        return fields.IsMalformed ? null : found;
    }

    // the last field of that number, as protobuf has it
    private static ReadOnlySpan<byte> Only(ReadOnlySpan<byte> message, int field, out bool isFound)
    {
        ReadOnlySpan<byte> found = default;
        isFound = false;
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(field, WireType.Bytes))
            {
                found = fields.Bytes;
                isFound = true;
            }
        }

        isFound &= !fields.IsMalformed;
        return found;
    }

    private static Multiaddr? Address(ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        return Multiaddr.Validate(copy, 0, copy.Length) == 0 ? Multiaddr.FromBytes(copy, 0, copy.Length) : null;
    }
}
