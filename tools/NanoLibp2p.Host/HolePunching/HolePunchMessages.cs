using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.HolePunching;

/// <summary>The messages of DCUtR (DCUtR spec, "RPC messages").</summary>
internal static class HolePunchMessages
{
    /// <summary>The protocol's id.</summary>
    internal const string Id = "/libp2p/dcutr";

    /// <summary>The longest message that is read, as in go and js.</summary>
    internal const int MaxBytes = 4096;

    /// <summary>Addresses of a message that are looked at, and of our own that are told.</summary>
    internal const int MaxAddresses = 16;

    internal const ulong Connect = 100;
    internal const ulong Sync = 300;

    internal static byte[] Write(ulong type, IReadOnlyList<Multiaddr> addresses)
    {
        ProtobufMessage message = new ProtobufMessage().Varint(1, type);
        foreach (Multiaddr address in addresses)
        {
            message.Bytes(2, address.ToBytes());
        }

        return message.ToArray();
    }

    /// <summary>Reads a message.</summary>
    /// <param name="message">Its bytes.</param>
    /// <param name="type">What it must be.</param>
    /// <returns>The addresses in it, without those that are none; null when it is another message, or malformed.</returns>
    internal static List<Multiaddr>? Read(byte[]? message, ulong type)
    {
        if (message == null)
        {
            return null;
        }

        List<Multiaddr> addresses = [];
        ulong found = 0;
        int seen = 0;
        ProtobufFields fields = new(message);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Varint))
            {
                found = fields.Value;
            }
            else if (fields.Is(2, WireType.Bytes) && seen++ < MaxAddresses)
            {
                byte[] bytes = fields.Bytes.ToArray();
                if (Multiaddr.Validate(bytes, 0, bytes.Length) == 0)
                {
                    addresses.Add(Multiaddr.FromBytes(bytes, 0, bytes.Length));
                }
            }
        }

        return found == type && !fields.IsMalformed ? addresses : null;
    }
}
