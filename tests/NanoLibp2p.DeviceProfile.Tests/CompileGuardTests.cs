namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>What nanoFramework v1 doesn't have must not compile, so that a slip breaks the build on a PC and not a board.</summary>
public sealed class CompileGuardTests
{
    [Theory]
    [InlineData("System.Collections.Generic.List<int> x = null;", "CS0234")]
    [InlineData("System.Span<byte> x = new byte[4];", "CS0234")]
    [InlineData("System.ReadOnlySpan<byte> x = new byte[4];", "CS0234")]
    [InlineData("string x = string.Join(\",\", new string[0]);", "CS0117")]
    [InlineData("string x = \"ab\".Replace(\"a\", \"b\");", "CS1061")]
    [InlineData("bool x = string.IsNullOrWhiteSpace(\"\");", "CS0117")]
    [InlineData("var x = (1, 2);", "CS8179")]
    [InlineData("int a = 1, b = 2; (a, b) = (b, a);", "CS8179")]
    [InlineData("int? x = null;", "CS0518")]
    [InlineData("byte[] a = null; var x = a?.Length;", "CS0518")]
    [InlineData("System.Buffer.BlockCopy(null, 0, null, 0, 0);", "CS0234")]
    [InlineData("System.Array.Clear(new byte[1]);", "CS7036")]
    [InlineData("System.Array.Reverse(new byte[1]);", "CS0117")]
    [InlineData("System.Array.Resize(ref x, 2);", "CS0117")]
    [InlineData("var x = new byte[2]; System.Array.Sort(x);", "CS0117")]
    [InlineData("var x = new byte[2]; var y = x[^1];", "CS0518")]
    [InlineData("var x = new byte[2]; var y = x[1..];", "CS0518")]
    [InlineData("var x = System.Math.BitIncrement(1);", "CS0117")]
    [InlineData("var x = System.Numerics.BitOperations.RotateLeft(1u, 2);", "CS0234")]
    [InlineData("var x = System.Environment.TickCount;", "CS0117")]
    [InlineData("var x = System.Diagnostics.Stopwatch.StartNew();", "CS0234")]
    [InlineData("decimal x = 1;", "CS0518")]
    [InlineData("var x = System.IntPtr.Zero;", "CS0117")]
    [InlineData("long x = 0; System.Threading.Interlocked.Increment(ref x);", "CS1503")]
    [InlineData("System.Threading.Volatile.Read(ref x);", "CS0234")]
    [InlineData("var x = System.Text.Encoding.UTF8.GetString(new byte[1]);", "CS7036")]
    [InlineData("var x = System.Text.Encoding.UTF8.GetByteCount(\"\");", "CS1061")]
    [InlineData("var x = System.Text.Encoding.ASCII;", "CS0117")]
    [InlineData("System.Threading.Tasks.Task x = null;", "CS0234")]
    [InlineData("var x = new { A = 1 };", "CS0656")]
    [InlineData("throw new System.OverflowException();", "CS0234")]
    [InlineData("System.GC.Collect();", "CS0117")]
    [InlineData("bool x = 'a' == char.ToUpper('a');", "CS1501")]
    [InlineData("int x = string.CompareOrdinal(\"\", \"\");", "CS0117")]
    public void A_statement_that_v1_lacks_does_not_compile(string statement, string expected)
    {
        IReadOnlyList<string> errors = DeviceCompiler.Errors($"class Snippet {{ void Run() {{ {statement} }} }}");
        Assert.Contains(errors, error => error.Contains($"error {expected}:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("class C { volatile int x; }", "CS0518")]
    [InlineData("class C { async void M() { } }", "CS0518")]
    [InlineData("class C { System.Collections.IEnumerator M() { yield return 1; } }", "CS0518")]
    [InlineData("record C { }", "CS0518")]
    [InlineData("class C { [System.ThreadStatic] static int x; }", "CS0234")]
    [InlineData("class C { "
        + "[System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveInlining)] "
        + "void M() { } }", "CS0117")]
    [InlineData("namespace N; class C { }", "CS8773")]
    [InlineData("class A { public virtual object F() => null; } class B : A { public override string F() => null; }", "CS8830")]
    public void A_declaration_that_v1_lacks_does_not_compile(string declaration, string expected)
    {
        IReadOnlyList<string> errors = DeviceCompiler.Errors(declaration);
        Assert.Contains(errors, error => error.Contains($"error {expected}:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("static readonly byte[] Table = { 1, 2, 3, 4, 5 };")]
    [InlineData("int Sum(params int[] values) { int sum = 0; foreach (int value in values) { sum += value; } return sum; }")]
    [InlineData("public int this[int index] => index;")]
    [InlineData("public int Width { get; init; }")]
    [InlineData("string Name(int i) => i switch { 0 => \"a\", _ => \"b\" } + i.ToString();")]
    [InlineData("void Lock() { lock (this) { System.Array.Copy(new byte[4], 0, new byte[4], 0, 4); } }")]
    [InlineData("event System.EventHandler Changed; void Raise() { Changed?.Invoke(this, System.EventArgs.Empty); }")]
    [InlineData("void Use() { using var x = new System.Threading.Timer(null, null, 0, 0); }")]
    [InlineData("readonly object[] items = new object[2]; bool Is(object o) => o is string { Length: > 2 };")]
    [InlineData("System.Net.Sockets.Socket s; int Send(byte[] b) => s.Send(b, 0, 4, System.Net.Sockets.SocketFlags.None);")]
    [InlineData("bool Join() => nanoFramework.Networking.WifiNetworkHelper.ConnectDhcp(\"a\", \"b\", requiresDateTime: true, token: new "
        + "System.Threading.CancellationTokenSource(60000).Token);")]
    [InlineData("System.DateTime Time() { nanoFramework.Networking.Sntp.UpdateNow(); return System.DateTime.UtcNow; }")]
    [InlineData("int Load(byte[] b) { using (var f = new System.IO.FileStream(\"I:\\\\id\", System.IO.FileMode.Open)) { return f.Read(b, "
        + "0, b.Length); } }")]
    [InlineData("void Rest() { nanoFramework.Hardware.Esp32.Sleep.EnableWakeupByTimer(System.TimeSpan.FromSeconds(60)); "
        + "nanoFramework.Hardware.Esp32.Sleep.StartDeepSleep(); }")]
    [InlineData("long Now() => System.Environment.TickCount64 + (long)System.Math.Sqrt(2);")]
    public void What_v1_has_compiles(string member)
    {
        Assert.Empty(DeviceCompiler.Errors($"class Snippet {{ {member} }}"));
    }
}
