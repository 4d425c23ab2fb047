using System.Numerics;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>
/// Inversion by Bernstein and Yang's divsteps ("Fast constant-time gcd computation and modular inversion", 2019), in the variant with
/// delta = 1/2 that needs 590 of them for any odd modulus below 2^256.
/// </summary>
public static class Inversion
{
    private const int Steps = 590;

    public static Method Body()
    {
        int batches = (Steps + Limbs.Bits - 1) / Limbs.Bits;
        BigInteger inverse = BigInteger.ModPow(19, (BigInteger.One << (Limbs.Bits - 1)) - 1, BigInteger.One << Limbs.Bits);
        Method m = new(shorts: ["s", "t"]);
        Limbs f = m.Local("f"), g = m.Local("g"), d = m.Local("d"), e = m.Local("e");
        string mask = m.Constant("mask", Limbs.Mask), top = m.Constant("top", Limbs.TopMask);
        string one = m.Constant("one", 1), inv = m.Constant("inverse19", inverse);
        string nineteen = m.Constant("nineteen", 19);
        string bias = m.Constant("bias", BigInteger.One << 63), back = m.Constant("back", BigInteger.One << 34);
        string next = m.Constant("next", (BigInteger.One << 63) - (BigInteger.One << 34));
        string sign = m.Constant("sign", BigInteger.One << 31), word = m.Constant("word", uint.MaxValue);
        foreach (string name in new[] { "s", "t", "uv", "qr", "low", "high", "bit", "u", "v", "q", "r", "cf", "cg", "mf", "mg" })
        {
            m.Uses(name);
        }

        m.Comment("g = the input, below p: p is taken away once if v + 19 reaches 2^255");
        m.Line($"s = {nineteen};");
        for (int k = 0; k < 8; k++)
        {
            m.Line($"s = (a[{At("i", k)}] + s) >> 29;");
        }

        m.Line($"s = ((a[i + 8] + s) >> 23) * {nineteen};");
        for (int k = 0; k < 9; k++)
        {
            m.Line($"{g.At[k]} = (s = {(k == 0 ? "s" : "(s >> 29)")} + a[{At("i", k)}]) & {(k == 8 ? top : mask)};");
        }

        m.Comment("f = p, and f = d x, g = e x modulo p for the input x, always");
        m.Line($"f0 = {mask} - 18;");
        m.Line($"f1 = f2 = f3 = f4 = f5 = f6 = f7 = {mask};");
        m.Line($"f8 = {top};");
        m.Line("d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = d8 = 0;");
        m.Line("e1 = e2 = e3 = e4 = e5 = e6 = e7 = e8 = 0;");
        m.Line($"e0 = {one};");
        m.Comment("zeta = -(delta + 1/2)");
        m.Line("ulong zeta = 0xffffffffffffffff;");
        m.Open($"for (int batch = 0; batch < {batches}; batch++)");
        m.Comment(
            "29 divsteps on the lowest limbs. The matrix is kept as two packed rows, u + 2^32 v and q + 2^32 r: they are only added,");
        m.Comment(
            "negated and doubled, so that a borrow between the two undoes itself. s is +1, -1 or 0, and t is 1 if f and g change places.");
        m.Line($"low = f0;");
        m.Line($"high = g0;");
        m.Line($"uv = {one};");
        m.Line($"qr = 0x100000000;");
        m.Line("int left = 29;");
        m.Line("do");
        m.Open("");
        m.Line($"bit = high & {one};");
        m.Line("t = bit & (zeta >> 63);");
        m.Line("s = bit - t - t;");
        m.Line("high += low * s;");
        m.Line("qr += uv * s;");
        m.Line($"zeta = (zeta ^ (0UL - t)) - {one};");
        m.Line("low += high * t;");
        m.Line("uv += qr * t;");
        m.Line("high >>= 1;");
        m.Line("uv += uv;");
        m.Close();
        m.Line("while (--left != 0);");
        m.Blank();
        m.Comment("unpacked, each is a number from -2^29 to 2^29 in two's complement");
        m.Line($"u = ((uv & {word}) ^ {sign}) - {sign};");
        m.Line($"v = ((uv - u + {bias}) >> 32) - {sign};");
        m.Line($"q = ((qr & {word}) ^ {sign}) - {sign};");
        m.Line($"r = ((qr - q + {bias}) >> 32) - {sign};");
        m.Blank();
        m.Comment("f, g = (u f + v g, q f + r g) / 2^29. |u| + |v| and |q| + |r| are at most 2^29, so a column is within 2^58 + 2^30; 2^63 "
            + "is added");
        m.Comment("before its carry is shifted, and 2^34 taken from that, as >> has to stay unsigned. Limb 8 is in two's complement.");
        Rows(m, f, g, null);
        m.Blank();
        m.Comment(
            "the same for d and e modulo p, with the multiple of p that makes limb 0 vanish. They grow by p in each batch: within 22 p at");
        m.Comment("the end, limb 8 within 2^28");
        Rows(m, d, e, inv);
        m.Close();
        m.Blank();
        m.Comment("f is 1 or -1 (or p, when the input and d are 0): the inverse is f d, made positive by 32 p");
        m.Line($"u = {one} - (f0 & 2);");
        m.Line($"cf = d0 * u + {bias} - 32 * {nineteen};");
        for (int k = 1; k < 9; k++)
        {
            m.Line($"{g.At[k - 1]} = cf & {mask};");
            m.Line($"cf = (cf >> 29) + {next} + {d.At[k]} * u{(k == 8 ? $" + (32UL << {Limbs.TopBits})" : "")};");
        }

        m.Line($"cf -= {bias};");
        m.Line($"s = g0 + (cf >> {Limbs.TopBits}) * {nineteen};");
        m.Line($"o[n] = s & {mask};");
        m.Line("o[n + 1] = g1 + (s >> 29);");
        for (int k = 2; k < 8; k++)
        {
            m.Line($"o[n + {k}] = {g.At[k]};");
        }

        m.Line($"o[n + 8] = cf & {top};");
        return m;
    }

    private static void Rows(Method m, Limbs x, Limbs y, string? inverse)
    {
        m.Line($"cf = u * {x.At[0]} + v * {y.At[0]};");
        m.Line($"cg = q * {x.At[0]} + r * {y.At[0]};");
        if (inverse != null)
        {
            m.Line($"mf = (cf * {inverse}) & mask;");
            m.Line($"mg = (cg * {inverse}) & mask;");
            m.Line("cf += bias - mf * nineteen;");
            m.Line("cg += bias - mg * nineteen;");
        }
        else
        {
            m.Line("cf += bias;");
            m.Line("cg += bias;");
        }

        for (int k = 1; k < Limbs.Count; k++)
        {
            string extraF = inverse != null && k == 8 ? $" + (mf << {Limbs.TopBits})" : "", extraG = extraF.Replace("mf", "mg");
            m.Line($"cf = (cf >> 29) + next + u * {x.At[k]} + v * {y.At[k]}{extraF};");
            m.Line($"cg = (cg >> 29) + next + q * {x.At[k]} + r * {y.At[k]}{extraG};");
            m.Line($"{x.At[k - 1]} = cf & mask;");
            m.Line($"{y.At[k - 1]} = cg & mask;");
        }

        m.Line($"{x.At[8]} = (cf >> 29) - back;");
        m.Line($"{y.At[8]} = (cg >> 29) - back;");
    }

    private static string At(string offset, int k) => k == 0 ? offset : $"{offset} + {k}";
}
