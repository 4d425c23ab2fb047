using System;
using System.Linq;
using System.Numerics;
using System.Text;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>Multiples of the base point as constants in code: in flash, where an array would be copied to RAM.</summary>
public static class Tables
{
    public const int Teeth = 4;
    public const int Combs = 2;
    public const int Spacing = 32;
    public const int OddMultiples = 8;

    private const int Entries = 1 << (Teeth - 1);
    private static readonly string[] _words = Enumerable.Range(0, 12).Select(k => "w" + k).ToArray();

    public static string Text()
    {
        StringBuilder text = new();
        text.Append($"        internal const int Teeth = {Teeth};\n        internal const int Combs = {Combs};\n");
        text.Append($"        internal const int Spacing = {Spacing};\n\n");
        text.Append(
            "        // q = entry number index of a comb, negated if negate is all ones and not 0. Every entry is read and masked.\n");
        text.Append("        internal static void Select(int comb, uint index, uint negate, uint[] q)\n        {\n");
        text.Append("            uint hot = 1u << (int)index;\n");
        for (int j = 0; j < Entries; j++)
        {
            text.Append($"            ulong m{j} = 0UL - ((hot{(j == 0 ? "" : " >> " + j)}) & 1);\n");
        }

        text.Append($"            ulong {string.Join(", ", _words)};\n");
        for (int comb = 0; comb < Combs; comb++)
        {
            text.Append(comb == 0 ? "            if (comb == 0)\n" : comb == Combs - 1
                ? "            else\n" : $"            else if (comb == {comb})\n");
            text.Append("            {\n");
            ulong[][] entries = Enumerable.Range(0, Entries).Select(v => Pack(Entry(comb, v))).ToArray();
            for (int w = 0; w < 12; w++)
            {
                text.Append($"                w{w} = ").Append(string.Join("\n                    | ",
                    Enumerable.Range(0, Entries / 4).Select(row => string.Join(" | ",
                        Enumerable.Range(4 * row, 4).Select(j => $"(m{j} & 0x{entries[j][w]:x16})"))))).Append(";\n");
            }

            text.Append("            }\n\n");
        }

        text.Append("            Unpack(" + string.Join(", ", _words) + ", negate, q);\n        }\n\n");
        text.Append("        // q = (2 index + 1) B. The index is read by a branch: for public scalars only.\n");
        text.Append("        internal static void Load(int index, uint[] q)\n        {\n");
        text.Append($"            ulong {string.Join(", ", _words)};\n            switch (index)\n            {{\n");
        for (int j = 0; j < OddMultiples; j++)
        {
            ulong[] entry = Pack(Edwards.Base.Times(2 * j + 1));
            text.Append(j == OddMultiples - 1 ? "                default:\n" : $"                case {j}:\n");
            for (int w = 0; w < 12; w++)
            {
                text.Append($"                    w{w} = 0x{entry[w]:x16};\n");
            }

            text.Append("                    break;\n");
        }

        text.Append("            }\n\n            Unpack(" + string.Join(", ", _words) + ", 0, q);\n        }\n\n");
        text.Append(UnpackMethod());
        return text.ToString();
    }

    /// <summary>The sum of the teeth, the highest counted +, each other + where the index has a 1 and - where it has a 0.</summary>
    private static Edwards Entry(int comb, int index)
    {
        Edwards sum = Edwards.Zero;
        for (int i = 0; i < Teeth; i++)
        {
            Edwards tooth = Edwards.Base.Times(BigInteger.One << (Spacing * (i + Teeth * comb)));
            sum += i == Teeth - 1 || (index >> i & 1) == 1 ? tooth : -tooth;
        }

        return sum;
    }

    private static ulong[] Pack(Edwards point)
    {
        BigInteger[] niels = point.Niels();
        if ((niels[2] & Limbs.Mask) > Limbs.Mask + 1 - 19)
        {
            throw new InvalidOperationException("d x y can't be negated limb by limb; choose another form for this entry");
        }

        return niels.SelectMany(n => Enumerable.Range(0, 4).Select(w => (ulong)(n >> (64 * w) & ulong.MaxValue))).ToArray();
    }

    private static string UnpackMethod()
    {
        StringBuilder text = new();
        text.Append("        // Negating a point changes the places of its first two parts and negates the third: p less each limb, as p's "
            + "limbs are no\n");
        text.Append("        // smaller than those of any entry (Unroll checks limb 0; the others of p are all ones).\n");
        text.Append("        private static void Unpack(ulong w0, ulong w1, ulong w2, ulong w3, ulong w4, ulong w5, ulong w6, ulong w7,\n");
        text.Append("            ulong w8, ulong w9, ulong w10, ulong w11, uint negate, uint[] q)\n        {\n");
        text.Append("            ulong swap = 0UL - (ulong)(negate & 1);\n            ulong x = 0;\n");
        for (int w = 0; w < 4; w++)
        {
            text.Append($"            x = swap & (w{w} ^ w{w + 4});\n            w{w} ^= x;\n            w{w + 4} ^= x;\n");
        }

        text.Append("            uint mask = 0x1fffffff;\n");
        text.Append("            uint low = negate & 0x1fffffee;\n            uint middle = negate & 0x20000000;\n            uint top = "
            + "negate & 0x800000;\n");
        for (int part = 0; part < 3; part++)
        {
            for (int k = 0; k < Limbs.Count; k++)
            {
                int bit = Limbs.Bits * k, word = 4 * part + bit / 64, shift = bit % 64;
                string low = shift == 0 ? $"w{word}" : $"(w{word} >> {shift})";
                string limb = shift + Limbs.Bits > 64 && k < 8 ? $"(uint)({low} | (w{word + 1} << {64 - shift})) & mask"
                    : shift + Limbs.Bits == 64 || k == 8 ? $"(uint){low}" : $"(uint){low} & mask";
                if (part == 2)
                {
                    limb = $"(({limb}) ^ negate) + {(k == 0 ? "low" : k == 8 ? "top" : "middle")}";
                }

                text.Append($"            q[{9 * part + k}] = {limb};\n");
            }
        }

        return text.Append("        }\n").ToString();
    }
}
