using System;
using System.IO;
using System.Linq;
using NanoLibp2p.Gateway.Configuration;

namespace NanoLibp2p.Gateway.Tests;

public sealed class ReadmeTests
{
    [Fact]
    public void Its_page_lists_every_setting_as_it_is()
    {
        string page = File.ReadAllText(Path.Combine(Root(), "tools/NanoLibp2p.Gateway/README.md"));
        string table = string.Concat(SettingsTable.All.Select(one =>
            $"| `{one.Key}` | {(one.Key == "data" ? "see above" : $"`{one.ToJson(one.Standard)}`")} | {(one.Reloads ? "yes" : "")} "
            + $"| {one.What.Replace("|", "\\|", StringComparison.Ordinal)} |\n"));

        Assert.True(page.Contains(table, StringComparison.Ordinal), "the table of settings in its README should be:\n" + table);
    }

    /// <summary>The repository's folder.</summary>
    internal static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "nanoLibp2p.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("the tests do not run in the repository");
    }
}
