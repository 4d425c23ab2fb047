using NanoLibp2p.DeviceModel;


namespace NanoLibp2p.Footprint.Tests;

/// <summary>
/// Sizes of <c>.pe</c> files beside those that nanoFramework's metadata processor made of the same assemblies (version 4541b46 of its
/// sources, 25 November 2026). A change of the format, of the compiler or of the model shows here.
/// </summary>
public class DeviceImageTests
{
    [Theory]
    [InlineData("", "", 204)]
    [InlineData("public static int Add(int a, int b) { return a + b; }", "", 232)]
    [InlineData("const int Left = 5; const string Out = \"of the image\"; public static int First() { return Left; }", "", 232)]
    [InlineData("public static string Text() { return \"a literal\"; } public static string Again() { return \"a literal\"; }", "", 268)]
    [InlineData("public static string Known() { return \"Close\"; } static int Close(int value) { return value; }", "", 256)]
    [InlineData("static readonly byte[] table = { 1, 2, 3, 5, 7, 11, 13, 17, 19, 23 }; public static int At(int i) { return table[i]; }",
        "", 588)]
    [InlineData("static readonly int[] first = { 1, 2, 3, 4, 5 }; static readonly int[] same = { 1, 2, 3, 4, 5 }; public static int At(int "
        + "i) { return first[i] + same[i]; }", "", 636)]
    [InlineData("public static byte[][] Rows(int n) { var rows = new byte[n][]; rows[0] = new byte[n]; return rows; }", "", 256)]
    [InlineData("public static int Try(int n) { try { return 10 / n; } catch (DivideByZeroException) { return 0; } finally { n++; } }", "",
        304)]
    [InlineData("public static int Two(int n) { try { n++; } catch (ArgumentException) { n--; } catch (InvalidOperationException) { n = 0; "
        + "} return n; }", "", 292)]
    [InlineData("public static int Pick(int n) { switch (n) { case 0: return 5; case 1: return 7; case 2: return 9; case 3: return 11; "
        + "default: return n; } }", "", 256)]
    [InlineData("public static int Of(string s) { switch (s) { case \"one\": return 1; case \"two\": return 2; case \"three\": return 3; "
        + "default: return 0; } }", "", 304)]
    [InlineData("public static bool Swap(ref int a, out long b, long[] c) { b = a; a = (int)c[0]; return a > b; }", "", 256)]
    [InlineData("public static int Far(int n) { int x = 0; for (int i = 0; i < n; i++) { long y = i; x += (int)(y * n); } return x; }", "",
        260)]
    [InlineData("public static object Lock(object o) { lock (o) { return o.ToString(); } }", "", 316)]
    [InlineData("public static int Use(IShape shape) { return shape.Area() + new Square().Area(); }",
        "public interface IShape { int Area(); int Edges { get; } } public class Square : IShape { public int Area() { return 4; } public "
            + "int Edges { get { return 4; } } } public sealed class Cube : Square { }", 476)]
    [InlineData("public static int Run(Base b) { return b.Next(1); }",
        "public abstract class Base { public abstract int Next(int n); protected virtual int Back(int n) { return n; } } public class "
            + "Derived : Base { private int _value; public override int Next(int n) { _value = n; return Back(n); } }", 440)]
    [InlineData("public static Color Of(Pair p) { return p.a > p.b ? Color.Red : Color.Green; }",
        "public enum Color : byte { Red, Green, Blue } public struct Pair { public int a; public long b; public Pair(int v) { a = v; b = "
            + "v; } }", 384)]
    [InlineData("public static void Call(Handler handler) { handler(1, \"x\"); }", "public delegate void Handler(int number, string text);",
        388)]
    [InlineData("public static int Depth() { return Outer.Inner.Depth + new Outer.Inner().own; }",
        "public class Outer { private int _own; public class Inner { public static int Depth = 2; public int own = 3; } public int Own() { "
            + "return _own; } }", 444)]
    [InlineData("public static int Own() { return 1; }",
        "namespace Deep.Down { [Mark(7, \"text\")] public class Marked { [Mark(1, \"other\")] public int field; } public class "
            + "MarkAttribute : Attribute { public MarkAttribute(int number, string text) { } } }", 448)]
    [InlineData("[Obsolete(\"not kept\")] public static void Old() { } [System.Diagnostics.Conditional(\"DEBUG\")] public static void "
        + "Debugged() { }", "", 256)]
    [InlineData("public static string Join(int n) { return \"n = \" + n + \", then \" + n.ToString(); }", "", 300)]
    [InlineData("public static int Property { get; set; }", "", 384)]
    public void An_image_is_as_large_as_the_metadata_processor_makes_it(string members, string beside, int bytes)
    {
        AssemblySize size = AssemblySize.Of(Sample.Compile(members, beside));

        Assert.Equal(bytes, size.FlashBytes);
    }
}
