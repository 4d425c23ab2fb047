using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// Seals and opens items (SPEC.md 5): Noise's one-way pattern X in libp2p's suite, then chunks of 512 bytes. Of an item that is under
    /// way it keeps the handshake hash and the chunks' key, so that one chunk after another can be opened, also much later.
    /// </summary>
    internal sealed class ItemCipher
    {
        /// <summary>Bytes of a peer id of version 1, whose key is in it.</summary>
        internal const int IdBytes = PeerId.Ed25519Bytes;

        /// <summary>Where an item's 8-byte tag begins: the ephemeral key's first bytes.</summary>
        internal const int TagOffset = 2;

        /// <summary>Bytes before the first block's plaintext: form, key, e, s with its tag.</summary>
        internal const int HeadBytes = 82;

        /// <summary>Bytes of plaintext in a block.</summary>
        internal const int BlockBytes = 512;

        /// <summary>Bytes of a chunk, with its tag.</summary>
        internal const int ChunkBytes = BlockBytes + CryptoProvider.TagBytes;

        /// <summary>Bytes of the longest first block.</summary>
        internal const int FirstBytes = HeadBytes + ChunkBytes;

        /// <summary>Bytes of the shortest item: one byte of plaintext.</summary>
        internal const int LeastBytes = HeadBytes + 1 + CryptoProvider.TagBytes;

        // Where things are in State: h; ck, later the chunks' key; the key of the next box, which HKDF gives together with ck, and 32 bytes
        // more: both are scratch memory in between. Our X25519 keys, and the private one of a prekey or of an ephemeral key. A prekey's
        // public key is needed no longer than until the first box.
        internal const int Hash = 0;
        internal const int Chaining = 32;
        internal const int Scratch = 64;
        internal const int Own = 128;
        internal const int OwnPublic = 160;
        internal const int Prekey = 192;
        internal const int PrekeyPublic = Scratch + 32;
        private const int StateBytes = 224;
        private const int Keyed = Scratch;

        // where a peer's id and its X25519 key are in memory that has both
        internal const int ToId = 0;
        internal const int To = IdBytes;
        internal const int ToBytes = To + CryptoProvider.KeyBytes;

        // the parts of Labels
        internal const int PrefixCount = 19;
        private const int SealCount = 24;
        private const int ProofLabel = 24;
        private const int ProofCount = 6;
        internal const int EphemeralLabel = 30;
        internal const int EphemeralCount = 2;
        internal const int TypeLabel = 32;
        internal const int TypeCount = 9;
        internal const int RecordLabel = 41;
        internal const int RecordCount = 6;
        internal const int TokenLabel = 47;
        internal const int TokenCount = 5;
        private const int NameLabel = 52;
        private const int NextLabel = 83;
        private const int KeyLabel = 87;

        internal readonly byte[] State = new byte[StateBytes];

        // stays in flash, where the bytes of an array would not
        private readonly string _labels = "nanolibp2p-postbox-seal:proof:e:/postbox/recordtokenNoise_X_25519_ChaChaPoly_SHA256nextkey ";

        internal readonly KeyMap Map;
        private readonly CryptoProvider _crypto;

        /// <summary>Makes a cipher for an identity, whose X25519 keys follow from its seed (RFC 7748 4.1).</summary>
        internal ItemCipher(CryptoProvider crypto, Identity identity)
        {
            _crypto = crypto;
            Map = new KeyMap(crypto);
            byte[] key = identity.ToProtobuf();
            crypto.Sha512Start();
            crypto.Sha512Update(key, 4, CryptoProvider.KeyBytes);
            crypto.Sha512Finish(State, Scratch);
            Array.Clear(key, 0, key.Length);
            Array.Copy(State, Scratch, State, Own, CryptoProvider.KeyBytes);
            Array.Clear(State, Scratch, 64);
            crypto.X25519Base(State, Own, State, OwnPublic);
        }

        /// <summary>Writes a label's bytes.</summary>
        internal void Put(int label, int count, byte[] to, int at)
        {
            for (int i = 0; i < count; i++)
            {
                to[at + i] = (byte)_labels[label + i];
            }
        }

        /// <summary>Begins an item: mixes in what both sides know.</summary>
        /// <param name="key">0, or the number of the recipient's prekey.</param>
        /// <param name="publicKey">Has the recipient's public key in protobuf, 36 bytes: its peer id but for the first two.</param>
        /// <param name="keyOffset">Where it begins.</param>
        /// <param name="to">Has the X25519 key that is sealed to.</param>
        /// <param name="toOffset">Where it begins.</param>
        internal void Begin(int key, byte[] publicKey, int keyOffset, byte[] to, int toOffset)
        {
            byte[] state = State;

            // 31 bytes of name: h and ck are the name itself (noise spec, InitializeSymmetric)
            state[Hash + 31] = 0;
            Put(NameLabel, 31, state, Hash);
            Array.Copy(state, Hash, state, Chaining, 32);
            Put(0, SealCount, state, Scratch);
            state[Scratch + SealCount] = 1;
            state[Scratch + SealCount + 1] = (byte)key;
            state[Scratch + SealCount + 2] = 0;
            state[Scratch + SealCount + 3] = IdBytes - 2;
            _crypto.Sha256Start();
            _crypto.Sha256Update(state, Hash, 32);
            _crypto.Sha256Update(state, Scratch, SealCount + 4);
            _crypto.Sha256Update(publicKey, keyOffset, IdBytes - 2);
            _crypto.Sha256Finish(state, Hash);
            MixHash(to, toOffset, 32);
        }

        /// <summary>Opens a first block in place, after <see cref="Begin"/>. Then the chunks' key is there.</summary>
        /// <param name="item">Has the item; s and the plaintext stand where they were sealed.</param>
        /// <param name="at">Where the item begins.</param>
        /// <param name="count">Bytes of the sealed plaintext with its tag.</param>
        /// <param name="key">Where in <see cref="State"/> the private key is that it was sealed to.</param>
        /// <returns>False when it was not sealed to this key, or was changed.</returns>
        internal bool Read(byte[] item, int at, int count, int key)
        {
            return Pass(false, item, at, count, State, key, item, at + TagOffset, State, key, item, at + 34);
        }

        /// <summary>Opens a chunk of <paramref name="count"/> bytes, tag included, in place.</summary>
        internal bool ReadChunk(int index, byte[] buffer, int offset, int count)
        {
            return _crypto.Open(State, Chaining, 0, (ulong)index, State, Hash, 32, buffer, offset, count);
        }

        /// <summary>HMAC of one label and one byte, 8 bytes of it (SPEC.md 5.6).</summary>
        /// <param name="key">Has the proof key, 8 bytes.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="outcome">What the recipient did.</param>
        /// <param name="to">Takes the proof's 8 bytes.</param>
        /// <param name="toOffset">Where they go.</param>
        internal void Prove(byte[] key, int offset, int outcome, byte[] to, int toOffset)
        {
            byte[] state = State;
            Put(0, PrefixCount, state, Scratch);
            Put(ProofLabel, ProofCount, state, Scratch + PrefixCount);
            state[Scratch + PrefixCount + ProofCount] = (byte)outcome;
            _crypto.HmacSha256(key, offset, 8, state, Scratch, PrefixCount + ProofCount + 1, state, Scratch);
            Array.Copy(state, Scratch, to, toOffset, 8);
        }

        /// <summary>The chain of prekeys' next secret in the place of one, or the key of it (SPEC.md 5.5).</summary>
        internal void Step(byte[] secret, int at, bool toKey)
        {
            Put(toKey ? KeyLabel : NextLabel, 4, State, Scratch);
            _crypto.HmacSha256(secret, at, 32, State, Scratch, toKey ? 3 : 4, secret, at);
        }

        /// <summary>
        /// The one message of the pattern, either way. Its payload of <paramref name="count"/> bytes, with its tag when it is read, stands
        /// <see cref="HeadBytes"/> behind <paramref name="at"/>; of e comes es, of s comes ss, each a private key and a public one.
        /// </summary>
        internal bool Pass(bool writing, byte[] item, int at, int count, byte[] first, int firstOffset, byte[] es, int esOffset,
            byte[] second, int secondOffset, byte[] ss, int ssOffset)
        {
            // e, es, s, ss, payload (noise spec 7.4, X)
            MixHash(item, at + TagOffset, 32);
            bool passes = MixKey(first, firstOffset, es, esOffset)
                && Box(writing, item, at + 34, writing ? 32 : 48)
                && MixKey(second, secondOffset, ss, ssOffset)
                && Box(writing, item, at + HeadBytes, count);

            // split: of the two keys a one-way pattern needs the first
            Mix(0);
            Array.Clear(State, Scratch, 64);
            return passes;
        }

        private void MixHash(byte[] data, int offset, int count)
        {
            _crypto.Sha256Start();
            _crypto.Sha256Update(State, Hash, 32);
            _crypto.Sha256Update(data, offset, count);
            _crypto.Sha256Finish(State, Hash);
        }

        private bool MixKey(byte[] scalar, int scalarOffset, byte[] point, int pointOffset)
        {
            bool isValid = _crypto.X25519(scalar, scalarOffset, point, pointOffset, State, Scratch);
            Mix(CryptoProvider.KeyBytes);
            return isValid;
        }

        // ck and the key behind it, of ck and so many bytes there
        private void Mix(int count)
        {
            _crypto.HkdfSha256(State, Chaining, 32, State, Keyed, count, State, 0, 0, State, Chaining, 64);
        }

        private bool Box(bool writing, byte[] item, int offset, int count)
        {
            if (writing)
            {
                _crypto.Seal(State, Keyed, 0, 0, State, Hash, 32, item, offset, count);
                MixHash(item, offset, count + CryptoProvider.TagBytes);
                return true;
            }

            // the box is opened under the hash before it, and mixed in as it came
            Array.Copy(State, Hash, State, Scratch + 32, 32);
            MixHash(item, offset, count);
            return _crypto.Open(State, Keyed, 0, 0, State, Scratch + 32, 32, item, offset, count);
        }
    }
}
