using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Reads what others have signed (SPEC.md 7), and verifies it. One thread at a time, as its crypto.</summary>
internal static class Statements
{
    private const int MaxGateways = 4;
    private const int MaxAddresses = 8;

    /// <summary>A peer's record; null when that peer has not signed it, or it breaks a bound.</summary>
    internal static PeerMailboxes? OpenRecord(byte[]? bytes, PeerId peer, CryptoProvider crypto)
    {
        if (Open(bytes, "record", peer, crypto) is not { } envelope)
        {
            return null;
        }

        ulong sequence = 0;
        uint expires = 0;
        byte[]? key = null;
        ulong number = 0;
        List<RecordGateway> gateways = [];
        ProtobufFields fields = new(envelope.Payload.Span);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1 when fields.WireType == WireType.Varint:
                    sequence = fields.Value;
                    break;
                case 2 when fields.WireType == WireType.Fixed32:
                    expires = (uint)fields.Value;
                    break;
                case 3 when fields.WireType == WireType.Bytes && gateways.Count < MaxGateways:
                    if (ReadGateway(fields.Bytes) is { } gateway)
                    {
                        gateways.Add(gateway);
                    }

                    break;
                case 4 when fields.WireType == WireType.Bytes && fields.Bytes.Length == 32:
                    key = fields.Bytes.ToArray();
                    break;
                case 5 when fields.WireType == WireType.Varint:
                    number = fields.Value;
                    break;
            }
        }

        bool hasKey = key != null && number is > 0 and < 256;
        return fields.IsMalformed || sequence == 0 ? null
            : new PeerMailboxes(peer, sequence, DateTimeOffset.FromUnixTimeSeconds(expires), gateways, hasKey ? (int)number : 0, bytes!)
            {
                Prekey = hasKey ? key : null
            };
    }

    /// <summary>A receipt of a gateway for an item; null when it is not one.</summary>
    internal static MailReceipt? OpenReceipt(byte[]? bytes, PeerId gateway, PeerId to, byte[] id, int size, CryptoProvider crypto)
    {
        if (Open(bytes, "receipt", gateway, crypto) is not { } envelope)
        {
            return null;
        }

        ulong code = 0;
        ulong length = 0;
        uint at = 0;
        uint until = 0;
        bool isReplaceable = false;
        bool isFor = false;
        bool isOf = false;
        ProtobufFields fields = new(envelope.Payload.Span);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case 1 when fields.WireType == WireType.Bytes:
                    isFor = fields.Bytes.SequenceEqual(to.ToBytes());
                    break;
                case 2 when fields.WireType == WireType.Bytes:
                    isOf = fields.Bytes.SequenceEqual(id);
                    break;
                case 3 when fields.WireType == WireType.Varint:
                    code = fields.Value;
                    break;
                case 4 when fields.WireType == WireType.Fixed32:
                    at = (uint)fields.Value;
                    break;
                case 5 when fields.WireType == WireType.Fixed32:
                    until = (uint)fields.Value;
                    break;
                case 6 when fields.WireType == WireType.Varint:
                    length = fields.Value;
                    break;
                case 7 when fields.WireType == WireType.Varint:
                    isReplaceable = fields.Value != 0;
                    break;
            }
        }

        return fields.IsMalformed || !isFor || !isOf || code != 0 || length != (ulong)size ? null
            : new MailReceipt(gateway, id, DateTimeOffset.FromUnixTimeSeconds(at), DateTimeOffset.FromUnixTimeSeconds(until), isReplaceable,
                bytes!);
    }

    private static SignedEnvelope? Open(byte[]? bytes, string kind, PeerId signer, CryptoProvider crypto)
    {
        if (bytes == null)
        {
            return null;
        }

        SignedEnvelope? envelope = SignedEnvelope.Open(bytes, "nanolibp2p-postbox-" + kind, crypto, null!, out RecordError _);
        return envelope != null && envelope.Signer.Equals(signer)
            && envelope.PayloadType.Span.SequenceEqual(Encoding.ASCII.GetBytes("/postbox/" + kind)) ? envelope : null;
    }

    private static RecordGateway? ReadGateway(ReadOnlySpan<byte> bytes)
    {
        PeerId? peer = null;
        List<Multiaddr> addresses = [];
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            if (fields.WireType != WireType.Bytes)
            {
                continue;
            }

            byte[] value = fields.Bytes.ToArray();
            if (fields.Field == 1 && PeerId.CheckBytes(value, 0, value.Length) == 0)
            {
                peer = PeerId.FromBytes(value, 0, value.Length);
            }
            else if (fields.Field == 2 && addresses.Count < MaxAddresses && Multiaddr.Validate(value, 0, value.Length) == 0)
            {
                addresses.Add(Multiaddr.FromBytes(value, 0, value.Length));
            }
        }

        return peer == null || fields.IsMalformed ? null : new RecordGateway(peer, addresses);
    }
}
