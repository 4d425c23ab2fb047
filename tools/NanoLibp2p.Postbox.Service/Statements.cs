using System;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service.Stores;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service;

/// <summary>Signed statements (SPEC.md 7): records and tokens that are verified, receipts that are signed. From any thread.</summary>
internal static class Statements
{
    private const string Record = "record";
    private const string Token = "token";
    private const string Receipt = "receipt";

    private const int MaxGateways = 4;
    private const int PrekeyBytes = 32;

    // its state is one thread's, and choosing one tests it, which costs more than many signatures
    [ThreadStatic]
    private static CryptoProvider? _crypto;

    private static CryptoProvider Crypto => _crypto ??= DesktopCrypto.Choose();

    /// <summary>Whether a peer id is that of an Ed25519 key.</summary>
    internal static bool IsEd25519(ReadOnlySpan<byte> id)
        => id.Length == PeerId.Ed25519Bytes && id[..6].SequenceEqual((ReadOnlySpan<byte>)[0, 36, 8, 1, 18, 32]);

    /// <summary>Reads a recipient's record; null when it is none, or somebody else signed it.</summary>
    internal static MailboxStatement? OpenRecord(ReadOnlySpan<byte> bytes, PeerId recipient)
    {
        if (Open(bytes, Record, recipient) is not { } envelope)
        {
            return null;
        }

        ulong sequence = 0;
        uint expires = 0;
        uint number = 0;
        int key = 0;
        bool isSound = true;
        PeerId[] gateways = [];
        ProtobufFields fields = new(envelope.Payload.Span);
        while (isSound && fields.Next())
        {
            switch (fields.Field, fields.WireType)
            {
                case (1, WireType.Varint):
                    sequence = fields.Value;
                    break;
                case (2, WireType.Fixed32):
                    expires = (uint)fields.Value;
                    break;
                case (3, WireType.Bytes):
                    PeerId? gateway = ReadGateway(fields.Bytes);
                    isSound = gateway != null && gateways.Length < MaxGateways;
                    gateways = isSound ? [.. gateways, gateway!] : gateways;
                    break;
                case (4, WireType.Bytes):
                    key = fields.Bytes.Length;
                    break;
                case (5, WireType.Varint):
                    number = (uint)Math.Min(fields.Value, 256);
                    break;
            }
        }

        // when it expires is for who seals to it: this gateway's clock may be the wrong one
        bool isWithin = sequence > 0 && expires > 0
            && (key == 0 ? number == 0 : key == PrekeyBytes && number is >= 1 and <= 255);
        return isSound && !fields.IsMalformed && isWithin ? new MailboxStatement(bytes.ToArray(), sequence, gateways) : null;
    }

    /// <summary>Reads a token; null when it is none, or somebody else than the recipient signed it.</summary>
    internal static TokenStatement? OpenToken(ReadOnlySpan<byte> bytes, PeerId recipient)
    {
        if (Open(bytes, Token, recipient) is not { } envelope)
        {
            return null;
        }

        byte[]? holder = null;
        uint expires = 0;
        uint epoch = 0;
        uint lane = 0;
        uint priority = 0;
        ProtobufFields fields = new(envelope.Payload.Span);
        while (fields.Next())
        {
            switch (fields.Field, fields.WireType)
            {
                case (1, WireType.Bytes):
                    holder = fields.Bytes.ToArray();
                    break;
                case (2, WireType.Fixed32):
                    expires = (uint)fields.Value;
                    break;
                case (3, WireType.Varint):
                    epoch = (uint)Math.Min(fields.Value, uint.MaxValue);
                    break;
                case (4, WireType.Varint):
                    lane = (uint)Math.Min(fields.Value, byte.MaxValue);
                    break;
                case (5, WireType.Varint):
                    priority = (uint)Math.Min(fields.Value, byte.MaxValue);
                    break;
            }
        }

        // who has a token without a holder may be anybody: lane 1 (SPEC.md 7.2)
        bool isLane = holder == null ? lane == 1 : lane is >= 1 and <= 3;
        return fields.IsMalformed || expires == 0 || !isLane || priority > 3 ? null
            : new TokenStatement(holder, expires, epoch, (byte)lane, (byte)priority);
    }

    /// <summary>Signs a receipt (SPEC.md 7.3).</summary>
    internal static byte[] SignReceipt(Identity gateway, PeerId to, ItemId id, PostboxCode code, uint at, uint until, int size,
        bool isReplaceable)
    {
        MessageWriter payload = new MessageWriter()
            .Bytes(1, to.ToBytes())
            .Bytes(2, Bytes(id))
            .Varint(3, (ulong)code)
            .Fixed32(4, at)
            .Fixed32(5, until)
            .Varint(6, (ulong)size)
            .Varint(7, isReplaceable ? 1u : 0u);
        return SignedEnvelope.Seal(gateway, Crypto, Domain(Receipt), Type(Receipt), payload.Written).Bytes.ToArray();
    }

    private static SignedEnvelope? Open(ReadOnlySpan<byte> bytes, string kind, PeerId signer)
    {
        // an Ed25519 key alone is inlined in the ids that are accepted here, so no verifier of others is asked
        SignedEnvelope? envelope = SignedEnvelope.Open(bytes, Domain(kind), Crypto, null!, out RecordError _);
        return envelope != null && envelope.Signer.Equals(signer) && envelope.PayloadType.Span.SequenceEqual(Type(kind)) ? envelope : null;
    }

    private static byte[] Bytes(ItemId id)
    {
        byte[] bytes = new byte[ItemId.Length];
        id.Write(bytes);
        return bytes;
    }

    private static string Domain(string kind) => "nanolibp2p-postbox-" + kind;

    private static byte[] Type(string kind) => Encoding.ASCII.GetBytes("/postbox/" + kind);

    private static PeerId? ReadGateway(ReadOnlySpan<byte> bytes)
    {
        PeerId? peer = null;
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                byte[] id = fields.Bytes.ToArray();
                peer = PeerId.CheckBytes(id, 0, id.Length) == 0 ? PeerId.FromBytes(id, 0, id.Length) : null;
            }
        }

        return fields.IsMalformed ? null : peer;
    }
}
