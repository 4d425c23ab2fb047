using System.Collections.Generic;
using System.Numerics;
using System.Text;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>The files of protocols/NanoLibp2p.Crypto that are written by this program, by name.</summary>
public static class Files
{
    private const string Notice =
        "// Written by tools/NanoLibp2p.Crypto.Unroll, which checks every sum below against 2^64; change it there.\n";

    public static Dictionary<string, string> All() => new()
    {
        ["Field25519.Products.cs"] = Type("internal static partial class Field25519", FieldMethods()),
        ["Field25519.Constants.cs"] = Type("internal static partial class Field25519", Constants()),
        ["MontgomeryLadder.cs"] = Type("internal static class MontgomeryLadder", Ladder()),
        ["BaseTable.cs"] = Type("internal static class BaseTable", Tables.Text()),
        ["EdwardsPoint.Step.cs"] = Type("internal static partial class EdwardsPoint", Step()),
    };

    private static string Type(string declaration, string methods) =>
        $"{Notice}namespace NanoLibp2p.Crypto\n{{\n    {declaration}\n    {{\n{methods}    }}\n}}\n";

    private static string Declare(string summary, string signature, Method body)
    {
        StringBuilder text = new();
        foreach (string line in summary.Split('\n'))
        {
            text.Append("        // ").Append(line).Append('\n');
        }

        return text.Append("        ").Append(signature).Append("\n        {\n").Append(body.Finish()).Append("        }\n").ToString();
    }

    private static string Constants() => string.Join("\n",
        Constant("d of the curve, -121665/121666 (RFC 8032 5.1)", "SetD", Edwards.D),
        Constant("2 d", "SetTwoD", 2 * Edwards.D % Edwards.P),
        Constant("2^((p - 1)/4), a square root of -1", "SetRootOfMinusOne",
            BigInteger.ModPow(2, (Edwards.P - 1) / 4, Edwards.P)));

    private static string Constant(string summary, string name, BigInteger value)
    {
        StringBuilder text = new($"        // {summary}\n        internal static void {name}(ulong[] o, int n)\n        {{\n");
        for (int k = 0; k < Limbs.Count; k++)
        {
            text.Append($"            o[n{(k == 0 ? "" : " + " + k)}] = 0x{(uint)(value >> (Limbs.Bits * k) & Limbs.Mask):x};\n");
        }

        return text.Append("        }\n").ToString();
    }

    private static string FieldMethods()
    {
        Method mul = new();
        Limbs f = mul.Load("f", "a", "i", 0), g = mul.Load("g", "b", "j", 0);
        mul.Mul(Method.Store("o", "n", 0), f, g);

        Method square = new();
        f = square.Load("f", "a", "i", 0);
        g = square.Local("g");
        square.Open("for (; ; )");
        square.Square(g, f);
        square.Open("if (--times == 0)");
        square.Line("break;");
        square.Close();
        square.Blank();
        square.Copy(f, g);
        square.Close();
        square.Blank();
        square.Copy(Method.Store("o", "n", 0), g);

        return Declare(
                "o[n..] = 1/a[i..], and 0 for 0; tight, may overlay. Constant time, and half the instructions of a power.",
                "internal static void Invert(ulong[] o, int n, ulong[] a, int i)", Inversion.Body())
            + "\n" + Declare("o[n..] = a[i..] * b[j..]; all tight, and the product may overlay the factors.",
                "internal static void Mul(ulong[] o, int n, ulong[] a, int i, ulong[] b, int j)", mul)
            + "\n" + Declare("o[n..] = a[i..]^(2^times), times at least 1; tight, may overlay.",
                "internal static void SquareTimes(ulong[] o, int n, ulong[] a, int i, int times)", square);
    }

    private static string Ladder()
    {
        Method m = new();
        Limbs x1 = m.Load("x", "p", "", 0);
        Limbs x2 = m.Local("x2_"), z2 = m.Local("z2_"), x3 = m.Local("x3_"), z3 = m.Local("z3_");
        Limbs a = m.Local("a"), b = m.Local("b", "z2_"), c = m.Local("c", "x2_"), d = m.Local("d");
        Limbs da = m.Local("da", "x3_"), cb = m.Local("cb", "z3_"), sum = m.Local("s");
        Limbs difference = m.Local("t", "z3_"), square = m.Local("e", "s");
        Limbs chosen = m.Local("f", "a"), other = m.Local("g", "z2_"), aa = m.Local("aa", "s"), bb = m.Local("bb", "d");
        Limbs e = m.Local("e", "d"), u = m.Local("u", "s");
        m.Line("uint last = 0;");
        for (int k = 0; k < Limbs.Count; k++)
        {
            m.Line($"{x2.At[k]} = {(k == 0 ? 1 : 0)}; {z2.At[k]} = 0; {x3.At[k]} = {x1.At[k]}; {z3.At[k]} = {(k == 0 ? 1 : 0)};");
        }

        m.Blank();
        m.Open("for (int i = 254; i >= 0; i--)");
        m.Add(a, x2, z2);
        m.Sub(b, x2, z2);
        m.Add(c, x3, z3);
        m.Sub(d, x3, z3);
        m.Blank();
        m.Comment("clamping leaves the low three bits 0: their steps only double");
        m.Open("if (i >= 3)");
        m.Mul(da, d, a);
        m.Mul(cb, c, b);
        m.Add(sum, da, cb);
        m.Sub(difference, da, cb);
        m.Square(x3, sum);
        m.Square(square, difference);
        m.Mul(z3, square, x1);
        m.Close();
        m.Blank();
        m.Line("uint bit = ((uint)scalar[i >> 3] >> (i & 7)) & 1;");
        m.Line("ulong swap = 0UL - (ulong)(bit ^ last);");
        m.Line("last = bit;");
        m.Select(chosen, a, c, "swap");
        m.Select(other, b, d, "swap");
        m.Square(aa, chosen);
        m.Square(bb, other);
        m.Mul(x2, aa, bb);
        m.Sub(e, aa, bb);
        m.AddMultiple(u, aa, e, 121665, "a24");
        m.Mul(z2, e, u);
        m.Close();
        m.Blank();
        m.Copy(Method.Store("o", "", 0), x2);
        m.Copy(Method.Store("o", "", 9), z2);
        return Declare(
            "RFC 7748 section 5: o[0..8] / o[9..17] = the u-coordinate of scalar times the point p[0..8]; the scalar is clamped.\n"
            + "Of the two differential products DA and CB a swap only changes the places, so that nothing but A and B is selected.\n"
            + "The comments name values; several share nine locals, as on nanoCLR a call frame takes 12 bytes a local, in one piece.",
            "internal static void Run(byte[] scalar, ulong[] p, ulong[] o)", m);
    }

