using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>
    /// ChaCha20-Poly1305 in place (RFC 8439 2.8), in one pass both ways: the cipher hands the words of the ciphertext to the MAC, which
    /// so need not be put together from bytes again. What does not open is encrypted back.
    /// </summary>
    internal sealed class ChaCha20Poly1305
    {
        // a whole block counts 2^128 more than its bytes say
        private const ulong BlockBit = 0x100000000;

        private readonly ChaCha20 _cipher = new ChaCha20();
        private readonly Poly1305 _mac = new Poly1305();
        private readonly byte[] _block = new byte[ChaCha20.BlockBytes];
        private readonly uint[] _words = new uint[ChaCha20.BlockBytes / 4];

        internal void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            Run(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count, 0);
            Array.Copy(_block, 0, buffer, offset + count, 16);
            Clear();
        }

        internal bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            count -= 16;
            if (count < 0)
            {
                return false;
            }

            Run(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count, 0xffffffffu);
            bool right = ConstantTime.Equal(_block, 0, buffer, offset + count, 16);
            if (!right)
            {
                Run(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount, buffer, offset, count, 0);
            }

            Clear();
            return right;
        }

        /// <summary>Encrypts (open is 0) or decrypts (open is all ones); the tag of the ciphertext goes to the block's first 16
        /// bytes.</summary>
        private void Run(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count, uint open)
        {
            // block 0 of the key stream is the MAC's key; the message begins with block 1
            _cipher.Start(key, keyOffset, 0, noncePrefix, nonceCounter);
            _cipher.Next(null, _words, 0);
            _mac.Start(_words);
            for (int done = 0; done < adCount; done += ChaCha20.BlockBytes)
            {
                int part = Take(ad, adOffset + done, adCount - done);
                Pack(part);
                _mac.Update(_words, (part + 15) >> 4, BlockBit);
            }

            for (int done = 0; done < count; done += ChaCha20.BlockBytes)
            {
                int part = Take(buffer, offset + done, count - done);
                _cipher.Next(_block, _words, open);
                Array.Copy(_block, 0, buffer, offset + done, part);
                if (part < ChaCha20.BlockBytes && open == 0)
                {
                    // the key stream behind the last byte is no part of the message: the MAC takes zeros there
                    Pack(part);
                }

                _mac.Update(_words, (part + 15) >> 4, BlockBit);
            }

            _words[0] = (uint)adCount;
            _words[1] = 0;
            _words[2] = (uint)count;
            _words[3] = 0;
            _mac.Update(_words, 1, BlockBit);
            _mac.Finish(_block, 0);
        }

        /// <summary>Up to 64 bytes to the block, zeros behind them.</summary>
        private int Take(byte[] from, int at, int left)
        {
            if (left >= ChaCha20.BlockBytes)
            {
                Array.Copy(from, at, _block, 0, ChaCha20.BlockBytes);
                return ChaCha20.BlockBytes;
            }

            Wipe.Clear(_block);
            Array.Copy(from, at, _block, 0, left);
            return left;
        }

        /// <summary>The block's words, with zeros from byte part on.</summary>
        private void Pack(int part)
        {
            Array.Clear(_block, part, ChaCha20.BlockBytes - part);
            int at = 0;
            for (int i = 0; at < part; i++)
            {
                _words[i] = (uint)(_block[at] | (_block[at + 1] << 8) | (_block[at + 2] << 16) | (_block[at + 3] << 24));
                at += 4;
            }

            // the last block of four words may end short
            for (int i = (part + 3) >> 2; (i & 3) != 0; i++)
            {
                _words[i] = 0;
            }
        }

        private void Clear()
        {
            _cipher.Clear();
            Wipe.Clear(_block);
            Wipe.Clear(_words);
        }
    }
}
