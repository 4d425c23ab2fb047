using System;
using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using System.Text;

namespace NanoLibp2p.Crypto.Unroll;

/// <summary>
/// The body of one method, written statement by statement. Every sum is checked here against 2^64 from the largest values of its
/// parts, so that a method which is written at all cannot overflow for any input that keeps to <see cref="Limbs.Tight"/>.
/// </summary>
/// <param name="shorts">The two locals that are used most.</param>
public sealed class Method(string[]? shorts = null)
{
    private readonly string[] _first = shorts ?? ["r", "h"];

    private const string Indent = "            ";
    private const int LineLength = 140;
    private static readonly BigInteger _limit = BigInteger.One << 64;

    private readonly StringBuilder _text = new();
    private readonly SortedSet<string> _locals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _constants = new();
    private int _depth;
    private Limbs? _zeroed;

    /// <summary>2^261 = 64 * 2^255, and 2^255 is 19 modulo p.</summary>
    private const int FoldFactor = 64 * 19;

    public void Line(string line)
    {
        int indent = Indent.Length + 4 * _depth;
        while (indent + line.Length > LineLength)
        {
            int end = line.LastIndexOf(" + ", LineLength - indent, StringComparison.Ordinal);
            _text.Append(' ', indent).Append(line, 0, end).Append('\n');
            line = line[(end + 1)..];
            indent = Indent.Length + 4 * _depth + 4;
        }

        _text.Append(' ', indent).Append(line).Append('\n');
    }

    public void Blank() => _text.Append('\n');

    public void Open(string line)
    {
        Line(line);
        Line("{");
        _depth++;
    }

    public void Close()
    {
        _depth--;
        Line("}");
    }

    public void Comment(string line)
    {
        int room = LineLength - Indent.Length - 4 * _depth - 3;
        while (line.Length > room)
        {
            int end = line.LastIndexOf(' ', room);
            Line("// " + line[..end]);
            line = line[(end + 1)..];
        }

        Line("// " + line);
    }

    /// <summary>
    /// Declares the limbs as locals at the head of the method, or has them share those of another name whose value is no longer needed:
    /// a call frame on nanoCLR takes 12 bytes a local, in one piece.
    /// </summary>
    public Limbs Local(string name, string? sharing = null)
    {
        Limbs limbs = new(sharing ?? name) { Label = name };
        foreach (string at in limbs.At)
        {
            _locals.Add(at);
        }

        return limbs;
    }

    public Limbs Load(string name, string array, string offset, int start)
    {
        Limbs limbs = Local(name);
        for (int k = 0; k < Limbs.Count; k++)
        {
            Line($"{limbs.At[k]} = {array}[{Index(offset, start + k)}];");
        }

        return limbs;
    }

    /// <summary>The limbs of an element in memory, to be written; they are not read back.</summary>
    public static Limbs Store(string array, string offset, int start) =>
        new(Enumerable.Range(0, Limbs.Count).Select(k => $"{array}[{Index(offset, start + k)}]").ToArray());

    /// <summary>Has the limbs set to 0 at the head of the method.</summary>
    public void Zero(Limbs limbs) => _zeroed = limbs;

    public void Copy(Limbs to, Limbs from)
    {
        for (int k = 0; k < Limbs.Count; k++)
        {
            to.Max[k] = from.Max[k];
            Line($"{to.At[k]} = {from.At[k]};");
        }
    }

    public void Add(Limbs sum, Limbs a, Limbs b)
    {
        Comment($"{Name(sum)} = {Name(a)} + {Name(b)}");
        for (int k = 0; k < Limbs.Count; k++)
        {
            sum.Max[k] = a.Max[k] + b.Max[k];
            Line($"{sum.At[k]} = {a.At[k]} + {b.At[k]};");
        }

        Bound(sum);
    }

    /// <summary>a - b + a multiple of p whose every limb is no less than the largest of b: nothing goes below zero.</summary>
    public void Sub(Limbs difference, Limbs a, Limbs b)
    {
        (string[] bias, BigInteger[] value, int multiple) = Bias(b);
        Comment($"{Name(difference)} = {Name(a)} - {Name(b)} + {multiple} p");
        for (int k = 0; k < Limbs.Count; k++)
        {
            BigInteger max = a.Max[k] + value[k];
            Line($"{difference.At[k]} = {a.At[k]} + {bias[k]} - {b.At[k]};");
            difference.Max[k] = max;
        }

        Bound(difference);
    }

