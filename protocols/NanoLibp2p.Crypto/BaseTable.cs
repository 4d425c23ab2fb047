// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static class BaseTable
    {
        internal const int Teeth = 5;
        internal const int Combs = 2;
        internal const int Spacing = 26;

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
            ulong m8 = 0UL - ((hot >> 8) & 1);
            ulong m9 = 0UL - ((hot >> 9) & 1);
            ulong m10 = 0UL - ((hot >> 10) & 1);
            ulong m11 = 0UL - ((hot >> 11) & 1);
            ulong m12 = 0UL - ((hot >> 12) & 1);
            ulong m13 = 0UL - ((hot >> 13) & 1);
            ulong m14 = 0UL - ((hot >> 14) & 1);
            ulong m15 = 0UL - ((hot >> 15) & 1);
            ulong w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11;
            if (comb == 0)
            {
                w0 = (m0 & 0x520f914ed3958076) | (m1 & 0xb69baf0ec3862dd5) | (m2 & 0x375e3ac096982e03) | (m3 & 0xb3fb794c6cab9a72)
                    | (m4 & 0x3beb39578614b95e) | (m5 & 0xfc8fe6fce1e60768) | (m6 & 0x916ea2d7efd6488b) | (m7 & 0x194f0cc2cea3bbe5)
                    | (m8 & 0x951922ce062efbe5) | (m9 & 0xc4fc06f592bd646c) | (m10 & 0x51c6ba3e16eb7122) | (m11 & 0x1d4e34f492ebe2a3)
                    | (m12 & 0xbcd4c123454cc8f1) | (m13 & 0xdc1b7fde0db67604) | (m14 & 0x64a1ea76d1c0470f) | (m15 & 0x250c5a4404062c26);
                w1 = (m0 & 0xe5678bf2707072e2) | (m1 & 0xc2da95bbfea4ab49) | (m2 & 0x2303b15fb33e33dd) | (m3 & 0x8d813a98150b10e5)
                    | (m4 & 0x02d972b2f666cec1) | (m5 & 0x3284bf99acba7a7f) | (m6 & 0xc8a0f828b3957014) | (m7 & 0xf0bd8b117a48a855)
                    | (m8 & 0x744dd82f35a80f5d) | (m9 & 0x7e210165cd0388f7) | (m10 & 0xaeab6c0bf9852a1a) | (m11 & 0x91f542e242fc605e)
                    | (m12 & 0x298215a865534828) | (m13 & 0x8238f3a25aca3c66) | (m14 & 0x45815883aa82523f) | (m15 & 0x5a49126f68789ce3);
                w2 = (m0 & 0xe490fbab7b0d222a) | (m1 & 0x9b59a5b2d2ec0c9d) | (m2 & 0x823262e970af737b) | (m3 & 0xae07bfd34f407453)
                    | (m4 & 0x7010cc4cef594f02) | (m5 & 0x1af80e35667deea2) | (m6 & 0xe98c058a47a82720) | (m7 & 0x5db7d07280f0a0bf)
                    | (m8 & 0xf07f7751158df40b) | (m9 & 0xc518cce8f4a8ad35) | (m10 & 0xaf0c5890abc01e11) | (m11 & 0x1485570c4f225848)
                    | (m12 & 0x0c29112708be5942) | (m13 & 0x3e433336f3bb18fa) | (m14 & 0x0f3f370e4e483396) | (m15 & 0x604b58544a815d80);
                w3 = (m0 & 0x134b02e36921c9de) | (m1 & 0x74be1d0c565129d0) | (m2 & 0x29e8ca29f82c2cf5) | (m3 & 0x791ff4ed8ed787dd)
                    | (m4 & 0x0d27828819aa96c9) | (m5 & 0x7ea0a4164eb3d239) | (m6 & 0x01b26e3a7308ddef) | (m7 & 0x727b3fc2cf1254b4)
                    | (m8 & 0x6a53bbdce3f19a0f) | (m9 & 0x33b1fa8dbbcd281e) | (m10 & 0x6fcf5731f65e6127) | (m11 & 0x78d6218465151732)
                    | (m12 & 0x0e78130805633e5e) | (m13 & 0x63099923c95073a2) | (m14 & 0x3959484cc5876462) | (m15 & 0x73702e28634f5d3b);
                w4 = (m0 & 0x3568709789d009f7) | (m1 & 0x6d7f5638c25621fb) | (m2 & 0x06d233216271dc51) | (m3 & 0x07c177afbb806664)
                    | (m4 & 0xcf0b2bfa584fe1d8) | (m5 & 0x135deb890ff50d21) | (m6 & 0x6b5d920e13c33e77) | (m7 & 0x247763e18f7943a0)
                    | (m8 & 0xf9881c1b7c0d655b) | (m9 & 0x73d9641c742d527d) | (m10 & 0xc68f395bf375e908) | (m11 & 0xaf0814a66aaa1711)
                    | (m12 & 0x7480731811969df8) | (m13 & 0xb886b3b49298c047) | (m14 & 0xb059dfe8987a0a4e) | (m15 & 0x3fc1c41a743b00bf);
                w5 = (m0 & 0x2a3450d84a0e5c3e) | (m1 & 0xaf8117585100a6e3) | (m2 & 0x15852332df311d34) | (m3 & 0x9cfaaf2b44d2a44b)
                    | (m4 & 0xa106f1299d366b6c) | (m5 & 0x4431c70403636e58) | (m6 & 0x54a31ab40057349b) | (m7 & 0xa8167f1c3192fee2)
                    | (m8 & 0x0a47489a90e09f2b) | (m9 & 0xa363fd333b7eb099) | (m10 & 0xa43c67a06e941c45) | (m11 & 0x4796e8118311d49b)
                    | (m12 & 0xb51a171d4fc1d454) | (m13 & 0xb1d3623672652183) | (m14 & 0xa4092a2d0be3b953) | (m15 & 0xda79a7c257a3b20e);
                w6 = (m0 & 0x889a44638fbd2437) | (m1 & 0xecf1a4fc8cc49660) | (m2 & 0xa7986bc0099a5251) | (m3 & 0x44d25292545e3a1f)
                    | (m4 & 0x208220174e05367f) | (m5 & 0x60d8fadd065a7493) | (m6 & 0xc88f43cfdfa6c31c) | (m7 & 0xa710101e64d0cf1d)
                    | (m8 & 0x57bbff6329d196eb) | (m9 & 0xb6bf5e7f2edd872f) | (m10 & 0x8eb7ef3b5e54a279) | (m11 & 0x590ae972d01f0220)
                    | (m12 & 0x2220858d07a62739) | (m13 & 0xfe734c2fee66f300) | (m14 & 0xdb5fca61ca78da83) | (m15 & 0x3f0e44c71d370715);
                w7 = (m0 & 0x36a8062eaf44ab7c) | (m1 & 0x59026944edc138f2) | (m2 & 0x6327b71b9775ec40) | (m3 & 0x516b8772f1ef3cbb)
                    | (m4 & 0x1b2719dbf69bdb4b) | (m5 & 0x32f4e1aa456e4fc3) | (m6 & 0x76a502505f204908) | (m7 & 0x4783499070cc195e)
                    | (m8 & 0x365a98dae3d37f2f) | (m9 & 0x2efb4446b4040682) | (m10 & 0x12532c8cf3d3ece0) | (m11 & 0x1a146a1f98ab771f)
                    | (m12 & 0x09c13e23e26dc7de) | (m13 & 0x6efc63337aeeca55) | (m14 & 0x0d913b59c3bdd082) | (m15 & 0x52ada3b97152efe8);
                w8 = (m0 & 0xa34b48ff3f7383d0) | (m1 & 0x0edf0771fc9f3ef5) | (m2 & 0x2c6189f7b779fd95) | (m3 & 0x4d8962ac6e3ab140)
                    | (m4 & 0x16bfee4034ec60da) | (m5 & 0xfcf3043abf3d986f) | (m6 & 0x55d7c6b56620a8cd) | (m7 & 0x568b7d7590d70df8)
                    | (m8 & 0x28dc575b825fbc20) | (m9 & 0x35eb403d23e92a4e) | (m10 & 0xea2892d7cc073b31) | (m11 & 0xd00b7bfa45f53111)
                    | (m12 & 0xac795b85abf9deb3) | (m13 & 0x592eeb95922f2820) | (m14 & 0x1538cb85e96f96d0) | (m15 & 0xd94fad5d0e1be132);
                w9 = (m0 & 0x3b91cd561c2fc02f) | (m1 & 0x56a0a4fe2ee2a7bd) | (m2 & 0xd6c2b2c99962cf99) | (m3 & 0xb6983d234804ebd7)
                    | (m4 & 0x0b0a76fb663cd9c8) | (m5 & 0xa33bb4f70573a44b) | (m6 & 0xe696165cc700fa5f) | (m7 & 0x7895a8311a638b72)
                    | (m8 & 0xd7d8ccd407e46fd0) | (m9 & 0x17f9335bf22fbe46) | (m10 & 0x1e22d72dbc3f2ff9) | (m11 & 0x9242dadf82d6cd2d)
                    | (m12 & 0xf837e3df20a56181) | (m13 & 0xcc2277452b1e9ccf) | (m14 & 0xb39a0c0d4669410a) | (m15 & 0xea22aedec363fa23);
                w10 = (m0 & 0x7c6d77e2624a967a) | (m1 & 0x96f6087e6d05e8df) | (m2 & 0x285424ffead8ac51) | (m3 & 0x04011d1e555a6c84)
                    | (m4 & 0x9b653ef07c23cc7d) | (m5 & 0x279ae22f0450dd46) | (m6 & 0xbf0b39535c11cee4) | (m7 & 0x401ed35f4cc85502)
                    | (m8 & 0x15c837581c04a7e0) | (m9 & 0x9dae47ee5d4c8509) | (m10 & 0xa0d780e0043b85f9) | (m11 & 0xde458b3f67578f54)
                    | (m12 & 0x9d948dd13df485f3) | (m13 & 0xb99f98ce6e0b242e) | (m14 & 0xa8dee930d8ca5935) | (m15 & 0x4d94d71d2e2a32d1);
                w11 = (m0 & 0x54ca920d57449f3f) | (m1 & 0x52161052c858cf58) | (m2 & 0x082999156925d8a7) | (m3 & 0x21b41d0aa78ae786)
                    | (m4 & 0x5dfd770bbdce3c29) | (m5 & 0x75e9458950738652) | (m6 & 0x57483dd826c9813c) | (m7 & 0x4986e8945622790a)
                    | (m8 & 0x2601951b2b9ee158) | (m9 & 0x5ca4477a0214c6ec) | (m10 & 0x4bfe7eaa22e35604) | (m11 & 0x53fd6dd95c7fa5cb)
                    | (m12 & 0x605f00a1fb63cf11) | (m13 & 0x60c832fd80070e9a) | (m14 & 0x4ccd35a6c0806643) | (m15 & 0x7368848f612dc415);
            }

            else
            {
                w0 = (m0 & 0xbd467b35d488177b) | (m1 & 0x0812d29a06a5da12) | (m2 & 0x0f37f619aa89509f) | (m3 & 0x69d5787f35e6e81b)
                    | (m4 & 0x4f8fd0fe524149a3) | (m5 & 0x33dcce0763505ba3) | (m6 & 0x3af44c9ce0a8decc) | (m7 & 0xa5766cd496cda454)
                    | (m8 & 0x673ebfeb6c314ec7) | (m9 & 0x65f5ca030c752e20) | (m10 & 0x14306f63a61d17aa) | (m11 & 0x1a03384d5e45ded0)
                    | (m12 & 0x797e36c71ad6672a) | (m13 & 0xbe97c5f9067ccbb8) | (m14 & 0x45b97e718a535572) | (m15 & 0xbc979f517eae78f9);
                w1 = (m0 & 0x1fdfb7745f3f8310) | (m1 & 0xa50d9f66c8a073bf) | (m2 & 0x35ac6314ae483ce0) | (m3 & 0xdff804db2deb4442)
                    | (m4 & 0x7f720640309ea0e9) | (m5 & 0x35848fd114412c49) | (m6 & 0x08888c0291957321) | (m7 & 0x699d38cf9582db8e)
                    | (m8 & 0x656e5e8a2d6325db) | (m9 & 0x56da0e9eb6a9f4ea) | (m10 & 0xb6b5a6240694aa33) | (m11 & 0x8a5e8ccd72601a77)
                    | (m12 & 0xdd4e3aa0092c5666) | (m13 & 0x169bf6576524ef0e) | (m14 & 0xd67f0cd449d65407) | (m15 & 0x94e9a8c6472d6c0d);
                w2 = (m0 & 0x3f3835b5888830af) | (m1 & 0x359422e0a0a53c88) | (m2 & 0x1a47531d10ae2473) | (m3 & 0xbb84ffdc7fe52ce7)
                    | (m4 & 0x0053e4e0897dc1ff) | (m5 & 0x5e8901b62663e674) | (m6 & 0xa69e043bdb6a1a09) | (m7 & 0x810b6d16d94f371d)
                    | (m8 & 0x79161f296d733961) | (m9 & 0x2c13a101ef0ffef6) | (m10 & 0xd98e1ab636974c55) | (m11 & 0x3eb741961a458255)
                    | (m12 & 0x731fdfb881fd1431) | (m13 & 0x11306a12e80b6c90) | (m14 & 0x0857df3b3dc07984) | (m15 & 0xcd8121688c987b64);
                w3 = (m0 & 0x093cb2158dbc37fd) | (m1 & 0x4465cfd9373ffb42) | (m2 & 0x1a11365a57acbbc6) | (m3 & 0x501893359d319bf3)
                    | (m4 & 0x20c35cfc2dcfbab0) | (m5 & 0x33ae79fe2900aebd) | (m6 & 0x4e87f2868ea1456e) | (m7 & 0x69c5b7a59994a314)
                    | (m8 & 0x461912a0c022c9e2) | (m9 & 0x4acecf981781d397) | (m10 & 0x3563243723bd07f5) | (m11 & 0x7f7c626ba04fb8fd)
                    | (m12 & 0x71a27a348c5be842) | (m13 & 0x470cebcc3e748385) | (m14 & 0x72b7060e1c3fd519) | (m15 & 0x0532864a73f64998);
                w4 = (m0 & 0xd7284128ca5f0109) | (m1 & 0x15a433bbfed65e20) | (m2 & 0xe2ce9101a57f36ac) | (m3 & 0x3ebd398c412c4cc5)
                    | (m4 & 0xc556007a8fdbe39e) | (m5 & 0x034906607ee2fb86) | (m6 & 0x15de986a92303955) | (m7 & 0xe61f454ab5fba156)
                    | (m8 & 0xe1211bc2f0907ab8) | (m9 & 0x289506f52d87ebb9) | (m10 & 0xdc711ff656934bf6) | (m11 & 0x3fd924197f9081d9)
                    | (m12 & 0x85ebcd4d5460a94d) | (m13 & 0xf55442ce19be9fdb) | (m14 & 0xcf5b2270cab7dd6a) | (m15 & 0x27b1535ae4e288c4);
                w5 = (m0 & 0x5729f1a7e84c7431) | (m1 & 0xfefa1227b7f15be2) | (m2 & 0x10eee117fce66536) | (m3 & 0x0aa03f63f9f248c6)
                    | (m4 & 0x79b42d7eed609e05) | (m5 & 0xbe059e3e0420ee45) | (m6 & 0xf2a9d87e69e70bb2) | (m7 & 0x3b5cd7cfdd6bb565)
                    | (m8 & 0xbf35397a50099227) | (m9 & 0xe6fbd0946d6a6e05) | (m10 & 0x4514344d9e8c3144) | (m11 & 0x112d7042de36ba7f)
                    | (m12 & 0x014d7e43734c4dd7) | (m13 & 0x63e16e4453254db0) | (m14 & 0x6fc7a2576f36333e) | (m15 & 0xca36a1e5b776cbfb);
                w6 = (m0 & 0x5bd52ca63f0abb8f) | (m1 & 0x5f735682f6122c0c) | (m2 & 0x04601169b1e3e82a) | (m3 & 0xc6b712dc131b4b4f)
                    | (m4 & 0x1b9183637763502b) | (m5 & 0x4fe2b1d14182cb9f) | (m6 & 0x5b4645ab2f4ab010) | (m7 & 0x0b408d681c7822a3)
                    | (m8 & 0xe9596d7983022dd4) | (m9 & 0x9e267014ca2ccc16) | (m10 & 0xbada64cf0f91f1fe) | (m11 & 0x7fc626eaa587cc00)
                    | (m12 & 0x22ac7f18c2bda35a) | (m13 & 0xc9eb7902c516ebbb) | (m14 & 0xafc4e750ee3578c0) | (m15 & 0xd65b2e0c7b1c644f);
                w7 = (m0 & 0x3a8d46c9bb360ddf) | (m1 & 0x5ca3b07a5b4c5051) | (m2 & 0x54bb79d1d2305b66) | (m3 & 0x2a5036d3b03b2763)
                    | (m4 & 0x25bae4171b3cde43) | (m5 & 0x5d623c9988839a1e) | (m6 & 0x48883df01ceebd4a) | (m7 & 0x045819c053f4f5ce)
                    | (m8 & 0x28052abe2cd30910) | (m9 & 0x0ebadc61180914e8) | (m10 & 0x5c3397cc9189d1cf) | (m11 & 0x6e67d4eda6fc0414)
                    | (m12 & 0x6750fc5a0e694364) | (m13 & 0x7dbbffaea20eb1d1) | (m14 & 0x10b8fcf4c3c4129c) | (m15 & 0x011f6049c7c57a95);
                w8 = (m0 & 0xdd4a2e2b1291bfec) | (m1 & 0x27a23d2e48153179) | (m2 & 0x9bfcbcc7d5ebd61f) | (m3 & 0x5302894de6ad69ad)
                    | (m4 & 0x7dfaf21d3f09af33) | (m5 & 0xdac167ab99657392) | (m6 & 0x7a550918d16ee8a9) | (m7 & 0x32ecb0b3ad22297f)
                    | (m8 & 0x703f5e48efda97c2) | (m9 & 0x67e3a1fc52d2196f) | (m10 & 0x391c228462378010) | (m11 & 0xb3de9c7461d6ab81)
                    | (m12 & 0x74094c6955f57a31) | (m13 & 0x847836fc59bc3029) | (m14 & 0xd49d004043a68287) | (m15 & 0xb712fbac5586a534);
                w9 = (m0 & 0x2c4602a1d61637c1) | (m1 & 0x876eb7c79a71ceab) | (m2 & 0xf1b95045489edea7) | (m3 & 0xe8c750ecf9176aa6)
                    | (m4 & 0x7c8ccf16d423fd1c) | (m5 & 0x08b3a173de54f027) | (m6 & 0x7d64596542ba5f8e) | (m7 & 0x8619b27f16fa42d3)
                    | (m8 & 0x6707b9465ab820d0) | (m9 & 0xca451f5b2f3661a1) | (m10 & 0x779f3b98922738f7) | (m11 & 0x5e71e6233951bd0d)
                    | (m12 & 0x0eb1333c7fc4586a) | (m13 & 0xbce7cbea1027bf36) | (m14 & 0xa112f1fccfbd7e6e) | (m15 & 0x0c0f7f4fc0457380);
                w10 = (m0 & 0xa44811fec9bd556d) | (m1 & 0x0ac9ccf67b6cb4a0) | (m2 & 0x81b0823ab4bc0355) | (m3 & 0xa2909f68da57a94e)
                    | (m4 & 0xf70def9cf7d97c35) | (m5 & 0xaf54c5b921888b32) | (m6 & 0xefce374333950eae) | (m7 & 0x6f9b6e6cc8d3ab54)
                    | (m8 & 0xaaa43181bad74064) | (m9 & 0xdb1195d7c2c1af34) | (m10 & 0x8757e32498eb11f4) | (m11 & 0xa5946cff9df984c0)
                    | (m12 & 0x7f335829ab3511ca) | (m13 & 0x8bf4bde129a17685) | (m14 & 0x33d6d797fa7ebd59) | (m15 & 0x3ce4c997d3bde3c9);
                w11 = (m0 & 0x5f14e5690d84cf03) | (m1 & 0x60c16fad9f8e6d39) | (m2 & 0x09b60c962b5eafa6) | (m3 & 0x29307d6a82c4fb7d)
                    | (m4 & 0x01af92a21bcaca84) | (m5 & 0x7af325f16d9702a7) | (m6 & 0x1c093b210303f672) | (m7 & 0x746a420d4ea16fd1)
                    | (m8 & 0x220c36cbbee2a0d5) | (m9 & 0x5539916640ffad5a) | (m10 & 0x5a1b662cd5702725) | (m11 & 0x622f5b6e9214a05d)
                    | (m12 & 0x01e6e0e3b1767896) | (m13 & 0x6b985b7842efa4ff) | (m14 & 0x4ca0de0a30194e24) | (m15 & 0x4fb32918af1a7134);
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
