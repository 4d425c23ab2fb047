// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static class MontgomeryLadder
    {
        // RFC 7748 section 5: o[0..8] / o[9..17] = the u-coordinate of scalar times the point p[0..8]; the scalar is clamped.
        // Of the two differential products DA and CB a swap only changes the places, so that nothing but A and B is selected.
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
            ulong b0, b1, b2, b3, b4, b5, b6, b7, b8;
            ulong c0, c1, c2, c3, c4, c5, c6, c7, c8;
            ulong cb0, cb1, cb2, cb3, cb4, cb5, cb6, cb7, cb8;
            ulong d0, d1, d2, d3, d4, d5, d6, d7, d8;
            ulong da0, da1, da2, da3, da4, da5, da6, da7, da8;
            ulong e0, e1, e2, e3, e4, e5, e6, e7, e8;
            ulong s0, s1, s2, s3, s4, s5, s6, s7, s8;
            ulong u0, u1, u2, u3, u4, u5, u6, u7, u8;
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
                b0 = x2_0 + bias22low - z2_0;
                b1 = x2_1 + bias2mid - z2_1;
                b2 = x2_2 + bias2mid - z2_2;
                b3 = x2_3 + bias2mid - z2_3;
                b4 = x2_4 + bias2mid - z2_4;
                b5 = x2_5 + bias2mid - z2_5;
                b6 = x2_6 + bias2mid - z2_6;
                b7 = x2_7 + bias2mid - z2_7;
                b8 = x2_8 + bias22top - z2_8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58
                // c = x3_ + z3_
                c0 = x3_0 + z3_0;
                c1 = x3_1 + z3_1;
                c2 = x3_2 + z3_2;
                c3 = x3_3 + z3_3;
                c4 = x3_4 + z3_4;
                c5 = x3_5 + z3_5;
                c6 = x3_6 + z3_6;
                c7 = x3_7 + z3_7;
                c8 = x3_8 + z3_8;
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
                    da0 = (r = d0 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d2 * a8 + d3 * a7 + d4 * a6 + d5 * a5 + d6 * a4 + d7 * a3 + d8 * a2;
                    da1 = (r = (r >> 29) + d0 * a1 + d1 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d3 * a8 + d4 * a7 + d5 * a6 + d6 * a5 + d7 * a4 + d8 * a3;
                    da2 = (r = (r >> 29) + d0 * a2 + d1 * a1 + d2 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d4 * a8 + d5 * a7 + d6 * a6 + d7 * a5 + d8 * a4;
                    da3 = (r = (r >> 29) + d0 * a3 + d1 * a2 + d2 * a1 + d3 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d5 * a8 + d6 * a7 + d7 * a6 + d8 * a5;
                    da4 = (r = (r >> 29) + d0 * a4 + d1 * a3 + d2 * a2 + d3 * a1 + d4 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d6 * a8 + d7 * a7 + d8 * a6;
                    da5 = (r = (r >> 29) + d0 * a5 + d1 * a4 + d2 * a3 + d3 * a2 + d4 * a1 + d5 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d7 * a8 + d8 * a7;
                    da6 = (r = (r >> 29) + d0 * a6 + d1 * a5 + d2 * a4 + d3 * a3 + d4 * a2 + d5 * a1 + d6 * a0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + d8 * a8;
                    da7 = (r = (r >> 29) + d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + d4 * a3 + d5 * a2 + d6 * a1 + d7 * a0
                        + (h & mask) * fold) & mask;
                    da8 = (r = (r >> 29) + d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + d4 * a4 + d5 * a3 + d6 * a2 + d7 * a1 + d8 * a0
                        + (h >> 29) * fold) & top;
                    da0 = (r = da0 + (r >> 23) * nineteen) & mask;
                    da1 += r >> 29;
                    // widest column below 2^63.59
                    // cb = c * b
                    h = c1 * b8 + c2 * b7 + c3 * b6 + c4 * b5 + c5 * b4 + c6 * b3 + c7 * b2 + c8 * b1;
                    cb0 = (r = c0 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c2 * b8 + c3 * b7 + c4 * b6 + c5 * b5 + c6 * b4 + c7 * b3 + c8 * b2;
                    cb1 = (r = (r >> 29) + c0 * b1 + c1 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c3 * b8 + c4 * b7 + c5 * b6 + c6 * b5 + c7 * b4 + c8 * b3;
                    cb2 = (r = (r >> 29) + c0 * b2 + c1 * b1 + c2 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c4 * b8 + c5 * b7 + c6 * b6 + c7 * b5 + c8 * b4;
                    cb3 = (r = (r >> 29) + c0 * b3 + c1 * b2 + c2 * b1 + c3 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c5 * b8 + c6 * b7 + c7 * b6 + c8 * b5;
                    cb4 = (r = (r >> 29) + c0 * b4 + c1 * b3 + c2 * b2 + c3 * b1 + c4 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c6 * b8 + c7 * b7 + c8 * b6;
                    cb5 = (r = (r >> 29) + c0 * b5 + c1 * b4 + c2 * b3 + c3 * b2 + c4 * b1 + c5 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c7 * b8 + c8 * b7;
                    cb6 = (r = (r >> 29) + c0 * b6 + c1 * b5 + c2 * b4 + c3 * b3 + c4 * b2 + c5 * b1 + c6 * b0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + c8 * b8;
                    cb7 = (r = (r >> 29) + c0 * b7 + c1 * b6 + c2 * b5 + c3 * b4 + c4 * b3 + c5 * b2 + c6 * b1 + c7 * b0
                        + (h & mask) * fold) & mask;
                    cb8 = (r = (r >> 29) + c0 * b8 + c1 * b7 + c2 * b6 + c3 * b5 + c4 * b4 + c5 * b3 + c6 * b2 + c7 * b1 + c8 * b0
                        + (h >> 29) * fold) & top;
                    cb0 = (r = cb0 + (r >> 23) * nineteen) & mask;
                    cb1 += r >> 29;
                    // widest column below 2^63.59
                    // s = da + cb
                    s0 = da0 + cb0;
                    s1 = da1 + cb1;
                    s2 = da2 + cb2;
                    s3 = da3 + cb3;
                    s4 = da4 + cb4;
                    s5 = da5 + cb5;
                    s6 = da6 + cb6;
                    s7 = da7 + cb7;
                    s8 = da8 + cb8;
                    // limbs up to 2 * 2^29, limb 8 below 2^24.00
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
                    // s = da - cb + 2 p
                    s0 = da0 + bias22low - cb0;
                    s1 = da1 + bias2mid - cb1;
                    s2 = da2 + bias2mid - cb2;
                    s3 = da3 + bias2mid - cb3;
                    s4 = da4 + bias2mid - cb4;
                    s5 = da5 + bias2mid - cb5;
                    s6 = da6 + bias2mid - cb6;
                    s7 = da7 + bias2mid - cb7;
                    s8 = da8 + bias22top - cb8;
                    // limbs up to 3 * 2^29, limb 8 below 2^24.58
                    // e = s^2
                    h = ((s1 * s8 + s2 * s7 + s3 * s6 + s4 * s5) << 1);
                    e0 = (r = s0 * s0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s2 * s8 + s3 * s7 + s4 * s6) << 1) + s5 * s5;
                    e1 = (r = (r >> 29) + ((s0 * s1) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s3 * s8 + s4 * s7 + s5 * s6) << 1);
                    e2 = (r = (r >> 29) + ((s0 * s2) << 1) + s1 * s1 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s4 * s8 + s5 * s7) << 1) + s6 * s6;
                    e3 = (r = (r >> 29) + ((s0 * s3 + s1 * s2) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s5 * s8 + s6 * s7) << 1);
                    e4 = (r = (r >> 29) + ((s0 * s4 + s1 * s3) << 1) + s2 * s2 + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s6 * s8) << 1) + s7 * s7;
                    e5 = (r = (r >> 29) + ((s0 * s5 + s1 * s4 + s2 * s3) << 1) + (h & mask) * fold) & mask;
                    h = (h >> 29) + ((s7 * s8) << 1);
                    e6 = (r = (r >> 29) + ((s0 * s6 + s1 * s5 + s2 * s4) << 1) + s3 * s3 + (h & mask) * fold) & mask;
                    h = (h >> 29) + s8 * s8;
                    v = s0 * s7 + s1 * s6 + s2 * s5 + s3 * s4;
                    e7 = (r = (r >> 29) + ((v & half) << 1) + (h & mask) * fold) & mask;
                    e8 = (r = (r >> 29) + (v >> 28) + ((s0 * s8 + s1 * s7 + s2 * s6 + s3 * s5) << 1) + s4 * s4 + (h >> 29) * fold) & top;
                    e0 = (r = e0 + (r >> 23) * nineteen) & mask;
                    e1 += r >> 29;
                    // widest column below 2^64.17
                    // z3_ = e * x
                    h = e1 * x8 + e2 * x7 + e3 * x6 + e4 * x5 + e5 * x4 + e6 * x3 + e7 * x2 + e8 * x1;
                    z3_0 = (r = e0 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e2 * x8 + e3 * x7 + e4 * x6 + e5 * x5 + e6 * x4 + e7 * x3 + e8 * x2;
                    z3_1 = (r = (r >> 29) + e0 * x1 + e1 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e3 * x8 + e4 * x7 + e5 * x6 + e6 * x5 + e7 * x4 + e8 * x3;
                    z3_2 = (r = (r >> 29) + e0 * x2 + e1 * x1 + e2 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e4 * x8 + e5 * x7 + e6 * x6 + e7 * x5 + e8 * x4;
                    z3_3 = (r = (r >> 29) + e0 * x3 + e1 * x2 + e2 * x1 + e3 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e5 * x8 + e6 * x7 + e7 * x6 + e8 * x5;
                    z3_4 = (r = (r >> 29) + e0 * x4 + e1 * x3 + e2 * x2 + e3 * x1 + e4 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e6 * x8 + e7 * x7 + e8 * x6;
                    z3_5 = (r = (r >> 29) + e0 * x5 + e1 * x4 + e2 * x3 + e3 * x2 + e4 * x1 + e5 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e7 * x8 + e8 * x7;
                    z3_6 = (r = (r >> 29) + e0 * x6 + e1 * x5 + e2 * x4 + e3 * x3 + e4 * x2 + e5 * x1 + e6 * x0 + (h & mask) * fold) & mask;
                    h = (h >> 29) + e8 * x8;
                    z3_7 = (r = (r >> 29) + e0 * x7 + e1 * x6 + e2 * x5 + e3 * x4 + e4 * x3 + e5 * x2 + e6 * x1 + e7 * x0
                        + (h & mask) * fold) & mask;
                    z3_8 = (r = (r >> 29) + e0 * x8 + e1 * x7 + e2 * x6 + e3 * x5 + e4 * x4 + e5 * x3 + e6 * x2 + e7 * x1 + e8 * x0
                        + (h >> 29) * fold) & top;
                    z3_0 = (r = z3_0 + (r >> 23) * nineteen) & mask;
                    z3_1 += r >> 29;
                    // widest column below 2^61.00
                }

                uint bit = ((uint)scalar[i >> 3] >> (i & 7)) & 1;
                ulong swap = 0UL - (ulong)(bit ^ last);
                last = bit;
                // s = swap ? c : a
                s0 = a0 ^ (swap & (a0 ^ c0));
                s1 = a1 ^ (swap & (a1 ^ c1));
                s2 = a2 ^ (swap & (a2 ^ c2));
                s3 = a3 ^ (swap & (a3 ^ c3));
                s4 = a4 ^ (swap & (a4 ^ c4));
                s5 = a5 ^ (swap & (a5 ^ c5));
                s6 = a6 ^ (swap & (a6 ^ c6));
                s7 = a7 ^ (swap & (a7 ^ c7));
                s8 = a8 ^ (swap & (a8 ^ c8));
                // e = swap ? d : b
                e0 = b0 ^ (swap & (b0 ^ d0));
                e1 = b1 ^ (swap & (b1 ^ d1));
                e2 = b2 ^ (swap & (b2 ^ d2));
                e3 = b3 ^ (swap & (b3 ^ d3));
                e4 = b4 ^ (swap & (b4 ^ d4));
                e5 = b5 ^ (swap & (b5 ^ d5));
                e6 = b6 ^ (swap & (b6 ^ d6));
                e7 = b7 ^ (swap & (b7 ^ d7));
                e8 = b8 ^ (swap & (b8 ^ d8));
                // a = s^2
                h = ((s1 * s8 + s2 * s7 + s3 * s6 + s4 * s5) << 1);
                a0 = (r = s0 * s0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s2 * s8 + s3 * s7 + s4 * s6) << 1) + s5 * s5;
                a1 = (r = (r >> 29) + ((s0 * s1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s3 * s8 + s4 * s7 + s5 * s6) << 1);
                a2 = (r = (r >> 29) + ((s0 * s2) << 1) + s1 * s1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s4 * s8 + s5 * s7) << 1) + s6 * s6;
                a3 = (r = (r >> 29) + ((s0 * s3 + s1 * s2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s5 * s8 + s6 * s7) << 1);
                a4 = (r = (r >> 29) + ((s0 * s4 + s1 * s3) << 1) + s2 * s2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s6 * s8) << 1) + s7 * s7;
                a5 = (r = (r >> 29) + ((s0 * s5 + s1 * s4 + s2 * s3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((s7 * s8) << 1);
                a6 = (r = (r >> 29) + ((s0 * s6 + s1 * s5 + s2 * s4) << 1) + s3 * s3 + (h & mask) * fold) & mask;
                h = (h >> 29) + s8 * s8;
                a7 = (r = (r >> 29) + ((s0 * s7 + s1 * s6 + s2 * s5 + s3 * s4) << 1) + (h & mask) * fold) & mask;
                a8 = (r = (r >> 29) + ((s0 * s8 + s1 * s7 + s2 * s6 + s3 * s5) << 1) + s4 * s4 + (h >> 29) * fold) & top;
                a0 = (r = a0 + (r >> 23) * nineteen) & mask;
                a1 += r >> 29;
                // widest column below 2^63.00
                // b = e^2
                h = ((e1 * e8 + e2 * e7 + e3 * e6 + e4 * e5) << 1);
                b0 = (r = e0 * e0 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e2 * e8 + e3 * e7 + e4 * e6) << 1) + e5 * e5;
                b1 = (r = (r >> 29) + ((e0 * e1) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e3 * e8 + e4 * e7 + e5 * e6) << 1);
                b2 = (r = (r >> 29) + ((e0 * e2) << 1) + e1 * e1 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e4 * e8 + e5 * e7) << 1) + e6 * e6;
                b3 = (r = (r >> 29) + ((e0 * e3 + e1 * e2) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e5 * e8 + e6 * e7) << 1);
                b4 = (r = (r >> 29) + ((e0 * e4 + e1 * e3) << 1) + e2 * e2 + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e6 * e8) << 1) + e7 * e7;
                b5 = (r = (r >> 29) + ((e0 * e5 + e1 * e4 + e2 * e3) << 1) + (h & mask) * fold) & mask;
                h = (h >> 29) + ((e7 * e8) << 1);
                b6 = (r = (r >> 29) + ((e0 * e6 + e1 * e5 + e2 * e4) << 1) + e3 * e3 + (h & mask) * fold) & mask;
                h = (h >> 29) + e8 * e8;
                v = e0 * e7 + e1 * e6 + e2 * e5 + e3 * e4;
                b7 = (r = (r >> 29) + ((v & half) << 1) + (h & mask) * fold) & mask;
                b8 = (r = (r >> 29) + (v >> 28) + ((e0 * e8 + e1 * e7 + e2 * e6 + e3 * e5) << 1) + e4 * e4 + (h >> 29) * fold) & top;
                b0 = (r = b0 + (r >> 23) * nineteen) & mask;
                b1 += r >> 29;
                // widest column below 2^64.17
                // x2_ = a * b
                h = a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1;
                x2_0 = (r = a0 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2;
                x2_1 = (r = (r >> 29) + a0 * b1 + a1 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3;
                x2_2 = (r = (r >> 29) + a0 * b2 + a1 * b1 + a2 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4;
                x2_3 = (r = (r >> 29) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5;
                x2_4 = (r = (r >> 29) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a6 * b8 + a7 * b7 + a8 * b6;
                x2_5 = (r = (r >> 29) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a7 * b8 + a8 * b7;
                x2_6 = (r = (r >> 29) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + (h & mask) * fold) & mask;
                h = (h >> 29) + a8 * b8;
                x2_7 = (r = (r >> 29) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0
                    + (h & mask) * fold) & mask;
                x2_8 = (r = (r >> 29) + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0
                    + (h >> 29) * fold) & top;
                x2_0 = (r = x2_0 + (r >> 23) * nineteen) & mask;
                x2_1 += r >> 29;
                // widest column below 2^61.00
                // e = a - b + 2 p
                e0 = a0 + bias22low - b0;
                e1 = a1 + bias2mid - b1;
                e2 = a2 + bias2mid - b2;
                e3 = a3 + bias2mid - b3;
                e4 = a4 + bias2mid - b4;
                e5 = a5 + bias2mid - b5;
                e6 = a6 + bias2mid - b6;
                e7 = a7 + bias2mid - b7;
                e8 = a8 + bias22top - b8;
                // limbs up to 3 * 2^29, limb 8 below 2^24.58
                // u = a + 121665 e
                u0 = (r = a0 + e0 * a24) & mask;
                u1 = (r = (r >> 29) + a1 + e1 * a24) & mask;
                u2 = (r = (r >> 29) + a2 + e2 * a24) & mask;
                u3 = (r = (r >> 29) + a3 + e3 * a24) & mask;
                u4 = (r = (r >> 29) + a4 + e4 * a24) & mask;
                u5 = (r = (r >> 29) + a5 + e5 * a24) & mask;
                u6 = (r = (r >> 29) + a6 + e6 * a24) & mask;
                u7 = (r = (r >> 29) + a7 + e7 * a24) & mask;
                u8 = (r = (r >> 29) + a8 + e8 * a24) & top;
                u0 += (r >> 23) * nineteen;
                // limbs up to 1.013 * 2^29, limb 8 below 2^23.00
                // z2_ = e * u
                h = e1 * u8 + e2 * u7 + e3 * u6 + e4 * u5 + e5 * u4 + e6 * u3 + e7 * u2 + e8 * u1;
                z2_0 = (r = e0 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e2 * u8 + e3 * u7 + e4 * u6 + e5 * u5 + e6 * u4 + e7 * u3 + e8 * u2;
                z2_1 = (r = (r >> 29) + e0 * u1 + e1 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e3 * u8 + e4 * u7 + e5 * u6 + e6 * u5 + e7 * u4 + e8 * u3;
                z2_2 = (r = (r >> 29) + e0 * u2 + e1 * u1 + e2 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e4 * u8 + e5 * u7 + e6 * u6 + e7 * u5 + e8 * u4;
                z2_3 = (r = (r >> 29) + e0 * u3 + e1 * u2 + e2 * u1 + e3 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e5 * u8 + e6 * u7 + e7 * u6 + e8 * u5;
                z2_4 = (r = (r >> 29) + e0 * u4 + e1 * u3 + e2 * u2 + e3 * u1 + e4 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e6 * u8 + e7 * u7 + e8 * u6;
                z2_5 = (r = (r >> 29) + e0 * u5 + e1 * u4 + e2 * u3 + e3 * u2 + e4 * u1 + e5 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e7 * u8 + e8 * u7;
                z2_6 = (r = (r >> 29) + e0 * u6 + e1 * u5 + e2 * u4 + e3 * u3 + e4 * u2 + e5 * u1 + e6 * u0 + (h & mask) * fold) & mask;
                h = (h >> 29) + e8 * u8;
                z2_7 = (r = (r >> 29) + e0 * u7 + e1 * u6 + e2 * u5 + e3 * u4 + e4 * u3 + e5 * u2 + e6 * u1 + e7 * u0
                    + (h & mask) * fold) & mask;
                z2_8 = (r = (r >> 29) + e0 * u8 + e1 * u7 + e2 * u6 + e3 * u5 + e4 * u4 + e5 * u3 + e6 * u2 + e7 * u1 + e8 * u0
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
