namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>What compiles against the surface and yet can't be loaded or run, and its neighbours that can.</summary>
public sealed class ConstructTests
{
    [Theory]
    [InlineData("class G<T> { }", "generics")]
    [InlineData("class C { void M<T>(T value) { } }", "generics")]
    [InlineData("class C { System.Action<int> f; }", "generics")]
    [InlineData("class C { void M(System.Action<int> f) { } }", "generics")]
    [InlineData("class C { System.Func<int, int> M() => null; }", "generics")]
    [InlineData("class C { event System.EventHandler<object> E { add { } remove { } } }", "generics")]
    [InlineData("class C { object M() => new System.Func<int>(() => 1); }", "generics")]
    [InlineData("delegate T D<T>();", "generics")]
    [InlineData("class C { int[,] f; }", "multi-dimensional-array")]
    [InlineData("class C { int M() { var a = new int[2, 2]; return a[1, 1]; } }", "multi-dimensional-array")]
    [InlineData("interface I { void M() { } }", "default-interface-method")]
    [InlineData("class C { unsafe void M() { byte* p = stackalloc byte[4]; p[0] = 1; } }", "opcode")]
    [InlineData("class C { unsafe byte M(byte[] b) { fixed (byte* p = b) { return p[1]; } } }", "pointer")]
    [InlineData("unsafe struct S { fixed byte b[4]; }", "pointer")]
    [InlineData("unsafe class C { delegate*<int, int> f; int M() => f(1); }", "opcode")]
    [InlineData("class C { int M(int a, int b) => checked(a + b); }", "checked")]
    [InlineData("class C { byte M(int a) => checked((byte)a); }", "checked")]
    [InlineData("class C { byte[] M(long n) => new byte[n]; }", "checked")]
    [InlineData("class C { void M(System.DBNull value) { } }", "not-in-flash")]
    [InlineData("class C { System.AttributeTargets f; }", "not-in-flash")]
    [InlineData("class C { object M() => typeof(System.ObsoleteAttribute); }", "not-in-flash")]
    [InlineData("class A { static readonly int[] T = B.Make(); } class B { static int n = 3; static object o = new object(); public static "
        + "int[] Make() => new int[n]; }", "static-order")]
    [InlineData("class A { static readonly int T = B.N; } class B { public static readonly int N = A2(); static int A2() => 3; }",
        "static-order")]
    [InlineData("class C { bool M(string[] a, int i) => a[i] == null; }", "fresh-element")]
    [InlineData("class C { bool M(byte[][] a, int i) => a[i] != null; }", "fresh-element")]
    [InlineData("class C { bool M(string[] a) { var s = a[1]; System.Array.Clear(a, 0, 1); return s is null; } }", "fresh-element")]
    [InlineData("class C { string[] a = new string[3]; bool M(int i, string k) => k == a[i]; }", "fresh-element")]
    [InlineData("class C { bool M(int n, string k) { var a = new string[n]; M(n, a[0]); return a[1] != k; } }", "fresh-element")]
    [InlineData("class C { static string[] a = new string[3]; int M(int i) { if (a[i + 1] == \"x\") { return 1; } return 2; } }",
        "fresh-element")]
    [InlineData("class C { string[] a = new string[3]; bool M(string k) { foreach (string s in a) { if (s == k) { return true; } } return "
        + "false; } }", "fresh-element")]
    [InlineData("class C { string[] a = new string[3]; bool M(string k) => string.Equals(k, a[1]); }", "fresh-element")]
    [InlineData("#define DEBUG\nclass C { void M() => System.Diagnostics.Debug.WriteLine(\"not heard\"); }", "debug-only")]
    public void What_a_device_cannot_load_or_run_is_refused(string source, string rule)
    {
        IReadOnlyList<Violation> violations = Profile.CheckSnippet(source);
        Assert.Contains(violations, violation => violation.Rule == rule);
    }

    [Theory]
    [InlineData("class C { int[][] f = new int[2][]; }")]
    [InlineData("delegate int D(int x); class C { int M(D d) => d(3); int N() => M(x => x + 1); }")]
    [InlineData("interface I { void M(); const int K = 3; static int N() => K; }")]
    [InlineData("class C { int M(int a, int b) => unchecked(a + b); }")]
    [InlineData("class C { byte[] M(int n) => new byte[n]; byte N(byte[] b, uint i) => b[i]; }")]
    [InlineData("[System.Obsolete] class C { [System.Diagnostics.Conditional(\"X\")] void M() { } }")]
    [InlineData("class A { static readonly int[] T = Make(); static int[] Make() => new int[] { 1, 2, 3, 4, 5 }; }")]
    [InlineData("class A { public const int K = 3; static int[] t = new int[B.K]; } class B { public const int K = 4; static int[] t = new "
        + "int[A.K]; }")]
    [InlineData("class C { void M() { try { M(); } catch (System.Exception e) when (e.Message != null) { throw; } finally { M(); } } }")]
    [InlineData("struct S { public int A; public void M(ref int x, out int y) { ref int z = ref x; z++; y = A; } }")]
    [InlineData("class C { event System.EventHandler E; void M(string s) { E?.Invoke(this, null); switch (s) { case \"a\": break; case "
        + "\"b\": M(s); break; } } }")]
    [InlineData("class C { int M(string[] a, int i) { if (a[i] == null) { return 1; } return a[i] != null ? 2 : 3; } }")]
    [InlineData("class C { string[] a = new string[3]; bool M(int i, string k) { return a[i] != null && a[i] == k; } }")]
    [InlineData("class C { string[] a = new string[3]; bool M(string k) { foreach (string s in a) { if (s != null && s == k) { return "
        + "true; } } return false; } }")]
    [InlineData("class C { bool M(string s, string k) => s == k && s != null; bool N(object o) => o == null; }")]
    [InlineData("class C { static string[] a = { \"a\", \"b\" }; bool M(int i, string k) => a[i] == k; bool N(string[] given, string k) => "
        + "given[0] == k; }")]
    [InlineData("class C { string M(string[] a) => \"a\" + a[0]; bool N(int[] a) => a[0] == 0; }")]
    public void What_works_on_a_device_passes(string source)
    {
        Assert.Empty(Profile.CheckSnippet(source));
    }

    [Fact]
    public void What_a_release_leaves_out_is_left_out_here_as_well()
    {
        // the surface says of Debug's methods what the real ones say: without DEBUG no call remains
        Assert.Empty(Profile.CheckSnippet(
            "class C { void M() { System.Diagnostics.Debug.WriteLine(\"not heard\"); System.Diagnostics.Debug.Assert(false); } }"));
    }
}
