// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static partial class EdwardsPoint
    {
        // p = 2^doublings p, and then plus or minus q[i..] as mode has it. q holds (y + x)/2, (y - x)/2 and d x y of an affine point, for a
        // projective one Y + X, Y - X, 2 d T and 2 Z. Without T the result can only be doubled or written. A mode is no secret: the comb
        // negates in its table. (dbl-2008-hwcd with a = -1, and madd-2008-hwcd-3 halved: they end alike.)
        // The comments name values; several share nine locals, as on nanoCLR a call frame takes 12 bytes a local, in one piece.
        internal static void Step(ulong[] p, int doublings, uint[] q, int i, int mode)
        {
            ulong r, h;
            ulong mask = 0x1FFFFFFF;
            ulong fold = 0x4C0;
            ulong top = 0x7FFFFF;
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
            ulong e0, e1, e2, e3, e4, e5, e6, e7, e8;
            ulong f0, f1, f2, f3, f4, f5, f6, f7, f8;
            ulong g0, g1, g2, g3, g4, g5, g6, g7, g8;
            ulong hh0, hh1, hh2, hh3, hh4, hh5, hh6, hh7, hh8;
            ulong v;
            ulong w;
            ulong x0, x1, x2, x3, x4, x5, x6, x7, x8;
            ulong y0, y1, y2, y3, y4, y5, y6, y7, y8;
            ulong z0, z1, z2, z3, z4, z5, z6, z7, z8;
            g0 = g1 = g2 = g3 = g4 = g5 = g6 = g7 = g8 = 0;
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
            bool add = (mode & Add) != 0;
            bool negative = (mode & Negative) != 0;
            if (doublings == 0)
            {
                g0 = p[27];
                g1 = p[28];
                g2 = p[29];
                g3 = p[30];
                g4 = p[31];
                g5 = p[32];
                g6 = p[33];
                g7 = p[34];
                g8 = p[35];
            }

            for (; ; )
            {
                if (doublings > 0)
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
                    e0 = (r = y0 * y0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y2 * y8 + y3 * y7 + y4 * y6) << 1) + y5 * y5;
                    e1 = (r = (r >> 29) + ((y0 * y1) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y3 * y8 + y4 * y7 + y5 * y6) << 1);
                    e2 = (r = (r >> 29) + ((y0 * y2) << 1) + y1 * y1 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y4 * y8 + y5 * y7) << 1) + y6 * y6;
                    e3 = (r = (r >> 29) + ((y0 * y3 + y1 * y2) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y5 * y8 + y6 * y7) << 1);
                    e4 = (r = (r >> 29) + ((y0 * y4 + y1 * y3) << 1) + y2 * y2 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y6 * y8) << 1) + y7 * y7;
                    e5 = (r = (r >> 29) + ((y0 * y5 + y1 * y4 + y2 * y3) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((y7 * y8) << 1);
                    e6 = (r = (r >> 29) + ((y0 * y6 + y1 * y5 + y2 * y4) << 1) + y3 * y3 + (h & mask) * fold) & mask;
                    h = (h >> 29) + y8 * y8;
                    e7 = (r = (r >> 29) + ((y0 * y7 + y1 * y6 + y2 * y5 + y3 * y4) << 1) + (h & mask) * fold) & mask;
                    e8 = (r = (r >> 29) + ((y0 * y8 + y1 * y7 + y2 * y6 + y3 * y5) << 1) + y4 * y4 + (h >> 29) * fold) & top;
                    e0 = (r = e0 + (r >> 23) * nineteen) & mask;
                    e1 += r >> 29;
                    // widest column below 2^61.00
                    // hh = b + a
                    hh0 = e0 + a0;
                    hh1 = e1 + a1;
                    hh2 = e2 + a2;
                    hh3 = e3 + a3;
                    hh4 = e4 + a4;
                    hh5 = e5 + a5;
                    hh6 = e6 + a6;
                    hh7 = e7 + a7;
                    hh8 = e8 + a8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    // g = b - a + 2 p
                    g0 = e0 + bias22low - a0;
                    g1 = e1 + bias2mid - a1;
                    g2 = e2 + bias2mid - a2;
                    g3 = e3 + bias2mid - a3;
                    g4 = e4 + bias2mid - a4;
                    g5 = e5 + bias2mid - a5;
                    g6 = e6 + bias2mid - a6;
                    g7 = e7 + bias2mid - a7;
                    g8 = e8 + bias22top - a8;
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
                    f8 = (r = (r >> 29) + ((z0 * z8 + z1 * z7 + z2 * z6 + z3 * z5) << 2) + (z4 * z4 << 1) + (h >> 29) * fold
                        + bias44top - g8) & top;
                    f0 = (r = f0 + (r >> 23) * nineteen) & mask;
                    f1 += r >> 29;
                    // widest column below 2^62.00
                    // d = x + y
                    x0 = x0 + y0;
                    x1 = x1 + y1;
                    x2 = x2 + y2;
                    x3 = x3 + y3;
                    x4 = x4 + y4;
                    x5 = x5 + y5;
                    x6 = x6 + y6;
                    x7 = x7 + y7;
                    x8 = x8 + y8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    // e = d^2 - hh
                    h = ((x1 * x8 + x2 * x7 + x3 * x6 + x4 * x5) << 1);
                    e0 = (r = x0 * x0 + (h & mask) * fold + bias33low - hh0) & mask;
                    h = (h >> 29) + ((x2 * x8 + x3 * x7 + x4 * x6) << 1) + x5 * x5;
                    e1 = (r = (r >> 29) + ((x0 * x1) << 1) + (h & mask) * fold + bias3mid - hh1) & mask;
                    h = (h >> 29) + ((x3 * x8 + x4 * x7 + x5 * x6) << 1);
                    e2 = (r = (r >> 29) + ((x0 * x2) << 1) + x1 * x1 + (h & mask) * fold + bias3mid - hh2) & mask;
                    h = (h >> 29) + ((x4 * x8 + x5 * x7) << 1) + x6 * x6;
                    e3 = (r = (r >> 29) + ((x0 * x3 + x1 * x2) << 1) + (h & mask) * fold + bias3mid - hh3) & mask;
                    h = (h >> 29) + ((x5 * x8 + x6 * x7) << 1);
                    e4 = (r = (r >> 29) + ((x0 * x4 + x1 * x3) << 1) + x2 * x2 + (h & mask) * fold + bias3mid - hh4) & mask;
                    h = (h >> 29) + ((x6 * x8) << 1) + x7 * x7;
                    e5 = (r = (r >> 29) + ((x0 * x5 + x1 * x4 + x2 * x3) << 1) + (h & mask) * fold + bias3mid - hh5) & mask;
                    h = (h >> 29) + ((x7 * x8) << 1);
                    e6 = (r = (r >> 29) + ((x0 * x6 + x1 * x5 + x2 * x4) << 1) + x3 * x3 + (h & mask) * fold + bias3mid - hh6) & mask;
                    h = (h >> 29) + x8 * x8;
                    e7 = (r = (r >> 29) + ((x0 * x7 + x1 * x6 + x2 * x5 + x3 * x4) << 1) + (h & mask) * fold + bias3mid - hh7) & mask;
                    e8 = (r = (r >> 29) + ((x0 * x8 + x1 * x7 + x2 * x6 + x3 * x5) << 1) + x4 * x4 + (h >> 29) * fold
                        + bias33top - hh8) & top;
                    e0 = (r = e0 + (r >> 23) * nineteen) & mask;
                    e1 += r >> 29;
                    // widest column below 2^63.00
                }
                else
                {
                    if ((mode & Projective) != 0)
                    {
                        a0 = q[i + 27];
                        a1 = q[i + 28];
                        a2 = q[i + 29];
                        a3 = q[i + 30];
                        a4 = q[i + 31];
                        a5 = q[i + 32];
                        a6 = q[i + 33];
                        a7 = q[i + 34];
                        a8 = q[i + 35];
                        // d = z * a
                        h = z1 * a8 + z2 * a7 + z3 * a6 + z4 * a5 + z5 * a4 + z6 * a3 + z7 * a2 + z8 * a1;
                        hh0 = (r = z0 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z2 * a8 + z3 * a7 + z4 * a6 + z5 * a5 + z6 * a4 + z7 * a3 + z8 * a2;
                        hh1 = (r = (r >> 29) + z0 * a1 + z1 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z3 * a8 + z4 * a7 + z5 * a6 + z6 * a5 + z7 * a4 + z8 * a3;
                        hh2 = (r = (r >> 29) + z0 * a2 + z1 * a1 + z2 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z4 * a8 + z5 * a7 + z6 * a6 + z7 * a5 + z8 * a4;
                        hh3 = (r = (r >> 29) + z0 * a3 + z1 * a2 + z2 * a1 + z3 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z5 * a8 + z6 * a7 + z7 * a6 + z8 * a5;
                        hh4 = (r = (r >> 29) + z0 * a4 + z1 * a3 + z2 * a2 + z3 * a1 + z4 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z6 * a8 + z7 * a7 + z8 * a6;
                        hh5 = (r = (r >> 29) + z0 * a5 + z1 * a4 + z2 * a3 + z3 * a2 + z4 * a1 + z5 * a0 + (h & mask) * fold) & mask;
                        h = (h >> 29) + z7 * a8 + z8 * a7;
                        hh6 = (r = (r >> 29) + z0 * a6 + z1 * a5 + z2 * a4 + z3 * a3 + z4 * a2 + z5 * a1 + z6 * a0
                            + (h & mask) * fold) & mask;
                        h = (h >> 29) + z8 * a8;
                        hh7 = (r = (r >> 29) + z0 * a7 + z1 * a6 + z2 * a5 + z3 * a4 + z4 * a3 + z5 * a2 + z6 * a1 + z7 * a0
                            + (h & mask) * fold) & mask;
                        hh8 = (r = (r >> 29) + z0 * a8 + z1 * a7 + z2 * a6 + z3 * a5 + z4 * a4 + z5 * a3 + z6 * a2 + z7 * a1 + z8 * a0
                            + (h >> 29) * fold) & top;
                        hh0 = (r = hh0 + (r >> 23) * nineteen) & mask;
                        hh1 += r >> 29;
                        // widest column below 2^61.00
                        z0 = hh0;
                        z1 = hh1;
                        z2 = hh2;
                        z3 = hh3;
                        z4 = hh4;
                        z5 = hh5;
                        z6 = hh6;
                        z7 = hh7;
                        z8 = hh8;
                    }

                    int at = negative ? i + 9 : i;
                    a0 = q[at];
                    a1 = q[at + 1];
                    a2 = q[at + 2];
                    a3 = q[at + 3];
                    a4 = q[at + 4];
                    a5 = q[at + 5];
                    a6 = q[at + 6];
                    a7 = q[at + 7];
                    a8 = q[at + 8];
                    // d = y + x
                    hh0 = y0 + x0;
                    hh1 = y1 + x1;
                    hh2 = y2 + x2;
                    hh3 = y3 + x3;
                    hh4 = y4 + x4;
                    hh5 = y5 + x5;
                    hh6 = y6 + x6;
                    hh7 = y7 + x7;
                    hh8 = y8 + x8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    // b = d * a
                    h = hh1 * a8 + hh2 * a7 + hh3 * a6 + hh4 * a5 + hh5 * a4 + hh6 * a3 + hh7 * a2 + hh8 * a1;
                    e0 = (r = hh0 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh2 * a8 + hh3 * a7 + hh4 * a6 + hh5 * a5 + hh6 * a4 + hh7 * a3 + hh8 * a2;
                    e1 = (r = (r >> 29) + hh0 * a1 + hh1 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh3 * a8 + hh4 * a7 + hh5 * a6 + hh6 * a5 + hh7 * a4 + hh8 * a3;
                    e2 = (r = (r >> 29) + hh0 * a2 + hh1 * a1 + hh2 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh4 * a8 + hh5 * a7 + hh6 * a6 + hh7 * a5 + hh8 * a4;
                    e3 = (r = (r >> 29) + hh0 * a3 + hh1 * a2 + hh2 * a1 + hh3 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh5 * a8 + hh6 * a7 + hh7 * a6 + hh8 * a5;
                    e4 = (r = (r >> 29) + hh0 * a4 + hh1 * a3 + hh2 * a2 + hh3 * a1 + hh4 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh6 * a8 + hh7 * a7 + hh8 * a6;
                    e5 = (r = (r >> 29) + hh0 * a5 + hh1 * a4 + hh2 * a3 + hh3 * a2 + hh4 * a1 + hh5 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh7 * a8 + hh8 * a7;
                    e6 = (r = (r >> 29) + hh0 * a6 + hh1 * a5 + hh2 * a4 + hh3 * a3 + hh4 * a2 + hh5 * a1 + hh6 * a0
                        + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh8 * a8;
                    e7 = (r = (r >> 29) + hh0 * a7 + hh1 * a6 + hh2 * a5 + hh3 * a4 + hh4 * a3 + hh5 * a2 + hh6 * a1 + hh7 * a0
                        + (h & mask) * fold) & mask;
                    e8 = (r = (r >> 29) + hh0 * a8 + hh1 * a7 + hh2 * a6 + hh3 * a5 + hh4 * a4 + hh5 * a3 + hh6 * a2 + hh7 * a1 + hh8 * a0
                        + (h >> 29) * fold) & top;
                    e0 = (r = e0 + (r >> 23) * nineteen) & mask;
                    e1 += r >> 29;
                    // widest column below 2^62.00
                    at = negative ? i : i + 9;
                    a0 = q[at];
                    a1 = q[at + 1];
                    a2 = q[at + 2];
                    a3 = q[at + 3];
                    a4 = q[at + 4];
                    a5 = q[at + 5];
                    a6 = q[at + 6];
                    a7 = q[at + 7];
                    a8 = q[at + 8];
                    // d = y - x + 2 p
                    hh0 = y0 + bias22low - x0;
                    hh1 = y1 + bias2mid - x1;
                    hh2 = y2 + bias2mid - x2;
                    hh3 = y3 + bias2mid - x3;
                    hh4 = y4 + bias2mid - x4;
                    hh5 = y5 + bias2mid - x5;
                    hh6 = y6 + bias2mid - x6;
                    hh7 = y7 + bias2mid - x7;
                    hh8 = y8 + bias22top - x8;
                    // limbs up to 3 * 2^29, limb 8 below 2^24.58
                    // c = d * a
                    h = hh1 * a8 + hh2 * a7 + hh3 * a6 + hh4 * a5 + hh5 * a4 + hh6 * a3 + hh7 * a2 + hh8 * a1;
                    f0 = (r = hh0 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh2 * a8 + hh3 * a7 + hh4 * a6 + hh5 * a5 + hh6 * a4 + hh7 * a3 + hh8 * a2;
                    f1 = (r = (r >> 29) + hh0 * a1 + hh1 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh3 * a8 + hh4 * a7 + hh5 * a6 + hh6 * a5 + hh7 * a4 + hh8 * a3;
                    f2 = (r = (r >> 29) + hh0 * a2 + hh1 * a1 + hh2 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh4 * a8 + hh5 * a7 + hh6 * a6 + hh7 * a5 + hh8 * a4;
                    f3 = (r = (r >> 29) + hh0 * a3 + hh1 * a2 + hh2 * a1 + hh3 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh5 * a8 + hh6 * a7 + hh7 * a6 + hh8 * a5;
                    f4 = (r = (r >> 29) + hh0 * a4 + hh1 * a3 + hh2 * a2 + hh3 * a1 + hh4 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh6 * a8 + hh7 * a7 + hh8 * a6;
                    f5 = (r = (r >> 29) + hh0 * a5 + hh1 * a4 + hh2 * a3 + hh3 * a2 + hh4 * a1 + hh5 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh7 * a8 + hh8 * a7;
                    f6 = (r = (r >> 29) + hh0 * a6 + hh1 * a5 + hh2 * a4 + hh3 * a3 + hh4 * a2 + hh5 * a1 + hh6 * a0
                        + (h & mask) * fold) & mask;
                    h = (h >> 29) + hh8 * a8;
                    f7 = (r = (r >> 29) + hh0 * a7 + hh1 * a6 + hh2 * a5 + hh3 * a4 + hh4 * a3 + hh5 * a2 + hh6 * a1 + hh7 * a0
                        + (h & mask) * fold) & mask;
                    f8 = (r = (r >> 29) + hh0 * a8 + hh1 * a7 + hh2 * a6 + hh3 * a5 + hh4 * a4 + hh5 * a3 + hh6 * a2 + hh7 * a1 + hh8 * a0
                        + (h >> 29) * fold) & top;
                    f0 = (r = f0 + (r >> 23) * nineteen) & mask;
                    f1 += r >> 29;
                    // widest column below 2^62.59
                    // hh = b + c
                    hh0 = e0 + f0;
                    hh1 = e1 + f1;
                    hh2 = e2 + f2;
                    hh3 = e3 + f3;
                    hh4 = e4 + f4;
                    hh5 = e5 + f5;
                    hh6 = e6 + f6;
                    hh7 = e7 + f7;
                    hh8 = e8 + f8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    // e = b - c + 2 p
                    e0 = e0 + bias22low - f0;
                    e1 = e1 + bias2mid - f1;
                    e2 = e2 + bias2mid - f2;
                    e3 = e3 + bias2mid - f3;
                    e4 = e4 + bias2mid - f4;
                    e5 = e5 + bias2mid - f5;
                    e6 = e6 + bias2mid - f6;
                    e7 = e7 + bias2mid - f7;
                    e8 = e8 + bias22top - f8;
                    // limbs up to 3 * 2^29, limb 8 below 2^24.58
                    a0 = q[i + 18];
                    a1 = q[i + 19];
                    a2 = q[i + 20];
                    a3 = q[i + 21];
                    a4 = q[i + 22];
                    a5 = q[i + 23];
                    a6 = q[i + 24];
                    a7 = q[i + 25];
                    a8 = q[i + 26];
                    // dt = t * a
                    h = g1 * a8 + g2 * a7 + g3 * a6 + g4 * a5 + g5 * a4 + g6 * a3 + g7 * a2 + g8 * a1;
                    f0 = (r = g0 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g2 * a8 + g3 * a7 + g4 * a6 + g5 * a5 + g6 * a4 + g7 * a3 + g8 * a2;
                    f1 = (r = (r >> 29) + g0 * a1 + g1 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g3 * a8 + g4 * a7 + g5 * a6 + g6 * a5 + g7 * a4 + g8 * a3;
                    f2 = (r = (r >> 29) + g0 * a2 + g1 * a1 + g2 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g4 * a8 + g5 * a7 + g6 * a6 + g7 * a5 + g8 * a4;
                    f3 = (r = (r >> 29) + g0 * a3 + g1 * a2 + g2 * a1 + g3 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g5 * a8 + g6 * a7 + g7 * a6 + g8 * a5;
                    f4 = (r = (r >> 29) + g0 * a4 + g1 * a3 + g2 * a2 + g3 * a1 + g4 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g6 * a8 + g7 * a7 + g8 * a6;
                    f5 = (r = (r >> 29) + g0 * a5 + g1 * a4 + g2 * a3 + g3 * a2 + g4 * a1 + g5 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g7 * a8 + g8 * a7;
                    f6 = (r = (r >> 29) + g0 * a6 + g1 * a5 + g2 * a4 + g3 * a3 + g4 * a2 + g5 * a1 + g6 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + g8 * a8;
                    f7 = (r = (r >> 29) + g0 * a7 + g1 * a6 + g2 * a5 + g3 * a4 + g4 * a3 + g5 * a2 + g6 * a1 + g7 * a0
                        + (h & mask) * fold) & mask;
                    f8 = (r = (r >> 29) + g0 * a8 + g1 * a7 + g2 * a6 + g3 * a5 + g4 * a4 + g5 * a3 + g6 * a2 + g7 * a1 + g8 * a0
                        + (h >> 29) * fold) & top;
                    f0 = (r = f0 + (r >> 23) * nineteen) & mask;
                    f1 += r >> 29;
                    // widest column below 2^61.00
                    if (negative)
                    {
                        // g = z - dt + 2 p
                        g0 = z0 + bias22low - f0;
                        g1 = z1 + bias2mid - f1;
                        g2 = z2 + bias2mid - f2;
                        g3 = z3 + bias2mid - f3;
                        g4 = z4 + bias2mid - f4;
                        g5 = z5 + bias2mid - f5;
                        g6 = z6 + bias2mid - f6;
                        g7 = z7 + bias2mid - f7;
                        g8 = z8 + bias22top - f8;
                        // limbs up to 3 * 2^29, limb 8 below 2^24.58
                        // f = z + dt
                        f0 = z0 + f0;
                        f1 = z1 + f1;
                        f2 = z2 + f2;
                        f3 = z3 + f3;
                        f4 = z4 + f4;
                        f5 = z5 + f5;
                        f6 = z6 + f6;
                        f7 = z7 + f7;
                        f8 = z8 + f8;
                        // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    }
                    else
                    {
                        // g = z + dt
                        g0 = z0 + f0;
                        g1 = z1 + f1;
                        g2 = z2 + f2;
                        g3 = z3 + f3;
                        g4 = z4 + f4;
                        g5 = z5 + f5;
                        g6 = z6 + f6;
                        g7 = z7 + f7;
                        g8 = z8 + f8;
                        // limbs up to 2 * 2^29, limb 8 below 2^24.00
                        // f = z - dt + 2 p
                        f0 = z0 + bias22low - f0;
                        f1 = z1 + bias2mid - f1;
                        f2 = z2 + bias2mid - f2;
                        f3 = z3 + bias2mid - f3;
                        f4 = z4 + bias2mid - f4;
                        f5 = z5 + bias2mid - f5;
                        f6 = z6 + bias2mid - f6;
                        f7 = z7 + bias2mid - f7;
                        f8 = z8 + bias22top - f8;
                        // limbs up to 3 * 2^29, limb 8 below 2^24.58
                    }
                }

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
                v = e7 * f0;
                r = (r >> 29) + e0 * f7 + e1 * f6 + e2 * f5 + e3 * f4 + e4 * f3 + e5 * f2 + e6 * f1 + (h & mask) * fold;
                x7 = (w = (r & mask) + (v & mask)) & mask;
                x8 = (r = (r >> 29) + (v >> 29) + (w >> 29) + e0 * f8 + e1 * f7 + e2 * f6 + e3 * f5 + e4 * f4 + e5 * f3 + e6 * f2
                    + e7 * f1 + e8 * f0 + (h >> 29) * fold) & top;
                x0 = (r = x0 + (r >> 23) * nineteen) & mask;
                x1 += r >> 29;
                // widest column below 2^64.17
                // y = g * hh
                h = g1 * hh8 + g2 * hh7 + g3 * hh6 + g4 * hh5 + g5 * hh4 + g6 * hh3 + g7 * hh2 + g8 * hh1;
                y0 = (r = g0 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g2 * hh8 + g3 * hh7 + g4 * hh6 + g5 * hh5 + g6 * hh4 + g7 * hh3 + g8 * hh2;
                y1 = (r = (r >> 29) + g0 * hh1 + g1 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g3 * hh8 + g4 * hh7 + g5 * hh6 + g6 * hh5 + g7 * hh4 + g8 * hh3;
                y2 = (r = (r >> 29) + g0 * hh2 + g1 * hh1 + g2 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g4 * hh8 + g5 * hh7 + g6 * hh6 + g7 * hh5 + g8 * hh4;
                y3 = (r = (r >> 29) + g0 * hh3 + g1 * hh2 + g2 * hh1 + g3 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g5 * hh8 + g6 * hh7 + g7 * hh6 + g8 * hh5;
                y4 = (r = (r >> 29) + g0 * hh4 + g1 * hh3 + g2 * hh2 + g3 * hh1 + g4 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g6 * hh8 + g7 * hh7 + g8 * hh6;
                y5 = (r = (r >> 29) + g0 * hh5 + g1 * hh4 + g2 * hh3 + g3 * hh2 + g4 * hh1 + g5 * hh0 + (h & mask) * fold) & mask;
                h = (h >> 29) + g7 * hh8 + g8 * hh7;
                y6 = (r = (r >> 29) + g0 * hh6 + g1 * hh5 + g2 * hh4 + g3 * hh3 + g4 * hh2 + g5 * hh1 + g6 * hh0
                    + (h & mask) * fold) & mask;
                h = (h >> 29) + g8 * hh8;
                y7 = (r = (r >> 29) + g0 * hh7 + g1 * hh6 + g2 * hh5 + g3 * hh4 + g4 * hh3 + g5 * hh2 + g6 * hh1 + g7 * hh0
                    + (h & mask) * fold) & mask;
                y8 = (r = (r >> 29) + g0 * hh8 + g1 * hh7 + g2 * hh6 + g3 * hh5 + g4 * hh4 + g5 * hh3 + g6 * hh2 + g7 * hh1 + g8 * hh0
                    + (h >> 29) * fold) & top;
                y0 = (r = y0 + (r >> 23) * nineteen) & mask;
                y1 += r >> 29;
                // widest column below 2^63.58
                // z = f * g
                h = f1 * g8 + f2 * g7 + f3 * g6 + f4 * g5 + f5 * g4 + f6 * g3 + f7 * g2 + f8 * g1;
                z0 = (r = f0 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f2 * g8 + f3 * g7 + f4 * g6 + f5 * g5 + f6 * g4 + f7 * g3 + f8 * g2;
                z1 = (r = (r >> 29) + f0 * g1 + f1 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f3 * g8 + f4 * g7 + f5 * g6 + f6 * g5 + f7 * g4 + f8 * g3;
                z2 = (r = (r >> 29) + f0 * g2 + f1 * g1 + f2 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f4 * g8 + f5 * g7 + f6 * g6 + f7 * g5 + f8 * g4;
                z3 = (r = (r >> 29) + f0 * g3 + f1 * g2 + f2 * g1 + f3 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f5 * g8 + f6 * g7 + f7 * g6 + f8 * g5;
                z4 = (r = (r >> 29) + f0 * g4 + f1 * g3 + f2 * g2 + f3 * g1 + f4 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f6 * g8 + f7 * g7 + f8 * g6;
                z5 = (r = (r >> 29) + f0 * g5 + f1 * g4 + f2 * g3 + f3 * g2 + f4 * g1 + f5 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f7 * g8 + f8 * g7;
                z6 = (r = (r >> 29) + f0 * g6 + f1 * g5 + f2 * g4 + f3 * g3 + f4 * g2 + f5 * g1 + f6 * g0 + (h & mask) * fold) & mask;
                h = (h >> 29) + f8 * g8;
                v = f7 * g0;
                r = (r >> 29) + f0 * g7 + f1 * g6 + f2 * g5 + f3 * g4 + f4 * g3 + f5 * g2 + f6 * g1 + (h & mask) * fold;
                z7 = (w = (r & mask) + (v & mask)) & mask;
                z8 = (r = (r >> 29) + (v >> 29) + (w >> 29) + f0 * g8 + f1 * g7 + f2 * g6 + f3 * g5 + f4 * g4 + f5 * g3 + f6 * g2
                    + f7 * g1 + f8 * g0 + (h >> 29) * fold) & top;
                z0 = (r = z0 + (r >> 23) * nineteen) & mask;
                z1 += r >> 29;
                // widest column below 2^64.17
                doublings--;
                bool last = doublings < 0 || (doublings == 0 && !add);
                if (last ? (mode & WithT) != 0 : doublings == 0)
                {
                    // t = e * hh
                    h = e1 * hh8 + e2 * hh7 + e3 * hh6 + e4 * hh5 + e5 * hh4 + e6 * hh3 + e7 * hh2 + e8 * hh1;
                    g0 = (r = e0 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e2 * hh8 + e3 * hh7 + e4 * hh6 + e5 * hh5 + e6 * hh4 + e7 * hh3 + e8 * hh2;
                    g1 = (r = (r >> 29) + e0 * hh1 + e1 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e3 * hh8 + e4 * hh7 + e5 * hh6 + e6 * hh5 + e7 * hh4 + e8 * hh3;
                    g2 = (r = (r >> 29) + e0 * hh2 + e1 * hh1 + e2 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e4 * hh8 + e5 * hh7 + e6 * hh6 + e7 * hh5 + e8 * hh4;
                    g3 = (r = (r >> 29) + e0 * hh3 + e1 * hh2 + e2 * hh1 + e3 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e5 * hh8 + e6 * hh7 + e7 * hh6 + e8 * hh5;
                    g4 = (r = (r >> 29) + e0 * hh4 + e1 * hh3 + e2 * hh2 + e3 * hh1 + e4 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e6 * hh8 + e7 * hh7 + e8 * hh6;
                    g5 = (r = (r >> 29) + e0 * hh5 + e1 * hh4 + e2 * hh3 + e3 * hh2 + e4 * hh1 + e5 * hh0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e7 * hh8 + e8 * hh7;
                    g6 = (r = (r >> 29) + e0 * hh6 + e1 * hh5 + e2 * hh4 + e3 * hh3 + e4 * hh2 + e5 * hh1 + e6 * hh0
                        + (h & mask) * fold) & mask;
                    h = (h >> 29) + e8 * hh8;
                    g7 = (r = (r >> 29) + e0 * hh7 + e1 * hh6 + e2 * hh5 + e3 * hh4 + e4 * hh3 + e5 * hh2 + e6 * hh1 + e7 * hh0
                        + (h & mask) * fold) & mask;
                    g8 = (r = (r >> 29) + e0 * hh8 + e1 * hh7 + e2 * hh6 + e3 * hh5 + e4 * hh4 + e5 * hh3 + e6 * hh2 + e7 * hh1 + e8 * hh0
                        + (h >> 29) * fold) & top;
                    g0 = (r = g0 + (r >> 23) * nineteen) & mask;
                    g1 += r >> 29;
                    // widest column below 2^63.58
                }

                if (last)
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
            if ((mode & WithT) != 0)
            {
                p[27] = g0;
                p[28] = g1;
                p[29] = g2;
                p[30] = g3;
                p[31] = g4;
                p[32] = g5;
                p[33] = g6;
                p[34] = g7;
                p[35] = g8;
            }
        }
    }
}
