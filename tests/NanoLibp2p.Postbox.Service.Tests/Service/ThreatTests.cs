using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text.RegularExpressions;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>The table of threats says nothing that no test holds.</summary>
public sealed partial class ThreatTests
{
    [Fact]
    public void Every_test_that_THREATS_names_exists()
    {
        string? root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root!, "nanoLibp2p.sln")))
        {
            root = Path.GetDirectoryName(root);
        }

        string[] tests = [.. typeof(ThreatTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)).Select(method => method.Name)];
        string[] rows = [.. File.ReadAllLines(Path.Combine(root!, "tools/NanoLibp2p.Postbox.Service/THREATS.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal) && !line.StartsWith("| attack |", StringComparison.Ordinal))];
        Assert.InRange(rows.Length, 20, 300);
        foreach (string row in rows)
        {
            string[] cells = row.Trim('|').Split('|', StringSplitOptions.TrimEntries);
            Assert.True(cells.Length == 3, $"a row has attack, bound and test: {row}");
            string[] named = [.. Name().Matches(cells[2]).Select(match => match.Groups[1].Value)];
            Assert.True(named.Length > 0, $"no test is named: {row}");
            Assert.All(named, name => Assert.True(tests.Contains(name), $"there is no test {name}"));
        }
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9_]+)`")]
    private static partial Regex Name();
}