    /// <summary>mask is all ones or zero: b or a, with no branch.</summary>
    public void Select(Limbs chosen, Limbs a, Limbs b, string mask)
    {
        Comment($"{Name(chosen)} = {mask} ? {Name(b)} : {Name(a)}");
        for (int k = 0; k < Limbs.Count; k++)
        {
            Line($"{chosen.At[k]} = {a.At[k]} ^ ({mask} & ({a.At[k]} ^ {b.At[k]}));");
            chosen.Max[k] = BigInteger.Max(a.Max[k], b.Max[k]);
        }
    }

    /// <summary>a + factor * b. The last carry stays in limb 0, which may pass 29 bits by it.</summary>
    public void AddMultiple(Limbs sum, Limbs a, Limbs b, int factor, string factorName)
    {
        string mask = Constant("mask", Limbs.Mask), top = Constant("top", Limbs.TopMask), nineteen = Constant("nineteen", 19);
        string times = Constant(factorName, factor);
        Comment($"{Name(sum)} = {Name(a)} + {factor} {Name(b)}");
        BigInteger r = 0;
        for (int k = 0; k < Limbs.Count; k++)
        {
            r = (r >> Limbs.Bits) + a.Max[k] + b.Max[k] * factor;
            Check(r, "column", k);
            string carry = k == 0 ? "" : "(r >> 29) + ";
            Line($"{sum.At[k]} = (r = {carry}{a.At[k]} + {b.At[k]} * {times}) & {(k == 8 ? top : mask)};");
            sum.Max[k] = k == 8 ? Limbs.TopMask : Limbs.Mask;
        }

        sum.Max[0] += (r >> Limbs.TopBits) * 19;
        Line($"{sum.At[0]} += (r >> 23) * {nineteen};");
        Uses("r");
        Bound(sum);
    }

    public void Mul(Limbs product, Limbs f, Limbs g)
    {
        Comment($"{Name(product)} = {Name(f)} * {Name(g)}");
        Column[] columns = new Column[17];
        for (int k = 0; k < 17; k++)
        {
            Column column = new();
            for (int i = Math.Max(0, k - 8); i <= Math.Min(8, k); i++)
            {
                column.Terms.Add($"{f.At[i]} * {g.At[k - i]}");
                column.Max.Add(f.Max[i] * g.Max[k - i]);
            }

            columns[k] = column;
        }

        Reduce(product, columns, null);
    }

    /// <summary>(twice ? 2 : 1) * f^2 (+ p-multiple - minus).</summary>
    public void Square(Limbs square, Limbs f, bool twice = false, Limbs? minus = null)
    {
        Comment($"{Name(square)} = {(twice ? "2 " : "")}{Name(f)}^2{(minus == null ? "" : " - " + Name(minus))}");
        Column[] columns = new Column[17];
        for (int k = 0; k < 17; k++)
        {
            Column column = new() { Shift = twice ? 2 : 1 };
            for (int i = Math.Max(0, k - 8); 2 * i < k; i++)
            {
                column.Terms.Add($"{f.At[i]} * {f.At[k - i]}");
                column.Max.Add(f.Max[i] * f.Max[k - i]);
            }

            if (k % 2 == 0)
            {
                string term = $"{f.At[k / 2]} * {f.At[k / 2]}";
                column.Square = twice ? $"({term} << 1)" : term;
                column.SquareMax = f.Max[k / 2] * f.Max[k / 2] * (twice ? 2 : 1);
            }

            columns[k] = column;
        }

        Reduce(square, columns, minus);
    }

    /// <summary>The finished method body, declarations first.</summary>
    public string Finish()
    {
        StringBuilder all = new();

        // the first four locals have instructions of one byte, so the most used come first; constants in locals, as loading one from
        // the code takes an instruction more
        all.Append(Indent).Append("ulong ").Append(string.Join(", ", _first)).Append(";\n");
        _locals.ExceptWith(_first);
        foreach ((string name, string value) in _constants.OrderBy(c => c.Key == "mask" ? 0 : c.Key == "fold" ? 1 : 2))
        {
            all.Append(Indent).Append("ulong ").Append(name).Append(" = ").Append(value).Append(";\n");
        }

        foreach (IGrouping<string, string> group in _locals.GroupBy(name => name.TrimEnd("0123456789".ToCharArray())))
        {
            all.Append(Indent).Append("ulong ").Append(string.Join(", ", group)).Append(";\n");
        }

        // where two branches meet the compiler can't see that each limb was set
        if (_zeroed != null)
        {
            all.Append(Indent).Append(string.Join(" = ", _zeroed.At)).Append(" = 0;\n");
        }

        if (_locals.Count + _constants.Count > 235)
        {
            throw new InvalidOperationException($"{_locals.Count} locals and {_constants.Count} constants: too many for nanoCLR");
        }

        return all.Append(_text).ToString();
    }

