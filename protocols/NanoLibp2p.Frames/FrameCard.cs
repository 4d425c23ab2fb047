using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Frames
{
    /// <summary>
    /// A card (SPEC.md 3.1): an identity signs the static key of its frame sessions, and its index. What it signs begins as no signature of
    /// libp2p's does.
    /// </summary>
    public sealed class FrameCard
    {
        /// <summary>Bytes of a card.</summary>
        public const int CardBytes = 105;

        /// <summary>Where in a card the peer's Ed25519 PublicKey message is, of 36 bytes.</summary>
        public const int KeyAt = 3;

        private const int SignatureAt = KeyAt + PublicKey.Ed25519Bytes + 2;
        private const string Prefix = "nanolibp2p-frames-static-key:";

        private readonly CryptoProvider _crypto;

        // prefix, index, static public key
        private readonly byte[] _signed;

        /// <summary>Takes its memory.</summary>
        public FrameCard(CryptoProvider crypto)
        {
            _crypto = crypto;
            byte[] prefix = Bytes.Ascii(Prefix);
            _signed = new byte[prefix.Length + 1 + CryptoProvider.KeyBytes];
            Array.Copy(prefix, _signed, prefix.Length);
        }

        /// <summary>Writes the card of an identity, <see cref="CardBytes"/> long.</summary>
        /// <param name="identity">Signs.</param>
        /// <param name="index">Of the static key.</param>
        /// <param name="key">The static key of that index.</param>
        /// <param name="card">Takes the card.</param>
        /// <param name="offset">Where it goes.</param>
        public void Write(Identity identity, int index, KeyPair key, byte[] card, int offset)
        {
            card[offset] = (byte)index;
            card[offset + 1] = 0x0A;
            card[offset + 2] = PublicKey.Ed25519Bytes;
            Array.Copy(identity.PublicKeyProtobuf, 0, card, offset + KeyAt, PublicKey.Ed25519Bytes);
            card[offset + SignatureAt - 2] = 0x12;
            card[offset + SignatureAt - 1] = CryptoProvider.SignatureBytes;
            Fill(index, key.PublicKey, 0);
            identity.Sign(_crypto, _signed, 0, _signed.Length, card, offset + SignatureAt);
        }

        /// <summary>Whether an identity has signed this static key.</summary>
        /// <param name="card">The card, <see cref="CardBytes"/> long.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="staticKey">The X25519 public key that the peer has proved, 32 bytes.</param>
        /// <param name="keyOffset">Where it is.</param>
        /// <returns>False also for identities that are not Ed25519, and for keys on which implementations disagree.</returns>
        public bool Verify(byte[] card, int offset, byte[] staticKey, int keyOffset)
        {
            int key = offset + KeyAt + PublicKey.Ed25519Bytes - CryptoProvider.KeyBytes;
            Fill(card[offset], staticKey, keyOffset);
            return card[offset + 1] == 0x0A && card[offset + 2] == PublicKey.Ed25519Bytes
                && Bytes.ReadUInt32BigEndian(card, offset + KeyAt) == 0x08011220
                && card[offset + SignatureAt - 2] == 0x12 && card[offset + SignatureAt - 1] == CryptoProvider.SignatureBytes
                && !CryptoProvider.IsDoubtfulEd25519(card, key)
                && _crypto.Ed25519Verify(card, key, _signed, 0, _signed.Length, card, offset + SignatureAt);
        }

        private void Fill(int index, byte[] key, int offset)
        {
            int at = _signed.Length - CryptoProvider.KeyBytes;
            _signed[at - 1] = (byte)index;
            Array.Copy(key, offset, _signed, at, CryptoProvider.KeyBytes);
        }
    }
}