    private static string Step()
    {
        Method m = new();
        Limbs x = m.Load("x", "p", "", 0), y = m.Load("y", "p", "", 9), z = m.Load("z", "p", "", 18);
        Limbs a = m.Local("a"), e = m.Local("e"), f = m.Local("f"), g = m.Local("g"), h = m.Local("hh");
        Limbs t = m.Local("t", "g"), b = m.Local("b", "e"), d = m.Local("d", "x");
        m.Zero(t);
        m.Line("bool add = (mode & Add) != 0;");
        m.Line("bool negative = (mode & Negative) != 0;");
        m.Open("if (doublings == 0)");
        m.Copy(t, Method.Store("p", "", 27));
        m.Close();
        m.Blank();
        m.Open("for (; ; )");

        m.Open("if (doublings > 0)");
        m.Square(a, x);
        m.Square(b, y);
        m.Add(h, b, a);
        m.Sub(g, b, a);
        m.Square(f, z, twice: true, minus: g);
        m.Add(d, x, y);
        m.Square(e, d, minus: h);
        m.Close();

        Limbs e2 = m.Local("e"), f2 = m.Local("f"), g2 = m.Local("g"), f3 = m.Local("f"), g3 = m.Local("g"), h2 = m.Local("hh");
        Limbs b1 = m.Local("b", "e"), d1 = m.Local("d", "hh"), c1 = m.Local("c", "f"), dt = m.Local("dt", "f");
        m.Open("else");
        m.Open("if ((mode & Projective) != 0)");
        Limbs n = m.Load("a", "q", "i", 27);
        m.Mul(d1, z, n);
        m.Copy(z, d1);
        m.Close();
        m.Blank();
        m.Line("int at = negative ? i + 9 : i;");
        m.Load("a", "q", "at", 0);
        m.Add(d1, y, x);
        m.Mul(b1, d1, n);
        m.Line("at = negative ? i : i + 9;");
        m.Load("a", "q", "at", 0);
        m.Sub(d1, y, x);
        m.Mul(c1, d1, n);
        m.Add(h2, b1, c1);
        m.Sub(e2, b1, c1);
        m.Load("a", "q", "i", 18);
        m.Mul(dt, t, n);
        m.Open("if (negative)");
        m.Sub(g2, z, dt);
        m.Add(f2, z, dt);
        m.Close();
        m.Open("else");
        m.Add(g3, z, dt);
        m.Sub(f3, z, dt);
        m.Close();
        m.Close();
        m.Blank();

        e.Widen(e2);
        f.Widen(f2);
        f.Widen(f3);
        g.Widen(g2);
        g.Widen(g3);
        h.Widen(h2);
        m.Mul(x, e, f);
        m.Mul(y, g, h);
        m.Mul(z, f, g);
        m.Line("doublings--;");
        m.Line("bool last = doublings < 0 || (doublings == 0 && !add);");
        m.Open("if (last ? (mode & WithT) != 0 : doublings == 0)");
        m.Mul(t, e, h);
        m.Close();
        m.Blank();
        m.Open("if (last)");
        m.Line("break;");
        m.Close();
        m.Close();
        m.Blank();
        m.Copy(Method.Store("p", "", 0), x);
        m.Copy(Method.Store("p", "", 9), y);
        m.Copy(Method.Store("p", "", 18), z);
        m.Open("if ((mode & WithT) != 0)");
        m.Copy(Method.Store("p", "", 27), t);
        m.Close();
        return Declare(
            "p = 2^doublings p, and then plus or minus q[i..] as mode has it. q holds (y + x)/2, (y - x)/2 and d x y of an affine point, "
            + "for a\n"
            + "projective one Y + X, Y - X, 2 d T and 2 Z. Without T the result can only be doubled or written. A mode is no secret: the "
            + "comb\n"
            + "negates in its table. (dbl-2008-hwcd with a = -1, and madd-2008-hwcd-3 halved: they end alike.)\n"
            + "The comments name values; several share nine locals, as on nanoCLR a call frame takes 12 bytes a local, in one piece.",
            "internal static void Step(ulong[] p, int doublings, uint[] q, int i, int mode)", m);
    }
}