    private sealed class Column
    {
        public List<string> Terms { get; } = new();

        public List<BigInteger> Max { get; } = new();

        /// <summary>The terms are counted 2^Shift times; 0 for a product.</summary>
        public int Shift { get; init; }

        public string? Square { get; set; }

        public BigInteger SquareMax { get; set; }

        public BigInteger TermsMax => Max.Aggregate(BigInteger.Zero, (a, b) => a + b);

        public BigInteger Total => (TermsMax << Shift) + SquareMax;

        public string Text()
        {
            string sum = string.Join(" + ", Terms);
            if (Shift > 0 && Terms.Count > 0)
            {
                sum = $"(({sum}) << {Shift})";
            }

            return Square == null ? sum : Terms.Count == 0 ? Square : $"{sum} + {Square}";
        }
    }

    /// <summary>
    /// Carries the seventeen columns of a product into nine limbs. Columns 9 and up (h) weigh 2^261 and come back 1216-fold nine
    /// columns below; what passes 2^255 in limb 8 comes back 19-fold in limb 0, and what that passes goes to limb 1, where it stays.
    /// </summary>
    private void Reduce(Limbs o, Column[] columns, Limbs? minus)
    {
        string mask = Constant("mask", Limbs.Mask), top = Constant("top", Limbs.TopMask);
        string fold = Constant("fold", FoldFactor), nineteen = Constant("nineteen", 19);
        string[]? bias = null;
        BigInteger[] biasValue = new BigInteger[Limbs.Count];
        if (minus != null)
        {
            (bias, biasValue, _) = Bias(minus);
        }

        Uses("r");
        Uses("h");
        bool array = o.At[0].Contains('[');
        string low0 = array ? "low0" : o.At[0], low1 = array ? "low1" : o.At[1];
        if (array)
        {
            Uses("low0");
            Uses("low1");
        }

        BigInteger r = 0, h = 0, widest = 0;
        BigInteger? carryMax = null;
        string carry = "(r >> 29)";
        for (int k = 0; k < Limbs.Count; k++)
        {
            string folded;
            BigInteger foldedMax;
            if (k < 8)
            {
                h = (h >> Limbs.Bits) + columns[k + 9].Total;
                Check(h, "column", k + 9);
                Check((columns[k + 9].TermsMax << columns[k + 9].Shift), "terms of column", k + 9);
                Line(k == 0 ? $"h = {columns[9].Text()};" : $"h = (h >> 29) + {columns[k + 9].Text()};");
                folded = $" + (h & {mask}) * {fold}";
                foldedMax = BigInteger.Min(h, Limbs.Mask) * FoldFactor;
            }
            else
            {
                folded = $" + (h >> 29) * {fold}";
                foldedMax = (h >> Limbs.Bits) * FoldFactor;
            }

            widest = BigInteger.Max(widest, h);
            if (minus != null)
            {
                folded += $" + {bias![k]} - {minus.At[k]}";
                foldedMax += biasValue[k];
            }

            BigInteger carried = carryMax ?? (r >> Limbs.Bits);
            string before = k == 0 ? "" : carry + " + ";
            string limb = k == 0 ? low0 : k == 1 ? low1 : o.At[k];
            BigInteger total = carried + columns[k].Total + foldedMax;
            carry = "(r >> 29)";
            carryMax = null;
            if (total < _limit)
            {
                r = total;
                Line($"{limb} = (r = {before}{columns[k].Text()}{folded}) & {(k == 8 ? top : mask)};");
            }
            else if (columns[k].Shift == 1 && columns[k].Square == null && k < 8)
            {
                // twice the sum does not fit, the sum does: its bits above 28 go straight into the carry
                BigInteger v = columns[k].TermsMax;
                Check(v, "half column", k);
                Uses("v");
                string half = Constant("half", Limbs.Mask >> 1);
                r = carried + Limbs.Mask + foldedMax;
                Line($"v = {string.Join(" + ", columns[k].Terms)};");
                Line($"{limb} = (r = {before}((v & {half}) << 1){folded}) & {mask};");
                carry = "(r >> 29) + (v >> 28)";
                carryMax = (r >> Limbs.Bits) + (v >> (Limbs.Bits - 1));
            }
            else if (columns[k].Shift == 0 && k < 8)
            {
                // all but one product fit; the last is carried beside them
                BigInteger v = columns[k].Max[^1];
                r = total - v;
                Check(r, "column but one product", k);
                Uses("v");
                Uses("w");
                Line($"v = {columns[k].Terms[^1]};");
                Line($"r = {before}{string.Join(" + ", columns[k].Terms.SkipLast(1))}{folded};");
                Line($"{limb} = (w = (r & {mask}) + (v & {mask})) & {mask};");
                carry = "(r >> 29) + (v >> 29) + (w >> 29)";
                carryMax = (r >> Limbs.Bits) + (v >> Limbs.Bits) + 1;
            }
            else
            {
                Check(total, "column", k);
            }

            widest = BigInteger.Max(widest, total);
            o.Max[k] = k == 8 ? Limbs.TopMask : Limbs.Mask;
        }

        BigInteger last = Limbs.Mask + (r >> Limbs.TopBits) * 19;
        Check(last, "limb", 0);
        o.Max[1] = Limbs.Mask + (last >> Limbs.Bits);
        Line($"{o.At[0]} = (r = {low0} + (r >> 23) * {nineteen}) & {mask};");
        Line(array ? $"{o.At[1]} = {low1} + (r >> 29);" : $"{o.At[1]} += r >> 29;");
        for (int k = 0; k < Limbs.Count; k++)
        {
            if (o.Max[k] > Limbs.Tight[k])
            {
                throw new InvalidOperationException($"{Name(o)}: limb {k} up to {o.Max[k]} is not tight");
            }
        }

        Comment($"widest column below 2^{Log2(widest)}");
    }

