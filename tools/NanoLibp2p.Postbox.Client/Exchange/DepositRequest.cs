using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>A deposit with receipt (SPEC.md 8.1); without an item it empties a slot.</summary>
internal sealed class DepositRequest : GatewayRequest
{
    private readonly PeerId _to;

    internal DepositRequest(PeerId to, byte[]? item)
    {
        _to = to;
        Item = item;
        ItemCount = item?.Length ?? 0;
    }

    internal int Ttl { get; init; }

    internal int Priority { get; init; }

    internal byte[]? Slot { get; init; }

    internal byte[]? Token { get; init; }

    internal byte[]? Work { get; init; }

    /// <summary>Until when it is kept, in Unix seconds; 0 before the gateway said so.</summary>
    internal uint Until { get; private set; }

    /// <summary>Whether the gateway had it before.</summary>
    internal bool IsDuplicate { get; private set; }

    internal override int Write(byte[] buffer, int at)
    {
        at = ProtobufWriter.WriteLength(1, _to.Length, buffer, at);
        at += _to.CopyTo(buffer, at);
        if (Item != null)
        {
            at = Ttl == 0 ? at : ProtobufWriter.WriteVarint(2, (ulong)Ttl, buffer, at);
            at = Priority == 0 ? at : ProtobufWriter.WriteVarint(3, (ulong)Priority, buffer, at);
        }

        at = WriteFixed64(0x21, Slot, buffer, at);
        at = Token == null ? at : ProtobufWriter.WriteBytes(5, Token, 0, Token.Length, buffer, at);
        at = WriteFixed64(0x31, Work, buffer, at);
        return Item == null ? at : ProtobufWriter.WriteVarint(7, 1, buffer, at);
    }

    internal override void TakeNumber(int key, ulong value)
    {
        switch (key)
        {
            case 0x181:
                Until = (uint)value;
                break;
            case 0x182:
                IsDuplicate = value != 0;
                break;
            default:
                base.TakeNumber(key, value);
                break;
        }
    }

    private static int WriteFixed64(byte tag, byte[]? value, byte[] to, int at)
    {
        if (value == null)
        {
            return at;
        }

        to[at] = tag;
        Array.Copy(value, 0, to, at + 1, 8);
        return at + 9;
    }
}
