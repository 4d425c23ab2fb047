using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>SHA-256 (FIPS 180-4), one hash at a time.</summary>
    /// <remarks>
    /// A working word is held twice in 64 bits (x * 0x100000001): then a rotation is a plain shift, and nested shifts make the three
    /// rotations of a sigma with one load each. Only the low 32 bits count; a sum is cut to them before it is doubled.
    /// </remarks>
    internal sealed class Sha256
    {
        internal const int BlockBytes = 64;

        private readonly ulong[] _k;
        private readonly uint[] _state = new uint[8];
        private readonly byte[] _block = new byte[BlockBytes];
        private int _held;
        private uint _total;

        /// <summary>Takes its memory.</summary>
        /// <param name="constants">SHA-512's: those of SHA-256 are the upper halves of the first 64 (FIPS 180-4, 4.2.2, 4.2.3: the
        /// fractional parts of the same cube roots).</param>
        internal Sha256(ulong[] constants)
        {
            _k = constants;
        }

        internal void Start()
        {
            _state[0] = 0x6a09e667;
            _state[1] = 0xbb67ae85;
            _state[2] = 0x3c6ef372;
            _state[3] = 0xa54ff53a;
            _state[4] = 0x510e527f;
            _state[5] = 0x9b05688c;
            _state[6] = 0x1f83d9ab;
            _state[7] = 0x5be0cd19;
            _held = 0;
            _total = 0;
        }

        internal void Update(byte[] data, int offset, int count)
        {
            _total += (uint)count;
            while (count > 0)
            {
                int part = BlockBytes - _held;
                if (part > count)
                {
                    part = count;
                }

                Array.Copy(data, offset, _block, _held, part);
                _held += part;
                offset += part;
                count -= part;
                if (_held == BlockBytes)
                {
                    Compress();
                    _held = 0;
                }
            }
        }

        /// <summary>Ends the hash, writes it and forgets it.</summary>
        internal void Finish(byte[] hash, int offset)
        {
            _block[_held++] = 0x80;
            Array.Clear(_block, _held, BlockBytes - _held);
            if (_held > BlockBytes - 8)
            {
                Compress();
                Array.Clear(_block, 0, BlockBytes);
            }

            // in bits: up to 35 of them
            _block[BlockBytes - 5] = (byte)(_total >> 29);
            _block[BlockBytes - 4] = (byte)(_total >> 21);
            _block[BlockBytes - 3] = (byte)(_total >> 13);
            _block[BlockBytes - 2] = (byte)(_total >> 5);
            _block[BlockBytes - 1] = (byte)(_total << 3);
            Compress();
            for (int i = 0; i < 8; i++)
            {
                uint word = _state[i];
                hash[offset] = (byte)(word >> 24);
                hash[offset + 1] = (byte)(word >> 16);
                hash[offset + 2] = (byte)(word >> 8);
                hash[offset + 3] = (byte)word;
                offset += 4;
            }

            Clear();
        }

        /// <summary>Writes out the state of a hash that has taken one whole block, for <see cref="Resume"/>.</summary>
        internal void Keep(uint[] midstate)
        {
            Array.Copy(_state, 0, midstate, 0, 8);
        }

        /// <summary>Goes on behind the block that a kept state has taken.</summary>
        internal void Resume(uint[] midstate)
        {
            Array.Copy(midstate, 0, _state, 0, 8);
            _held = 0;
            _total = BlockBytes;
        }

        internal void Clear()
        {
            Wipe.Clear(_state);
            Wipe.Clear(_block);
            _held = 0;
        }

        private void Compress()
        {
            byte[] block = _block;
            ulong[] k = _k;
            uint[] state = _state;
            ulong twice = 0x100000001;
            ulong t, w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15;
            w0 = (ulong)(uint)((block[0] << 24) | (block[1] << 16) | (block[2] << 8) | block[3]) * twice;
            w1 = (ulong)(uint)((block[4] << 24) | (block[5] << 16) | (block[6] << 8) | block[7]) * twice;
            w2 = (ulong)(uint)((block[8] << 24) | (block[9] << 16) | (block[10] << 8) | block[11]) * twice;
            w3 = (ulong)(uint)((block[12] << 24) | (block[13] << 16) | (block[14] << 8) | block[15]) * twice;
            w4 = (ulong)(uint)((block[16] << 24) | (block[17] << 16) | (block[18] << 8) | block[19]) * twice;
            w5 = (ulong)(uint)((block[20] << 24) | (block[21] << 16) | (block[22] << 8) | block[23]) * twice;
            w6 = (ulong)(uint)((block[24] << 24) | (block[25] << 16) | (block[26] << 8) | block[27]) * twice;
            w7 = (ulong)(uint)((block[28] << 24) | (block[29] << 16) | (block[30] << 8) | block[31]) * twice;
            w8 = (ulong)(uint)((block[32] << 24) | (block[33] << 16) | (block[34] << 8) | block[35]) * twice;
            w9 = (ulong)(uint)((block[36] << 24) | (block[37] << 16) | (block[38] << 8) | block[39]) * twice;
            w10 = (ulong)(uint)((block[40] << 24) | (block[41] << 16) | (block[42] << 8) | block[43]) * twice;
            w11 = (ulong)(uint)((block[44] << 24) | (block[45] << 16) | (block[46] << 8) | block[47]) * twice;
            w12 = (ulong)(uint)((block[48] << 24) | (block[49] << 16) | (block[50] << 8) | block[51]) * twice;
            w13 = (ulong)(uint)((block[52] << 24) | (block[53] << 16) | (block[54] << 8) | block[55]) * twice;
            w14 = (ulong)(uint)((block[56] << 24) | (block[57] << 16) | (block[58] << 8) | block[59]) * twice;
            w15 = (ulong)(uint)((block[60] << 24) | (block[61] << 16) | (block[62] << 8) | block[63]) * twice;

            ulong a = (ulong)state[0] * twice;
            ulong b = (ulong)state[1] * twice;
            ulong c = (ulong)state[2] * twice;
            ulong d = (ulong)state[3] * twice;
            ulong e = (ulong)state[4] * twice;
            ulong f = (ulong)state[5] * twice;
            ulong g = (ulong)state[6] * twice;
            ulong h = (ulong)state[7] * twice;

            for (int i = 0; ;)
            {
                t = h + (((((e >> 14) ^ e) >> 5) ^ e) >> 6) + (g ^ (e & (f ^ g))) + (k[i] >> 32) + w0;
                d = (ulong)(uint)(d + t) * twice;
                h = (ulong)(uint)(t + (((((a >> 9) ^ a) >> 11) ^ a) >> 2) + ((a & (b | c)) | (b & c))) * twice;
                t = g + (((((d >> 14) ^ d) >> 5) ^ d) >> 6) + (f ^ (d & (e ^ f))) + (k[i + 1] >> 32) + w1;
                c = (ulong)(uint)(c + t) * twice;
                g = (ulong)(uint)(t + (((((h >> 9) ^ h) >> 11) ^ h) >> 2) + ((h & (a | b)) | (a & b))) * twice;
                t = f + (((((c >> 14) ^ c) >> 5) ^ c) >> 6) + (e ^ (c & (d ^ e))) + (k[i + 2] >> 32) + w2;
                b = (ulong)(uint)(b + t) * twice;
                f = (ulong)(uint)(t + (((((g >> 9) ^ g) >> 11) ^ g) >> 2) + ((g & (h | a)) | (h & a))) * twice;
                t = e + (((((b >> 14) ^ b) >> 5) ^ b) >> 6) + (d ^ (b & (c ^ d))) + (k[i + 3] >> 32) + w3;
                a = (ulong)(uint)(a + t) * twice;
                e = (ulong)(uint)(t + (((((f >> 9) ^ f) >> 11) ^ f) >> 2) + ((f & (g | h)) | (g & h))) * twice;
                t = d + (((((a >> 14) ^ a) >> 5) ^ a) >> 6) + (c ^ (a & (b ^ c))) + (k[i + 4] >> 32) + w4;
                h = (ulong)(uint)(h + t) * twice;
                d = (ulong)(uint)(t + (((((e >> 9) ^ e) >> 11) ^ e) >> 2) + ((e & (f | g)) | (f & g))) * twice;
                t = c + (((((h >> 14) ^ h) >> 5) ^ h) >> 6) + (b ^ (h & (a ^ b))) + (k[i + 5] >> 32) + w5;
                g = (ulong)(uint)(g + t) * twice;
                c = (ulong)(uint)(t + (((((d >> 9) ^ d) >> 11) ^ d) >> 2) + ((d & (e | f)) | (e & f))) * twice;
                t = b + (((((g >> 14) ^ g) >> 5) ^ g) >> 6) + (a ^ (g & (h ^ a))) + (k[i + 6] >> 32) + w6;
                f = (ulong)(uint)(f + t) * twice;
                b = (ulong)(uint)(t + (((((c >> 9) ^ c) >> 11) ^ c) >> 2) + ((c & (d | e)) | (d & e))) * twice;
                t = a + (((((f >> 14) ^ f) >> 5) ^ f) >> 6) + (h ^ (f & (g ^ h))) + (k[i + 7] >> 32) + w7;
                e = (ulong)(uint)(e + t) * twice;
                a = (ulong)(uint)(t + (((((b >> 9) ^ b) >> 11) ^ b) >> 2) + ((b & (c | d)) | (c & d))) * twice;
                t = h + (((((e >> 14) ^ e) >> 5) ^ e) >> 6) + (g ^ (e & (f ^ g))) + (k[i + 8] >> 32) + w8;
                d = (ulong)(uint)(d + t) * twice;
                h = (ulong)(uint)(t + (((((a >> 9) ^ a) >> 11) ^ a) >> 2) + ((a & (b | c)) | (b & c))) * twice;
                t = g + (((((d >> 14) ^ d) >> 5) ^ d) >> 6) + (f ^ (d & (e ^ f))) + (k[i + 9] >> 32) + w9;
                c = (ulong)(uint)(c + t) * twice;
                g = (ulong)(uint)(t + (((((h >> 9) ^ h) >> 11) ^ h) >> 2) + ((h & (a | b)) | (a & b))) * twice;
                t = f + (((((c >> 14) ^ c) >> 5) ^ c) >> 6) + (e ^ (c & (d ^ e))) + (k[i + 10] >> 32) + w10;
                b = (ulong)(uint)(b + t) * twice;
                f = (ulong)(uint)(t + (((((g >> 9) ^ g) >> 11) ^ g) >> 2) + ((g & (h | a)) | (h & a))) * twice;
                t = e + (((((b >> 14) ^ b) >> 5) ^ b) >> 6) + (d ^ (b & (c ^ d))) + (k[i + 11] >> 32) + w11;
                a = (ulong)(uint)(a + t) * twice;
                e = (ulong)(uint)(t + (((((f >> 9) ^ f) >> 11) ^ f) >> 2) + ((f & (g | h)) | (g & h))) * twice;
                t = d + (((((a >> 14) ^ a) >> 5) ^ a) >> 6) + (c ^ (a & (b ^ c))) + (k[i + 12] >> 32) + w12;
                h = (ulong)(uint)(h + t) * twice;
                d = (ulong)(uint)(t + (((((e >> 9) ^ e) >> 11) ^ e) >> 2) + ((e & (f | g)) | (f & g))) * twice;
                t = c + (((((h >> 14) ^ h) >> 5) ^ h) >> 6) + (b ^ (h & (a ^ b))) + (k[i + 13] >> 32) + w13;
                g = (ulong)(uint)(g + t) * twice;
                c = (ulong)(uint)(t + (((((d >> 9) ^ d) >> 11) ^ d) >> 2) + ((d & (e | f)) | (e & f))) * twice;
                t = b + (((((g >> 14) ^ g) >> 5) ^ g) >> 6) + (a ^ (g & (h ^ a))) + (k[i + 14] >> 32) + w14;
                f = (ulong)(uint)(f + t) * twice;
                b = (ulong)(uint)(t + (((((c >> 9) ^ c) >> 11) ^ c) >> 2) + ((c & (d | e)) | (d & e))) * twice;
                t = a + (((((f >> 14) ^ f) >> 5) ^ f) >> 6) + (h ^ (f & (g ^ h))) + (k[i + 15] >> 32) + w15;
                e = (ulong)(uint)(e + t) * twice;
                a = (ulong)(uint)(t + (((((b >> 9) ^ b) >> 11) ^ b) >> 2) + ((b & (c | d)) | (c & d))) * twice;

                i += 16;
                if (i == 64)
                {
                    break;
                }

                w0 = (ulong)(uint)(w0 + (((w14 >> 17) ^ (w14 >> 19)) ^ (w14 >> 42)) + w9 + (((w1 >> 7) ^ (w1 >> 18)) ^ (w1 >> 35))) * twice;
                w1 = (ulong)(uint)(w1 + (((w15 >> 17) ^ (w15 >> 19)) ^ (w15 >> 42)) + w10
                    + (((w2 >> 7) ^ (w2 >> 18)) ^ (w2 >> 35))) * twice;
                w2 = (ulong)(uint)(w2 + (((w0 >> 17) ^ (w0 >> 19)) ^ (w0 >> 42)) + w11 + (((w3 >> 7) ^ (w3 >> 18)) ^ (w3 >> 35))) * twice;
                w3 = (ulong)(uint)(w3 + (((w1 >> 17) ^ (w1 >> 19)) ^ (w1 >> 42)) + w12 + (((w4 >> 7) ^ (w4 >> 18)) ^ (w4 >> 35))) * twice;
                w4 = (ulong)(uint)(w4 + (((w2 >> 17) ^ (w2 >> 19)) ^ (w2 >> 42)) + w13 + (((w5 >> 7) ^ (w5 >> 18)) ^ (w5 >> 35))) * twice;
                w5 = (ulong)(uint)(w5 + (((w3 >> 17) ^ (w3 >> 19)) ^ (w3 >> 42)) + w14 + (((w6 >> 7) ^ (w6 >> 18)) ^ (w6 >> 35))) * twice;
                w6 = (ulong)(uint)(w6 + (((w4 >> 17) ^ (w4 >> 19)) ^ (w4 >> 42)) + w15 + (((w7 >> 7) ^ (w7 >> 18)) ^ (w7 >> 35))) * twice;
                w7 = (ulong)(uint)(w7 + (((w5 >> 17) ^ (w5 >> 19)) ^ (w5 >> 42)) + w0 + (((w8 >> 7) ^ (w8 >> 18)) ^ (w8 >> 35))) * twice;
                w8 = (ulong)(uint)(w8 + (((w6 >> 17) ^ (w6 >> 19)) ^ (w6 >> 42)) + w1 + (((w9 >> 7) ^ (w9 >> 18)) ^ (w9 >> 35))) * twice;
                w9 = (ulong)(uint)(w9 + (((w7 >> 17) ^ (w7 >> 19)) ^ (w7 >> 42)) + w2 + (((w10 >> 7) ^ (w10 >> 18)) ^ (w10 >> 35))) * twice;
                w10 = (ulong)(uint)(w10 + (((w8 >> 17) ^ (w8 >> 19)) ^ (w8 >> 42)) + w3
                    + (((w11 >> 7) ^ (w11 >> 18)) ^ (w11 >> 35))) * twice;
                w11 = (ulong)(uint)(w11 + (((w9 >> 17) ^ (w9 >> 19)) ^ (w9 >> 42)) + w4
                    + (((w12 >> 7) ^ (w12 >> 18)) ^ (w12 >> 35))) * twice;
                w12 = (ulong)(uint)(w12 + (((w10 >> 17) ^ (w10 >> 19)) ^ (w10 >> 42)) + w5
                    + (((w13 >> 7) ^ (w13 >> 18)) ^ (w13 >> 35))) * twice;
                w13 = (ulong)(uint)(w13 + (((w11 >> 17) ^ (w11 >> 19)) ^ (w11 >> 42)) + w6
                    + (((w14 >> 7) ^ (w14 >> 18)) ^ (w14 >> 35))) * twice;
                w14 = (ulong)(uint)(w14 + (((w12 >> 17) ^ (w12 >> 19)) ^ (w12 >> 42)) + w7
                    + (((w15 >> 7) ^ (w15 >> 18)) ^ (w15 >> 35))) * twice;
                w15 = (ulong)(uint)(w15 + (((w13 >> 17) ^ (w13 >> 19)) ^ (w13 >> 42)) + w8
                    + (((w0 >> 7) ^ (w0 >> 18)) ^ (w0 >> 35))) * twice;
            }

            state[0] += (uint)a;
            state[1] += (uint)b;
            state[2] += (uint)c;
            state[3] += (uint)d;
            state[4] += (uint)e;
            state[5] += (uint)f;
            state[6] += (uint)g;
            state[7] += (uint)h;
        }
    }
}
