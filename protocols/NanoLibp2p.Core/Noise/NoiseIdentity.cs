using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Noise
{
    /// <summary>
    /// What a node shows of itself in every handshake: its static Noise key and the NoiseHandshakePayload in which its
    /// identity signs that key (libp2p noise spec, "The libp2p Handshake Payload"). Made once, since the signature is dear.
    /// </summary>
    public sealed partial class NoiseIdentity
    {
        /// <summary>The one multiplexer that is offered.</summary>
        public const string YamuxId = "/yamux/1.0.0";

        // 38 bytes of key, 66 of signature, 16 of extensions
        private const int MaxPayload = 120;

        private const string SignaturePrefix = "noise-libp2p-static-key:";

        /// <summary>The static key.</summary>
        public readonly KeyPair StaticKey = new KeyPair();

        /// <summary>The payload itself, not a copy.</summary>
        public readonly byte[] Payload;

        /// <summary>Makes a static key and signs it.</summary>
        /// <param name="identity">Signs the static key.</param>
        /// <param name="crypto">Used here only.</param>
        /// <param name="random">Gives the static key.</param>
        /// <param name="earlyMuxer">True to offer Yamux within the handshake (inlined-muxer-negotiation spec), which saves a round
        /// trip.</param>
        public NoiseIdentity(Identity identity, CryptoProvider crypto, IRandom random, bool earlyMuxer)
        {
            StaticKey.Generate(crypto, random);
            byte[] message = NewSigned();
            CopySigned(StaticKey.PublicKey, message);
            byte[] key = identity.PublicKeyProtobuf;
            byte[] payload = new byte[MaxPayload];
            int at = ProtobufWriter.WriteBytes(1, key, 0, key.Length, payload, 0);
            at = ProtobufWriter.WriteLength(2, CryptoProvider.SignatureBytes, payload, at);
            identity.Sign(crypto, message, 0, message.Length, payload, at);
            at += CryptoProvider.SignatureBytes;
            if (earlyMuxer)
            {
                byte[] muxer = Bytes.Ascii(YamuxId);
                at = ProtobufWriter.WriteLength(4, ProtobufWriter.SizeOfBytes(2, muxer.Length), payload, at);
                at = ProtobufWriter.WriteBytes(2, muxer, 0, muxer.Length, payload, at);
            }

            Payload = new byte[at];
            Array.Copy(payload, Payload, at);
        }

        /// <summary>Makes room for what an identity signs, with the constant prefix in it.</summary>
        internal static byte[] NewSigned()
        {
            byte[] prefix = Bytes.Ascii(SignaturePrefix);
            byte[] message = new byte[prefix.Length + CryptoProvider.KeyBytes];
            Array.Copy(prefix, 0, message, 0, prefix.Length);
            return message;
        }

        /// <summary>Completes what an identity signs with a static key.</summary>
        internal static void CopySigned(byte[] staticKey, byte[] message)
        {
            Array.Copy(staticKey, 0, message, message.Length - CryptoProvider.KeyBytes, CryptoProvider.KeyBytes);
        }
    }
}
