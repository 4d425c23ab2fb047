using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    // Items for others (SPEC.md 5.2).
    public sealed partial class PostboxSender
    {
        // Seconds that a gateway's clock may be ahead of the last message, a year: what is sealed once can't be sealed earlier.
        private const uint MostLeap = 365 * Day;

        /// <summary>Bytes of an item, for the buffer that <see cref="Seal"/> writes to; a few less when it needs fewer.</summary>
        /// <param name="letter">Subject and padding count.</param>
        /// <param name="count">Bytes of the body.</param>
        public static int SizeOf(LetterOptions letter, int count)
        {
            // header without subject: 33 bytes with everything in it
            int plain = 33 + letter.Subject.Length + count + letter.Padding;
            return ItemCipher.HeadBytes + plain + (CryptoProvider.TagBytes * ((plain + ItemCipher.BlockBytes - 1) / ItemCipher.BlockBytes));
        }

        /// <summary>
        /// Seals a message. Once: what was sealed is kept until its fate is known, and repeated with the same bytes (SPEC.md 5.2). Writes
        /// the store once, so that its time is above that of all messages before it.
        /// </summary>
        /// <param name="letter">To whom, and what is said beside the body.</param>
        /// <param name="body">Has the body.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="item">Takes the item; another buffer than the body's.</param>
        /// <param name="itemOffset">Where it goes.</param>
        /// <returns>Bytes of the item, or a negative <see cref="PostboxResult"/>.</returns>
        /// <exception cref="ArgumentException">The body is not within its buffer.</exception>
        public int Seal(LetterOptions letter, byte[] body, int offset, int count, byte[] item, int itemOffset)
        {
            Bytes.Check(body, offset, count);
            if (!_client.TakeCipher())
            {
                return PostboxResult.NoAnswer;
            }

            CryptoProvider crypto = _client.Node.Crypto;
            byte[] state = _cipher.State;
            if (letter.Subject.Length > 64 || SizeOf(letter, count) > item.Length - itemOffset)
            {
                return PostboxResult.TooLong;
            }

            if (!_client.MapTo(letter.To, _peer))
            {
                return PostboxResult.KeyInvalid;
            }

            uint now = _client.Events.UnixSeconds();
            uint last = _table.Time(OnceTable.Sealed);
            uint sent = now == 0 && _options.TrustsGatewayClock ? _client.Told[PostboxClient.Now] : now;
            if (now == 0 && last != 0 && sent > (ulong)last + MostLeap)
            {
                return PostboxResult.NoTime;
            }

            sent = sent > last || last == 0 ? sent : last + 1;
            if (sent == 0 || (now != 0 && sent > (ulong)now + PostboxClient.AheadSeconds))
            {
                return PostboxResult.NoTime;
            }

            int number = letter.Record == null ? 0 : letter.Record.Number;
            if (number != 0)
            {
                Array.Copy(letter.Record.Key, 0, _peer, ItemCipher.To, CryptoProvider.KeyBytes);
            }

            int plain = itemOffset + ItemCipher.HeadBytes;
            int head = WriteHeader(letter, sent, count, item, plain) - plain;
            int total = head + count + letter.Padding;
            _client.Node.Random.Fill(state, ItemCipher.Prekey, CryptoProvider.KeyBytes);
            if (_options.HedgeSecret != null)
            {
                HashPlaintext(item, plain, head, body, offset, count, letter.Padding);
                Hedge();
            }

            _table.SetTime(OnceTable.Sealed, sent);
            if (!_table.Save())
            {
                return PostboxResult.StoreFailed;
            }

            item[itemOffset] = 1;
            item[itemOffset + 1] = (byte)number;
            _cipher.Begin(number, _peer, ItemCipher.ToId + 2, _peer, ItemCipher.To);
            int done = 0;
            int at = plain;
            while (done < total)
            {
                // a block of plaintext: header, body, zeros
                int bytes = total - done < ItemCipher.BlockBytes ? total - done : ItemCipher.BlockBytes;
                int skip = done == 0 ? head : 0;
                int from = done + skip - head;
                int take = count - from < bytes - skip ? count - from : bytes - skip;
                take = take < 0 ? 0 : take;
                Array.Copy(body, take == 0 ? offset : offset + from, item, at + skip, take);
                Array.Clear(item, at + skip + take, bytes - skip - take);
                if (done > 0)
                {
                    crypto.Seal(state, ItemCipher.Chaining, 0, (ulong)((done / ItemCipher.BlockBytes) - 1), state, ItemCipher.Hash, 32,
                        item, at, bytes);
                }
                else if (!Write(item, itemOffset, bytes))
                {
                    return PostboxResult.KeyInvalid;
                }

                done += bytes;
                at += bytes + CryptoProvider.TagBytes;
            }

            Array.Clear(state, ItemCipher.Prekey, 32);
            return at - itemOffset;
        }

        /// <summary>
        /// The slot of a subject, which makes a deposit replace this device's former one (SPEC.md 10.2).
        /// </summary>
        /// <param name="secret">32 secret bytes of the sender's.</param>
        /// <param name="to">The recipient, a peer with an Ed25519 key.</param>
        /// <param name="subject">The subject.</param>
        /// <param name="slot">Takes 8 bytes.</param>
        public void WriteSlot(byte[] secret, PeerId to, byte[] subject, byte[] slot)
        {
            to.CopyTo(_peer, ItemCipher.ToId);
            StartMac(secret, 0x36);
            _client.Node.Crypto.Sha256Update(_peer, ItemCipher.ToId, ItemCipher.IdBytes);
            _client.Node.Crypto.Sha256Update(subject, 0, subject.Length);
            FinishMac(secret, _peer, ItemCipher.To);
            Array.Copy(_peer, ItemCipher.To, slot, 0, 8);
        }

        private int WriteHeader(LetterOptions letter, uint sent, int count, byte[] item, int plain)
        {
            int at = plain + 1;
            if (_client.Node.Identity.PublicKey[31] >= 0x80)
            {
                at = ProtobufWriter.WriteVarint(1, 1, item, at);
            }

            item[at] = 0x15;
            OnceTable.Put32(item, at + 1, sent);
            at += 5;
            if (letter.Lifetime != 604800)
            {
                at = ProtobufWriter.WriteVarint(3, (uint)letter.Lifetime, item, at);
            }

            if (count > 0)
            {
                at = ProtobufWriter.WriteVarint(4, (uint)count, item, at);
            }

            if (letter.Padding > 0)
            {
                at = ProtobufWriter.WriteVarint(5, (uint)letter.Padding, item, at);
            }

            if (letter.Subject.Length > 0)
            {
                at = ProtobufWriter.WriteBytes(6, letter.Subject, 0, letter.Subject.Length, item, at);
            }

            if (letter.ProofKey != null)
            {
                at = ProtobufWriter.WriteBytes(7, letter.ProofKey, 0, 8, item, at);
            }

            if (letter.IsLatest)
            {
                at = ProtobufWriter.WriteVarint(9, 1, item, at);
            }

            item[plain] = (byte)(at - plain - 1);
            return at;
        }

        private void HashPlaintext(byte[] item, int plain, int head, byte[] body, int offset, int count, int padding)
        {
            CryptoProvider crypto = _client.Node.Crypto;
            byte[] state = _cipher.State;
            crypto.Sha256Start();
            crypto.Sha256Update(item, plain, head);
            crypto.Sha256Update(body, offset, count);
            Array.Clear(state, ItemCipher.Scratch, 64);
            for (int left = padding; left > 0; left -= 64)
            {
                crypto.Sha256Update(state, ItemCipher.Scratch, left < 64 ? left : 64);
            }

            crypto.Sha256Finish(_peer, ItemCipher.ToBytes);
        }

        // The ephemeral private key of a board whose random numbers may be guessed (SPEC.md 5.2): HMAC of the random bytes, which are where
        // the key goes, the plaintext's hash, and the recipient. By hand (RFC 2104), as what it hashes stands in four places.
        private void Hedge()
        {
            CryptoProvider crypto = _client.Node.Crypto;
            byte[] state = _cipher.State;
            byte[] secret = _options.HedgeSecret;
            StartMac(secret, 0x36);
            _cipher.Put(0, ItemCipher.PrefixCount, state, ItemCipher.Scratch);
            _cipher.Put(ItemCipher.EphemeralLabel, ItemCipher.EphemeralCount, state, ItemCipher.Scratch + ItemCipher.PrefixCount);
            crypto.Sha256Update(state, ItemCipher.Scratch, ItemCipher.PrefixCount + ItemCipher.EphemeralCount);
            crypto.Sha256Update(state, ItemCipher.Prekey, 32);
            crypto.Sha256Update(_peer, ItemCipher.ToBytes, 32);
            crypto.Sha256Update(_peer, ItemCipher.ToId, ItemCipher.IdBytes);
            FinishMac(secret, state, ItemCipher.Prekey);
        }

        private void StartMac(byte[] secret, int pad)
        {
            byte[] state = _cipher.State;
            for (int i = 0; i < 64; i++)
            {
                state[ItemCipher.Scratch + i] = (byte)(i < 32 ? secret[i] ^ pad : pad);
            }

            _client.Node.Crypto.Sha256Start();
            _client.Node.Crypto.Sha256Update(state, ItemCipher.Scratch, 64);
        }

        private void FinishMac(byte[] secret, byte[] mac, int at)
        {
            CryptoProvider crypto = _client.Node.Crypto;
            crypto.Sha256Finish(mac, at);
            StartMac(secret, 0x5C);
            crypto.Sha256Update(mac, at, 32);
            crypto.Sha256Finish(mac, at);
            Array.Clear(_cipher.State, ItemCipher.Scratch, 64);
        }

        // The Noise message around the plaintext: e, es, s, ss, payload. False when the recipient's key is of small order.
        private bool Write(byte[] item, int at, int count)
        {
            byte[] state = _cipher.State;
            _client.Node.Crypto.X25519Base(state, ItemCipher.Prekey, item, at + ItemCipher.TagOffset);
            Array.Copy(state, ItemCipher.OwnPublic, item, at + 34, CryptoProvider.KeyBytes);
            return _cipher.Pass(true, item, at, count, state, ItemCipher.Prekey, _peer, ItemCipher.To, state, ItemCipher.Own, _peer,
                ItemCipher.To);
        }
    }
}
