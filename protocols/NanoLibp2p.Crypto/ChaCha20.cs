namespace NanoLibp2p.Crypto
{
    /// <summary>ChaCha20 (RFC 8439 2.3 and 2.4), one block of 64 bytes at a time.</summary>
    internal sealed class ChaCha20
    {
        internal const int BlockBytes = 64;

        // words 4 to 15 of the RFC's state: key, block counter, nonce
        private readonly uint[] _state = new uint[12];

        internal void Start(byte[] key, int keyOffset, uint counter, uint noncePrefix, ulong nonceCounter)
        {
            for (int i = 0; i < 8; i++)
            {
                _state[i] = (uint)(key[keyOffset] | (key[keyOffset + 1] << 8) | (key[keyOffset + 2] << 16) | (key[keyOffset + 3] << 24));
                keyOffset += 4;
            }

            _state[8] = counter;
            _state[9] = noncePrefix;
            _state[10] = (uint)nonceCounter;
            _state[11] = (uint)(nonceCounter >> 32);
        }

        internal void Clear()
        {
            Wipe.Clear(_state);
        }

        /// <summary>The next block of the key stream, and counts.</summary>
        /// <param name="block">The stream is XORed into these 64 bytes. Null: nothing is, and its first eight words go to words.</param>
        /// <param name="words">Takes the sixteen words of the ciphertext for the MAC, whether that is what came in or what goes
        /// out.</param>
        /// <param name="open">All ones if the block held ciphertext, 0 if plaintext.</param>
        internal void Next(byte[] block, uint[] words, uint open)
        {
            // (x * 0x100000001) >> (32 - n) has x rotated left by n in its low 32 bits: six instructions where shifts need eight
            ulong twice = 0x100000001;
            uint[] state = _state;
            uint x0 = 0x61707865;
            uint x1 = 0x3320646e;
            uint x2 = 0x79622d32;
            uint x3 = 0x6b206574;
            uint x4 = state[0];
            uint x5 = state[1];
            uint x6 = state[2];
            uint x7 = state[3];
            uint x8 = state[4];
            uint x9 = state[5];
            uint x10 = state[6];
            uint x11 = state[7];
            uint x12 = state[8];
            uint x13 = state[9];
            uint x14 = state[10];
            uint x15 = state[11];

            for (int i = 0; i < 10; i++)
            {
                x0 += x4; x12 = (uint)((ulong)(x12 ^ x0) * twice >> 16);
                x8 += x12; x4 = (uint)((ulong)(x4 ^ x8) * twice >> 20);
                x0 += x4; x12 = (uint)((ulong)(x12 ^ x0) * twice >> 24);
                x8 += x12; x4 = (uint)((ulong)(x4 ^ x8) * twice >> 25);
                x1 += x5; x13 = (uint)((ulong)(x13 ^ x1) * twice >> 16);
                x9 += x13; x5 = (uint)((ulong)(x5 ^ x9) * twice >> 20);
                x1 += x5; x13 = (uint)((ulong)(x13 ^ x1) * twice >> 24);
                x9 += x13; x5 = (uint)((ulong)(x5 ^ x9) * twice >> 25);
                x2 += x6; x14 = (uint)((ulong)(x14 ^ x2) * twice >> 16);
                x10 += x14; x6 = (uint)((ulong)(x6 ^ x10) * twice >> 20);
                x2 += x6; x14 = (uint)((ulong)(x14 ^ x2) * twice >> 24);
                x10 += x14; x6 = (uint)((ulong)(x6 ^ x10) * twice >> 25);
                x3 += x7; x15 = (uint)((ulong)(x15 ^ x3) * twice >> 16);
                x11 += x15; x7 = (uint)((ulong)(x7 ^ x11) * twice >> 20);
                x3 += x7; x15 = (uint)((ulong)(x15 ^ x3) * twice >> 24);
                x11 += x15; x7 = (uint)((ulong)(x7 ^ x11) * twice >> 25);
                x0 += x5; x15 = (uint)((ulong)(x15 ^ x0) * twice >> 16);
                x10 += x15; x5 = (uint)((ulong)(x5 ^ x10) * twice >> 20);
                x0 += x5; x15 = (uint)((ulong)(x15 ^ x0) * twice >> 24);
                x10 += x15; x5 = (uint)((ulong)(x5 ^ x10) * twice >> 25);
                x1 += x6; x12 = (uint)((ulong)(x12 ^ x1) * twice >> 16);
                x11 += x12; x6 = (uint)((ulong)(x6 ^ x11) * twice >> 20);
                x1 += x6; x12 = (uint)((ulong)(x12 ^ x1) * twice >> 24);
                x11 += x12; x6 = (uint)((ulong)(x6 ^ x11) * twice >> 25);
                x2 += x7; x13 = (uint)((ulong)(x13 ^ x2) * twice >> 16);
                x8 += x13; x7 = (uint)((ulong)(x7 ^ x8) * twice >> 20);
                x2 += x7; x13 = (uint)((ulong)(x13 ^ x2) * twice >> 24);
                x8 += x13; x7 = (uint)((ulong)(x7 ^ x8) * twice >> 25);
                x3 += x4; x14 = (uint)((ulong)(x14 ^ x3) * twice >> 16);
                x9 += x14; x4 = (uint)((ulong)(x4 ^ x9) * twice >> 20);
                x3 += x4; x14 = (uint)((ulong)(x14 ^ x3) * twice >> 24);
                x9 += x14; x4 = (uint)((ulong)(x4 ^ x9) * twice >> 25);
            }

            if (block == null)
            {
                state[8]++;
                words[0] = x0 + 0x61707865;
                words[1] = x1 + 0x3320646e;
                words[2] = x2 + 0x79622d32;
                words[3] = x3 + 0x6b206574;
                words[4] = x4 + state[0];
                words[5] = x5 + state[1];
                words[6] = x6 + state[2];
                words[7] = x7 + state[3];
                return;
            }

            uint y;
            x0 += 0x61707865;
            y = x0 ^ (uint)(block[0] | (block[1] << 8) | (block[2] << 16) | (block[3] << 24));
            block[0] = (byte)y; block[1] = (byte)(y >> 8); block[2] = (byte)(y >> 16); block[3] = (byte)(y >> 24);
            words[0] = y ^ (x0 & open);
            x1 += 0x3320646e;
            y = x1 ^ (uint)(block[4] | (block[5] << 8) | (block[6] << 16) | (block[7] << 24));
            block[4] = (byte)y; block[5] = (byte)(y >> 8); block[6] = (byte)(y >> 16); block[7] = (byte)(y >> 24);
            words[1] = y ^ (x1 & open);
            x2 += 0x79622d32;
            y = x2 ^ (uint)(block[8] | (block[9] << 8) | (block[10] << 16) | (block[11] << 24));
            block[8] = (byte)y; block[9] = (byte)(y >> 8); block[10] = (byte)(y >> 16); block[11] = (byte)(y >> 24);
            words[2] = y ^ (x2 & open);
            x3 += 0x6b206574;
            y = x3 ^ (uint)(block[12] | (block[13] << 8) | (block[14] << 16) | (block[15] << 24));
            block[12] = (byte)y; block[13] = (byte)(y >> 8); block[14] = (byte)(y >> 16); block[15] = (byte)(y >> 24);
            words[3] = y ^ (x3 & open);
            x4 += state[0];
            y = x4 ^ (uint)(block[16] | (block[17] << 8) | (block[18] << 16) | (block[19] << 24));
            block[16] = (byte)y; block[17] = (byte)(y >> 8); block[18] = (byte)(y >> 16); block[19] = (byte)(y >> 24);
            words[4] = y ^ (x4 & open);
            x5 += state[1];
            y = x5 ^ (uint)(block[20] | (block[21] << 8) | (block[22] << 16) | (block[23] << 24));
            block[20] = (byte)y; block[21] = (byte)(y >> 8); block[22] = (byte)(y >> 16); block[23] = (byte)(y >> 24);
            words[5] = y ^ (x5 & open);
            x6 += state[2];
            y = x6 ^ (uint)(block[24] | (block[25] << 8) | (block[26] << 16) | (block[27] << 24));
            block[24] = (byte)y; block[25] = (byte)(y >> 8); block[26] = (byte)(y >> 16); block[27] = (byte)(y >> 24);
            words[6] = y ^ (x6 & open);
            x7 += state[3];
            y = x7 ^ (uint)(block[28] | (block[29] << 8) | (block[30] << 16) | (block[31] << 24));
            block[28] = (byte)y; block[29] = (byte)(y >> 8); block[30] = (byte)(y >> 16); block[31] = (byte)(y >> 24);
            words[7] = y ^ (x7 & open);
            x8 += state[4];
            y = x8 ^ (uint)(block[32] | (block[33] << 8) | (block[34] << 16) | (block[35] << 24));
            block[32] = (byte)y; block[33] = (byte)(y >> 8); block[34] = (byte)(y >> 16); block[35] = (byte)(y >> 24);
            words[8] = y ^ (x8 & open);
            x9 += state[5];
            y = x9 ^ (uint)(block[36] | (block[37] << 8) | (block[38] << 16) | (block[39] << 24));
            block[36] = (byte)y; block[37] = (byte)(y >> 8); block[38] = (byte)(y >> 16); block[39] = (byte)(y >> 24);
            words[9] = y ^ (x9 & open);
            x10 += state[6];
            y = x10 ^ (uint)(block[40] | (block[41] << 8) | (block[42] << 16) | (block[43] << 24));
            block[40] = (byte)y; block[41] = (byte)(y >> 8); block[42] = (byte)(y >> 16); block[43] = (byte)(y >> 24);
            words[10] = y ^ (x10 & open);
            x11 += state[7];
            y = x11 ^ (uint)(block[44] | (block[45] << 8) | (block[46] << 16) | (block[47] << 24));
            block[44] = (byte)y; block[45] = (byte)(y >> 8); block[46] = (byte)(y >> 16); block[47] = (byte)(y >> 24);
            words[11] = y ^ (x11 & open);
            x12 += state[8];
            y = x12 ^ (uint)(block[48] | (block[49] << 8) | (block[50] << 16) | (block[51] << 24));
            block[48] = (byte)y; block[49] = (byte)(y >> 8); block[50] = (byte)(y >> 16); block[51] = (byte)(y >> 24);
            words[12] = y ^ (x12 & open);
            x13 += state[9];
            y = x13 ^ (uint)(block[52] | (block[53] << 8) | (block[54] << 16) | (block[55] << 24));
            block[52] = (byte)y; block[53] = (byte)(y >> 8); block[54] = (byte)(y >> 16); block[55] = (byte)(y >> 24);
            words[13] = y ^ (x13 & open);
            x14 += state[10];
            y = x14 ^ (uint)(block[56] | (block[57] << 8) | (block[58] << 16) | (block[59] << 24));
            block[56] = (byte)y; block[57] = (byte)(y >> 8); block[58] = (byte)(y >> 16); block[59] = (byte)(y >> 24);
            words[14] = y ^ (x14 & open);
            x15 += state[11];
            y = x15 ^ (uint)(block[60] | (block[61] << 8) | (block[62] << 16) | (block[63] << 24));
            block[60] = (byte)y; block[61] = (byte)(y >> 8); block[62] = (byte)(y >> 16); block[63] = (byte)(y >> 24);
            words[15] = y ^ (x15 & open);
            state[8]++;
        }
    }
}
