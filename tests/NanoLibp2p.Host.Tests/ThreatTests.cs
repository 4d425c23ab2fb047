using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;

namespace NanoLibp2p.Host.Tests;

/// <summary>The table of threats says nothing that no test holds.</summary>
public partial class ThreatTests
{
    [Fact]
    public void Every_test_that_THREATS_names_exists()
    {
        string root = Root();
        string[] lines = File.ReadAllLines(Path.Combine(root, "tools/NanoLibp2p.Host/THREATS.md"));
        HashSet<string> tests = [.. Directory.EnumerateFiles(Path.Combine(root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(file => Method().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))];
        string[] rows = [.. lines.Where(line => line.StartsWith("| ", StringComparison.Ordinal)
            && !line.StartsWith("| attack |", StringComparison.Ordinal))];
        Assert.InRange(rows.Length, 30, 300);
        foreach (string row in rows)
        {
            string[] cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            Assert.True(cells.Length == 3, $"a row has attack, bound and test: {row}");
            string[] named = [.. Name().Matches(cells[2]).Select(match => match.Groups[1].Value)];
            Assert.True(named.Length > 0, $"no test is named: {row}");
            Assert.All(named, name => Assert.True(tests.Contains(name), $"there is no test {name}"));
        }
    }

    [GeneratedRegex(@"public (?:async )?(?:void|Task) ([A-Z]\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex("`([A-Z][A-Za-z0-9_]+)`")]
    private static partial Regex Name();

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder!, "nanoLibp2p.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder!;
    }
}
