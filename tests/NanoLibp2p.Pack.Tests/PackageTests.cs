using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using NanoLibp2p.NanoSurface.Generator;

namespace NanoLibp2p.Pack.Tests;

/// <summary>What a user gets: each package of the release is right, and the README's programs build and run on them.</summary>
public sealed partial class PackageTests(Release release) : IClassFixture<Release>
{
    [Fact]
    public void A_release_has_all_packages_and_each_is_right()
    {
        string[] ids = release.Packages.Keys.ToArray();
        foreach (string? project in HeadSet.FindPackages(release.Root).Select(Path.GetFileNameWithoutExtension))
        {
            // what only nanoFramework can run has no package for .NET
            if (!project!.StartsWith("NanoLibp2p.Boards.", System.StringComparison.Ordinal))
            {
                Assert.Contains(project, ids);
            }
        }

        Assert.Contains("NanoLibp2p.Boards.Virtual", ids);
        Assert.Contains("NanoLibp2p.Crypto.Desktop", ids);
        Assert.Contains("NanoLibp2p.Hal.Desktop", ids);
        Assert.Contains("NanoLibp2p.Host", ids);
        Assert.Contains("NanoLibp2p.Cli", ids);
        Assert.Contains("NanoLibp2p.Templates", ids);
        Assert.All(release.Packages.Values, path => Assert.Empty(PackageCheck.Faults(path)));
    }

    [Fact]
    public void What_is_not_built_for_nanoFramework_is_named_with_what_to_do()
    {
        if (Directory.GetFiles(release.Artifacts, "*.nanoFramework.*.nupkg").Length == 0)
        {
            Assert.Contains("NanoLibp2p.Core", release.Output);
            Assert.Contains("build it in Release, and run this again", release.Output);
        }
    }

    [Theory]
    [InlineData("net10.0")]
    [InlineData("netstandard2.1")]
    public void The_ten_lines_of_README_compile_against_the_packages(string framework)
    {
        string folder = release.Workplace("ten-lines-" + framework);
        string lines = TenLines().Match(File.ReadAllText(Path.Combine(release.Root, "README.md"))).Groups["lines"].Value;
        File.WriteAllText(Path.Combine(folder, "Ten.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>{framework}</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="NanoLibp2p.Firmware" Version="{HeadSet.Version(release.Root)}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Ten.cs"), $$"""
            {{Usings(Path.Combine(release.Root, "firmware/NanoLibp2p.Firmware/SensorProgram.cs"))}}
            using NanoLibp2p;
            using NanoLibp2p.Firmware;

            public static class Ten
            {
                public static Device Create(Board board, DeviceSettings settings, DeviceOptions options)
                {
                    {{lines}}
                }
            }
            """);
        release.Run(folder, "dotnet", "build", "-v", "quiet");
    }

    [Fact]
    public void The_command_line_installs_as_a_tool_and_runs()
    {
        string folder = release.Workplace("tool");
        release.Run(folder, "dotnet", "tool", "install", "--tool-path", ".", "NanoLibp2p.Cli", "--version", HeadSet.Version(release.Root));
        string said = release.Run(folder, Path.Combine(folder, "nanolibp2p"), "key", "new");
        Assert.Contains("12D3KooW", said);
    }

    [Fact]
    public void The_template_makes_a_sensor_whose_virtual_board_builds_on_the_packages()
    {
        string folder = release.Workplace("template");
        string hive = Path.Combine(folder, "hive");
        release.Run(folder, "dotnet", "new", "install", release.Packages["NanoLibp2p.Templates"], "--debug:custom-hive", hive);
        release.Run(folder, "dotnet", "new", "nanolibp2p-sensor", "-o", "Tank", "--debug:custom-hive", hive);
        string esp32 = File.ReadAllText(Path.Combine(folder, "Tank", "esp32", "Tank.Esp32.nfproj"));
        Assert.Contains("<AssemblyName>Tank.Esp32</AssemblyName>", esp32);
        Assert.Contains("OwnSensor.cs", esp32);
        release.Run(Path.Combine(folder, "Tank", "virtual"), "dotnet", "build", "-v", "quiet");
    }

    private static string Usings(string path) =>
        string.Join('\n', File.ReadLines(path).Where(line => line.StartsWith("using ", System.StringComparison.Ordinal)));

    [GeneratedRegex(@"<!-- sensor-program -->\s*```csharp\s*(?<lines>.*?)```", RegexOptions.Singleline)]
    private static partial Regex TenLines();
}
