namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>
/// Each snippet computes something else on the interpreter than on .NET, or looks as if it did and doesn't. The wrong ones were observed
/// on the interpreter.
/// </summary>
public sealed class SignTrapTests
{
    [Theory]
    [InlineData("int F(uint u) => (int)u >> 4;")]
    [InlineData("int F(uint u) => (int)u % 7;")]
    [InlineData("long F(uint u) => (long)(int)u;")]
    [InlineData("long F(ulong x) => (long)x >> 60;")]
    [InlineData("long F(uint a, uint b) => ((long)a - b) >> 32;")]
    [InlineData("long F(byte a, byte b) => ((long)a - b) >> 8;")]
    [InlineData("int F(uint a, uint b) => (int)(a - b) >> 31;")]
    [InlineData("double F(uint u) => (double)(int)u;")]
    [InlineData("float F(ulong x) => (float)(long)x;")]
    [InlineData("int G(uint u) => (int)u; int F(uint u) => G(u) >> 4;")]
    [InlineData("int G(uint u) => (int)u; long F(uint u) => G(u);")]
    [InlineData("int G(int p) => p >> 28; int F(uint u) => G((int)u);")]
    [InlineData("long G(int p) => p; long F(uint u) => G((int)u);")]
    [InlineData("long G(long p) => p % 7; long F(ulong u) => G((long)u);")]
    [InlineData("int G(int p) { p += 1; return p >> 2; } int F(uint u) => G((int)u);")]
    [InlineData("void G(uint u, out int r) { r = (int)u; } int F(uint u) { int r; G(u, out r); return r >> 3; }")]
    [InlineData("int F(uint u) { int r = 1; ref int p = ref r; p = (int)u; return r >> 3; }")]
    [InlineData("int f; int F(uint u) { ref int p = ref f; p = (int)u; return f >> 3; }")]
    [InlineData("int F(bool c, uint u, int i) => (c ? (int)u : i) >> 3;")]
    [InlineData("int F(uint u) => -(int)u >> 3;")]
    [InlineData("int F(uint u) => ~(int)u >> 3;")]
    [InlineData("long F(uint u, int i) => (int)u - i;")]
    [InlineData("int F(uint u, int zero) => ((int)u | zero) >> 3;")]
    [InlineData("int F(uint u) => ((int)u & -1) >> 3;")]
    [InlineData("int F(uint[] u) => (int)u[0] >> 3;")]
    [InlineData("long F(ulong[] u) => (long)u[0] >> 3;")]
    [InlineData("uint f; int F() => (int)f >> 3;")]
    [InlineData("int F(uint u) { int sum = 0; for (int i = 0; i < 4; i++) { sum += (int)u >> i; } return sum; }")]
    [InlineData("interface I { int G(int p); } class A : I { public int G(int p) => p >> 1; } int F(I i, uint u) => i.G((int)u);")]
    [InlineData("delegate int D(int p); int G(int p) => p >> 1; int F(uint u) { D d = G; return d((int)u); }")]
    [InlineData("int F(uint u) { try { return (int)u >> 1; } finally { u = 0; } }")]
    [InlineData("enum E { A } E F(uint u) => (E)((int)u >> 1);")]
    public void A_signed_operation_on_a_value_that_counts_as_unsigned_is_refused(string members)
    {
        IReadOnlyList<Violation> violations = Profile.CheckSnippet($"class Snippet {{ {members} }}");
        Assert.Equal("sign-trap", Assert.Single(violations).Rule);
    }

    [Theory]
    [InlineData("int F(uint u) => (0 | (int)u) >> 4;")]
    [InlineData("long F(ulong x) => (0L | (long)x) >> 60;")]
    [InlineData("int F(uint u) => (-1 & (int)u) >> 4;")]
    [InlineData("int F(uint u) => (int)(long)u >> 4;")]
    [InlineData("uint F(uint u) => u >> 4;")]
    [InlineData("uint F(int i) => (uint)i >> 4;")]
    [InlineData("ulong F(int i) => (uint)i;")]
    [InlineData("long F(uint u) => u;")]
    [InlineData("int F(uint u) => (int)u + 1;")]
    [InlineData("bool F(uint u) => (int)u < 0;")]
    [InlineData("int F(uint u) => (int)(u & 0xFF) >> 4;")]
    [InlineData("int F(uint u) => (int)(u >> 1) >> 4;")]
    [InlineData("long F(uint a, uint b) => ((long)a + b) >> 32;")]
    [InlineData("long F(uint a, uint b) => ((long)(a >> 1) * b) >> 20;")]
    [InlineData("long F(byte a, long c) => (c - a) >> 8;")]
    [InlineData("int F(byte a, byte b) => (a - b) >> 8;")]
    [InlineData("long F(int i) => -(long)i;")]
    [InlineData("int f; int F(uint u) { f = (int)u; return f >> 4; }")]
    [InlineData("int F(int[] f, uint u) { f[0] = (int)u; return f[0] >> 4; }")]
    [InlineData("int F(uint u) { int s = (int)u; return (s >> 4) + (s >> 5); }")]
    [InlineData("int G(int p) => p + 1; int F(uint u) => G((int)u);")]
    [InlineData("int G(uint u) => (int)u; int F(uint u, byte[] b) => b[G(u)] >> 4;")]
    [InlineData("void G(uint u, out int r) { r = (int)u; } int F(uint u) { int r; G(u, out r); return r + 3; }")]
    [InlineData("int F(byte[] b) => b.Length >> 1;")]
    [InlineData("uint F(uint a, uint b) => (a ^ ((a ^ b) | ((a - b) ^ b))) >> 31;")]
    [InlineData("double F(uint u) => u;")]
    [InlineData("int F(uint u) { uint low = 0; for (int i = 0; i < 4; i++) { low = (low << 4 | u >> 28) & 0xFFFF; } "
        + "return (int)low >> 2; }")]
    public void What_is_right_on_the_interpreter_passes(string members)
    {
        Assert.Empty(Profile.CheckSnippet($"class Snippet {{ {members} }}"));
    }

    [Fact]
    public void The_message_says_where_the_unsigned_value_came_from()
    {
        Violation violation =
            Assert.Single(Profile.CheckSnippet("class Snippet { int Half(int p) => p >> 1; int F(uint u) => Half((int)u); }"));
        Assert.Contains("Snippet.Half", violation.Where, StringComparison.Ordinal);
        Assert.Contains("parameter p, which Snippet.F passes as an unsigned value (parameter u of type UInt32)", violation.Message,
            StringComparison.Ordinal);
    }
}
