using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;

namespace NanoLibp2p.DeviceProfile.Tests;

/// <summary>
/// What the compiler's rules (.editorconfig) don't see of the one code style: RCS0056 passes over comments, and over source that no project
/// compiles, such as a template's.
/// </summary>
public class StyleTests
{
    private const int Longest = 140;
    private static readonly string[] _texts = ["*.md", "*.cs", "*.csproj", "*.props", "*.json", "*.yml"];
    private static readonly string[] _marks = [new string('<', 7) + " ", new string('>', 7) + " "];

    [Fact]
    public void No_line_of_source_is_longer_than_140_characters()
    {
        List<string> files = [.. Files("*.cs").Where(file => !IsGenerated(file))];
        Assert.True(files.Count > 500, $"{files.Count} files are not the tree");

        List<string> tooLong = [.. files.SelectMany(file => File.ReadAllLines(Path.Combine(DeviceAssemblies.Root, file))
            .Index().Where(line => line.Item.Length > Longest).Select(line => $"{file}({line.Index + 1}): {line.Item.Length}"))];
        Assert.True(tooLong.Count == 0, $"over {Longest} characters: {string.Join(", ", tooLong)}");
    }

    [Fact]
    public void No_file_has_the_marks_of_a_merge_that_nobody_finished()
    {
        List<string> files = [.. _texts.SelectMany(Files)];
        List<string> marked = [.. files.Where(file => File.ReadLines(Path.Combine(DeviceAssemblies.Root, file))
            .Any(line => _marks.Any(mark => line.StartsWith(mark, StringComparison.Ordinal))))];
        Assert.True(marked.Count == 0, $"half merged: {string.Join(", ", marked)}");
    }

    private static IEnumerable<string> Files(string pattern)
    {
        string[] top = ["boards", "firmware", "hal", "protocols", "tests", "tools"];
        return Directory.EnumerateFiles(DeviceAssemblies.Root, pattern)
            .Concat(top.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(DeviceAssemblies.Root, folder), pattern,
                SearchOption.AllDirectories)))
            .Select(file => Path.GetRelativePath(DeviceAssemblies.Root, file).Replace('\\', '/'))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules"));
    }

    // the reference assemblies, which the surface's generator writes
    private static bool IsGenerated(string file) =>
        file.StartsWith("tools/NanoLibp2p.NanoSurface/", StringComparison.Ordinal)
        && !file.StartsWith("tools/NanoLibp2p.NanoSurface/Generator/", StringComparison.Ordinal);
}
