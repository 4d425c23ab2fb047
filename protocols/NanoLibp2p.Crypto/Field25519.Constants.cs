// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.
namespace NanoLibp2p.Crypto
{
    internal static partial class Field25519
    {
        // d of the curve, -121665/121666 (RFC 8032 5.1)
        internal static void SetD(ulong[] o, int n)
        {
            o[n] = 0x135978a3;
            o[n + 1] = 0xf5a6e50;
            o[n + 2] = 0x10762add;
            o[n + 3] = 0x149a82;
            o[n + 4] = 0x1e898007;
            o[n + 5] = 0x3cbbbc;
            o[n + 6] = 0x19ce331d;
            o[n + 7] = 0x1dc56dff;
            o[n + 8] = 0x52036c;
        }

        // 2 d
        internal static void SetTwoD(ulong[] o, int n)
        {
            o[n] = 0x6b2f159;
            o[n + 1] = 0x1eb4dca1;
            o[n + 2] = 0xec55ba;
            o[n + 3] = 0x293505;
            o[n + 4] = 0x1d13000e;
            o[n + 5] = 0x797779;
            o[n + 6] = 0x139c663a;
            o[n + 7] = 0x1b8adbff;
            o[n + 8] = 0x2406d9;
        }

        // 2^((p - 1)/4), a square root of -1
        internal static void SetRootOfMinusOne(ulong[] o, int n)
        {
            o[n] = 0xa0ea0b0;
            o[n + 1] = 0x770d93a;
            o[n + 2] = 0xbf91e31;
            o[n + 3] = 0x6300d5a;
            o[n + 4] = 0x1d7a72f4;
            o[n + 5] = 0x4c9efd;
            o[n + 6] = 0x1c2cad34;
            o[n + 7] = 0x1009f83b;
            o[n + 8] = 0x2b8324;
        }
    }
}
