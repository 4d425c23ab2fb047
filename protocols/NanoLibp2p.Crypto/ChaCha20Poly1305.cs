using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>ChaCha20-Poly1305 in place (RFC 8439 2.8).</summary>
    internal sealed class ChaCha20Poly1305
    {
        private readonly ChaCha20 cipher = new ChaCha20();
        private readonly Poly1305 mac = new Poly1305();
        private readonly byte[] block = new byte[ChaCha20.BlockBytes];
        private readonly byte[] tag = new byte[16];

        internal void Seal(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            Start(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount);
            for (int done = 0; done < count; done += ChaCha20.BlockBytes)
            {
                int part = Next(buffer, offset + done, count - done);

                // the key stream behind the last byte is no part of the message: the MAC takes zeros there
                if (part < ChaCha20.BlockBytes)
                {
                    Array.Clear(block, part, ChaCha20.BlockBytes - part);
                }

                mac.Update(block, 0, (part + 15) >> 4);
            }

            Finish(adCount, count, buffer, offset + count);
        }

        internal bool Open(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter,
            byte[] ad, int adOffset, int adCount, byte[] buffer, int offset, int count)
        {
            count -= 16;
            if (count < 0)
            {
                return false;
            }

            Start(key, keyOffset, noncePrefix, nonceCounter, ad, adOffset, adCount);
            Authenticate(buffer, offset, count);
            MacLengths(adCount, count);
            mac.Finish(tag, 0);
            bool right = ConstantTime.Equal(tag, 0, buffer, offset + count, 16);
            if (right)
            {
                for (int done = 0; done < count; done += ChaCha20.BlockBytes)
                {
                    Next(buffer, offset + done, count - done);
                }
            }

            cipher.Clear();
            Wipe.Clear(block);
            Wipe.Clear(tag);
            return right;
        }

        /// <summary>Block 0 of the key stream is the MAC's key; the message begins with block 1.</summary>
        private void Start(byte[] key, int keyOffset, uint noncePrefix, ulong nonceCounter, byte[] ad, int adOffset, int adCount)
        {
            cipher.Start(key, keyOffset, 0, noncePrefix, nonceCounter);
            Wipe.Clear(block);
            cipher.Next(block);
            mac.Start(block);
            Authenticate(ad, adOffset, adCount);
        }

        /// <summary>XORs one block of key stream into up to 64 bytes; the block keeps the result.</summary>
        private int Next(byte[] buffer, int at, int left)
        {
            int part = left < ChaCha20.BlockBytes ? left : ChaCha20.BlockBytes;
            Array.Copy(buffer, at, block, 0, part);
            cipher.Next(block);
            Array.Copy(block, 0, buffer, at, part);
            return part;
        }

        /// <summary>Bytes into the MAC, padded with zeros to whole blocks.</summary>
        private void Authenticate(byte[] data, int offset, int count)
        {
            int whole = count >> 4;
            if (whole > 0)
            {
                mac.Update(data, offset, whole);
            }

            int rest = count & 15;
            if (rest > 0)
            {
                Array.Clear(block, 0, 16);
                Array.Copy(data, offset + count - rest, block, 0, rest);
                mac.Update(block, 0, 1);
            }
        }

        private void MacLengths(int adCount, int count)
        {
            Array.Clear(block, 0, 16);
            for (int i = 0; i < 4; i++)
            {
                block[i] = (byte)(adCount >> (8 * i));
                block[8 + i] = (byte)(count >> (8 * i));
            }

            mac.Update(block, 0, 1);
        }

        private void Finish(int adCount, int count, byte[] buffer, int at)
        {
            MacLengths(adCount, count);
            mac.Finish(buffer, at);
            cipher.Clear();
            Wipe.Clear(block);
        }
    }
}
