#if !NANOFRAMEWORK_1_0
using System;
using System.Collections.Generic;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Records
{
    /// <summary>
    /// Where a peer says it can be reached, signed by itself, so that others can pass it on (libp2p RFC 0003, "Peer Routing Records").
    /// Immutable.
    /// </summary>
    /// <remarks>
    /// Domain and payload type are those of go, js and rust; the RFC's text names others that nobody uses. Of two records of a peer the one
    /// with the larger <see cref="Sequence"/> is the newer one: see <see cref="IsNewerThan"/>.
    /// </remarks>
    public sealed class PeerRecord
    {
        /// <summary>What the signature is for.</summary>
        public const string Domain = "libp2p-peer-record";

        /// <summary>Addresses that are kept of a peer's record; further ones are passed over.</summary>
        public const int MaxAddresses = 128;

        private const int PeerIdField = 1;
        private const int SequenceField = 2;
        private const int AddressField = 3;
        private const int MultiaddrField = 1;

        private static readonly byte[] _payloadType = { 0x03, 0x01 };

        private PeerRecord(SignedEnvelope envelope, ulong sequence, Multiaddr[] addresses)
        {
            Envelope = envelope;
            Sequence = sequence;
            Addresses = addresses;
        }

        /// <summary>The multicodec libp2p-peer-record, 0x0301, in its two raw bytes.</summary>
        public static ReadOnlySpan<byte> PayloadType
        {
            get { return _payloadType; }
        }

        /// <summary>Whose addresses they are: the peer whose key signed the record.</summary>
        public PeerId Peer
        {
            get { return Envelope.Signer; }
        }

        /// <summary>A number that grows with each record of the peer. It may be a time, and is not to be read as one.</summary>
        public ulong Sequence { get; }

        /// <summary>The addresses, without those of protocols that this library doesn't know.</summary>
        public IReadOnlyList<Multiaddr> Addresses { get; }

        /// <summary>The signed envelope, whose Bytes are passed on.</summary>
        public SignedEnvelope Envelope { get; }

        /// <summary>Makes a record of one's own.</summary>
        /// <param name="identity">Whose addresses they are.</param>
        /// <param name="crypto">Its provider; for one thread, as ever.</param>
        /// <param name="sequence">Larger than in the record before.</param>
        /// <param name="addresses">The addresses, with or without the peer id at their end; as many as fit
        /// <see cref="SignedEnvelope.MaxBytes"/>.</param>
        /// <exception cref="ArgumentException">They don't fit.</exception>
        public static PeerRecord Seal(Identity identity, CryptoProvider crypto, ulong sequence, IReadOnlyList<Multiaddr> addresses)
        {
            ProtobufMessage payload = new ProtobufMessage().Bytes(PeerIdField, identity.PeerId.ToBytes()).Varint(SequenceField, sequence);
            Multiaddr[] kept = new Multiaddr[addresses.Count];
            for (int i = 0; i < kept.Length; i++)
            {
                kept[i] = addresses[i];
                payload.Message(AddressField, new ProtobufMessage().Bytes(MultiaddrField, kept[i].ToBytes()));
            }

            return new PeerRecord(SignedEnvelope.Seal(identity, crypto, Domain, _payloadType, payload.ToArray()), sequence, kept);
        }

        /// <summary>Reads a record: its signature first, and only then what it says.</summary>
        /// <param name="bytes">A signed envelope that a peer sent; copied.</param>
        /// <param name="crypto">Verifies Ed25519 signatures; for one thread, as ever.</param>
        /// <param name="verifier">Verifies those of other keys; null refuses them.</param>
        /// <param name="error">Why it is refused, or <see cref="RecordError.None"/>.</param>
        /// <returns>The record, or null. Whether it is of the peer that one expects is for the caller to compare.</returns>
        public static PeerRecord Open(ReadOnlySpan<byte> bytes, CryptoProvider crypto, IIdentityVerifier verifier, out RecordError error)
        {
            SignedEnvelope envelope = SignedEnvelope.Open(bytes, Domain, crypto, verifier, out error);
            if (envelope == null)
            {
                return null;
            }

            if (!envelope.PayloadType.Span.SequenceEqual(_payloadType))
            {
                error = RecordError.OtherPayloadType;
                return null;
            }

            return Read(envelope, out error);
        }

        /// <summary>Whether this record replaces another one of the same peer.</summary>
        /// <param name="other">The one that is known; null for none.</param>
        public bool IsNewerThan(PeerRecord other)
        {
            return other == null || Sequence > other.Sequence;
        }

        private static PeerRecord Read(SignedEnvelope envelope, out RecordError error)
        {
            ReadOnlySpan<byte> peer = default;
            ulong sequence = 0;
            List<Multiaddr> addresses = new List<Multiaddr>();
            bool isSound = true;
            ProtobufFields fields = new ProtobufFields(envelope.Payload.Span);
            while (isSound && fields.Next())
            {
                if (fields.Is(PeerIdField, WireType.Bytes))
                {
                    peer = fields.Bytes;
                }
                else if (fields.Is(SequenceField, WireType.Varint))
                {
                    sequence = fields.Value;
                }
                else if (fields.Is(AddressField, WireType.Bytes) && addresses.Count < MaxAddresses)
                {
                    isSound = ReadAddress(fields.Bytes, addresses);
                }
            }

            if (!isSound || fields.IsMalformed || peer.Length == 0)
            {
                error = RecordError.PayloadMalformed;
                return null;
            }

            error = envelope.Signer.Matches(peer.ToArray(), 0, peer.Length) ? RecordError.None : RecordError.OtherPeer;
            return error == RecordError.None ? new PeerRecord(envelope, sequence, addresses.ToArray()) : null;
        }

        private static bool ReadAddress(ReadOnlySpan<byte> info, List<Multiaddr> addresses)
        {
            byte[] address = Array.Empty<byte>();
            ProtobufFields fields = new ProtobufFields(info);
            while (fields.Next())
            {
                if (fields.Is(MultiaddrField, WireType.Bytes))
                {
                    address = fields.Bytes.ToArray();
                }
            }

            // one of a protocol that is new here does no harm to the others
            if (Multiaddr.Validate(address, 0, address.Length) == 0)
            {
                addresses.Add(Multiaddr.FromBytes(address, 0, address.Length));
            }

            return !fields.IsMalformed;
        }
    }
}
#endif
