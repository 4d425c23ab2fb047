using System.IO;
using System.Text.RegularExpressions;

namespace NanoLibp2p.Native.Tests;

/// <summary>The C layer compiles for the chips, without a warning, and stays small. <c>firmware/native/sizes</c> prints the same
/// figures.</summary>
public sealed class CrossCompileTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("cortex-m4", "arm-none-eabi-gcc", "gcc-arm-none-eabi libnewlib-arm-none-eabi", 1_536)]
    [InlineData("rv32imc", "riscv64-unknown-elf-gcc", "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf", 2_048)]
    public void The_layer_takes_less_flash_than_the_bound_and_no_memory(string chip, string compiler, string packages, int most)
    {
        Assert.SkipUnless(NativeBuild.Has(compiler), $"{compiler} was not found (Debian: apt-get install {packages})");
        Assert.SkipUnless(File.Exists("/usr/include/sodium.h"),
            "/usr/include/sodium.h was not found (Debian: apt-get install libsodium-dev)");
        string line = NativeBuild.Run(Path.Combine(NativeBuild.Root, "firmware/native/sizes"), chip);
        output.WriteLine(line);
        Match match = Regex.Match(line, @"^(\S+): (\d+) text, (\d+) data, (\d+) bss\n$");
        Assert.True(match.Success, line);
        Assert.Equal(chip, match.Groups[1].Value);
        Assert.InRange(int.Parse(match.Groups[2].Value), 1, most);
        Assert.Equal(("0", "0"), (match.Groups[3].Value, match.Groups[4].Value));
    }
}
