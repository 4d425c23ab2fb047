// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static partial class EdwardsPoint
    {
        // p = 2^times p, times at least 1 (dbl-2008-hwcd with a = -1; T only after the last).
        internal static void Double(ulong[] p, int times)
        {
            ulong mask = 0x1FFFFFFF;
            ulong top = 0x7FFFFF;
            ulong fold = 0x4C0;
            ulong nineteen = 0x13;
            ulong bias22low = 0x3FFFFFDA;
            ulong bias2mid = 0x3FFFFFFE;
            ulong bias22top = 0xFFFFFE;
            ulong bias44low = 0x7FFFFFB4;
            ulong bias4mid = 0x7FFFFFFC;
            ulong bias44top = 0x1FFFFFC;
            ulong bias33low = 0x5FFFFFC7;
            ulong bias3mid = 0x5FFFFFFD;
            ulong bias33top = 0x17FFFFD;
            ulong a0, a1, a2, a3, a4, a5, a6, a7, a8;
            ulong b0, b1, b2, b3, b4, b5, b6, b7, b8;
            ulong e0, e1, e2, e3, e4, e5, e6, e7, e8;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            ulong h;
            ulong hh0, hh1, hh2, hh3, hh4, hh5, hh6, hh7, hh8;
            ulong r;
            ulong s0, s1, s2, s3, s4, s5, s6, s7, s8;
            ulong t0, t1;
            ulong x0, x1, x2, x3, x4, x5, x6, x7, x8;
            ulong y0, y1, y2, y3, y4, y5, y6, y7, y8;
            ulong z0, z1, z2, z3, z4, z5, z6, z7, z8;
            x0 = p[0];
            x1 = p[1];
            x2 = p[2];
            x3 = p[3];
            x4 = p[4];
            x5 = p[5];
            x6 = p[6];
            x7 = p[7];
            x8 = p[8];
            y0 = p[9];
            y1 = p[10];
            y2 = p[11];
            y3 = p[12];
            y4 = p[13];
            y5 = p[14];
            y6 = p[15];
            y7 = p[16];
            y8 = p[17];
            z0 = p[18];
            z1 = p[19];
            z2 = p[20];
            z3 = p[21];
            z4 = p[22];
            z5 = p[23];
            z6 = p[24];
            z7 = p[25];
            z8 = p[26];
            for (; ; )
            {
                // a = x^2
                h = ((x1 * x8 + x2 * x7 + x3 * x6 + x4 * x5) << 1);
                a0 = (r = x0 * x0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x2 * x8 + x3 * x7 + x4 * x6) << 1) + x5 * x5;
                a1 = (r = (r >> 29) + ((x0 * x1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x3 * x8 + x4 * x7 + x5 * x6) << 1);
                a2 = (r = (r >> 29) + ((x0 * x2) << 1) + x1 * x1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x4 * x8 + x5 * x7) << 1) + x6 * x6;
                a3 = (r = (r >> 29) + ((x0 * x3 + x1 * x2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x5 * x8 + x6 * x7) << 1);
                a4 = (r = (r >> 29) + ((x0 * x4 + x1 * x3) << 1) + x2 * x2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x6 * x8) << 1) + x7 * x7;
                a5 = (r = (r >> 29) + ((x0 * x5 + x1 * x4 + x2 * x3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((x7 * x8) << 1);
                a6 = (r = (r >> 29) + ((x0 * x6 + x1 * x5 + x2 * x4) << 1) + x3 * x3 + (h & mask) * fold) & mask;
                h = (h >> 29) + x8 * x8;
                a7 = (r = (r >> 29) + ((x0 * x7 + x1 * x6 + x2 * x5 + x3 * x4) << 1) + (h & mask) * fold) & mask;
                a8 = (r = (r >> 29) + ((x0 * x8 + x1 * x7 + x2 * x6 + x3 * x5) << 1) + x4 * x4 + (h >> 29) * fold) & top;
                a0 = (r = a0 + (r >> 23) * nineteen) & mask;
                a1 += r >> 29;
                // widest column below 2^61.00
                // b = y^2
                h = ((y1 * y8 + y2 * y7 + y3 * y6 + y4 * y5) << 1);
                b0 = (r = y0 * y0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y2 * y8 + y3 * y7 + y4 * y6) << 1) + y5 * y5;
                b1 = (r = (r >> 29) + ((y0 * y1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y3 * y8 + y4 * y7 + y5 * y6) << 1);
                b2 = (r = (r >> 29) + ((y0 * y2) << 1) + y1 * y1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y4 * y8 + y5 * y7) << 1) + y6 * y6;
                b3 = (r = (r >> 29) + ((y0 * y3 + y1 * y2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y5 * y8 + y6 * y7) << 1);
                b4 = (r = (r >> 29) + ((y0 * y4 + y1 * y3) << 1) + y2 * y2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y6 * y8) << 1) + y7 * y7;
                b5 = (r = (r >> 29) + ((y0 * y5 + y1 * y4 + y2 * y3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((y7 * y8) << 1);
                b6 = (r = (r >> 29) + ((y0 * y6 + y1 * y5 + y2 * y4) << 1) + y3 * y3 + (h & mask) * fold) & mask;
                h = (h >> 29) + y8 * y8;
                b7 = (r = (r >> 29) + ((y0 * y7 + y1 * y6 + y2 * y5 + y3 * y4) << 1) + (h & mask) * fold) & mask;
                b8 = (r = (r >> 29) + ((y0 * y8 + y1 * y7 + y2 * y6 + y3 * y5) << 1) + y4 * y4 + (h >> 29) * fold) & top;
                b0 = (r = b0 + (r >> 23) * nineteen) & mask;
                b1 += r >> 29;
                // widest column below 2^61.00
                // hh = b + a
                hh0 = b0 + a0;
                hh1 = b1 + a1;
                hh2 = b2 + a2;
                hh3 = b3 + a3;
                hh4 = b4 + a4;
                hh5 = b5 + a5;
                hh6 = b6 + a6;
                hh7 = b7 + a7;
                hh8 = b8 + a8;
                // limbs up to 2 * 2^29, limb 8 below 2^24.00
                // g = b - a + 2 p
                g0 = b0 + bias22low - a0;
                g1 = b1 + bias2mid - a1;
                g2 = b2 + bias2mid - a2;
                g3 = b3 + bias2mid - a3;
                g4 = b4 + bias2mid - a4;
                g5 = b5 + bias2mid - a5;
                g6 = b6 + bias2mid - a6;
                g7 = b7 + bias2mid - a7;
                g8 = b8 + bias22top - a8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58
                // f = 2 z^2 - g
                h = ((z1 * z8 + z2 * z7 + z3 * z6 + z4 * z5) << 2);
                f0 = (r = (z0 * z0 << 1) + (h & mask) * fold + bias44low - g0) & mask;
                h = (h >> 29) + ((z2 * z8 + z3 * z7 + z4 * z6) << 2) + (z5 * z5 << 1);
                f1 = (r = (r >> 29) + ((z0 * z1) << 2) + (h & mask) * fold + bias4mid - g1) & mask;
                h = (h >> 29) + ((z3 * z8 + z4 * z7 + z5 * z6) << 2);
                f2 = (r = (r >> 29) + ((z0 * z2) << 2) + (z1 * z1 << 1) + (h & mask) * fold + bias4mid - g2) & mask;
                h = (h >> 29) + ((z4 * z8 + z5 * z7) << 2) + (z6 * z6 << 1);
                f3 = (r = (r >> 29) + ((z0 * z3 + z1 * z2) << 2) + (h & mask) * fold + bias4mid - g3) & mask;
                h = (h >> 29) + ((z5 * z8 + z6 * z7) << 2);
                f4 = (r = (r >> 29) + ((z0 * z4 + z1 * z3) << 2) + (z2 * z2 << 1) + (h & mask) * fold + bias4mid - g4) & mask;
                h = (h >> 29) + ((z6 * z8) << 2) + (z7 * z7 << 1);
                f5 = (r = (r >> 29) + ((z0 * z5 + z1 * z4 + z2 * z3) << 2) + (h & mask) * fold + bias4mid - g5) & mask;
                h = (h >> 29) + ((z7 * z8) << 2);
                f6 = (r = (r >> 29) + ((z0 * z6 + z1 * z5 + z2 * z4) << 2) + (z3 * z3 << 1) + (h & mask) * fold + bias4mid - g6) & mask;
                h = (h >> 29) + (z8 * z8 << 1);
                f7 = (r = (r >> 29) + ((z0 * z7 + z1 * z6 + z2 * z5 + z3 * z4) << 2) + (h & mask) * fold + bias4mid - g7) & mask;
                f8 = (r = (r >> 29) + ((z0 * z8 + z1 * z7 + z2 * z6 + z3 * z5) << 2) + (z4 * z4 << 1) + (h >> 29) * fold + bias44top - g8) & top;
                f0 = (r = f0 + (r >> 23) * nineteen) & mask;
                f1 += r >> 29;
                // widest column below 2^62.00
                // s = x + y
                s0 = x0 + y0;
                s1 = x1 + y1;
                s2 = x2 + y2;
                s3 = x3 + y3;
                s4 = x4 + y4;
                s5 = x5 + y5;
                s6 = x6 + y6;
                s7 = x7 + y7;
                s8 = x8 + y8;
                // limbs up to 2 * 2^29, limb 8 below 2^24.00
                // e = s^2 - hh
                h = ((s1 * s8 + s2 * s7 + s3 * s6 + s4 * s5) << 1);
                e0 = (r = s0 * s0 + (h & mask) * fold + bias33low - hh0) & mask;
                h = (h >> 29) + ((s2 * s8 + s3 * s7 + s4 * s6) << 1) + s5 * s5;
                e1 = (r = (r >> 29) + ((s0 * s1) << 1) + (h & mask) * fold + bias3mid - hh1) & mask;
                h = (h >> 29) + ((s3 * s8 + s4 * s7 + s5 * s6) << 1);
                e2 = (r = (r >> 29) + ((s0 * s2) << 1) + s1 * s1 + (h & mask) * fold + bias3mid - hh2) & mask;
                h = (h >> 29) + ((s4 * s8 + s5 * s7) << 1) + s6 * s6;
                e3 = (r = (r >> 29) + ((s0 * s3 + s1 * s2) << 1) + (h & mask) * fold + bias3mid - hh3) & mask;
                h = (h >> 29) + ((s5 * s8 + s6 * s7) << 1);
                e4 = (r = (r >> 29) + ((s0 * s4 + s1 * s3) << 1) + s2 * s2 + (h & mask) * fold + bias3mid - hh4) & mask;
                h = (h >> 29) + ((s6 * s8) << 1) + s7 * s7;
                e5 = (r = (r >> 29) + ((s0 * s5 + s1 * s4 + s2 * s3) << 1) + (h & mask) * fold + bias3mid - hh5) & mask;
                h = (h >> 29) + ((s7 * s8) << 1);
                e6 = (r = (r >> 29) + ((s0 * s6 + s1 * s5 + s2 * s4) << 1) + s3 * s3 + (h & mask) * fold + bias3mid - hh6) & mask;
                h = (h >> 29) + s8 * s8;
                e7 = (r = (r >> 29) + ((s0 * s7 + s1 * s6 + s2 * s5 + s3 * s4) << 1) + (h & mask) * fold + bias3mid - hh7) & mask;
                e8 = (r = (r >> 29) + ((s0 * s8 + s1 * s7 + s2 * s6 + s3 * s5) << 1) + s4 * s4 + (h >> 29) * fold + bias33top - hh8) & top;
                e0 = (r = e0 + (r >> 23) * nineteen) & mask;
                e1 += r >> 29;
                // widest column below 2^63.00
                // x = e * f
                h = e1 * f8 + e2 * f7 + e3 * f6 + e4 * f5 + e5 * f4 + e6 * f3 + e7 * f2 + e8 * f1;
                x0 = (r = e0 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e2 * f8 + e3 * f7 + e4 * f6 + e5 * f5 + e6 * f4 + e7 * f3 + e8 * f2;
                x1 = (r = (r >> 29) + e0 * f1 + e1 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e3 * f8 + e4 * f7 + e5 * f6 + e6 * f5 + e7 * f4 + e8 * f3;
                x2 = (r = (r >> 29) + e0 * f2 + e1 * f1 + e2 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e4 * f8 + e5 * f7 + e6 * f6 + e7 * f5 + e8 * f4;
                x3 = (r = (r >> 29) + e0 * f3 + e1 * f2 + e2 * f1 + e3 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e5 * f8 + e6 * f7 + e7 * f6 + e8 * f5;
                x4 = (r = (r >> 29) + e0 * f4 + e1 * f3 + e2 * f2 + e3 * f1 + e4 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e6 * f8 + e7 * f7 + e8 * f6;
                x5 = (r = (r >> 29) + e0 * f5 + e1 * f4 + e2 * f3 + e3 * f2 + e4 * f1 + e5 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e7 * f8 + e8 * f7;
                x6 = (r = (r >> 29) + e0 * f6 + e1 * f5 + e2 * f4 + e3 * f3 + e4 * f2 + e5 * f1 + e6 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e8 * f8;
                x7 = (r = (r >> 29) + e0 * f7 + e1 * f6 + e2 * f5 + e3 * f4 + e4 * f3 + e5 * f2 + e6 * f1 + e7 * f0 + (h & mask) * fold) & mask;
                x8 = (r = (r >> 29) + e0 * f8 + e1 * f7 + e2 * f6 + e3 * f5 + e4 * f4 + e5 * f3 + e6 * f2 + e7 * f1 + e8 * f0 + (h >> 29) * fold) & top;
                x0 = (r = x0 + (r >> 23) * nineteen) & mask;
                x1 += r >> 29;
                // widest column below 2^61.00
                // y = hh * g
                h = hh1 * g8 + hh2 * g7 + hh3 * g6 + hh4 * g5 + hh5 * g4 + hh6 * g3 + hh7 * g2 + hh8 * g1;
                y0 = (r = hh0 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh2 * g8 + hh3 * g7 + hh4 * g6 + hh5 * g5 + hh6 * g4 + hh7 * g3 + hh8 * g2;
                y1 = (r = (r >> 29) + hh0 * g1 + hh1 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh3 * g8 + hh4 * g7 + hh5 * g6 + hh6 * g5 + hh7 * g4 + hh8 * g3;
                y2 = (r = (r >> 29) + hh0 * g2 + hh1 * g1 + hh2 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh4 * g8 + hh5 * g7 + hh6 * g6 + hh7 * g5 + hh8 * g4;
                y3 = (r = (r >> 29) + hh0 * g3 + hh1 * g2 + hh2 * g1 + hh3 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh5 * g8 + hh6 * g7 + hh7 * g6 + hh8 * g5;
                y4 = (r = (r >> 29) + hh0 * g4 + hh1 * g3 + hh2 * g2 + hh3 * g1 + hh4 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh6 * g8 + hh7 * g7 + hh8 * g6;
                y5 = (r = (r >> 29) + hh0 * g5 + hh1 * g4 + hh2 * g3 + hh3 * g2 + hh4 * g1 + hh5 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh7 * g8 + hh8 * g7;
                y6 = (r = (r >> 29) + hh0 * g6 + hh1 * g5 + hh2 * g4 + hh3 * g3 + hh4 * g2 + hh5 * g1 + hh6 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + hh8 * g8;
                y7 = (r = (r >> 29) + hh0 * g7 + hh1 * g6 + hh2 * g5 + hh3 * g4 + hh4 * g3 + hh5 * g2 + hh6 * g1 + hh7 * g0 + (h & mask) * fold) & mask;
                y8 = (r = (r >> 29) + hh0 * g8 + hh1 * g7 + hh2 * g6 + hh3 * g5 + hh4 * g4 + hh5 * g3 + hh6 * g2 + hh7 * g1 + hh8 * g0 + (h >> 29) * fold) & top;
                y0 = (r = y0 + (r >> 23) * nineteen) & mask;
                y1 += r >> 29;
                // widest column below 2^63.58
                // z = g * f
                h = g1 * f8 + g2 * f7 + g3 * f6 + g4 * f5 + g5 * f4 + g6 * f3 + g7 * f2 + g8 * f1;
                z0 = (r = g0 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g2 * f8 + g3 * f7 + g4 * f6 + g5 * f5 + g6 * f4 + g7 * f3 + g8 * f2;
                z1 = (r = (r >> 29) + g0 * f1 + g1 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g3 * f8 + g4 * f7 + g5 * f6 + g6 * f5 + g7 * f4 + g8 * f3;
                z2 = (r = (r >> 29) + g0 * f2 + g1 * f1 + g2 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g4 * f8 + g5 * f7 + g6 * f6 + g7 * f5 + g8 * f4;
                z3 = (r = (r >> 29) + g0 * f3 + g1 * f2 + g2 * f1 + g3 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g5 * f8 + g6 * f7 + g7 * f6 + g8 * f5;
                z4 = (r = (r >> 29) + g0 * f4 + g1 * f3 + g2 * f2 + g3 * f1 + g4 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g6 * f8 + g7 * f7 + g8 * f6;
                z5 = (r = (r >> 29) + g0 * f5 + g1 * f4 + g2 * f3 + g3 * f2 + g4 * f1 + g5 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g7 * f8 + g8 * f7;
                z6 = (r = (r >> 29) + g0 * f6 + g1 * f5 + g2 * f4 + g3 * f3 + g4 * f2 + g5 * f1 + g6 * f0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g8 * f8;
                z7 = (r = (r >> 29) + g0 * f7 + g1 * f6 + g2 * f5 + g3 * f4 + g4 * f3 + g5 * f2 + g6 * f1 + g7 * f0 + (h & mask) * fold) & mask;
                z8 = (r = (r >> 29) + g0 * f8 + g1 * f7 + g2 * f6 + g3 * f5 + g4 * f4 + g5 * f3 + g6 * f2 + g7 * f1 + g8 * f0 + (h >> 29) * fold) & top;
                z0 = (r = z0 + (r >> 23) * nineteen) & mask;
                z1 += r >> 29;
                // widest column below 2^62.58
                if (--times == 0)
                {
                    break;
                }
            }

            p[0] = x0;
            p[1] = x1;
            p[2] = x2;
            p[3] = x3;
            p[4] = x4;
            p[5] = x5;
            p[6] = x6;
            p[7] = x7;
            p[8] = x8;
            p[9] = y0;
            p[10] = y1;
            p[11] = y2;
            p[12] = y3;
            p[13] = y4;
            p[14] = y5;
            p[15] = y6;
            p[16] = y7;
            p[17] = y8;
            p[18] = z0;
            p[19] = z1;
            p[20] = z2;
            p[21] = z3;
            p[22] = z4;
            p[23] = z5;
            p[24] = z6;
            p[25] = z7;
            p[26] = z8;
            // p at 27 = e * hh
            h = e1 * hh8 + e2 * hh7 + e3 * hh6 + e4 * hh5 + e5 * hh4 + e6 * hh3 + e7 * hh2 + e8 * hh1;
            t0 = (r = e0 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e2 * hh8 + e3 * hh7 + e4 * hh6 + e5 * hh5 + e6 * hh4 + e7 * hh3 + e8 * hh2;
            t1 = (r = (r >> 29) + e0 * hh1 + e1 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e3 * hh8 + e4 * hh7 + e5 * hh6 + e6 * hh5 + e7 * hh4 + e8 * hh3;
            p[29] = (r = (r >> 29) + e0 * hh2 + e1 * hh1 + e2 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e4 * hh8 + e5 * hh7 + e6 * hh6 + e7 * hh5 + e8 * hh4;
            p[30] = (r = (r >> 29) + e0 * hh3 + e1 * hh2 + e2 * hh1 + e3 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e5 * hh8 + e6 * hh7 + e7 * hh6 + e8 * hh5;
            p[31] = (r = (r >> 29) + e0 * hh4 + e1 * hh3 + e2 * hh2 + e3 * hh1 + e4 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e6 * hh8 + e7 * hh7 + e8 * hh6;
            p[32] = (r = (r >> 29) + e0 * hh5 + e1 * hh4 + e2 * hh3 + e3 * hh2 + e4 * hh1 + e5 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e7 * hh8 + e8 * hh7;
            p[33] = (r = (r >> 29) + e0 * hh6 + e1 * hh5 + e2 * hh4 + e3 * hh3 + e4 * hh2 + e5 * hh1 + e6 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e8 * hh8;
            p[34] = (r = (r >> 29) + e0 * hh7 + e1 * hh6 + e2 * hh5 + e3 * hh4 + e4 * hh3 + e5 * hh2 + e6 * hh1 + e7 * hh0 + (h & mask) * fold) & mask;
            p[35] = (r = (r >> 29) + e0 * hh8 + e1 * hh7 + e2 * hh6 + e3 * hh5 + e4 * hh4 + e5 * hh3 + e6 * hh2 + e7 * hh1 + e8 * hh0 + (h >> 29) * fold) & top;
            p[27] = (r = t0 + (r >> 23) * nineteen) & mask;
            p[28] = t1 + (r >> 29);
            // widest column below 2^62.00
        }

        // p += q[i..], where q holds (y + x)/2, (y - x)/2 and d x y of an affine point. For a projective one it holds Y + X, Y - X and
        // 2 d T, and the caller has multiplied p's Z by 2 Z. Without T, p can only be doubled (madd-2008-hwcd-3, halved).
        internal static void AddNiels(ulong[] p, uint[] q, int i, bool withT)
        {
            ulong mask = 0x1FFFFFFF;
            ulong top = 0x7FFFFF;
            ulong fold = 0x4C0;
            ulong nineteen = 0x13;
            ulong bias22low = 0x3FFFFFDA;
            ulong bias2mid = 0x3FFFFFFE;
            ulong bias22top = 0xFFFFFE;
            ulong a0, a1, a2, a3, a4, a5, a6, a7, a8;
            ulong b0, b1, b2, b3, b4, b5, b6, b7, b8;
            ulong c0, c1, c2, c3, c4, c5, c6, c7, c8;
            ulong d0, d1, d2, d3, d4, d5, d6, d7, d8;
            ulong e0, e1, e2, e3, e4, e5, e6, e7, e8;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            ulong h;
            ulong hh0, hh1, hh2, hh3, hh4, hh5, hh6, hh7, hh8;
            ulong n0, n1, n2, n3, n4, n5, n6, n7, n8;
            ulong r;
            ulong t0, t1;
            ulong v;
            ulong w;
            ulong x0, x1, x2, x3, x4, x5, x6, x7, x8;
            ulong y0, y1, y2, y3, y4, y5, y6, y7, y8;
            x0 = p[0];
            x1 = p[1];
            x2 = p[2];
            x3 = p[3];
            x4 = p[4];
            x5 = p[5];
            x6 = p[6];
            x7 = p[7];
            x8 = p[8];
            y0 = p[9];
            y1 = p[10];
            y2 = p[11];
            y3 = p[12];
            y4 = p[13];
            y5 = p[14];
            y6 = p[15];
            y7 = p[16];
            y8 = p[17];
            n0 = q[i];
            n1 = q[i + 1];
            n2 = q[i + 2];
            n3 = q[i + 3];
            n4 = q[i + 4];
            n5 = q[i + 5];
            n6 = q[i + 6];
            n7 = q[i + 7];
            n8 = q[i + 8];
            // d = y + x
            d0 = y0 + x0;
            d1 = y1 + x1;
            d2 = y2 + x2;
            d3 = y3 + x3;
            d4 = y4 + x4;
            d5 = y5 + x5;
            d6 = y6 + x6;
            d7 = y7 + x7;
            d8 = y8 + x8;
            // limbs up to 2 * 2^29, limb 8 below 2^24.00
            // b = d * n
            h = d1 * n8 + d2 * n7 + d3 * n6 + d4 * n5 + d5 * n4 + d6 * n3 + d7 * n2 + d8 * n1;
            b0 = (r = d0 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d2 * n8 + d3 * n7 + d4 * n6 + d5 * n5 + d6 * n4 + d7 * n3 + d8 * n2;
            b1 = (r = (r >> 29) + d0 * n1 + d1 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d3 * n8 + d4 * n7 + d5 * n6 + d6 * n5 + d7 * n4 + d8 * n3;
            b2 = (r = (r >> 29) + d0 * n2 + d1 * n1 + d2 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d4 * n8 + d5 * n7 + d6 * n6 + d7 * n5 + d8 * n4;
            b3 = (r = (r >> 29) + d0 * n3 + d1 * n2 + d2 * n1 + d3 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d5 * n8 + d6 * n7 + d7 * n6 + d8 * n5;
            b4 = (r = (r >> 29) + d0 * n4 + d1 * n3 + d2 * n2 + d3 * n1 + d4 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d6 * n8 + d7 * n7 + d8 * n6;
            b5 = (r = (r >> 29) + d0 * n5 + d1 * n4 + d2 * n3 + d3 * n2 + d4 * n1 + d5 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d7 * n8 + d8 * n7;
            b6 = (r = (r >> 29) + d0 * n6 + d1 * n5 + d2 * n4 + d3 * n3 + d4 * n2 + d5 * n1 + d6 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d8 * n8;
            b7 = (r = (r >> 29) + d0 * n7 + d1 * n6 + d2 * n5 + d3 * n4 + d4 * n3 + d5 * n2 + d6 * n1 + d7 * n0 + (h & mask) * fold) & mask;
            b8 = (r = (r >> 29) + d0 * n8 + d1 * n7 + d2 * n6 + d3 * n5 + d4 * n4 + d5 * n3 + d6 * n2 + d7 * n1 + d8 * n0 + (h >> 29) * fold) & top;
            b0 = (r = b0 + (r >> 23) * nineteen) & mask;
            b1 += r >> 29;
            // widest column below 2^62.00
            n0 = q[i + 9];
            n1 = q[i + 10];
            n2 = q[i + 11];
            n3 = q[i + 12];
            n4 = q[i + 13];
            n5 = q[i + 14];
            n6 = q[i + 15];
            n7 = q[i + 16];
            n8 = q[i + 17];
            // d = y - x + 2 p
            d0 = y0 + bias22low - x0;
            d1 = y1 + bias2mid - x1;
            d2 = y2 + bias2mid - x2;
            d3 = y3 + bias2mid - x3;
            d4 = y4 + bias2mid - x4;
            d5 = y5 + bias2mid - x5;
            d6 = y6 + bias2mid - x6;
            d7 = y7 + bias2mid - x7;
            d8 = y8 + bias22top - x8;
            // limbs up to 3 * 2^29, limb 8 below 2^24.58
            // a = d * n
            h = d1 * n8 + d2 * n7 + d3 * n6 + d4 * n5 + d5 * n4 + d6 * n3 + d7 * n2 + d8 * n1;
            a0 = (r = d0 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d2 * n8 + d3 * n7 + d4 * n6 + d5 * n5 + d6 * n4 + d7 * n3 + d8 * n2;
            a1 = (r = (r >> 29) + d0 * n1 + d1 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d3 * n8 + d4 * n7 + d5 * n6 + d6 * n5 + d7 * n4 + d8 * n3;
            a2 = (r = (r >> 29) + d0 * n2 + d1 * n1 + d2 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d4 * n8 + d5 * n7 + d6 * n6 + d7 * n5 + d8 * n4;
            a3 = (r = (r >> 29) + d0 * n3 + d1 * n2 + d2 * n1 + d3 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d5 * n8 + d6 * n7 + d7 * n6 + d8 * n5;
            a4 = (r = (r >> 29) + d0 * n4 + d1 * n3 + d2 * n2 + d3 * n1 + d4 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d6 * n8 + d7 * n7 + d8 * n6;
            a5 = (r = (r >> 29) + d0 * n5 + d1 * n4 + d2 * n3 + d3 * n2 + d4 * n1 + d5 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d7 * n8 + d8 * n7;
            a6 = (r = (r >> 29) + d0 * n6 + d1 * n5 + d2 * n4 + d3 * n3 + d4 * n2 + d5 * n1 + d6 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + d8 * n8;
            a7 = (r = (r >> 29) + d0 * n7 + d1 * n6 + d2 * n5 + d3 * n4 + d4 * n3 + d5 * n2 + d6 * n1 + d7 * n0 + (h & mask) * fold) & mask;
            a8 = (r = (r >> 29) + d0 * n8 + d1 * n7 + d2 * n6 + d3 * n5 + d4 * n4 + d5 * n3 + d6 * n2 + d7 * n1 + d8 * n0 + (h >> 29) * fold) & top;
            a0 = (r = a0 + (r >> 23) * nineteen) & mask;
            a1 += r >> 29;
            // widest column below 2^62.59
            n0 = q[i + 18];
            n1 = q[i + 19];
            n2 = q[i + 20];
            n3 = q[i + 21];
            n4 = q[i + 22];
            n5 = q[i + 23];
            n6 = q[i + 24];
            n7 = q[i + 25];
            n8 = q[i + 26];
            x0 = p[27];
            x1 = p[28];
            x2 = p[29];
            x3 = p[30];
            x4 = p[31];
            x5 = p[32];
            x6 = p[33];
            x7 = p[34];
            x8 = p[35];
            // c = x * n
            h = x1 * n8 + x2 * n7 + x3 * n6 + x4 * n5 + x5 * n4 + x6 * n3 + x7 * n2 + x8 * n1;
            c0 = (r = x0 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x2 * n8 + x3 * n7 + x4 * n6 + x5 * n5 + x6 * n4 + x7 * n3 + x8 * n2;
            c1 = (r = (r >> 29) + x0 * n1 + x1 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x3 * n8 + x4 * n7 + x5 * n6 + x6 * n5 + x7 * n4 + x8 * n3;
            c2 = (r = (r >> 29) + x0 * n2 + x1 * n1 + x2 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x4 * n8 + x5 * n7 + x6 * n6 + x7 * n5 + x8 * n4;
            c3 = (r = (r >> 29) + x0 * n3 + x1 * n2 + x2 * n1 + x3 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x5 * n8 + x6 * n7 + x7 * n6 + x8 * n5;
            c4 = (r = (r >> 29) + x0 * n4 + x1 * n3 + x2 * n2 + x3 * n1 + x4 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x6 * n8 + x7 * n7 + x8 * n6;
            c5 = (r = (r >> 29) + x0 * n5 + x1 * n4 + x2 * n3 + x3 * n2 + x4 * n1 + x5 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x7 * n8 + x8 * n7;
            c6 = (r = (r >> 29) + x0 * n6 + x1 * n5 + x2 * n4 + x3 * n3 + x4 * n2 + x5 * n1 + x6 * n0 + (h & mask) * fold) & mask;
            h = (h >> 29) + x8 * n8;
            c7 = (r = (r >> 29) + x0 * n7 + x1 * n6 + x2 * n5 + x3 * n4 + x4 * n3 + x5 * n2 + x6 * n1 + x7 * n0 + (h & mask) * fold) & mask;
            c8 = (r = (r >> 29) + x0 * n8 + x1 * n7 + x2 * n6 + x3 * n5 + x4 * n4 + x5 * n3 + x6 * n2 + x7 * n1 + x8 * n0 + (h >> 29) * fold) & top;
            c0 = (r = c0 + (r >> 23) * nineteen) & mask;
            c1 += r >> 29;
            // widest column below 2^61.00
            y0 = p[18];
            y1 = p[19];
            y2 = p[20];
            y3 = p[21];
            y4 = p[22];
            y5 = p[23];
            y6 = p[24];
            y7 = p[25];
            y8 = p[26];
            // e = b - a + 2 p
            e0 = b0 + bias22low - a0;
            e1 = b1 + bias2mid - a1;
            e2 = b2 + bias2mid - a2;
            e3 = b3 + bias2mid - a3;
            e4 = b4 + bias2mid - a4;
            e5 = b5 + bias2mid - a5;
            e6 = b6 + bias2mid - a6;
            e7 = b7 + bias2mid - a7;
            e8 = b8 + bias22top - a8;
            // limbs up to 3 * 2^29, limb 8 below 2^24.58
            // hh = b + a
            hh0 = b0 + a0;
            hh1 = b1 + a1;
            hh2 = b2 + a2;
            hh3 = b3 + a3;
            hh4 = b4 + a4;
            hh5 = b5 + a5;
            hh6 = b6 + a6;
            hh7 = b7 + a7;
            hh8 = b8 + a8;
            // limbs up to 2 * 2^29, limb 8 below 2^24.00
            // f = y - c + 2 p
            f0 = y0 + bias22low - c0;
            f1 = y1 + bias2mid - c1;
            f2 = y2 + bias2mid - c2;
            f3 = y3 + bias2mid - c3;
            f4 = y4 + bias2mid - c4;
            f5 = y5 + bias2mid - c5;
            f6 = y6 + bias2mid - c6;
            f7 = y7 + bias2mid - c7;
            f8 = y8 + bias22top - c8;
            // limbs up to 3 * 2^29, limb 8 below 2^24.58
            // g = y + c
            g0 = y0 + c0;
            g1 = y1 + c1;
            g2 = y2 + c2;
            g3 = y3 + c3;
            g4 = y4 + c4;
            g5 = y5 + c5;
            g6 = y6 + c6;
            g7 = y7 + c7;
            g8 = y8 + c8;
            // limbs up to 2 * 2^29, limb 8 below 2^24.00
            // p at 0 = e * f
            h = e1 * f8 + e2 * f7 + e3 * f6 + e4 * f5 + e5 * f4 + e6 * f3 + e7 * f2 + e8 * f1;
            t0 = (r = e0 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e2 * f8 + e3 * f7 + e4 * f6 + e5 * f5 + e6 * f4 + e7 * f3 + e8 * f2;
            t1 = (r = (r >> 29) + e0 * f1 + e1 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e3 * f8 + e4 * f7 + e5 * f6 + e6 * f5 + e7 * f4 + e8 * f3;
            p[2] = (r = (r >> 29) + e0 * f2 + e1 * f1 + e2 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e4 * f8 + e5 * f7 + e6 * f6 + e7 * f5 + e8 * f4;
            p[3] = (r = (r >> 29) + e0 * f3 + e1 * f2 + e2 * f1 + e3 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e5 * f8 + e6 * f7 + e7 * f6 + e8 * f5;
            p[4] = (r = (r >> 29) + e0 * f4 + e1 * f3 + e2 * f2 + e3 * f1 + e4 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e6 * f8 + e7 * f7 + e8 * f6;
            p[5] = (r = (r >> 29) + e0 * f5 + e1 * f4 + e2 * f3 + e3 * f2 + e4 * f1 + e5 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e7 * f8 + e8 * f7;
            p[6] = (r = (r >> 29) + e0 * f6 + e1 * f5 + e2 * f4 + e3 * f3 + e4 * f2 + e5 * f1 + e6 * f0 + (h & mask) * fold) & mask;
            h = (h >> 29) + e8 * f8;
            v = e7 * f0;
            r = (r >> 29) + e0 * f7 + e1 * f6 + e2 * f5 + e3 * f4 + e4 * f3 + e5 * f2 + e6 * f1 + (h & mask) * fold;
            p[7] = (w = (r & mask) + (v & mask)) & mask;
            p[8] = (r = (r >> 29) + (v >> 29) + (w >> 29) + e0 * f8 + e1 * f7 + e2 * f6 + e3 * f5 + e4 * f4 + e5 * f3 + e6 * f2 + e7 * f1 + e8 * f0 + (h >> 29) * fold) & top;
            p[0] = (r = t0 + (r >> 23) * nineteen) & mask;
            p[1] = t1 + (r >> 29);
            // widest column below 2^64.17
            // p at 9 = g * hh
            h = g1 * hh8 + g2 * hh7 + g3 * hh6 + g4 * hh5 + g5 * hh4 + g6 * hh3 + g7 * hh2 + g8 * hh1;
            t0 = (r = g0 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g2 * hh8 + g3 * hh7 + g4 * hh6 + g5 * hh5 + g6 * hh4 + g7 * hh3 + g8 * hh2;
            t1 = (r = (r >> 29) + g0 * hh1 + g1 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g3 * hh8 + g4 * hh7 + g5 * hh6 + g6 * hh5 + g7 * hh4 + g8 * hh3;
            p[11] = (r = (r >> 29) + g0 * hh2 + g1 * hh1 + g2 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g4 * hh8 + g5 * hh7 + g6 * hh6 + g7 * hh5 + g8 * hh4;
            p[12] = (r = (r >> 29) + g0 * hh3 + g1 * hh2 + g2 * hh1 + g3 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g5 * hh8 + g6 * hh7 + g7 * hh6 + g8 * hh5;
            p[13] = (r = (r >> 29) + g0 * hh4 + g1 * hh3 + g2 * hh2 + g3 * hh1 + g4 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g6 * hh8 + g7 * hh7 + g8 * hh6;
            p[14] = (r = (r >> 29) + g0 * hh5 + g1 * hh4 + g2 * hh3 + g3 * hh2 + g4 * hh1 + g5 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g7 * hh8 + g8 * hh7;
            p[15] = (r = (r >> 29) + g0 * hh6 + g1 * hh5 + g2 * hh4 + g3 * hh3 + g4 * hh2 + g5 * hh1 + g6 * hh0 + (h & mask) * fold) & mask;
            h = (h >> 29) + g8 * hh8;
            p[16] = (r = (r >> 29) + g0 * hh7 + g1 * hh6 + g2 * hh5 + g3 * hh4 + g4 * hh3 + g5 * hh2 + g6 * hh1 + g7 * hh0 + (h & mask) * fold) & mask;
            p[17] = (r = (r >> 29) + g0 * hh8 + g1 * hh7 + g2 * hh6 + g3 * hh5 + g4 * hh4 + g5 * hh3 + g6 * hh2 + g7 * hh1 + g8 * hh0 + (h >> 29) * fold) & top;
            p[9] = (r = t0 + (r >> 23) * nineteen) & mask;
            p[10] = t1 + (r >> 29);
            // widest column below 2^63.00
            // p at 18 = f * g
            h = f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1;
            t0 = (r = f0 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f2 * g8 + f3 * g7 + f4 * g6 + f5 * g5 + f6 * g4 + f7 * g3 + f8 * g2;
            t1 = (r = (r >> 29) + f0 * g1 + f1 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f3 * g8 + f4 * g7 + f5 * g6 + f6 * g5 + f7 * g4 + f8 * g3;
            p[20] = (r = (r >> 29) + f0 * g2 + f1 * g1 + f2 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f4 * g8 + f5 * g7 + f6 * g6 + f7 * g5 + f8 * g4;
            p[21] = (r = (r >> 29) + f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f5 * g8 + f6 * g7 + f7 * g6 + f8 * g5;
            p[22] = (r = (r >> 29) + f0 * g4 + f1 * g3 + f2 * g2 + f3 * g1 + f4 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f6 * g8 + f7 * g7 + f8 * g6;
            p[23] = (r = (r >> 29) + f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f7 * g8 + f8 * g7;
            p[24] = (r = (r >> 29) + f0 * g6 + f1 * g5 + f2 * g4 + f3 * g3 + f4 * g2 + f5 * g1 + f6 * g0 + (h & mask) * fold) & mask;
            h = (h >> 29) + f8 * g8;
            p[25] = (r = (r >> 29) + f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + f7 * g0 + (h & mask) * fold) & mask;
            p[26] = (r = (r >> 29) + f0 * g8 + f1 * g7 + f2 * g6 + f3 * g5 + f4 * g4 + f5 * g3 + f6 * g2 + f7 * g1 + f8 * g0 + (h >> 29) * fold) & top;
            p[18] = (r = t0 + (r >> 23) * nineteen) & mask;
            p[19] = t1 + (r >> 29);
            // widest column below 2^63.59
            if (withT)
            {
                // p at 27 = e * hh
                h = e1 * hh8 + e2 * hh7 + e3 * hh6 + e4 * hh5 + e5 * hh4 + e6 * hh3 + e7 * hh2 + e8 * hh1;
                t0 = (r = e0 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e2 * hh8 + e3 * hh7 + e4 * hh6 + e5 * hh5 + e6 * hh4 + e7 * hh3 + e8 * hh2;
                t1 = (r = (r >> 29) + e0 * hh1 + e1 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e3 * hh8 + e4 * hh7 + e5 * hh6 + e6 * hh5 + e7 * hh4 + e8 * hh3;
                p[29] = (r = (r >> 29) + e0 * hh2 + e1 * hh1 + e2 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e4 * hh8 + e5 * hh7 + e6 * hh6 + e7 * hh5 + e8 * hh4;
                p[30] = (r = (r >> 29) + e0 * hh3 + e1 * hh2 + e2 * hh1 + e3 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e5 * hh8 + e6 * hh7 + e7 * hh6 + e8 * hh5;
                p[31] = (r = (r >> 29) + e0 * hh4 + e1 * hh3 + e2 * hh2 + e3 * hh1 + e4 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e6 * hh8 + e7 * hh7 + e8 * hh6;
                p[32] = (r = (r >> 29) + e0 * hh5 + e1 * hh4 + e2 * hh3 + e3 * hh2 + e4 * hh1 + e5 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e7 * hh8 + e8 * hh7;
                p[33] = (r = (r >> 29) + e0 * hh6 + e1 * hh5 + e2 * hh4 + e3 * hh3 + e4 * hh2 + e5 * hh1 + e6 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e8 * hh8;
                p[34] = (r = (r >> 29) + e0 * hh7 + e1 * hh6 + e2 * hh5 + e3 * hh4 + e4 * hh3 + e5 * hh2 + e6 * hh1 + e7 * hh0 + (h & mask) * fold) & mask;
                p[35] = (r = (r >> 29) + e0 * hh8 + e1 * hh7 + e2 * hh6 + e3 * hh5 + e4 * hh4 + e5 * hh3 + e6 * hh2 + e7 * hh1 + e8 * hh0 + (h >> 29) * fold) & top;
                p[27] = (r = t0 + (r >> 23) * nineteen) & mask;
                p[28] = t1 + (r >> 29);
                // widest column below 2^63.58
            }
        }
    }
}
