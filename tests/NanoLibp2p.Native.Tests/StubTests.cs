using System.Globalization;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoLibp2p.Native.Tests;

/// <summary>Firmware and assembly are bound by order, names and a checksum; a difference is a wrong method called, or a firmware that
/// refuses to start.</summary>
public sealed class StubTests
{
    private static readonly string _table = File.ReadAllText(Path.Combine(NativeBuild.Sources, "nanolibp2p_native.cpp"));

    [Fact]
    public void The_firmwares_table_has_a_stub_for_every_internal_call_at_its_place_in_the_assembly()
    {
        string[] entries = [.. Regex.Match(_table, @"method_lookup\[\] =\s*\{(.*?)\n\};", RegexOptions.Singleline).Groups[1].Value
            .Split(',').Select(entry => entry.Trim()).Where(entry => entry.Length > 0)];
        Assert.Equal(Interop.Table, entries);
        Assert.Equal(16, entries.Count(entry => entry != "NULL"));
    }

    [Fact]
    public void The_firmwares_checksum_is_the_assemblys()
    {
        string stated = Regex.Match(_table, @"0x([0-9A-F]{8}),").Groups[1].Value;
        Assert.True(uint.Parse(stated, NumberStyles.HexNumber, CultureInfo.InvariantCulture) == Interop.Checksum,
            $"nanolibp2p_native.cpp states 0x{stated}, the assembly has 0x{Interop.Checksum:X8}: update table, checksum and "
                + $"AssemblyNativeVersion");
    }

    /// <summary>Upstream's checksum does not see a method in front of them, which would move every one of them.</summary>
    [Fact]
    public void Nothing_is_in_front_of_the_internal_calls() =>
        Assert.All(Interop.Methods.Take(16), method => Assert.Equal(0, method.RVA));

    [Fact]
    public void The_firmwares_version_is_the_one_in_AssemblyInfo()
    {
        string version = (string)Interop.Assembly.CustomAttributes.Single(a =>
            a.AttributeType.Name == "AssemblyNativeVersionAttribute").ConstructorArguments[0].Value;
        Assert.Contains("{ " + version.Replace(".", ", ") + " }", _table);
    }

    [Fact]
    public void Both_halves_have_the_same_contract()
    {
        string header = File.ReadAllText(Path.Combine(NativeBuild.Sources, "nanolibp2p_crypto.h"));
        object contract = Interop.Assembly.MainModule.GetType("NanoLibp2p.Crypto.Native.NativeCrypto").Fields
            .Single(f => f.Name == "Contract").Constant;
        Assert.Contains($"#define NANOLIBP2P_CRYPTO_VERSION {contract}\n", header);
    }

    [Fact]
    public void The_compiled_layer_answers_with_its_contract()
    {
        Assert.SkipWhen(NativeBuild.Missing != null, NativeBuild.Missing ?? "");
        Assert.Equal(NativeLayer.Version(), NativeStubs.Call("Version"));
    }

    [Fact]
    public void The_CMake_module_names_every_source_file()
    {
        string module =
            File.ReadAllText(Path.Combine(NativeBuild.Root, "firmware/native/CMake/Modules/FindINTEROP-NanoLibp2p.Crypto.Native.cmake"));
        Assert.All(Directory.GetFiles(NativeBuild.Sources).Where(file => file.EndsWith(".c") || file.EndsWith(".cpp")),
            file => Assert.Contains("/" + Path.GetFileName(file), module));
    }
}
