// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static partial class Field25519
    {
        // o[n..] = 1/a[i..], and 0 for 0; tight, may overlay. Constant time, and half the instructions of a power.
        internal static void Invert(ulong[] o, int n, ulong[] a, int i)
        {
            ulong s, t;
            ulong mask = 0x1FFFFFFF;
            ulong top = 0x7FFFFF;
            ulong one = 0x1;
            ulong inverse19 = 0x86BCA1B;
            ulong nineteen = 0x13;
            ulong bias = 0x8000000000000000;
            ulong back = 0x400000000;
            ulong next = 0x7FFFFFFC00000000;
            ulong sign = 0x80000000;
            ulong word = 0xFFFFFFFF;
            ulong bit;
            ulong cf;
            ulong cg;
            ulong d0, d1, d2, d3, d4, d5, d6, d7, d8;
            ulong e0, e1, e2, e3, e4, e5, e6, e7, e8;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            ulong high;
            ulong low;
            ulong mf;
            ulong mg;
            ulong q;
            ulong qr;
            ulong r;
            ulong u;
            ulong uv;
            ulong v;
            // g = the input, below p: p is taken away once if v + 19 reaches 2^255
            s = nineteen;
            s = (a[i] + s) >> 29;
            s = (a[i + 1] + s) >> 29;
            s = (a[i + 2] + s) >> 29;
            s = (a[i + 3] + s) >> 29;
            s = (a[i + 4] + s) >> 29;
            s = (a[i + 5] + s) >> 29;
            s = (a[i + 6] + s) >> 29;
            s = (a[i + 7] + s) >> 29;
            s = ((a[i + 8] + s) >> 23) * nineteen;
            g0 = (s = s + a[i]) & mask;
            g1 = (s = (s >> 29) + a[i + 1]) & mask;
            g2 = (s = (s >> 29) + a[i + 2]) & mask;
            g3 = (s = (s >> 29) + a[i + 3]) & mask;
            g4 = (s = (s >> 29) + a[i + 4]) & mask;
            g5 = (s = (s >> 29) + a[i + 5]) & mask;
            g6 = (s = (s >> 29) + a[i + 6]) & mask;
            g7 = (s = (s >> 29) + a[i + 7]) & mask;
            g8 = (s = (s >> 29) + a[i + 8]) & top;
            // f = p, and f = d x, g = e x modulo p for the input x, always
            f0 = mask - 18;
            f1 = f2 = f3 = f4 = f5 = f6 = f7 = mask;
            f8 = top;
            d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = d8 = 0;
            e1 = e2 = e3 = e4 = e5 = e6 = e7 = e8 = 0;
            e0 = one;
            // zeta = -(delta + 1/2)
            ulong zeta = 0xffffffffffffffff;
            for (int batch = 0; batch < 21; batch++)
            {
                // 29 divsteps on the lowest limbs. The matrix is kept as two packed rows, u + 2^32 v and q + 2^32 r: they are only added,
                // negated and doubled, so that a borrow between the two undoes itself. s is +1, -1 or 0, and t is 1 if f and g change
                // places.
                low = f0;
                high = g0;
                uv = one;
                qr = 0x100000000;
                int left = 29;
                do
                
                {
                    bit = high & one;
                    t = bit & (zeta >> 63);
                    s = bit - t - t;
                    high += low * s;
                    qr += uv * s;
                    zeta = (zeta ^ (0UL - t)) - one;
                    low += high * t;
                    uv += qr * t;
                    high >>= 1;
                    uv += uv;
                }
                while (--left != 0);

                // unpacked, each is a number from -2^29 to 2^29 in two's complement
                u = ((uv & word) ^ sign) - sign;
                v = ((uv - u + bias) >> 32) - sign;
                q = ((qr & word) ^ sign) - sign;
                r = ((qr - q + bias) >> 32) - sign;

                // f, g = (u f + v g, q f + r g) / 2^29. |u| + |v| and |q| + |r| are at most 2^29, so a column is within 2^58 + 2^30; 2^63
                // is added
                // before its carry is shifted, and 2^34 taken from that, as >> has to stay unsigned. Limb 8 is in two's complement.
                cf = u * f0 + v * g0;
                cg = q * f0 + r * g0;
                cf += bias;
                cg += bias;
                cf = (cf >> 29) + next + u * f1 + v * g1;
                cg = (cg >> 29) + next + q * f1 + r * g1;
                f0 = cf & mask;
                g0 = cg & mask;
                cf = (cf >> 29) + next + u * f2 + v * g2;
                cg = (cg >> 29) + next + q * f2 + r * g2;
                f1 = cf & mask;
                g1 = cg & mask;
                cf = (cf >> 29) + next + u * f3 + v * g3;
                cg = (cg >> 29) + next + q * f3 + r * g3;
                f2 = cf & mask;
                g2 = cg & mask;
                cf = (cf >> 29) + next + u * f4 + v * g4;
                cg = (cg >> 29) + next + q * f4 + r * g4;
                f3 = cf & mask;
                g3 = cg & mask;
                cf = (cf >> 29) + next + u * f5 + v * g5;
                cg = (cg >> 29) + next + q * f5 + r * g5;
                f4 = cf & mask;
                g4 = cg & mask;
                cf = (cf >> 29) + next + u * f6 + v * g6;
                cg = (cg >> 29) + next + q * f6 + r * g6;
                f5 = cf & mask;
                g5 = cg & mask;
                cf = (cf >> 29) + next + u * f7 + v * g7;
                cg = (cg >> 29) + next + q * f7 + r * g7;
                f6 = cf & mask;
                g6 = cg & mask;
                cf = (cf >> 29) + next + u * f8 + v * g8;
                cg = (cg >> 29) + next + q * f8 + r * g8;
                f7 = cf & mask;
                g7 = cg & mask;
                f8 = (cf >> 29) - back;
                g8 = (cg >> 29) - back;

                // the same for d and e modulo p, with the multiple of p that makes limb 0 vanish. They grow by p in each batch: within 22 p
                // at
                // the end, limb 8 within 2^28
                cf = u * d0 + v * e0;
                cg = q * d0 + r * e0;
                mf = (cf * inverse19) & mask;
                mg = (cg * inverse19) & mask;
                cf += bias - mf * nineteen;
                cg += bias - mg * nineteen;
                cf = (cf >> 29) + next + u * d1 + v * e1;
                cg = (cg >> 29) + next + q * d1 + r * e1;
                d0 = cf & mask;
                e0 = cg & mask;
                cf = (cf >> 29) + next + u * d2 + v * e2;
                cg = (cg >> 29) + next + q * d2 + r * e2;
                d1 = cf & mask;
                e1 = cg & mask;
                cf = (cf >> 29) + next + u * d3 + v * e3;
                cg = (cg >> 29) + next + q * d3 + r * e3;
                d2 = cf & mask;
                e2 = cg & mask;
                cf = (cf >> 29) + next + u * d4 + v * e4;
                cg = (cg >> 29) + next + q * d4 + r * e4;
                d3 = cf & mask;
                e3 = cg & mask;
                cf = (cf >> 29) + next + u * d5 + v * e5;
                cg = (cg >> 29) + next + q * d5 + r * e5;
                d4 = cf & mask;
                e4 = cg & mask;
                cf = (cf >> 29) + next + u * d6 + v * e6;
                cg = (cg >> 29) + next + q * d6 + r * e6;
                d5 = cf & mask;
                e5 = cg & mask;
                cf = (cf >> 29) + next + u * d7 + v * e7;
                cg = (cg >> 29) + next + q * d7 + r * e7;
                d6 = cf & mask;
                e6 = cg & mask;
                cf = (cf >> 29) + next + u * d8 + v * e8 + (mf << 23);
                cg = (cg >> 29) + next + q * d8 + r * e8 + (mg << 23);
                d7 = cf & mask;
                e7 = cg & mask;
                d8 = (cf >> 29) - back;
                e8 = (cg >> 29) - back;
            }

            // f is 1 or -1 (or p, when the input and d are 0): the inverse is f d, made positive by 32 p
            u = one - (f0 & 2);
            cf = d0 * u + bias - 32 * nineteen;
            g0 = cf & mask;
            cf = (cf >> 29) + next + d1 * u;
            g1 = cf & mask;
            cf = (cf >> 29) + next + d2 * u;
            g2 = cf & mask;
            cf = (cf >> 29) + next + d3 * u;
            g3 = cf & mask;
            cf = (cf >> 29) + next + d4 * u;
            g4 = cf & mask;
            cf = (cf >> 29) + next + d5 * u;
            g5 = cf & mask;
            cf = (cf >> 29) + next + d6 * u;
            g6 = cf & mask;
            cf = (cf >> 29) + next + d7 * u;
            g7 = cf & mask;
            cf = (cf >> 29) + next + d8 * u + (32UL << 23);
            cf -= bias;
            s = g0 + (cf >> 23) * nineteen;
            o[n] = s & mask;
            o[n + 1] = g1 + (s >> 29);
            o[n + 2] = g2;
            o[n + 3] = g3;
            o[n + 4] = g4;
            o[n + 5] = g5;
            o[n + 6] = g6;
            o[n + 7] = g7;
            o[n + 8] = cf & top;
        }

        // o[n..] = a[i..] * b[j..]; all tight, and the product may overlay the factors.
        internal static void Mul(ulong[] o, int n, ulong[] a, int i, ulong[] b, int j)
        {
            ulong r, h;
            ulong mask = 0x1FFFFFFF;
            ulong fold = 0x4C0;
            ulong top = 0x7FFFFF;
            ulong nineteen = 0x13;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            ulong low0, low1;
            f0 = a[i];
            f1 = a[i + 1];
            f2 = a[i + 2];
            f3 = a[i + 3];
            f4 = a[i + 4];
            f5 = a[i + 5];
            f6 = a[i + 6];
            f7 = a[i + 7];
            f8 = a[i + 8];
            g0 = b[j];
            g1 = b[j + 1];
            g2 = b[j + 2];
            g3 = b[j + 3];
            g4 = b[j + 4];
            g5 = b[j + 5];
            g6 = b[j + 6];
            g7 = b[j + 7];
            g8 = b[j + 8];
            // o at n = f * g
            h = f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1;
            low0 = (r = f0 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f2 * g8 + f3 * g7 + f4 * g6 + f5 * g5 + f6 * g4 + f7 * g3 + f8 * g2;
            low1 = (r = (r >> 29) + f0 * g1 + f1 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f3 * g8 + f4 * g7 + f5 * g6 + f6 * g5 + f7 * g4 + f8 * g3;
            o[n + 2] = (r = (r >> 29) + f0 * g2 + f1 * g1 + f2 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f4 * g8 + f5 * g7 + f6 * g6 + f7 * g5 + f8 * g4;
            o[n + 3] = (r = (r >> 29) + f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f5 * g8 + f6 * g7 + f7 * g6 + f8 * g5;
            o[n + 4] = (r = (r >> 29) + f0 * g4 + f1 * g3 + f2 * g2 + f3 * g1 + f4 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f6 * g8 + f7 * g7 + f8 * g6;
            o[n + 5] = (r = (r >> 29) + f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f7 * g8 + f8 * g7;
            o[n + 6] = (r = (r >> 29) + f0 * g6 + f1 * g5 + f2 * g4 + f3 * g3 + f4 * g2 + f5 * g1 + f6 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f8 * g8;
            o[n + 7] = (r = (r >> 29) + f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0
                + (h & mask) * fold) & mask;
            o[n + 8] = (r = (r >> 29) + f0 * g8 + f1 * g7 + f2 * g6 + f3 * g5 + f4 * g4 + f5 * g3 + f6 * g2 + f7 * g1 + f8 * g0
                + (h >> 29) * fold) & top;
            o[n] = (r = low0 + (r >> 23) * nineteen) & mask;
            o[n + 1] = low1 + (r >> 29);
            // widest column below 2^61.00
        }

        // o[n..] = a[i..]^(2^times), times at least 1; tight, may overlay.
        internal static void SquareTimes(ulong[] o, int n, ulong[] a, int i, int times)
        {
            ulong r, h;
            ulong mask = 0x1FFFFFFF;
            ulong fold = 0x4C0;
            ulong top = 0x7FFFFF;
            ulong nineteen = 0x13;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            f0 = a[i];
            f1 = a[i + 1];
            f2 = a[i + 2];
            f3 = a[i + 3];
            f4 = a[i + 4];
            f5 = a[i + 5];
            f6 = a[i + 6];
            f7 = a[i + 7];
            f8 = a[i + 8];
            for (; ; )
            {
                // g = f^2
                h = ((f1 * f8 + f2 * f7 + f3 * f6 + f4 * f5) << 1);
                g0 = (r = f0 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f2 * f8 + f3 * f7 + f4 * f6) << 1) + f5 * f5;
                g1 = (r = (r >> 29) + ((f0 * f1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f3 * f8 + f4 * f7 + f5 * f6) << 1);
                g2 = (r = (r >> 29) + ((f0 * f2) << 1) + f1 * f1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f4 * f8 + f5 * f7) << 1) + f6 * f6;
                g3 = (r = (r >> 29) + ((f0 * f3 + f1 * f2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f5 * f8 + f6 * f7) << 1);
                g4 = (r = (r >> 29) + ((f0 * f4 + f1 * f3) << 1) + f2 * f2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f6 * f8) << 1) + f7 * f7;
                g5 = (r = (r >> 29) + ((f0 * f5 + f1 * f4 + f2 * f3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((f7 * f8) << 1);
                g6 = (r = (r >> 29) + ((f0 * f6 + f1 * f5 + f2 * f4) << 1) + f3 * f3 + (h & mask) * fold) & mask;
                h = (h >> 29) + f8 * f8;
                g7 = (r = (r >> 29) + ((f0 * f7 + f1 * f6 + f2 * f5 + f3 * f4) << 1) + (h & mask) * fold) & mask;
                g8 = (r = (r >> 29) + ((f0 * f8 + f1 * f7 + f2 * f6 + f3 * f5) << 1) + f4 * f4 + (h >> 29) * fold) & top;
                g0 = (r = g0 + (r >> 23) * nineteen) & mask;
                g1 += r >> 29;
                // widest column below 2^61.00
                if (--times == 0)
                {
                    break;
                }

                f0 = g0;
                f1 = g1;
                f2 = g2;
                f3 = g3;
                f4 = g4;
                f5 = g5;
                f6 = g6;
                f7 = g7;
                f8 = g8;
            }

            o[n] = g0;
            o[n + 1] = g1;
            o[n + 2] = g2;
            o[n + 3] = g3;
            o[n + 4] = g4;
            o[n + 5] = g5;
            o[n + 6] = g6;
            o[n + 7] = g7;
            o[n + 8] = g8;
        }
    }
}
