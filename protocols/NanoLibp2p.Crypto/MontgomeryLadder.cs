// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static class MontgomeryLadder
    {
        // RFC 7748 section 5: o[0..8] / o[9..17] = the u-coordinate of scalar times the point p[0..8]; the scalar is clamped.
        // Of the two differential products DA and CB a swap only changes the places, so that nothing but A and B is selected.
        // The comments name values; several share nine locals, as on nanoCLR a call frame takes 12 bytes a local, in one piece.
        internal static void Run(byte[] scalar, ulong[] p, ulong[] o)
        {
            ulong r, h;
            ulong mask = 0x1FFFFFFF;
            ulong fold = 0x4C0;
            ulong bias22low = 0x3FFFFFDA;
            ulong bias2mid = 0x3FFFFFFE;
            ulong bias22top = 0xFFFFFE;
            ulong top = 0x7FFFFF;
            ulong nineteen = 0x13;
            ulong half = 0xFFFFFFF;
            ulong a24 = 0x1DB41;
            ulong a0, a1, a2, a3, a4, a5, a6, a7, a8;
            ulong d0, d1, d2, d3, d4, d5, d6, d7, d8;
            ulong s0, s1, s2, s3, s4, s5, s6, s7, s8;
            ulong v;
            ulong x0, x1, x2, x3, x4, x5, x6, x7, x8;
            ulong x2_0, x2_1, x2_2, x2_3, x2_4, x2_5, x2_6, x2_7, x2_8;
            ulong x3_0, x3_1, x3_2, x3_3, x3_4, x3_5, x3_6, x3_7, x3_8;
            ulong z2_0, z2_1, z2_2, z2_3, z2_4, z2_5, z2_6, z2_7, z2_8;
            ulong z3_0, z3_1, z3_2, z3_3, z3_4, z3_5, z3_6, z3_7, z3_8;
            x0 = p[0];
            x1 = p[1];
            x2 = p[2];
            x3 = p[3];
            x4 = p[4];
            x5 = p[5];
            x6 = p[6];
            x7 = p[7];
            x8 = p[8];
            uint last = 0;
            x2_0 = 1; z2_0 = 0; x3_0 = x0; z3_0 = 1;
            x2_1 = 0; z2_1 = 0; x3_1 = x1; z3_1 = 0;
            x2_2 = 0; z2_2 = 0; x3_2 = x2; z3_2 = 0;
            x2_3 = 0; z2_3 = 0; x3_3 = x3; z3_3 = 0;
            x2_4 = 0; z2_4 = 0; x3_4 = x4; z3_4 = 0;
            x2_5 = 0; z2_5 = 0; x3_5 = x5; z3_5 = 0;
            x2_6 = 0; z2_6 = 0; x3_6 = x6; z3_6 = 0;
            x2_7 = 0; z2_7 = 0; x3_7 = x7; z3_7 = 0;
            x2_8 = 0; z2_8 = 0; x3_8 = x8; z3_8 = 0;

            for (int i = 254; i >= 0; i--)
            {
                // a = x2_ + z2_
                a0 = x2_0 + z2_0;
                a1 = x2_1 + z2_1;
                a2 = x2_2 + z2_2;
                a3 = x2_3 + z2_3;
                a4 = x2_4 + z2_4;
                a5 = x2_5 + z2_5;
                a6 = x2_6 + z2_6;
                a7 = x2_7 + z2_7;
                a8 = x2_8 + z2_8;
                // limbs up to 2 * 2^29, limb 8 below 2^24.00
                // b = x2_ - z2_ + 2 p
                z2_0 = x2_0 + bias22low - z2_0;
                z2_1 = x2_1 + bias2mid - z2_1;
                z2_2 = x2_2 + bias2mid - z2_2;
                z2_3 = x2_3 + bias2mid - z2_3;
                z2_4 = x2_4 + bias2mid - z2_4;
                z2_5 = x2_5 + bias2mid - z2_5;
                z2_6 = x2_6 + bias2mid - z2_6;
                z2_7 = x2_7 + bias2mid - z2_7;
                z2_8 = x2_8 + bias22top - z2_8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58
                // c = x3_ + z3_
                x2_0 = x3_0 + z3_0;
                x2_1 = x3_1 + z3_1;
                x2_2 = x3_2 + z3_2;
                x2_3 = x3_3 + z3_3;
                x2_4 = x3_4 + z3_4;
                x2_5 = x3_5 + z3_5;
                x2_6 = x3_6 + z3_6;
                x2_7 = x3_7 + z3_7;
                x2_8 = x3_8 + z3_8;
                // limbs up to 2 * 2^29, limb 8 below 2^24.00
                // d = x3_ - z3_ + 2 p
                d0 = x3_0 + bias22low - z3_0;
                d1 = x3_1 + bias2mid - z3_1;
                d2 = x3_2 + bias2mid - z3_2;
                d3 = x3_3 + bias2mid - z3_3;
                d4 = x3_4 + bias2mid - z3_4;
                d5 = x3_5 + bias2mid - z3_5;
                d6 = x3_6 + bias2mid - z3_6;
                d7 = x3_7 + bias2mid - z3_7;
                d8 = x3_8 + bias22top - z3_8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58

                // clamping leaves the low three bits 0: their steps only double
                if (i >= 3)
                {
                    // da = d * a
                    h = d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + d5 * a4 + d6 * a3 + d7 * a2 + d8 * a1;
                    x3_0 = (r = d0 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d2 * a8 + d3 * a7 + d4 * a6 + d5 * a5 + d6 * a4 + d7 * a3 + d8 * a2;
                    x3_1 = (r = (r >> 29) + d0 * a1 + d1 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d3 * a8 + d4 * a7 + d5 * a6 + d6 * a5 + d7 * a4 + d8 * a3;
                    x3_2 = (r = (r >> 29) + d0 * a2 + d1 * a1 + d2 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d4 * a8 + d5 * a7 + d6 * a6 + d7 * a5 + d8 * a4;
                    x3_3 = (r = (r >> 29) + d0 * a3 + d1 * a2 + d2 * a1 + d3 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d5 * a8 + d6 * a7 + d7 * a6 + d8 * a5;
                    x3_4 = (r = (r >> 29) + d0 * a4 + d1 * a3 + d2 * a2 + d3 * a1 + d4 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d6 * a8 + d7 * a7 + d8 * a6;
                    x3_5 = (r = (r >> 29) + d0 * a5 + d1 * a4 + d2 * a3 + d3 * a2 + d4 * a1 + d5 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d7 * a8 + d8 * a7;
                    x3_6 = (r = (r >> 29) + d0 * a6 + d1 * a5 + d2 * a4 + d3 * a3 + d4 * a2 + d5 * a1 + d6 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d8 * a8;
                    x3_7 = (r = (r >> 29) + d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + d4 * a3 + d5 * a2 + d6 * a1 + d7 * a0
                        + (h & mask) * fold) & mask;
                    x3_8 = (r = (r >> 29) + d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + d4 * a4 + d5 * a3 + d6 * a2 + d7 * a1 + d8 * a0
                        + (h >> 29) * fold) & top;
                    x3_0 = (r = x3_0 + (r >> 23) * nineteen) & mask;
                    x3_1 += r >> 29;
                    // widest column below 2^63.59
                    // cb = c * b
                    h = x2_1 * z2_8 + x2_2 * z2_7 + x2_3 * z2_6 + x2_4 * z2_5 + x2_5 * z2_4 + x2_6 * z2_3 + x2_7 * z2_2 + x2_8 * z2_1;
                    z3_0 = (r = x2_0 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_2 * z2_8 + x2_3 * z2_7 + x2_4 * z2_6 + x2_5 * z2_5 + x2_6 * z2_4 + x2_7 * z2_3 + x2_8 * z2_2;
                    z3_1 = (r = (r >> 29) + x2_0 * z2_1 + x2_1 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_3 * z2_8 + x2_4 * z2_7 + x2_5 * z2_6 + x2_6 * z2_5 + x2_7 * z2_4 + x2_8 * z2_3;
                    z3_2 = (r = (r >> 29) + x2_0 * z2_2 + x2_1 * z2_1 + x2_2 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_4 * z2_8 + x2_5 * z2_7 + x2_6 * z2_6 + x2_7 * z2_5 + x2_8 * z2_4;
                    z3_3 = (r = (r >> 29) + x2_0 * z2_3 + x2_1 * z2_2 + x2_2 * z2_1 + x2_3 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_5 * z2_8 + x2_6 * z2_7 + x2_7 * z2_6 + x2_8 * z2_5;
                    z3_4 = (r = (r >> 29) + x2_0 * z2_4 + x2_1 * z2_3 + x2_2 * z2_2 + x2_3 * z2_1 + x2_4 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_6 * z2_8 + x2_7 * z2_7 + x2_8 * z2_6;
                    z3_5 = (r = (r >> 29) + x2_0 * z2_5 + x2_1 * z2_4 + x2_2 * z2_3 + x2_3 * z2_2 + x2_4 * z2_1 + x2_5 * z2_0
                        + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_7 * z2_8 + x2_8 * z2_7;
                    z3_6 = (r = (r >> 29) + x2_0 * z2_6 + x2_1 * z2_5 + x2_2 * z2_4 + x2_3 * z2_3 + x2_4 * z2_2 + x2_5 * z2_1
                        + x2_6 * z2_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + x2_8 * z2_8;
                    z3_7 = (r = (r >> 29) + x2_0 * z2_7 + x2_1 * z2_6 + x2_2 * z2_5 + x2_3 * z2_4 + x2_4 * z2_3 + x2_5 * z2_2
                        + x2_6 * z2_1 + x2_7 * z2_0 + (h & mask) * fold) & mask;
                    z3_8 = (r = (r >> 29) + x2_0 * z2_8 + x2_1 * z2_7 + x2_2 * z2_6 + x2_3 * z2_5 + x2_4 * z2_4 + x2_5 * z2_3
                        + x2_6 * z2_2 + x2_7 * z2_1 + x2_8 * z2_0 + (h >> 29) * fold) & top;
                    z3_0 = (r = z3_0 + (r >> 23) * nineteen) & mask;
                    z3_1 += r >> 29;
                    // widest column below 2^63.59
                    // s = da + cb
                    s0 = x3_0 + z3_0;
                    s1 = x3_1 + z3_1;
                    s2 = x3_2 + z3_2;
                    s3 = x3_3 + z3_3;
                    s4 = x3_4 + z3_4;
                    s5 = x3_5 + z3_5;
                    s6 = x3_6 + z3_6;
                    s7 = x3_7 + z3_7;
                    s8 = x3_8 + z3_8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
                    // t = da - cb + 2 p
                    z3_0 = x3_0 + bias22low - z3_0;
                    z3_1 = x3_1 + bias2mid - z3_1;
                    z3_2 = x3_2 + bias2mid - z3_2;
                    z3_3 = x3_3 + bias2mid - z3_3;
                    z3_4 = x3_4 + bias2mid - z3_4;
                    z3_5 = x3_5 + bias2mid - z3_5;
                    z3_6 = x3_6 + bias2mid - z3_6;
                    z3_7 = x3_7 + bias2mid - z3_7;
                    z3_8 = x3_8 + bias22top - z3_8;
                    // limbs up to 3 * 2^29, limb 8 below 2^24.58
                    // x3_ = s^2
                    h = ((s1 * s8 + s2 * s7 + s3 * s6 + s4 * s5) << 1);
                    x3_0 = (r = s0 * s0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s2 * s8 + s3 * s7 + s4 * s6) << 1) + s5 * s5;
                    x3_1 = (r = (r >> 29) + ((s0 * s1) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s3 * s8 + s4 * s7 + s5 * s6) << 1);
                    x3_2 = (r = (r >> 29) + ((s0 * s2) << 1) + s1 * s1 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s4 * s8 + s5 * s7) << 1) + s6 * s6;
                    x3_3 = (r = (r >> 29) + ((s0 * s3 + s1 * s2) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s5 * s8 + s6 * s7) << 1);
                    x3_4 = (r = (r >> 29) + ((s0 * s4 + s1 * s3) << 1) + s2 * s2 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s6 * s8) << 1) + s7 * s7;
                    x3_5 = (r = (r >> 29) + ((s0 * s5 + s1 * s4 + s2 * s3) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s7 * s8) << 1);
                    x3_6 = (r = (r >> 29) + ((s0 * s6 + s1 * s5 + s2 * s4) << 1) + s3 * s3 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s8 * s8;
                    x3_7 = (r = (r >> 29) + ((s0 * s7 + s1 * s6 + s2 * s5 + s3 * s4) << 1) + (h & mask) * fold) & mask;
                    x3_8 = (r = (r >> 29) + ((s0 * s8 + s1 * s7 + s2 * s6 + s3 * s5) << 1) + s4 * s4 + (h >> 29) * fold) & top;
                    x3_0 = (r = x3_0 + (r >> 23) * nineteen) & mask;
                    x3_1 += r >> 29;
                    // widest column below 2^63.00
                    // e = t^2
                    h = ((z3_1 * z3_8 + z3_2 * z3_7 + z3_3 * z3_6 + z3_4 * z3_5) << 1);
                    s0 = (r = z3_0 * z3_0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_2 * z3_8 + z3_3 * z3_7 + z3_4 * z3_6) << 1) + z3_5 * z3_5;
                    s1 = (r = (r >> 29) + ((z3_0 * z3_1) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_3 * z3_8 + z3_4 * z3_7 + z3_5 * z3_6) << 1);
                    s2 = (r = (r >> 29) + ((z3_0 * z3_2) << 1) + z3_1 * z3_1 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_4 * z3_8 + z3_5 * z3_7) << 1) + z3_6 * z3_6;
                    s3 = (r = (r >> 29) + ((z3_0 * z3_3 + z3_1 * z3_2) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_5 * z3_8 + z3_6 * z3_7) << 1);
                    s4 = (r = (r >> 29) + ((z3_0 * z3_4 + z3_1 * z3_3) << 1) + z3_2 * z3_2 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_6 * z3_8) << 1) + z3_7 * z3_7;
                    s5 = (r = (r >> 29) + ((z3_0 * z3_5 + z3_1 * z3_4 + z3_2 * z3_3) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((z3_7 * z3_8) << 1);
                    s6 = (r = (r >> 29) + ((z3_0 * z3_6 + z3_1 * z3_5 + z3_2 * z3_4) << 1) + z3_3 * z3_3 + (h & mask) * fold) & mask;
                    h = (h >> 29) + z3_8 * z3_8;
                    v = z3_0 * z3_7 + z3_1 * z3_6 + z3_2 * z3_5 + z3_3 * z3_4;
                    s7 = (r = (r >> 29) + ((v & half) << 1) + (h & mask) * fold) & mask;
                    s8 = (r = (r >> 29) + (v >> 28) + ((z3_0 * z3_8 + z3_1 * z3_7 + z3_2 * z3_6 + z3_3 * z3_5) << 1) + z3_4 * z3_4
                        + (h >> 29) * fold) & top;
                    s0 = (r = s0 + (r >> 23) * nineteen) & mask;
                    s1 += r >> 29;
                    // widest column below 2^64.17
                    // z3_ = e * x
                    h = s1 * x8 + s2 * x7 + s3 * x6 + s4 * x5 + s5 * x4 + s6 * x3 + s7 * x2 + s8 * x1;
                    z3_0 = (r = s0 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s2 * x8 + s3 * x7 + s4 * x6 + s5 * x5 + s6 * x4 + s7 * x3 + s8 * x2;
                    z3_1 = (r = (r >> 29) + s0 * x1 + s1 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s3 * x8 + s4 * x7 + s5 * x6 + s6 * x5 + s7 * x4 + s8 * x3;
                    z3_2 = (r = (r >> 29) + s0 * x2 + s1 * x1 + s2 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s4 * x8 + s5 * x7 + s6 * x6 + s7 * x5 + s8 * x4;
                    z3_3 = (r = (r >> 29) + s0 * x3 + s1 * x2 + s2 * x1 + s3 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s5 * x8 + s6 * x7 + s7 * x6 + s8 * x5;
                    z3_4 = (r = (r >> 29) + s0 * x4 + s1 * x3 + s2 * x2 + s3 * x1 + s4 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s6 * x8 + s7 * x7 + s8 * x6;
                    z3_5 = (r = (r >> 29) + s0 * x5 + s1 * x4 + s2 * x3 + s3 * x2 + s4 * x1 + s5 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s7 * x8 + s8 * x7;
                    z3_6 = (r = (r >> 29) + s0 * x6 + s1 * x5 + s2 * x4 + s3 * x3 + s4 * x2 + s5 * x1 + s6 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s8 * x8;
                    z3_7 = (r = (r >> 29) + s0 * x7 + s1 * x6 + s2 * x5 + s3 * x4 + s4 * x3 + s5 * x2 + s6 * x1 + s7 * x0
                        + (h & mask) * fold) & mask;
                    z3_8 = (r = (r >> 29) + s0 * x8 + s1 * x7 + s2 * x6 + s3 * x5 + s4 * x4 + s5 * x3 + s6 * x2 + s7 * x1 + s8 * x0
                        + (h >> 29) * fold) & top;
                    z3_0 = (r = z3_0 + (r >> 23) * nineteen) & mask;
                    z3_1 += r >> 29;
                    // widest column below 2^61.00
                }

                uint bit = ((uint)scalar[i >> 3] >> (i & 7)) & 1;
                ulong swap = 0UL - (ulong)(bit ^ last);
                last = bit;
                // f = swap ? c : a
                a0 = a0 ^ (swap & (a0 ^ x2_0));
                a1 = a1 ^ (swap & (a1 ^ x2_1));
                a2 = a2 ^ (swap & (a2 ^ x2_2));
                a3 = a3 ^ (swap & (a3 ^ x2_3));
                a4 = a4 ^ (swap & (a4 ^ x2_4));
                a5 = a5 ^ (swap & (a5 ^ x2_5));
                a6 = a6 ^ (swap & (a6 ^ x2_6));
                a7 = a7 ^ (swap & (a7 ^ x2_7));
                a8 = a8 ^ (swap & (a8 ^ x2_8));
                // g = swap ? d : b
                z2_0 = z2_0 ^ (swap & (z2_0 ^ d0));
                z2_1 = z2_1 ^ (swap & (z2_1 ^ d1));
                z2_2 = z2_2 ^ (swap & (z2_2 ^ d2));
                z2_3 = z2_3 ^ (swap & (z2_3 ^ d3));
                z2_4 = z2_4 ^ (swap & (z2_4 ^ d4));
                z2_5 = z2_5 ^ (swap & (z2_5 ^ d5));
                z2_6 = z2_6 ^ (swap & (z2_6 ^ d6));
                z2_7 = z2_7 ^ (swap & (z2_7 ^ d7));
                z2_8 = z2_8 ^ (swap & (z2_8 ^ d8));
                // aa = f^2
                h = ((a1 * a8 + a2 * a7 + a3 * a6 + a4 * a5) << 1);
                s0 = (r = a0 * a0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a2 * a8 + a3 * a7 + a4 * a6) << 1) + a5 * a5;
                s1 = (r = (r >> 29) + ((a0 * a1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a3 * a8 + a4 * a7 + a5 * a6) << 1);
                s2 = (r = (r >> 29) + ((a0 * a2) << 1) + a1 * a1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a4 * a8 + a5 * a7) << 1) + a6 * a6;
                s3 = (r = (r >> 29) + ((a0 * a3 + a1 * a2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a5 * a8 + a6 * a7) << 1);
                s4 = (r = (r >> 29) + ((a0 * a4 + a1 * a3) << 1) + a2 * a2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a6 * a8) << 1) + a7 * a7;
                s5 = (r = (r >> 29) + ((a0 * a5 + a1 * a4 + a2 * a3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((a7 * a8) << 1);
                s6 = (r = (r >> 29) + ((a0 * a6 + a1 * a5 + a2 * a4) << 1) + a3 * a3 + (h & mask) * fold) & mask;
                h = (h >> 29) + a8 * a8;
                s7 = (r = (r >> 29) + ((a0 * a7 + a1 * a6 + a2 * a5 + a3 * a4) << 1) + (h & mask) * fold) & mask;
                s8 = (r = (r >> 29) + ((a0 * a8 + a1 * a7 + a2 * a6 + a3 * a5) << 1) + a4 * a4 + (h >> 29) * fold) & top;
                s0 = (r = s0 + (r >> 23) * nineteen) & mask;
                s1 += r >> 29;
                // widest column below 2^63.00
                // bb = g^2
                h = ((z2_1 * z2_8 + z2_2 * z2_7 + z2_3 * z2_6 + z2_4 * z2_5) << 1);
                d0 = (r = z2_0 * z2_0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_2 * z2_8 + z2_3 * z2_7 + z2_4 * z2_6) << 1) + z2_5 * z2_5;
                d1 = (r = (r >> 29) + ((z2_0 * z2_1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_3 * z2_8 + z2_4 * z2_7 + z2_5 * z2_6) << 1);
                d2 = (r = (r >> 29) + ((z2_0 * z2_2) << 1) + z2_1 * z2_1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_4 * z2_8 + z2_5 * z2_7) << 1) + z2_6 * z2_6;
                d3 = (r = (r >> 29) + ((z2_0 * z2_3 + z2_1 * z2_2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_5 * z2_8 + z2_6 * z2_7) << 1);
                d4 = (r = (r >> 29) + ((z2_0 * z2_4 + z2_1 * z2_3) << 1) + z2_2 * z2_2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_6 * z2_8) << 1) + z2_7 * z2_7;
                d5 = (r = (r >> 29) + ((z2_0 * z2_5 + z2_1 * z2_4 + z2_2 * z2_3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((z2_7 * z2_8) << 1);
                d6 = (r = (r >> 29) + ((z2_0 * z2_6 + z2_1 * z2_5 + z2_2 * z2_4) << 1) + z2_3 * z2_3 + (h & mask) * fold) & mask;
                h = (h >> 29) + z2_8 * z2_8;
                v = z2_0 * z2_7 + z2_1 * z2_6 + z2_2 * z2_5 + z2_3 * z2_4;
                d7 = (r = (r >> 29) + ((v & half) << 1) + (h & mask) * fold) & mask;
                d8 = (r = (r >> 29) + (v >> 28) + ((z2_0 * z2_8 + z2_1 * z2_7 + z2_2 * z2_6 + z2_3 * z2_5) << 1) + z2_4 * z2_4
                    + (h >> 29) * fold) & top;
                d0 = (r = d0 + (r >> 23) * nineteen) & mask;
                d1 += r >> 29;
                // widest column below 2^64.17
                // x2_ = aa * bb
                h = s1 * d8 + s2 * d7 + s3 * d6 + s4 * d5 + s5 * d4 + s6 * d3 + s7 * d2 + s8 * d1;
                x2_0 = (r = s0 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s2 * d8 + s3 * d7 + s4 * d6 + s5 * d5 + s6 * d4 + s7 * d3 + s8 * d2;
                x2_1 = (r = (r >> 29) + s0 * d1 + s1 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s3 * d8 + s4 * d7 + s5 * d6 + s6 * d5 + s7 * d4 + s8 * d3;
                x2_2 = (r = (r >> 29) + s0 * d2 + s1 * d1 + s2 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s4 * d8 + s5 * d7 + s6 * d6 + s7 * d5 + s8 * d4;
                x2_3 = (r = (r >> 29) + s0 * d3 + s1 * d2 + s2 * d1 + s3 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s5 * d8 + s6 * d7 + s7 * d6 + s8 * d5;
                x2_4 = (r = (r >> 29) + s0 * d4 + s1 * d3 + s2 * d2 + s3 * d1 + s4 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s6 * d8 + s7 * d7 + s8 * d6;
                x2_5 = (r = (r >> 29) + s0 * d5 + s1 * d4 + s2 * d3 + s3 * d2 + s4 * d1 + s5 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s7 * d8 + s8 * d7;
                x2_6 = (r = (r >> 29) + s0 * d6 + s1 * d5 + s2 * d4 + s3 * d3 + s4 * d2 + s5 * d1 + s6 * d0 + (h & mask) * fold) & mask;
                h = (h >> 29) + s8 * d8;
                x2_7 = (r = (r >> 29) + s0 * d7 + s1 * d6 + s2 * d5 + s3 * d4 + s4 * d3 + s5 * d2 + s6 * d1 + s7 * d0
                    + (h & mask) * fold) & mask;
                x2_8 = (r = (r >> 29) + s0 * d8 + s1 * d7 + s2 * d6 + s3 * d5 + s4 * d4 + s5 * d3 + s6 * d2 + s7 * d1 + s8 * d0
                    + (h >> 29) * fold) & top;
                x2_0 = (r = x2_0 + (r >> 23) * nineteen) & mask;
                x2_1 += r >> 29;
                // widest column below 2^61.00
                // e = aa - bb + 2 p
                d0 = s0 + bias22low - d0;
                d1 = s1 + bias2mid - d1;
                d2 = s2 + bias2mid - d2;
                d3 = s3 + bias2mid - d3;
                d4 = s4 + bias2mid - d4;
                d5 = s5 + bias2mid - d5;
                d6 = s6 + bias2mid - d6;
                d7 = s7 + bias2mid - d7;
                d8 = s8 + bias22top - d8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58
                // u = aa + 121665 e
                s0 = (r = s0 + d0 * a24) & mask;
                s1 = (r = (r >> 29) + s1 + d1 * a24) & mask;
                s2 = (r = (r >> 29) + s2 + d2 * a24) & mask;
                s3 = (r = (r >> 29) + s3 + d3 * a24) & mask;
                s4 = (r = (r >> 29) + s4 + d4 * a24) & mask;
                s5 = (r = (r >> 29) + s5 + d5 * a24) & mask;
                s6 = (r = (r >> 29) + s6 + d6 * a24) & mask;
                s7 = (r = (r >> 29) + s7 + d7 * a24) & mask;
                s8 = (r = (r >> 29) + s8 + d8 * a24) & top;
                s0 += (r >> 23) * nineteen;
                // limbs up to 1.013 * 2^29, limb 8 below 2^23.00
                // z2_ = e * u
                h = d1 * s8 + d2 * s7 + d3 * s6 + d4 * s5 + d5 * s4 + d6 * s3 + d7 * s2 + d8 * s1;
                z2_0 = (r = d0 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d2 * s8 + d3 * s7 + d4 * s6 + d5 * s5 + d6 * s4 + d7 * s3 + d8 * s2;
                z2_1 = (r = (r >> 29) + d0 * s1 + d1 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d3 * s8 + d4 * s7 + d5 * s6 + d6 * s5 + d7 * s4 + d8 * s3;
                z2_2 = (r = (r >> 29) + d0 * s2 + d1 * s1 + d2 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d4 * s8 + d5 * s7 + d6 * s6 + d7 * s5 + d8 * s4;
                z2_3 = (r = (r >> 29) + d0 * s3 + d1 * s2 + d2 * s1 + d3 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d5 * s8 + d6 * s7 + d7 * s6 + d8 * s5;
                z2_4 = (r = (r >> 29) + d0 * s4 + d1 * s3 + d2 * s2 + d3 * s1 + d4 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d6 * s8 + d7 * s7 + d8 * s6;
                z2_5 = (r = (r >> 29) + d0 * s5 + d1 * s4 + d2 * s3 + d3 * s2 + d4 * s1 + d5 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d7 * s8 + d8 * s7;
                z2_6 = (r = (r >> 29) + d0 * s6 + d1 * s5 + d2 * s4 + d3 * s3 + d4 * s2 + d5 * s1 + d6 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + d8 * s8;
                z2_7 = (r = (r >> 29) + d0 * s7 + d1 * s6 + d2 * s5 + d3 * s4 + d4 * s3 + d5 * s2 + d6 * s1 + d7 * s0
                    + (h & mask) * fold) & mask;
                z2_8 = (r = (r >> 29) + d0 * s8 + d1 * s7 + d2 * s6 + d3 * s5 + d4 * s4 + d5 * s3 + d6 * s2 + d7 * s1 + d8 * s0
                    + (h >> 29) * fold) & top;
                z2_0 = (r = z2_0 + (r >> 23) * nineteen) & mask;
                z2_1 += r >> 29;
                // widest column below 2^62.59
            }

            o[0] = x2_0;
            o[1] = x2_1;
            o[2] = x2_2;
            o[3] = x2_3;
            o[4] = x2_4;
            o[5] = x2_5;
            o[6] = x2_6;
            o[7] = x2_7;
            o[8] = x2_8;
            o[9] = z2_0;
            o[10] = z2_1;
            o[11] = z2_2;
            o[12] = z2_3;
            o[13] = z2_4;
            o[14] = z2_5;
            o[15] = z2_6;
            o[16] = z2_7;
            o[17] = z2_8;
        }
    }
}
