using System;
using System.Buffers.Text;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Admission;

/// <summary>
/// A gateway's signed word that a peer is admitted: a signed envelope (libp2p RFC 0002) with a domain of its own. It names the peer, so
/// that it is worth nothing to anybody else and needs no secrecy. Immutable.
/// </summary>
/// <remarks>
/// <code>
/// payload, protobuf:  1 bytes  the peer's id
///                     2 varint when it was issued, in seconds of Unix time
///                     3 varint when it expires, likewise; absent when never
///                     4 varint AdmissionClass
/// as text:            u, then the envelope in base64url without padding (multibase)
/// </code>
/// </remarks>
internal sealed class AdmissionToken
{
    /// <summary>What the signature is for.</summary>
    internal const string Domain = "nanolibp2p-admission-token";

    /// <summary>The longest envelope, in bytes; one of Ed25519 keys has some 200.</summary>
    internal const int MaxBytes = 1024;

    private static readonly byte[] _payloadType = Encoding.ASCII.GetBytes("/nanolibp2p/admission-token");

    private AdmissionToken(
        PeerId peer, PeerId issuer, DateTimeOffset issued, DateTimeOffset? expires, AdmissionClass kind, ReadOnlyMemory<byte> bytes)
    {
        Peer = peer;
        Issuer = issuer;
        Issued = issued;
        Expires = expires;
        Class = kind;
        Bytes = bytes;
    }

    /// <summary>Who is admitted.</summary>
    internal PeerId Peer { get; }

    /// <summary>Whose word it is.</summary>
    internal PeerId Issuer { get; }

    internal DateTimeOffset Issued { get; }

    /// <summary>From when on it is worth nothing; null for never.</summary>
    internal DateTimeOffset? Expires { get; }

    internal AdmissionClass Class { get; }

    /// <summary>The envelope.</summary>
    internal ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Issues one.</summary>
    internal static AdmissionToken Issue(Identity issuer, PeerId peer, AdmissionClass kind, DateTimeOffset now, TimeSpan? lifetime)
    {
        ProtobufMessage payload = new ProtobufMessage().Bytes(1, peer.ToBytes()).Varint(2, (ulong)now.ToUnixTimeSeconds());
        DateTimeOffset? expires = lifetime is { } time ? now + time : null;
        if (expires is { } end)
        {
            payload.Varint(3, (ulong)end.ToUnixTimeSeconds());
        }

        payload.Varint(4, (ulong)kind);
        SignedEnvelope envelope = SignedEnvelope.Seal(issuer, DesktopCrypto.Choose(), Domain, _payloadType, payload.ToArray());
        return Open(envelope.Bytes.Span, out _)!;
    }

    /// <summary>Reads one that came from anywhere, and checks its signature.</summary>
    /// <param name="bytes">The envelope.</param>
    /// <param name="error">Why it is none, as the end of a sentence.</param>
    /// <returns>Null when it is none. Whether its issuer is to be believed and when it expires is for the caller.</returns>
    internal static AdmissionToken? Open(ReadOnlySpan<byte> bytes, out string error)
    {
        if (bytes.Length > MaxBytes)
        {
            error = $"it has {bytes.Length} bytes, and a token at most {MaxBytes}";
            return null;
        }

        SignedEnvelope? envelope = SignedEnvelope.Open(bytes, Domain, DesktopCrypto.Choose(), new DesktopVerifier(), out RecordError fault);
        if (envelope == null)
        {
            error = fault switch
            {
                RecordError.SignatureInvalid => "its signature is wrong, or for something else than admission",
                RecordError.KeyUnsupported => "its issuer's key is of a kind that is not verified here",
                _ => "it is no signed envelope",
            };
            return null;
        }

        error = "its payload is none of a token";
        return envelope.PayloadType.Span.SequenceEqual(_payloadType) ? Read(envelope) : null;
    }

    /// <summary>Reads the text of one.</summary>
    internal static AdmissionToken? Parse(string text, out string error)
    {
        text = text.Trim();
        error = "a token begins with u and goes on in base64url";
        return text.Length > 1 && text[0] == 'u' && text.Length <= 2 * MaxBytes && Base64Url.IsValid(text.AsSpan(1))
            ? Open(Base64Url.DecodeFromChars(text.AsSpan(1)), out error) : null;
    }

    /// <summary>As one line of text.</summary>
    public override string ToString() => "u" + Base64Url.EncodeToString(Bytes.Span);

    private static AdmissionToken? Read(SignedEnvelope envelope)
    {
        PeerId? peer = null;
        ulong issued = 0;
        ulong expires = 0;
        ulong kind = 0;
        ProtobufFields fields = new(envelope.Payload.Span);
        while (fields.Next())
        {
            if (fields.Is(1, WireType.Bytes))
            {
                byte[] id = fields.Bytes.ToArray();
                peer = PeerId.CheckBytes(id, 0, id.Length) == 0 ? PeerId.FromBytes(id, 0, id.Length) : null;
            }
            else if (fields.Is(2, WireType.Varint))
            {
                issued = fields.Value;
            }
            else if (fields.Is(3, WireType.Varint))
            {
                expires = fields.Value;
            }
            else if (fields.Is(4, WireType.Varint))
            {
                kind = fields.Value;
            }
        }

        ulong latest = (ulong)DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        if (fields.IsMalformed || peer == null || issued > latest || expires > latest || kind > (ulong)AdmissionClass.Sensor)
        {
            return null;
        }

        return new AdmissionToken(
            peer, envelope.Signer, DateTimeOffset.FromUnixTimeSeconds((long)issued),
            expires == 0 ? null : DateTimeOffset.FromUnixTimeSeconds((long)expires), (AdmissionClass)kind, envelope.Bytes);
    }
}
