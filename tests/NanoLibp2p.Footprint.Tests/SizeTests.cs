using System.Linq;
using NanoLibp2p.DeviceModel;
using NanoLibp2p.Footprint.Metering;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>What assemblies take in flash, and nanoFramework's silent limits.</summary>
public class SizeTests
{
    [Fact]
    public void Byte_code_is_counted_as_the_device_has_it()
    {
        // ldarg.0 (1) call (5, on the device 3) ldarg.0 (1) add (1) ret (1); Inner: ldarg.0 ret
        AssemblySize size = AssemblySize.Of(
            Sample.Compile("public static int Outer(int a) { return Inner(a) + a; } static int Inner(int a) { return a; }"));

        Assert.Equal(9 + 2, size.IlBytes);
        Assert.Equal(7 + 2, size.ByteCodeBytes);
    }

    [Fact]
    public void A_method_with_too_many_locals_is_named()
    {
        string locals = string.Concat(Enumerable.Range(0, 260).Select(i => $"int l{i} = n; Touch(ref l{i});"));

        AssemblySize size =
            AssemblySize.Of(Sample.Compile($"public static void Wide(int n) {{ {locals} }} static void Touch(ref int v) {{ }}"));

        Assert.Equal(("S.Wide", 260), size.MostLocals);
        Assert.True(size.MostLocals.Count > Budgets.Locals);
    }

    [Fact]
    public void A_branch_too_long_for_the_device_is_named()
    {
        // the body of the loop: 9,000 times ldloc ldarg xor stloc
        string body = string.Concat(Enumerable.Repeat("x ^= n;", 9000));

        AssemblySize size = AssemblySize.Of(
            Sample.Compile($"public static int Far(int n) {{ int x = 0; for (int i = 0; i < n; i++) {{ {body} }} return x; }}"));

        Assert.Equal("S.Far", size.LongestBranch.Method);
        Assert.InRange(size.LongestBranch.Bytes, 36_000, 36_020);
        Assert.True(size.LongestBranch.Bytes > Budgets.BranchDistance);
    }

    [Fact]
    public void A_device_image_holds_each_name_and_signature_once()
    {
        AssemblySize one = AssemblySize.Of(Sample.Compile("public static int First(int a) { return a; }"));
        AssemblySize two =
            AssemblySize.Of(Sample.Compile("public static int First(int a) { return a; } public static int Second(int b) { return b; }"));
        AssemblySize literal =
            AssemblySize.Of(Sample.Compile("public static int First(int a) { Console.Write(\"a literal\"); return a; }"));
        AssemblySize same = AssemblySize.Of(
            Sample.Compile("public static int First(int a) { Console.Write(\"a literal\"); Console.Write(\"a literal\"); return a; }"));

        // a record of 16; ldarg ret and the name are 2 and 7 more in tables that are rounded to four; the signature is the first one's
        Assert.Equal(16 + 8, two.FlashBytes - one.FlashBytes);
        Assert.True(literal.FlashBytes > one.FlashBytes + "a literal".Length);
        // ldstr and call, three bytes each on the device
        Assert.InRange(same.FlashBytes - literal.FlashBytes, 4, 8);
    }

    [Theory]
    [MemberData(nameof(SharedNames))]
    public void A_shared_assembly_keeps_within_the_devices_silent_limits(string name)
    {
        AssemblySize size = AssemblySize.Of(SharedAssemblies.Image(name));

        Assert.InRange(size.ByteCodeBytes, 0, name == "NanoLibp2p.Crypto" ? Budgets.CryptoByteCode : Budgets.ByteCode);
        Assert.InRange(size.MostLocals.Count, 0, Budgets.Locals);
        Assert.InRange(size.LongestBranch.Bytes, 0, Budgets.BranchDistance);
    }

    [Theory]
    [MemberData(nameof(FlashNames))]
    public void Assemblies_fit_in_the_flash_that_they_are_given(string name)
    {
        SizeLimit limit = Budgets.Flash.Single(limit => limit.Name == name);

        Assert.InRange(limit.Bytes(limit.Assemblies.Select(assembly => AssemblySize.Of(SharedAssemblies.Image(assembly)))), 1, limit.Limit);
    }

    public static TheoryData<string> SharedNames => [.. SharedAssemblies.Names];

    public static TheoryData<string> FlashNames => [.. Budgets.Flash.Select(limit => limit.Name)];
}
