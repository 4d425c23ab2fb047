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
        Reading reading = new(64);
        reading.Begin(1, 0);
        new TankSensor().Read(reading);
        reading.End();

        Assert.Equal("""{"n":1,"level_m":1.42}"""u8.ToArray(), reading.Bytes.AsSpan(0, reading.Count).ToArray());
    }

    [Fact]
    public void A_sensor_of_ones_own_is_published_without_a_change_to_the_board()
    {
        World world = new();
        Gateway gateway = world.AddGateway("a");
        gateway.Listen();
        TestBoard board = new(world.Network);
        DeviceSettings settings = DeviceSettings.Parse($"dial = {gateway.Address}\ntopic = a\nevery = 1000\nevry = 1");

        Device device = SensorProgram.Create(board, new TankSensor(), settings, new DeviceOptions());

        world.Add(device);
        Assert.True(world.Run(() => gateway.Heard.Count >= 2, 10_000));
        Assert.All(gateway.Heard, text => Assert.Contains("\"level_m\":1.42", text));
        Assert.Equal(0, board.Counter.Count);
        Assert.Contains(board.Lines, line => line.Contains("the setting evry = 1 is unknown"));
    }

    /// <summary>The apps of boards, each beside its board's library; devices with radios alone have a shell of their own.</summary>
    public static TheoryData<string> Apps =>
        [.. AllApps.Where(app => Directory.Exists(Path.Combine(Root, app, "..", "board")))];

    public static TheoryData<string> RadioApps =>
        [.. AllApps.Where(app => Directory.GetFiles(Path.Combine(Root, app), "*.nfproj").Any(head =>
            File.ReadAllText(head).Contains("NanoLibp2p.Firmware.Radio", StringComparison.Ordinal)))];

    [Theory]
    [MemberData(nameof(Apps))]
    public void The_app_of_a_board_leaves_everything_to_BoardProgram(string app)
    {
        string source = File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(Root, app), "*.cs")));
        Assert.Contains("BoardProgram.Run(", source);
        Assert.DoesNotContain("try", source);
    }

    [Theory]
    [MemberData(nameof(RadioApps))]
    public void The_app_of_a_board_with_a_radio_leaves_everything_to_ChipRadioBoard(string app)
    {
        string source = File.ReadAllText(Path.Combine(Root, app, "Program.cs"));
        Assert.Contains("ChipRadioBoard.Run(", source);
        Assert.DoesNotContain("try", source);
    }

    [Fact]
    public void A_board_with_a_radio_runs_RadioProgram_and_starts_again_when_that_fails()
    {
        string source = File.ReadAllText(Path.Combine(Root, "boards/nano-radio/ChipRadioBoard.cs"));
        Assert.Contains("RadioProgram.Run(", source);
        Assert.Contains("Power.RebootDevice();", source);
    }

    private static IEnumerable<string> AllApps
        => Directory.GetDirectories(Path.Combine(Root, "boards"), "app", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'));

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
