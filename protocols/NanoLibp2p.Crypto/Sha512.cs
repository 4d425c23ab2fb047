using System;

namespace NanoLibp2p.Crypto
{
    /// <summary>SHA-512 (FIPS 180-4), one hash at a time.</summary>
    /// <remarks>Only signatures need it, a few blocks each: eight rounds are unrolled and the schedule is not, for the sake of
    /// flash.</remarks>
    internal sealed class Sha512
    {
        internal const int BlockBytes = 128;

        /// <summary>The constants of the rounds.</summary>
        internal readonly ulong[] K;


        private readonly ulong[] _state = new ulong[8];
        private readonly ulong[] _schedule = new ulong[16];
        private readonly byte[] _block = new byte[BlockBytes];
        private int _held;
        private uint _total;

        internal Sha512()
        {
            // made here, and not static: nanoCLR would keep a static array's bytes in RAM whether or not the hash is used
            K = new ulong[]
            {
                0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
                0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
                0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
                0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
                0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
                0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
                0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
                0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
                0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
                0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
                0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
                0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
                0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
                0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
                0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
                0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
                0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
                0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
                0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
                0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
            };
        }

        internal void Start()
        {
            _state[0] = 0x6a09e667f3bcc908;
            _state[1] = 0xbb67ae8584caa73b;
            _state[2] = 0x3c6ef372fe94f82b;
            _state[3] = 0xa54ff53a5f1d36f1;
            _state[4] = 0x510e527fade682d1;
            _state[5] = 0x9b05688c2b3e6c1f;
            _state[6] = 0x1f83d9abfb41bd6b;
            _state[7] = 0x5be0cd19137e2179;
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
            if (_held > BlockBytes - 16)
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
                ulong word = _state[i];
                for (int shift = 56; shift >= 0; shift -= 8)
                {
                    hash[offset++] = (byte)(word >> shift);
                }
            }

            Clear();
        }

        internal void Clear()
        {
            Wipe.Clear(_state);
            Wipe.Clear(_schedule);
            Wipe.Clear(_block);
            _held = 0;
        }

        private void Compress()
        {
            ulong t;
            ulong[] k = K;
            ulong[] w = _schedule;
            ulong[] state = _state;
            int at = 0;
            for (int i = 0; i < 16; i++)
            {
                w[i] = ((ulong)(uint)((_block[at] << 24) | (_block[at + 1] << 16) | (_block[at + 2] << 8) | _block[at + 3]) << 32)
                    | (uint)((_block[at + 4] << 24) | (_block[at + 5] << 16) | (_block[at + 6] << 8) | _block[at + 7]);
                at += 8;
            }

            ulong a = state[0];
            ulong b = state[1];
            ulong c = state[2];
            ulong d = state[3];
            ulong e = state[4];
            ulong f = state[5];
            ulong g = state[6];
            ulong h = state[7];
            for (int i = 0; i < 80; i += 8)
            {
                if (i >= 16)
                {
                    for (int j = i; j < i + 8; j++)
                    {
                        ulong x = w[(j + 14) & 15];
                        ulong y = w[(j + 1) & 15];
                        w[j & 15] += (((x >> 19) | (x << 45)) ^ ((x >> 61) | (x << 3)) ^ (x >> 6)) + w[(j + 9) & 15]
                            + (((y >> 1) | (y << 63)) ^ ((y >> 8) | (y << 56)) ^ (y >> 7));
                    }
                }

                at = i & 8;
                t = h + (((e >> 14) | (e << 50)) ^ ((e >> 18) | (e << 46)) ^ ((e >> 41) | (e << 23)))
                    + (g ^ (e & (f ^ g))) + k[i] + w[at];
                d += t;
                h = t + (((a >> 28) | (a << 36)) ^ ((a >> 34) | (a << 30)) ^ ((a >> 39) | (a << 25))) + ((a & (b | c)) | (b & c));
                t = g + (((d >> 14) | (d << 50)) ^ ((d >> 18) | (d << 46)) ^ ((d >> 41) | (d << 23)))
                    + (f ^ (d & (e ^ f))) + k[i + 1] + w[at + 1];
                c += t;
                g = t + (((h >> 28) | (h << 36)) ^ ((h >> 34) | (h << 30)) ^ ((h >> 39) | (h << 25))) + ((h & (a | b)) | (a & b));
                t = f + (((c >> 14) | (c << 50)) ^ ((c >> 18) | (c << 46)) ^ ((c >> 41) | (c << 23)))
                    + (e ^ (c & (d ^ e))) + k[i + 2] + w[at + 2];
                b += t;
                f = t + (((g >> 28) | (g << 36)) ^ ((g >> 34) | (g << 30)) ^ ((g >> 39) | (g << 25))) + ((g & (h | a)) | (h & a));
                t = e + (((b >> 14) | (b << 50)) ^ ((b >> 18) | (b << 46)) ^ ((b >> 41) | (b << 23)))
                    + (d ^ (b & (c ^ d))) + k[i + 3] + w[at + 3];
                a += t;
                e = t + (((f >> 28) | (f << 36)) ^ ((f >> 34) | (f << 30)) ^ ((f >> 39) | (f << 25))) + ((f & (g | h)) | (g & h));
                t = d + (((a >> 14) | (a << 50)) ^ ((a >> 18) | (a << 46)) ^ ((a >> 41) | (a << 23)))
                    + (c ^ (a & (b ^ c))) + k[i + 4] + w[at + 4];
                h += t;
                d = t + (((e >> 28) | (e << 36)) ^ ((e >> 34) | (e << 30)) ^ ((e >> 39) | (e << 25))) + ((e & (f | g)) | (f & g));
                t = c + (((h >> 14) | (h << 50)) ^ ((h >> 18) | (h << 46)) ^ ((h >> 41) | (h << 23)))
                    + (b ^ (h & (a ^ b))) + k[i + 5] + w[at + 5];
                g += t;
                c = t + (((d >> 28) | (d << 36)) ^ ((d >> 34) | (d << 30)) ^ ((d >> 39) | (d << 25))) + ((d & (e | f)) | (e & f));
                t = b + (((g >> 14) | (g << 50)) ^ ((g >> 18) | (g << 46)) ^ ((g >> 41) | (g << 23)))
                    + (a ^ (g & (h ^ a))) + k[i + 6] + w[at + 6];
                f += t;
                b = t + (((c >> 28) | (c << 36)) ^ ((c >> 34) | (c << 30)) ^ ((c >> 39) | (c << 25))) + ((c & (d | e)) | (d & e));
                t = a + (((f >> 14) | (f << 50)) ^ ((f >> 18) | (f << 46)) ^ ((f >> 41) | (f << 23)))
                    + (h ^ (f & (g ^ h))) + k[i + 7] + w[at + 7];
                e += t;
                a = t + (((b >> 28) | (b << 36)) ^ ((b >> 34) | (b << 30)) ^ ((b >> 39) | (b << 25))) + ((b & (c | d)) | (c & d));
            }

            state[0] += a;
            state[1] += b;
            state[2] += c;
            state[3] += d;
            state[4] += e;
            state[5] += f;
            state[6] += g;
            state[7] += h;
        }
    }
}