    /// <summary>
    /// m p, written as limbs with x borrowed from each limb for the one below, so that every limb is at least the largest of b:
    /// m 2^23 - x on top, x (2^29 - 1) below, x 2^29 - 19 m at the bottom. They sum to m (2^255 - 19) for every x.
    /// </summary>
    private (string[] Names, BigInteger[] Values, int Multiple) Bias(Limbs b)
    {
        for (int x = 1; ; x++)
        {
            int m = 1;
            while (m * (BigInteger.One << Limbs.TopBits) - x < b.Max[8])
            {
                m++;
            }

            BigInteger low = x * (BigInteger.One << Limbs.Bits) - 19 * m, middle = x * Limbs.Mask;
            BigInteger high = m * (BigInteger.One << Limbs.TopBits) - x;
            if (low >= b.Max[0] && Enumerable.Range(1, 7).All(k => middle >= b.Max[k]))
            {
                string a = Constant($"bias{x}{m}low", low), c = Constant($"bias{x}mid", middle), d = Constant($"bias{x}{m}top", high);
                return (Pick(a, c, d), Pick(low, middle, high), m);
            }
        }
    }

    private static T[] Pick<T>(T low, T middle, T high) =>
        Enumerable.Range(0, Limbs.Count).Select(k => k == 0 ? low : k == 8 ? high : middle).ToArray();

    public string Constant(string name, BigInteger value)
    {
        _constants[name] = "0x" + value.ToString("X").TrimStart('0');
        return name;
    }

    public void Uses(string local) => _locals.Add(local);

    private void Bound(Limbs limbs)
    {
        BigInteger widest = limbs.Max.Take(8).Max();
        Comment($"limbs up to {Math.Round(Math.Exp(BigInteger.Log(widest) - 29 * Math.Log(2)), 3):0.###} * 2^29, limb 8 below "
            + $"2^{Log2(limbs.Max[8])}");
    }

    private static void Check(BigInteger value, string what, int k)
    {
        if (value >= _limit)
        {
            throw new InvalidOperationException($"{what} {k} may reach {Log2(value)} bits");
        }
    }

    private static string Log2(BigInteger value) =>
        (BigInteger.Log(value + 1) / Math.Log(2)).ToString("0.00", System.Globalization.CultureInfo.InvariantCulture);

    private static string Index(string offset, int index) => offset.Length == 0
        ? index.ToString(System.Globalization.CultureInfo.InvariantCulture)
        : index == 0 ? offset : $"{offset} + {index}";

    private static string Name(Limbs limbs) => limbs.Label ?? (limbs.At[0].Contains('[')
        ? limbs.At[0].Replace("[", " at ").Replace("]", "") : limbs.At[0][..^1]);
}
