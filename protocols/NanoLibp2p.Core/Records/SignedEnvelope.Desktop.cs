#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Records
{
    /// <summary>
    /// Bytes that somebody signed, for one purpose, so that others can pass them on (libp2p RFC 0002, "Signed Envelope"). Immutable.
    /// </summary>
    /// <remarks>
    /// What is signed is the domain, the payload type and the payload, each behind its length: a signature for one domain is
    /// worth nothing in another. The bytes that came are kept as they came, since a record is passed on in exactly these.
    /// </remarks>
    public sealed class SignedEnvelope
    {
        /// <summary>The longest envelope that is read, in bytes: as much as a whole identify message that go and js read.</summary>
        public const int MaxBytes = 8 * 1024;

        /// <summary>The longest domain, in bytes.</summary>
        public const int MaxDomainBytes = 256;

        private const int KeyField = 1;
        private const int PayloadTypeField = 2;
        private const int PayloadField = 3;

        // there is no field 4 (RFC 0002, "Protobuf")
        private const int SignatureField = 5;

        private SignedEnvelope(PeerId signer, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<byte> payloadType, ReadOnlyMemory<byte> payload)
        {
            Signer = signer;
            Bytes = bytes;
            PayloadType = payloadType;
            Payload = payload;
        }

        /// <summary>The peer whose key signed it.</summary>
        public PeerId Signer { get; }

        /// <summary>The envelope as it came, or as it was sealed: what is passed on.</summary>
        public ReadOnlyMemory<byte> Bytes { get; }

        /// <summary>What kind of payload it is, such as the two bytes of a multicodec.</summary>
        public ReadOnlyMemory<byte> PayloadType { get; }

        /// <summary>What was signed.</summary>
        public ReadOnlyMemory<byte> Payload { get; }

        /// <summary>Signs a payload.</summary>
        /// <param name="identity">Who signs.</param>
        /// <param name="crypto">Its provider; for one thread, as ever.</param>
        /// <param name="domain">What the signature is for, such as <see cref="PeerRecord.Domain"/>: ASCII, 1 to
        /// <see cref="MaxDomainBytes"/> characters.</param>
        /// <param name="payloadType">What the payload is, at least one byte. Copied.</param>
        /// <param name="payload">The bytes to sign. Copied.</param>
        /// <exception cref="ArgumentException">The domain or the payload type is empty, the domain is too long or not ASCII, or the
        /// envelope would exceed <see cref="MaxBytes"/>.</exception>
        public static SignedEnvelope Seal(Identity identity, CryptoProvider crypto, string domain, ReadOnlySpan<byte> payloadType,
            ReadOnlySpan<byte> payload)
        {
            if (payloadType.Length == 0)
            {
                throw new ArgumentException("an envelope without a payload type is refused by every peer; give one or more bytes");
            }

            byte[] signed = SignedBytes(domain, payloadType, payload);
            byte[] signature = new byte[CryptoProvider.SignatureBytes];
            identity.Sign(crypto, signed, 0, signed.Length, signature, 0);
            byte[] bytes = new ProtobufMessage()
                .Bytes(KeyField, identity.PublicKeyProtobuf)
                .Bytes(PayloadTypeField, payloadType)
                .Bytes(PayloadField, payload)
                .Bytes(SignatureField, signature)
                .ToArray();
            if (bytes.Length > MaxBytes)
            {
                throw new ArgumentException("an envelope of " + bytes.Length.ToString() + " bytes exceeds SignedEnvelope.MaxBytes = "
                    + MaxBytes.ToString() + "; sign less");
            }

            return new SignedEnvelope(identity.PeerId, bytes, payloadType.ToArray(), payload.ToArray());
        }

        /// <summary>Reads an envelope and checks its signature, before anybody looks into its payload.</summary>
        /// <param name="bytes">What a peer sent; copied.</param>
        /// <param name="domain">What it must have been signed for.</param>
        /// <param name="crypto">Verifies Ed25519 signatures, and derives the peer id; for one thread, as ever.</param>
        /// <param name="verifier">Verifies those of other keys; null refuses them.</param>
        /// <param name="error">Why it is refused, or <see cref="RecordError.None"/>.</param>
        /// <returns>The envelope, or null.</returns>
        /// <exception cref="ArgumentException">The domain is empty, too long or not ASCII.</exception>
        public static SignedEnvelope Open(ReadOnlySpan<byte> bytes, string domain, CryptoProvider crypto, IIdentityVerifier verifier,
            out RecordError error)
        {
            if (bytes.Length > MaxBytes)
            {
                error = RecordError.TooLong;
                return null;
            }

            byte[] copy = bytes.ToArray();
            ReadOnlySpan<byte> key = default;
            ReadOnlySpan<byte> payloadType = default;
            ReadOnlySpan<byte> payload = default;
            ReadOnlySpan<byte> signature = default;
            ProtobufFields fields = new ProtobufFields(copy);
            while (fields.Next())
            {
                if (fields.WireType != WireType.Bytes)
                {
                    continue;
                }

                switch (fields.Field)
                {
                    case KeyField:
                        key = fields.Bytes;
                        break;
                    case PayloadTypeField:
                        payloadType = fields.Bytes;
                        break;
                    case PayloadField:
                        payload = fields.Bytes;
                        break;
                    case SignatureField:
                        signature = fields.Bytes;
                        break;
                }
            }

            if (fields.IsMalformed || key.Length == 0 || payloadType.Length == 0 || signature.Length == 0)
            {
                error = RecordError.Malformed;
                return null;
            }

            PeerId signer = Verify(key, signature, SignedBytes(domain, payloadType, payload), crypto, verifier, out error);
            return signer == null ? null : new SignedEnvelope(signer, copy, payloadType.ToArray(), payload.ToArray());
        }

        private static PeerId Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> signature, byte[] signed, CryptoProvider crypto,
            IIdentityVerifier verifier, out RecordError error)
        {
            // room for the key in its one form, which may be longer than the one that came
            byte[] buffer = new byte[Varint.MaxBytes + key.Length + signature.Length];
            int end = Varint.MaxBytes + key.Length;
            key.CopyTo(buffer.AsSpan(Varint.MaxBytes));
            signature.CopyTo(buffer.AsSpan(end));
            int begin = ProtobufReader.NormalizeKey(buffer, Varint.MaxBytes, key.Length);
            int data = 0;
            int type = begin < 0 ? PublicKey.Malformed : PublicKey.Parse(buffer, begin, end - begin, out data);
            if (type < 0)
            {
                error = RecordError.KeyMalformed;
                return null;
            }

            int result = Identity.Verify(crypto, verifier, type, buffer, data, end - data, end, signature.Length, signed, signed.Length);
            error = result == IdentityResult.Valid ? RecordError.None
                : result == IdentityResult.Unsupported ? RecordError.KeyUnsupported
                : RecordError.SignatureInvalid;
            return error == RecordError.None ? PeerId.FromPublicKey(buffer, begin, end - begin, crypto) : null;
        }

        // RFC 0002, "Signature Production / Verification"
        private static byte[] SignedBytes(string domain, ReadOnlySpan<byte> payloadType, ReadOnlySpan<byte> payload)
        {
            if (string.IsNullOrEmpty(domain) || domain.Length > MaxDomainBytes)
            {
                throw new ArgumentException("a domain has 1 to " + MaxDomainBytes.ToString() + " characters");
            }

            byte[] name = Buffers.Bytes.Ascii(domain);
            byte[] signed = new byte[Varint.Size((uint)name.Length) + name.Length
                + Varint.Size((uint)payloadType.Length) + payloadType.Length
                + Varint.Size((uint)payload.Length) + payload.Length];
            int at = Put(name, signed, 0);
            at = Put(payloadType, signed, at);
            Put(payload, signed, at);
            return signed;
        }

        private static int Put(ReadOnlySpan<byte> part, byte[] signed, int at)
        {
            at += Varint.Write((uint)part.Length, signed, at);
            part.CopyTo(signed.AsSpan(at));
            return at + part.Length;
        }
    }
}
#endif
