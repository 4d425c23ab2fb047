using System.Linq;
using NanoLibp2p.Footprint.Metering;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>Heap and stack against what was measured on the interpreter.</summary>
public class MemoryTests
{
    private const string Types = """
        public class C0 { } public class C1 { int a; } public class C4 { int a, b, c, d; }
        public class L4 { long a; string b; byte c; bool d; }
        public class D4 : C4 { int e, f, g, h; }
        public struct S1 { public int a; } public struct S2 { public int a, b; public S2(int v) { a = v; b = v; } }
        public struct LB { public long a; public byte b; }
        public struct Nested { public int a; public LB b; }
        public class WithStruct { S2 s; } public class WithNested { Nested n; } public enum E : byte { A } public delegate void Handler();
        """;

    [Theory]
    [InlineData("new byte[0]", 24)]
    [InlineData("new byte[4]", 24)]
    [InlineData("new byte[8]", 36)]
    [InlineData("new byte[16]", 36)]
    [InlineData("new byte[20]", 48)]
    [InlineData("new byte[32]", 60)]
    [InlineData("new byte[1024]", 1044)]
    [InlineData("new bool[10]", 36)]
    [InlineData("new char[10]", 48)]
    [InlineData("new short[10]", 48)]
    [InlineData("new int[10]", 60)]
    [InlineData("new uint[100]", 420)]
    [InlineData("new ulong[10]", 108)]
    [InlineData("new double[10]", 108)]
    [InlineData("new object[10]", 144)]
    [InlineData("new string[10]", 144)]
    [InlineData("new byte[10][]", 144)]
    [InlineData("new E[10]", 36)]
    [InlineData("new S1[10]", 384)]
    [InlineData("new S2[1]", 72)]
    [InlineData("new S2[10]", 504)]
    [InlineData("new C0()", 12)]
    [InlineData("new C1()", 24)]
    [InlineData("new C4()", 60)]
    [InlineData("new L4()", 60)]
    [InlineData("new D4()", 108)]
    [InlineData("new WithStruct()", 60)]
    [InlineData("new WithNested()", 96)]
    [InlineData("new object()", 12)]
    [InlineData("(object)5", 24)]
    [InlineData("(object)5L", 24)]
    [InlineData("(object)E.A", 24)]
    [InlineData("\"literal\"", 12)]
    [InlineData("new Handler(Method)", 36)]
    [InlineData("new Exception(\"m\")", 72)]
    public void A_new_object_takes_what_the_interpreter_was_seen_to_take(string expression, long bytes)
    {
        using Sample sample = new($"public static object New() {{ return {expression}; }} static void Method() {{ }}", Types);

        Assert.Equal(bytes, sample.Count("New").Bytes);
    }

    [Fact]
    public void Arrays_count_by_the_length_that_they_really_get()
    {
        using Sample sample = new("public static void New(int n) { for (int i = 0; i < n; i++) { GC.KeepAlive(new byte[i]); } }");

        Measurement count = sample.Count("New", 3);

        Assert.Equal(3 * 24, count.Bytes);
        Assert.Equal(3, count.Allocations);
    }

    [Fact]
    public void Work_that_allocates_nothing_counts_nothing()
    {
        using Sample sample = new("public static int Sum(byte[] a) { int s = 0; foreach (byte b in a) { s += b; } return s; }");

        Measurement count = sample.Count("Sum", Enumerable.Range(0, 100).Select(i => (byte)i).ToArray());

        Assert.Equal(0, count.Bytes);
        Assert.Equal(0, count.Allocations);
    }

    [Fact]
    public void A_struct_local_takes_its_object_at_each_call()
    {
        using Sample sample = new(
            "public static int Use(int v) { var s = new S2(v); Touch(ref s); return s.a; } static void Touch(ref S2 s) { s.a++; }", Types);

        Assert.Equal(36, sample.Count("Use", 1).Bytes);
    }

    [Fact]
    public void Recursion_is_as_deep_as_it_goes()
    {
        using Sample sample = new("public static int Down(int n) { return n == 0 ? 0 : 1 + Down(n - 1); }");

        Measurement count = sample.Count("Down", 99);

        Assert.Equal(100, count.DeepestFrames);
        Assert.Equal(100 * 204, count.DeepestBytes);
    }

    [Fact]
    public void Calls_one_after_another_are_not_deeper_than_one()
    {
        using Sample sample = new("public static void Many() { for (int i = 0; i < 50; i++) { One(); } } static void One() { }");

        Measurement count = sample.Count("Many");

        Assert.Equal(2, count.DeepestFrames);
        Assert.Equal(2 * 204, count.DeepestBytes);
    }

    [Fact]
    public void A_frame_grows_with_locals_and_evaluation_stack()
    {
        // ten long locals and an evaluation stack of three: 84 + 12 * (10 + 3 + 3)
        string locals = string.Concat(Enumerable.Range(0, 10).Select(i => $"long l{i} = n + {i}; Touch(ref l{i});"));
        string sum = string.Join(" + ", Enumerable.Range(0, 10).Select(i => $"l{i}"));
        using Sample sample =
            new($"public static long Big(long n) {{ {locals} return n * (n + ({sum})); }} static void Touch(ref long v) {{ }}");

        MethodCount big = sample.Count("Big", 1L).Methods().Single(method => method.Method == "S.Big");

        Assert.Equal(1, big.Entered);
        Assert.Equal(84 + 12 * (10 + 4 + 3) + 204, sample.Count("Big", 1L).DeepestBytes);
    }

    [Fact]
    public void Frames_that_an_exception_leaves_are_gone()
    {
        using Sample sample = new("""
            public static void Try(int n) { for (int i = 0; i < n; i++) { try { Down(5); } catch (InvalidOperationException) { } } }
            static void Down(int n) { if (n == 0) { throw new InvalidOperationException(); } Down(n - 1); }
            """);

        Assert.Equal(sample.Count("Try", 1).DeepestBytes, sample.Count("Try", 20).DeepestBytes);
        Assert.Equal(7, sample.Count("Try", 20).DeepestFrames);
    }
}
