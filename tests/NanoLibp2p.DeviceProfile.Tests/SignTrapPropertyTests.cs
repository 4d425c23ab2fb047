using System.Text;
using CsCheck;
using Mono.Cecil;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>The check against arithmetic itself: random expressions, run as .NET and as the interpreter run them.</summary>
public sealed class SignTrapPropertyTests(ITestOutputHelper output)
{
    private const string Parameters = "byte b, sbyte s, ushort w, short h, uint u, uint v, int i, int j, ulong x, ulong y, long l, long m";
    private const int MethodsPerSample = 150;

    // "a" is the argument of the helper methods below
    private static readonly string[] _types = ["int", "uint", "long", "ulong"];
    private static readonly string[] _helpers = ["a >> 3", "a % 7", "a + 1", "a & 0xFF", "a"];
    private static readonly long[] _edges =
    [
        0, 1, 2, 6, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, int.MaxValue, 0x80000000, uint.MaxValue, 0x100000000,
        long.MaxValue, long.MinValue, -1, -2, -7, -128, -129, int.MinValue,
    ];

    [Fact]
    public void Every_expression_that_the_interpreter_computes_differently_is_refused()
    {
        int different = 0;
        int refusedOnly = 0;
        int total = 0;
        Gen.Int[0, int.MaxValue].Sample(
            seed =>
            {
                Random random = new(seed);
                using MemoryStream stream = DeviceCompiler.Assembly(Source(random));
                using DeviceAssemblySet assemblies = DeviceAssemblySet.Load(stream, DeviceAssemblies.Surface);
                HashSet<string> refused = DeviceProfileChecker.Check(assemblies, new HashSet<string>())
                    .Where(violation => violation.Rule == "sign-trap")
                    .Select(violation => violation.Where.Split(' ')[0])
                    .ToHashSet();
                foreach (TypeDefinition type in assemblies.Modules[0].Types.Where(type => type.Name.StartsWith('C')))
                {
                    bool differs = Differs(type.Methods.Single(method => method.Name == "F"), random);
                    bool isRefused = refused.Any(where => where.StartsWith(type.Name + ".", StringComparison.Ordinal));
                    total++;
                    different += differs ? 1 : 0;
                    refusedOnly += isRefused && !differs ? 1 : 0;
                    Assert.True(isRefused || !differs, $"seed {seed}, {type.Name} differs on the interpreter and passed the check");
                }
            },
            iter: 8,
            threads: 1);
        output.WriteLine($"{total} expressions, {different} differ and are refused, {refusedOnly} refused without an example");
        Assert.True(different > total / 100, "too few expressions fall into the trap to prove anything");
    }

    private static bool Differs(Mono.Cecil.MethodDefinition method, Random random)
    {
        TagInterpreter host = new(device: false);
        TagInterpreter device = new(device: true);
        for (int i = 0; i < 60; i++)
        {
            long[] arguments = method.Parameters.Select(_ => _edges[random.Next(_edges.Length)]).ToArray();
            // where .NET itself throws (a division by zero, the least number by -1) there is nothing to compare
            long? expected = Result(host, method, arguments);
            if (expected != null && expected != Result(device, method, arguments))
            {
                return true;
            }
        }

        return false;
    }

    private static long? Result(TagInterpreter interpreter, Mono.Cecil.MethodDefinition method, long[] arguments)
    {
        try
        {
            return interpreter.Run(method, arguments);
        }
        catch (ArithmeticException)
        {
            return null;
        }
    }

    private static string Source(Random random)
    {
        StringBuilder source = new();
        for (int i = 0; i < MethodsPerSample; i++)
        {
            string type = Pick(random, _types);
            source.Append($"static class C{i} {{ ");
            foreach (string helper in _types)
            {
                source.Append($"static {helper} G({helper} a) => {Pick(random, _helpers)}; ");
            }

            // one local of each type; it is written and read inside the expression
            source.Append($"public static {type} F({Parameters}) {{ int li = i; uint lu = u; long ll = l; ulong lx = x; return "
                + $"unchecked({Expression(random, type, 4)} + ({type})li + ({type})lu + ({type})ll + ({type})lx); }} }}\n");
        }

        return source.ToString();
    }

    private static string Expression(Random random, string type, int depth)
    {
        if (depth == 0)
        {
            return Leaf(random, type);
        }

        string Same() => Expression(random, type, depth - 1);
        return random.Next(20) switch
        {
            0 => Leaf(random, type),
            1 or 2 or 3 => $"(({type}){Expression(random, Pick(random, _types), depth - 1)})",
            13 or 14 or 15 or 16 => $"(({type}){Expression(random, OtherSign(type), depth - 1)})",
            17 or 18 => $"({Same()} >> {random.Next(32)})",
            4 => $"({Same()} {Pick(random, "+", "-", "*")} {Same()})",
            5 => $"({Same()} {Pick(random, "&", "|", "^")} {Same()})",
            6 => $"({Same()} >> {random.Next(32)})",
            7 => $"({Same()} << {random.Next(32)})",
            8 => $"({Same()} {Pick(random, "/", "%")} {random.Next(1, 9)})",
            9 => type == "ulong" || type == "uint" ? $"(~{Same()})" : $"({Pick(random, "-", "~")}{Same()})",
            10 => $"({Comparison(random)} ? {Same()} : {Same()})",
            11 => $"({type switch { "int" => "li", "uint" => "lu", "long" => "ll", _ => "lx" }} = {Same()})",
            _ => $"G({Same()})",
        };
    }

    private static string Comparison(Random random)
    {
        string type = Pick(random, _types);
        string comparison = Pick(random, "<", "<=", ">", ">=", "==", "!=");
        return random.Next(4) == 0 ? "b != 0" : $"{Leaf(random, type)} {comparison} {Leaf(random, type)}";
    }

    private static string OtherSign(string type) => type.StartsWith('u') ? type[1..] : "u" + type;

    private static string Leaf(Random random, string type) => type switch
    {
        "int" => Pick(random, "i", "j", "(int)b", "(int)s", "(int)w", "(int)h", "3", "(-5)", "li"),
        "uint" => Pick(random, "u", "v", "(uint)b", "(uint)w", "7u", "0x80000000u", "lu"),
        "long" => Pick(random, "l", "m", "(long)i", "(long)u", "(long)b", "(long)w", "9L", "(-4L)", "ll"),
        _ => Pick(random, "x", "y", "(ulong)u", "(ulong)b", "5UL", "0x8000000000000000UL", "lx"),
    };

    private static T Pick<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];
}
