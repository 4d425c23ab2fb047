using System;
using System.IO;
using System.Text.Json;

namespace NanoLibp2p.Footprint.Tests;

/// <summary>The command line, as programs use it.</summary>
public class CommandTests
{
    [Fact]
    public void Json_is_one_object_a_line_with_the_count_and_its_budget()
    {
        (int exit, string output, _) = Run("--json", "SHA-256, per block");

        Assert.Equal(0, exit);
        JsonElement line = JsonDocument.Parse(Assert.Single(output.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal("SHA-256, per block", line.GetProperty("operation").GetString());
        Assert.Equal(Budgets.Of("SHA-256, per block")!.Limit, line.GetProperty("budget").GetInt64());
        Assert.InRange(line.GetProperty("instructions").GetInt64(), 1, long.MaxValue);
        Assert.InRange(line.GetProperty("seconds").GetProperty("ESP32").GetDouble(), 1e-9, 10);
    }

    [Fact]
    public void Without_arguments_everything_is_printed_down_to_the_heap_of_a_further_connection()
    {
        (int exit, string output, string error) = Run();

        Assert.Empty(error);
        Assert.Equal(0, exit);
        Assert.Contains("NanoLibp2p.PubSub", output, StringComparison.Ordinal);
        Assert.Contains("Each further connection", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no such operation")]
    [InlineData("--no-such-option")]
    public void Wrong_arguments_exit_with_2_and_a_sentence(string argument)
    {
        (int exit, string output, string error) = Run(argument);

        Assert.Equal(2, exit);
        Assert.Empty(output);
        Assert.Contains(argument, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_assemblies_is_refused_with_its_name()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            (int exit, _, string error) = Run("--from", folder.FullName);

            Assert.Equal(1, exit);
            Assert.Contains(folder.FullName, error, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete();
        }
    }

    private static (int Exit, string Output, string Error) Run(params string[] arguments)
    {
        (TextWriter output, TextWriter error) = (Console.Out, Console.Error);
        using StringWriter written = new();
        using StringWriter said = new();
        Console.SetOut(written);
        Console.SetError(said);
        try
        {
            return (Program.Main(arguments), written.ToString(), said.ToString());
        }
        finally
        {
            Console.SetOut(output);
            Console.SetError(error);
        }
    }
}
