using System.Text;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>Every limit at the last value that fits and at the first that doesn't.</summary>
public sealed class LimitTests
{
    [Theory]
    [InlineData(255, 0)]
    [InlineData(256, 1)]
    public void A_switch_has_at_most_255_cases(int cases, int violations)
    {
        string body = Repeat(cases, i => $"case {i}: return {i * 7 % 5};");
        AssertLimit($"class C {{ int M(int x) {{ switch (x) {{ {body} }} return 9; }} }}", violations, "cases");
    }

    [Theory]
    [InlineData(255, 0)]
    [InlineData(256, 1)]
    public void A_method_has_at_most_255_locals(int locals, int violations)
    {
        // each is used twice, or the compiler would leave it out
        string declare = Repeat(locals, i => $"int v{i} = x + {i};");
        string use = Repeat(locals, i => $"x += v{i} * v{i};");
        AssertLimit($"class C {{ int M(int x) {{ {declare} {use} return x; }} }}", violations, "locals");
    }

    [Theory]
    [InlineData(255, 0)]
    [InlineData(256, 1)]
    public void A_method_has_at_most_255_arguments(int arguments, int violations) =>
        AssertLimit($"class C {{ static void M({string.Join(", ", Enumerable.Range(0, arguments).Select(i => $"int a{i}"))}) {{ }} }}",
            violations, "arguments");

    [Theory]
    [InlineData(255, 0)]
    [InlineData(256, 1)]
    public void An_evaluation_stack_is_at_most_255_deep(int depth, int violations)
    {
        string open = Repeat(depth - 1, _ => "(x + ");
        AssertLimit($"class C {{ int M(int x) => {open}x{new string(')', depth - 1)}; }}", violations, "evaluation stack");
    }

    [Theory]
    [InlineData("int f{0};", 255, 0)]
    [InlineData("int f{0};", 256, 1)]
    [InlineData("static int f{0};", 255, 0)]
    [InlineData("static int f{0};", 256, 1)]
    [InlineData("const int f{0} = 1;", 300, 0)]
    [InlineData("static void M{0}() {{ }}", 255, 0)]
    [InlineData("static void M{0}() {{ }}", 256, 1)]
    [InlineData("virtual public void M{0}() {{ }}", 255, 0)]
    [InlineData("virtual public void M{0}() {{ }}", 256, 1)]
    [InlineData("void M{0}() {{ }}", 254, 0)]
    [InlineData("void M{0}() {{ }}", 255, 1)]
    public void A_class_has_at_most_255_members_of_a_kind(string member, int count, int violations) =>
        AssertLimit($"class C {{ {Repeat(count, i => string.Format(null, member, i))} }}", violations, "a class can have");

    [Fact]
    public void Fields_of_base_classes_count()
    {
        string half = Repeat(128, i => $"int f{i};");
        AssertLimit($"class A {{ {half} }} class B : A {{ {half.Replace("f", "g")} }}", 1, "256 instance fields");
    }

    [Fact]
    public void A_branch_reaches_32767_bytes()
    {
        string longBody = Repeat(6000, _ => "x = x * 3 + y;");
        string source = $"class C {{ int M(int x, int y) {{ while (x < y) {{ {longBody} }} return x; }} }}";
        AssertLimit(source, 2, "a branch over");
        AssertLimit(source.Replace("while", "if"), 1, "a branch over");
        AssertLimit($"class C {{ int M(int x, int y) {{ {longBody} return x; }} }}", 0, "a branch over");
    }

    [Fact]
    public void An_assembly_holds_65535_bytes_of_byte_code()
    {
        string method = Repeat(1000, _ => "x = x * 3 + y;") + "return x;";
        AssertLimit($"class C {{ {Repeat(9, i => $"int M{i}(int x, int y) {{ {method} }}")} }}", 0, "byte code");
        AssertLimit($"class C {{ {Repeat(10, i => $"int M{i}(int x, int y) {{ {method} }}")} }}", 1, "byte code");
    }

    [Fact]
    public void An_assembly_holds_65535_bytes_of_static_array_data()
    {
        AssertLimit($"class C {{ static byte[] t = {{ {Repeat(60000, i => $"{i % 251 + 1},")} }}; }}", 0, "static array data");
        AssertLimit($"class C {{ static byte[] t = {{ {Repeat(66000, i => $"{i % 251 + 1},")} }}; }}", 1, "static array data");
    }

    [Fact]
    public void An_assembly_holds_65535_bytes_of_strings()
    {
        AssertLimit($"class C {{ string M() => \"{new string('a', 65000)}\"; }}", 0, "string literals");
        AssertLimit($"class C {{ string M() => \"{new string('a', 66000)}\"; }}", 1, "string literals");
    }

    [Theory]
    [InlineData(120, false)]
    [InlineData(130, true)]
    public void A_frame_that_wraps_around_for_too_many_returns_is_refused(int returns, bool refused)
    {
        // the metadata processor adds one for each return and keeps one byte of the sum
        const string Deep = "x + (y * (x + (y * (x + (y * (x + (y * (x + (y * (x + (y * (x + y))))))))))))";
        string source = $"class C {{ int M(int x, int y) {{ switch (x) {{ "
            + $"{Repeat(returns, i => $"case {i}: return {i * 7 % 5 + 9}; case {i + 1000}: return {i * 7 % 5 + 4};")} }} return {Deep}; }} "
            + $"}}";
        Assert.Equal(refused, Profile.CheckSnippet(source).Any(violation => violation.Rule == "stack-size"));
    }

    private static void AssertLimit(string source, int expected, string words)
    {
        Violation[] found = Profile.CheckSnippet(source).Where(violation => violation.Rule == "limit").ToArray();
        Assert.True(found.Length == expected, $"expected {expected} violations: {string.Join('\n', found.AsEnumerable())}");
        Assert.All(found, violation => Assert.Contains(words, violation.Message, StringComparison.Ordinal));
    }

    private static string Repeat(int count, Func<int, string> text)
    {
        StringBuilder builder = new();
        for (int i = 0; i < count; i++)
        {
            builder.Append(text(i));
        }

        return builder.ToString();
    }
}
