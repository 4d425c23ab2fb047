using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Firmware.Tests;

public class SensorProgramTests
{
    private const string Begin = "// <sensor-program>";

    private const string End = "// </sensor-program>";

    [Theory]
    [InlineData("README.md")]
    [InlineData("firmware/README.md")]
    public void The_program_in_a_README_is_the_source_that_boards_run(string readme)
    {
        string path = Path.Combine(Root, readme);
        Assert.SkipUnless(File.Exists(path), $"there is no {readme} yet");

        Assert.Contains("```csharp\n" + string.Join('\n', Program()) + "\n```\n", File.ReadAllText(path));
    }

    [Fact]
    public void The_program_has_ten_lines_at_most() => Assert.InRange(Program().Count, 6, 10);

    [Theory]
    [InlineData("boards/esp32/Program.cs")]
    public void A_board_runs_that_program(string source) =>
        Assert.Contains("SensorProgram.Create(", File.ReadAllText(Path.Combine(Root, source)));

    private static string Root
    {
        get
        {
            DirectoryInfo at = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(at.FullName, "Directory.Packages.props")))
            {
                at = at.Parent ?? throw new InvalidOperationException("not within the repository");
            }

            return at.FullName;
        }
    }

    private static List<string> Program()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Root, "firmware/NanoLibp2p.Firmware/SensorProgram.cs"));
        return [.. lines.SkipWhile(line => !line.Contains(Begin)).Skip(1).TakeWhile(line => !line.Contains(End)).Select(line => line[12..])];
    }
}
