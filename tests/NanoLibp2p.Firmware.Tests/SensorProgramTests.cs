using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.Firmware.Tests;

public class SensorProgramTests
{
    private const string ProgramSource = "firmware/NanoLibp2p.Firmware/SensorProgram.cs";

    [Theory]
    [InlineData("README.md", ProgramSource, "sensor-program")]
    [InlineData("firmware/README.md", ProgramSource, "sensor-program")]
    [InlineData("firmware/README.md", "tests/NanoLibp2p.Firmware.Tests/Support/TankSensor.cs", "sensor")]
    public void The_code_in_a_README_is_compiled_source(string readme, string source, string region) => Assert.Contains(
        $"```csharp\n{string.Join('\n', Region(source, region))}\n```\n",
        File.ReadAllText(Path.Combine(Root, readme)).ReplaceLineEndings("\n"));

    [Fact]
    public void The_program_has_ten_lines_at_most() => Assert.InRange(Region(ProgramSource, "sensor-program").Count, 6, 10);

    [Fact]
    public void The_sensor_in_the_README_says_what_it_says_there()
    {
        var reading = new Reading(64);
        reading.Begin(1, 0);
        new TankSensor().Read(reading);
        reading.End();

        Assert.Equal("""{"n":1,"level_m":1.42}"""u8.ToArray(), reading.Bytes.AsSpan(0, reading.Count).ToArray());
    }

    [Fact]
    public void The_app_of_the_ESP32_runs_that_program() =>
        Assert.Contains("SensorProgram.Create(", File.ReadAllText(Path.Combine(Root, "boards/esp32/Program.cs")));

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

    // the lines between the markers, moved to the left as far as they go
    private static List<string> Region(string source, string name)
    {
        string[] lines = [.. File.ReadAllLines(Path.Combine(Root, source))
            .SkipWhile(line => !line.Contains($"// <{name}>"))
            .Skip(1)
            .TakeWhile(line => !line.Contains($"// </{name}>"))];
        int indent = lines.Where(line => line.Length > 0).Min(line => line.Length - line.TrimStart().Length);
        return [.. lines.Select(line => line.Length == 0 ? line : line[indent..])];
    }
}
