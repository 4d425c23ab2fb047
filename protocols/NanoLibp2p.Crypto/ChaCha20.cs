namespace NanoLibp2p.Crypto
{
    /// <summary>ChaCha20 (RFC 8439 2.3 and 2.4), one block of 64 bytes at a time.</summary>
    internal sealed class ChaCha20
    {
        internal const int BlockBytes = 64;

        // words 4 to 15 of the RFC's state: key, block counter, nonce
        private readonly uint[] state = new uint[12];

        internal void Start(byte[] key, int keyOffset, uint counter, uint noncePrefix, ulong nonceCounter)
        {
            for (int i = 0; i < 8; i++)
            {
                state[i] = (uint)(key[keyOffset] | (key[keyOffset + 1] << 8) | (key[keyOffset + 2] << 16) | (key[keyOffset + 3] << 24));
                keyOffset += 4;
            }

            state[8] = counter;
            state[9] = noncePrefix;
            state[10] = (uint)nonceCounter;
            state[11] = (uint)(nonceCounter >> 32);
        }

        internal void Clear()
        {
            Wipe.Clear(state);
        }

        /// <summary>XORs the next block of the key stream into the 64 bytes of a block, and counts.</summary>
        internal void Next(byte[] block)
        {
            // (x * 0x100000001) >> (32 - n) has x rotated left by n in its low 32 bits: six instructions where shifts need eight
            uint[] state = this.state;
            ulong twice = 0x100000001;
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

            x0 = (x0 + 0x61707865) ^ (uint)(block[0] | (block[1] << 8) | (block[2] << 16) | (block[3] << 24));
            block[0] = (byte)x0; block[1] = (byte)(x0 >> 8); block[2] = (byte)(x0 >> 16); block[3] = (byte)(x0 >> 24);
            x1 = (x1 + 0x3320646e) ^ (uint)(block[4] | (block[5] << 8) | (block[6] << 16) | (block[7] << 24));
            block[4] = (byte)x1; block[5] = (byte)(x1 >> 8); block[6] = (byte)(x1 >> 16); block[7] = (byte)(x1 >> 24);
            x2 = (x2 + 0x79622d32) ^ (uint)(block[8] | (block[9] << 8) | (block[10] << 16) | (block[11] << 24));
            block[8] = (byte)x2; block[9] = (byte)(x2 >> 8); block[10] = (byte)(x2 >> 16); block[11] = (byte)(x2 >> 24);
            x3 = (x3 + 0x6b206574) ^ (uint)(block[12] | (block[13] << 8) | (block[14] << 16) | (block[15] << 24));
            block[12] = (byte)x3; block[13] = (byte)(x3 >> 8); block[14] = (byte)(x3 >> 16); block[15] = (byte)(x3 >> 24);
            x4 = (x4 + state[0]) ^ (uint)(block[16] | (block[17] << 8) | (block[18] << 16) | (block[19] << 24));
            block[16] = (byte)x4; block[17] = (byte)(x4 >> 8); block[18] = (byte)(x4 >> 16); block[19] = (byte)(x4 >> 24);
            x5 = (x5 + state[1]) ^ (uint)(block[20] | (block[21] << 8) | (block[22] << 16) | (block[23] << 24));
            block[20] = (byte)x5; block[21] = (byte)(x5 >> 8); block[22] = (byte)(x5 >> 16); block[23] = (byte)(x5 >> 24);
            x6 = (x6 + state[2]) ^ (uint)(block[24] | (block[25] << 8) | (block[26] << 16) | (block[27] << 24));
            block[24] = (byte)x6; block[25] = (byte)(x6 >> 8); block[26] = (byte)(x6 >> 16); block[27] = (byte)(x6 >> 24);
            x7 = (x7 + state[3]) ^ (uint)(block[28] | (block[29] << 8) | (block[30] << 16) | (block[31] << 24));
            block[28] = (byte)x7; block[29] = (byte)(x7 >> 8); block[30] = (byte)(x7 >> 16); block[31] = (byte)(x7 >> 24);
            x8 = (x8 + state[4]) ^ (uint)(block[32] | (block[33] << 8) | (block[34] << 16) | (block[35] << 24));
            block[32] = (byte)x8; block[33] = (byte)(x8 >> 8); block[34] = (byte)(x8 >> 16); block[35] = (byte)(x8 >> 24);
            x9 = (x9 + state[5]) ^ (uint)(block[36] | (block[37] << 8) | (block[38] << 16) | (block[39] << 24));
            block[36] = (byte)x9; block[37] = (byte)(x9 >> 8); block[38] = (byte)(x9 >> 16); block[39] = (byte)(x9 >> 24);
            x10 = (x10 + state[6]) ^ (uint)(block[40] | (block[41] << 8) | (block[42] << 16) | (block[43] << 24));
            block[40] = (byte)x10; block[41] = (byte)(x10 >> 8); block[42] = (byte)(x10 >> 16); block[43] = (byte)(x10 >> 24);
            x11 = (x11 + state[7]) ^ (uint)(block[44] | (block[45] << 8) | (block[46] << 16) | (block[47] << 24));
            block[44] = (byte)x11; block[45] = (byte)(x11 >> 8); block[46] = (byte)(x11 >> 16); block[47] = (byte)(x11 >> 24);
            x12 = (x12 + state[8]) ^ (uint)(block[48] | (block[49] << 8) | (block[50] << 16) | (block[51] << 24));
            block[48] = (byte)x12; block[49] = (byte)(x12 >> 8); block[50] = (byte)(x12 >> 16); block[51] = (byte)(x12 >> 24);
            x13 = (x13 + state[9]) ^ (uint)(block[52] | (block[53] << 8) | (block[54] << 16) | (block[55] << 24));
            block[52] = (byte)x13; block[53] = (byte)(x13 >> 8); block[54] = (byte)(x13 >> 16); block[55] = (byte)(x13 >> 24);
            x14 = (x14 + state[10]) ^ (uint)(block[56] | (block[57] << 8) | (block[58] << 16) | (block[59] << 24));
            block[56] = (byte)x14; block[57] = (byte)(x14 >> 8); block[58] = (byte)(x14 >> 16); block[59] = (byte)(x14 >> 24);
            x15 = (x15 + state[11]) ^ (uint)(block[60] | (block[61] << 8) | (block[62] << 16) | (block[63] << 24));
            block[60] = (byte)x15; block[61] = (byte)(x15 >> 8); block[62] = (byte)(x15 >> 16); block[63] = (byte)(x15 >> 24);
            state[8]++;
        }
    }
}
