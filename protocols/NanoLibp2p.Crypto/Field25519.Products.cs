// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static partial class Field25519
    {
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
            o[n + 7] = (r = (r >> 29) + f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0 + (h & mask) * fold) & mask;
            o[n + 8] = (r = (r >> 29) + f0 * g8 + f1 * g7 + f2 * g6 + f3 * g5 + f4 * g4 + f5 * g3 + f6 * g2 + f7 * g1 + f8 * g0 + (h >> 29) * fold) & top;
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
