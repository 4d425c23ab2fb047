// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static class BaseTable
    {
        internal const int Teeth = 4;
        internal const int Combs = 2;
        internal const int Spacing = 32;

        // q = entry number index of a comb, negated if negate is all ones and not 0. Every entry is read and masked.
        internal static void Select(int comb, uint index, uint negate, uint[] q)
        {
            uint hot = 1u << (int)index;
            ulong m0 = 0UL - ((hot) & 1);
            ulong m1 = 0UL - ((hot >> 1) & 1);
            ulong m2 = 0UL - ((hot >> 2) & 1);
            ulong m3 = 0UL - ((hot >> 3) & 1);
            ulong m4 = 0UL - ((hot >> 4) & 1);
            ulong m5 = 0UL - ((hot >> 5) & 1);
            ulong m6 = 0UL - ((hot >> 6) & 1);
            ulong m7 = 0UL - ((hot >> 7) & 1);
            ulong w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11;
            if (comb == 0)
            {
                w0 = (m0 & 0x152bb91281cbfe4a) | (m1 & 0x7e7329b41ba24b35) | (m2 & 0x7c1011c53286aa64) | (m3 & 0xd3ac1536c8348406)
                    | (m4 & 0xae79687116498aea) | (m5 & 0x3148a1aaff93a159) | (m6 & 0xa6d893b97723f2a8) | (m7 & 0xcf54089c18976763);
                w1 = (m0 & 0xa25ca0401e5cba9f) | (m1 & 0xc2aefe9d13dda25d) | (m2 & 0x68f9077fd229efcb) | (m3 & 0xc03c7549328aa587)
                    | (m4 & 0x87769d171c989a46) | (m5 & 0xb596ab5a45f39e9a) | (m6 & 0x7d3e34f751f6fd20) | (m7 & 0x42f4ea6a7e872bce);
                w2 = (m0 & 0xd78131147c3fe274) | (m1 & 0x79e555ae74165656) | (m2 & 0x933ec97282ae7e00) | (m3 & 0xe962ccc53256a143)
                    | (m4 & 0x4a740f331cb4cc20) | (m5 & 0x8baf27464a2051a2) | (m6 & 0x7e0a2753ba02e9e8) | (m7 & 0x91845d2811eb473e);
                w3 = (m0 & 0x51541057279ad878) | (m1 & 0x1f48d8a14c073475) | (m2 & 0x766d49512f039bb5) | (m3 & 0x2fcd8e3c0f42f985)
                    | (m4 & 0x251c94bbbf3b6deb) | (m5 & 0x07519b57fb28a877) | (m6 & 0x186952e09d895c0f) | (m7 & 0x5b593195fb4c1f97);
                w4 = (m0 & 0xc1540c4e604ea17f) | (m1 & 0xf0076fa89fc8c946) | (m2 & 0xb4e3bb090bd00f48) | (m3 & 0x1b8660cb51c52159)
                    | (m4 & 0xd571b98ba8374de8) | (m5 & 0x14226de063d5f3ee) | (m6 & 0xd686c507dccfe0a8) | (m7 & 0x8cd4f9f8fc3d3eaf);
                w5 = (m0 & 0x902479c92ffaa389) | (m1 & 0x51c2bdb9c6f810a3) | (m2 & 0xf8334cfb9d33eee2) | (m3 & 0xdaf0682e12e25cbf)
                    | (m4 & 0x1b5d0c579cc65603) | (m5 & 0x1d3b47cbc49088f2) | (m6 & 0x0a1ce6b227560386) | (m7 & 0xb003beb43c586b96);
                w6 = (m0 & 0x50bb25b676c041ad) | (m1 & 0x8c9ba0cec68662c6) | (m2 & 0xb66a22bb215ee073) | (m3 & 0xf8a89e12eb8dcef5)
                    | (m4 & 0xb334617acb3ec00b) | (m5 & 0x056f79857e8657eb) | (m6 & 0xb9ebcc0f39bd45ac) | (m7 & 0xc490ebb080d2cddf);
                w7 = (m0 & 0x4560400c8a9db37f) | (m1 & 0x5752cba4ca85ab5b) | (m2 & 0x13fd8ac2fbb17840) | (m3 & 0x170bb5558a5b255c)
                    | (m4 & 0x2f5dce231593ce49) | (m5 & 0x78cc1c96a67072a4) | (m6 & 0x5480d21318a11702) | (m7 & 0x531742717c2039c8);
                w8 = (m0 & 0xce0f9e07cf52cd0f) | (m1 & 0xc54a76837d17563b) | (m2 & 0x98503dd677962c27) | (m3 & 0x34fe196debaa24c6)
                    | (m4 & 0x23c9d729ee765b04) | (m5 & 0xee0d2510a8597a50) | (m6 & 0xeccb40a4c0c31a02) | (m7 & 0x66e3809b69942920);
                w9 = (m0 & 0xe0dc27dd3538bcb3) | (m1 & 0xea0f9003601ccd56) | (m2 & 0xfb68defd62a9aac5) | (m3 & 0xaf61486529ee5265)
                    | (m4 & 0xa257a5b6502b21c0) | (m5 & 0xf111db1af0f58ee4) | (m6 & 0x022fb68f4b837c56) | (m7 & 0xbfff93d200a09271);
                w10 = (m0 & 0xdbc4c5766d95104b) | (m1 & 0x9bf65fa2f27dd21d) | (m2 & 0x4bf0703c7dc2b2a9) | (m3 & 0x56cb99d8aa3db2d3)
                    | (m4 & 0x2280215bfec89127) | (m5 & 0x0a45dca05f14ca29) | (m6 & 0x0f35666272003ee3) | (m7 & 0x714d6489ed9516fc);
                w11 = (m0 & 0x7b6d2765cd0c580a) | (m1 & 0x619b811c8832c46a) | (m2 & 0x0e48cd54da0353c0) | (m3 & 0x210dbda78dec225a)
                    | (m4 & 0x4d9c44a5299a392a) | (m5 & 0x1c3a737c88b7bc01) | (m6 & 0x3d4b7cebc8ea5a49) | (m7 & 0x4e9dee1c3319c398);
            }

            else
            {
                w0 = (m0 & 0x271378c0c6fc323e) | (m1 & 0x9b1f7d209213533e) | (m2 & 0x21fb3aee160fa4a3) | (m3 & 0xd151f3f253bf2f2b)
                    | (m4 & 0x2dd5deb5705aeddd) | (m5 & 0x4d5e01324e0b3554) | (m6 & 0x99249a14e750e505) | (m7 & 0x133c477d78c8d46e);
                w1 = (m0 & 0x01d08e66588d4fe0) | (m1 & 0xe65897942fbb2a2a) | (m2 & 0x309b7285077103a7) | (m3 & 0x776ebb9b423fd246)
                    | (m4 & 0x4b745b154d66bbc4) | (m5 & 0x0f6f71cd4c0287f7) | (m6 & 0xdab9ca1fd189476c) | (m7 & 0xf46fe67e73931ac8);
                w2 = (m0 & 0xfa73b14b13d030d0) | (m1 & 0xfe7cc47a0d6ef2e3) | (m2 & 0xd162ea7ae400f357) | (m3 & 0xc4845e556fe23a9e)
                    | (m4 & 0x7cfa616fc52506d6) | (m5 & 0xc24755a276bd0708) | (m6 & 0x312af52e1efb38bc) | (m7 & 0x8abe49b155101368);
                w3 = (m0 & 0x32ad3e9d6d21f1aa) | (m1 & 0x5064ad072f53a34f) | (m2 & 0x6424c0fccf26d64e) | (m3 & 0x13d3e20cb27f84f0)
                    | (m4 & 0x3df2bbe346dc699f) | (m5 & 0x7aac40cabd368057) | (m6 & 0x673b997702d07410) | (m7 & 0x27196556a52e8a27);
                w4 = (m0 & 0xedc0d49e6e1e9fe4) | (m1 & 0x333a9d4676992605) | (m2 & 0x24184201924bd28a) | (m3 & 0xeece1c2eb2d0810c)
                    | (m4 & 0x39f1aac48522ba34) | (m5 & 0x24ef6d4a90ef33b7) | (m6 & 0xd041c00d33b61c20) | (m7 & 0x764dc48eab1d6da8);
                w5 = (m0 & 0x0f4338a3c6cc1d24) | (m1 & 0x1927bff37ce860c1) | (m2 & 0x8829527e5e36fe88) | (m3 & 0xee6c3c48504861d6)
                    | (m4 & 0xb59c4bdd6989d989) | (m5 & 0x97ebcfc3c764e9f6) | (m6 & 0x6b580e675c38b744) | (m7 & 0x46bc58ed8fb38ee7);
                w6 = (m0 & 0x0eb7df1ec427241f) | (m1 & 0x15435bf232a7f3f8) | (m2 & 0x782ea3187fec2cbe) | (m3 & 0x0709ba3be9905afb)
                    | (m4 & 0xea485deb759ac972) | (m5 & 0x22465d8462b8494e) | (m6 & 0x3561ce3275497990) | (m7 & 0x34b0b88a94168cbe);
                w7 = (m0 & 0x61268cf0c34e178c) | (m1 & 0x4430e5ee1bea4cc9) | (m2 & 0x1667809466dcfe4a) | (m3 & 0x00763c8204115ea6)
                    | (m4 & 0x71ab2881aff93b99) | (m5 & 0x4a91b4d4a31499e6) | (m6 & 0x65a774d2be916d7d) | (m7 & 0x0d71321d2ab9d4bc);
                w8 = (m0 & 0x3266e6d7d87c24bd) | (m1 & 0x26d5691319f7baa7) | (m2 & 0x1ab24c91f752e024) | (m3 & 0xa63f0c424f9aae93)
                    | (m4 & 0xc0ad56d4f26b993b) | (m5 & 0xa05f2e80113bae1c) | (m6 & 0x8ec5eb3ea62c7674) | (m7 & 0x04b1b7dba7e7921a);
                w9 = (m0 & 0xcec64960b295e5ac) | (m1 & 0x1c21618d69484170) | (m2 & 0x26fe45a8f2d9d16c) | (m3 & 0x4bf955485bc33e4e)
                    | (m4 & 0x3b27a108d9969817) | (m5 & 0xee8d84c2e60a35af) | (m6 & 0x8e241a8b88c9aa28) | (m7 & 0xeec40f1057ccad20);
                w10 = (m0 & 0x02686a4477e4f171) | (m1 & 0xb54ec3cf9fc1be93) | (m2 & 0xa935af12372ca9f8) | (m3 & 0x0f35c4db5317a047)
                    | (m4 & 0x359be41ba02112f9) | (m5 & 0x5ee25d942b2df34f) | (m6 & 0x80f5ac1fcf575597) | (m7 & 0x67108d44afc8e15b);
                w11 = (m0 & 0x532b98a53bea86dd) | (m1 & 0x191a5e0ef53012cc) | (m2 & 0x1a2a273ad51b8fab) | (m3 & 0x557cbb41dce4a5d2)
                    | (m4 & 0x18640006a8344918) | (m5 & 0x3cfa3b4c1196da86) | (m6 & 0x485091f94c0f5792) | (m7 & 0x35284cce7ea48055);
            }

            Unpack(w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, negate, q);
        }

        // q = (2 index + 1) B. The index is read by a branch: for public scalars only.
        internal static void Load(int index, uint[] q)
        {
            ulong w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11;
            switch (index)
            {
                case 0:
                    w0 = 0x97de49e37ac61db9;
                    w1 = 0x67c996e37dc6070c;
                    w2 = 0x9385a44c321ea161;
                    w3 = 0x43e7ce9d19ea5d32;
                    w4 = 0xce881c82eba0489f;
                    w5 = 0xfe9ccf82e8a05f59;
                    w6 = 0xd2e0c21a3447c504;
                    w7 = 0x227e97c94c7c0933;
                    w8 = 0x55e48902c3bd5534;
                    w9 = 0x136cf411e655624f;
                    w10 = 0x2d0dbee5eea1acc6;
                    w11 = 0x3788bdb44f8632d4;
                    break;
                case 1:
                    w0 = 0x5792d85426774b98;
                    w1 = 0x012d4218744325c5;
                    w2 = 0x608da8014f80b399;
                    w3 = 0x3d0b270dcd407c7a;
                    w4 = 0xab308ff4527e6929;
                    w5 = 0x9de9a9fef2e0dd3e;
                    w6 = 0x4098f98d10a5eb5e;
                    w7 = 0x555c8ac3aaaded31;
                    w8 = 0x0a57499f86e86c3b;
                    w9 = 0x2c4a11910e1aed31;
                    w10 = 0x68b872a2c6796da6;
                    w11 = 0x6d141357895cda63;
                    break;
                case 2:
                    w0 = 0x51095e220452dd90;
                    w1 = 0x46a82461e3af7681;
                    w2 = 0xee8df5862d5ff622;
                    w3 = 0x54a2e678a3710375;
                    w4 = 0xbfc8c161d223eb5d;
                    w5 = 0xea800a68a59394db;
                    w6 = 0xf19e788e5c325043;
                    w7 = 0x0aa53f39f58daaf9;
                    w8 = 0x5e5dedf8c0954139;
                    w9 = 0x93870403e85ee8fe;
                    w10 = 0x5a0db3858dded396;
                    w11 = 0x61d55f34b59ddb4d;
                    break;
                case 3:
                    w0 = 0x358d2e684a2751d6;
                    w1 = 0xba381a9d59cee069;
                    w2 = 0x38d92941142a1724;
                    w3 = 0x630df534941e493f;
                    w4 = 0xdd37964d551910cf;
                    w5 = 0x365010a99ddd11d3;
                    w6 = 0x4ef53b27c90c961d;
                    w7 = 0x4eb76eae97298bf0;
                    w8 = 0x78c1b6e400dc59d1;
                    w9 = 0xd981afa3829f524d;
                    w10 = 0xa94e20dd2c3bd6f9;
                    w11 = 0x3d4fdd8e3507c853;
                    break;
                case 4:
                    w0 = 0xcd9733c55354318e;
                    w1 = 0xd3284f37a8de2362;
                    w2 = 0xe75919e4e3437ada;
                    w3 = 0x5a5cf699c56ebfac;
                    w4 = 0xf9b710bf01cec032;
                    w5 = 0x4c5040db7a9020cd;
                    w6 = 0xcb65e30473af5822;
                    w7 = 0x24e02d28fd6e4e47;
                    w8 = 0x835a745fc822d784;
                    w9 = 0x717fc1f4538ce917;
                    w10 = 0x557b7e14c9ea678b;
                    w11 = 0x79e0b9010d804583;
                    break;
                case 5:
                    w0 = 0x97df80424540156f;
                    w1 = 0x72ecff6781181713;
                    w2 = 0x889f42388bb81a03;
                    w3 = 0x213ad5712a36c7d7;
                    w4 = 0x98afad8124c321a4;
                    w5 = 0x9f6b59b4bb8441c0;
                    w6 = 0xd1d03aaab546f5ca;
                    w7 = 0x0c55acc014eae3bf;
                    w8 = 0x6c159662feb044eb;
                    w9 = 0x018f5a5099417252;
                    w10 = 0x221888ccda8d4311;
                    w11 = 0x5ee32a915a9efca4;
                    break;
                case 6:
                    w0 = 0xdfb8611151003fad;
                    w1 = 0xdfc259cd5ade6f6d;
                    w2 = 0xa9bd07097d83dd03;
                    w3 = 0x51a7ebf761a37920;
                    w4 = 0xa837809d993fdfc0;
                    w5 = 0x577e75e4cdbbb7b5;
                    w6 = 0xce8959195556acb4;
                    w7 = 0x4133c4168bb01253;
                    w8 = 0xa9b0508cb99751bc;
                    w9 = 0x921bf358efc6ea38;
                    w10 = 0xd1779bfc48d3f299;
                    w11 = 0x24bdd37ed504bc31;
                    break;
                default:
                    w0 = 0x9267660189e7f550;
                    w1 = 0x432461468c4e1236;
                    w2 = 0x96dedefd60f96a68;
                    w3 = 0x30f1148bf896f395;
                    w4 = 0x0205e6c32346677c;
                    w5 = 0x69c14dd2154c886b;
                    w6 = 0xba84180403d928c9;
                    w7 = 0x61dae6a10c682f5f;
                    w8 = 0x2ecd3b17cde85a8b;
                    w9 = 0x759c57a71b9fef77;
                    w10 = 0x01972d3ec9eb2138;
                    w11 = 0x288eb09085726c21;
                    break;
            }

            Unpack(w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, 0, q);
        }

        // Negating a point changes the places of its first two parts and negates the third: p less each limb, as p's limbs are no
        // smaller than those of any entry (Unroll checks limb 0; the others of p are all ones).
        private static void Unpack(ulong w0, ulong w1, ulong w2, ulong w3, ulong w4, ulong w5, ulong w6, ulong w7,
            ulong w8, ulong w9, ulong w10, ulong w11, uint negate, uint[] q)
        {
            ulong swap = 0UL - (ulong)(negate & 1);
            ulong x = 0;
            x = swap & (w0 ^ w4);
            w0 ^= x;
            w4 ^= x;
            x = swap & (w1 ^ w5);
            w1 ^= x;
            w5 ^= x;
            x = swap & (w2 ^ w6);
            w2 ^= x;
            w6 ^= x;
            x = swap & (w3 ^ w7);
            w3 ^= x;
            w7 ^= x;
            uint mask = 0x1fffffff;
            uint low = negate & 0x1fffffee;
            uint middle = negate & 0x20000000;
            uint top = negate & 0x800000;
            q[0] = (uint)w0 & mask;
            q[1] = (uint)(w0 >> 29) & mask;
            q[2] = (uint)((w0 >> 58) | (w1 << 6)) & mask;
            q[3] = (uint)(w1 >> 23) & mask;
            q[4] = (uint)((w1 >> 52) | (w2 << 12)) & mask;
            q[5] = (uint)(w2 >> 17) & mask;
            q[6] = (uint)((w2 >> 46) | (w3 << 18)) & mask;
            q[7] = (uint)(w3 >> 11) & mask;
            q[8] = (uint)(w3 >> 40);
            q[9] = (uint)w4 & mask;
            q[10] = (uint)(w4 >> 29) & mask;
            q[11] = (uint)((w4 >> 58) | (w5 << 6)) & mask;
            q[12] = (uint)(w5 >> 23) & mask;
            q[13] = (uint)((w5 >> 52) | (w6 << 12)) & mask;
            q[14] = (uint)(w6 >> 17) & mask;
            q[15] = (uint)((w6 >> 46) | (w7 << 18)) & mask;
            q[16] = (uint)(w7 >> 11) & mask;
            q[17] = (uint)(w7 >> 40);
            q[18] = (((uint)w8 & mask) ^ negate) + low;
            q[19] = (((uint)(w8 >> 29) & mask) ^ negate) + middle;
            q[20] = (((uint)((w8 >> 58) | (w9 << 6)) & mask) ^ negate) + middle;
            q[21] = (((uint)(w9 >> 23) & mask) ^ negate) + middle;
            q[22] = (((uint)((w9 >> 52) | (w10 << 12)) & mask) ^ negate) + middle;
            q[23] = (((uint)(w10 >> 17) & mask) ^ negate) + middle;
            q[24] = (((uint)((w10 >> 46) | (w11 << 18)) & mask) ^ negate) + middle;
            q[25] = (((uint)(w11 >> 11) & mask) ^ negate) + middle;
            q[26] = (((uint)(w11 >> 40)) ^ negate) + top;
        }
    }
}
