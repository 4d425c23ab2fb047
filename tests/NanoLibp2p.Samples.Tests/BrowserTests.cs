using System;
using System.IO;
using System.Linq;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Samples.Tests;

/// <summary>The page of <c>boards/samples/browser</c>, in a browser.</summary>
public sealed class BrowserTests : IDisposable
{
    private const string Topic = "nanolibp2p/readings";

    // the second column is the number of the circuit, and the newest reading is the first row
    private const string HeardByTwoCircuits = "//tbody[tr[1]/td[2] != tr/td[2]]";

    private static readonly string[] _browsers = ["chromium-headless-shell", "chromium", "google-chrome"];

    private readonly string _folder = Directory.CreateTempSubdirectory("nanolibp2p-browser").FullName;

    [Fact]
    public void A_page_in_Chromium_reads_a_board_through_its_relay_again_and_again_where_Chromium_is_installed()
    {
        string? chromium = FindChromium();
        Assert.SkipWhen(chromium == null, "Chromium is not installed (Debian: chromium-headless-shell, or chromium)");

        using Sample gateway = Sample.Cli("gateway", "run", "--data", _folder, "--http", "none", "--set", "relay.circuitSeconds=2",
            "--listen", "/ip4/127.0.0.1/tcp/0", "--listen", "/ip4/127.0.0.1/tcp/0/ws");
        string dialed = Last(gateway.WaitFor("listening on "));
        string forBrowsers = Last(gateway.WaitFor("listening on "));
        Assert.Contains("/ws/p2p/", forBrowsers, StringComparison.Ordinal);
        using Sample board = Sample.Cli("device", "--relay", dialed, "--topic", Topic, "--every", "300ms");
        string circuit = Last(board.WaitFor("others can dial this device at "));

        using Sample page = Page();
        string url = Last(page.WaitFor("http://"));
        string query = $"?gateway={Uri.EscapeDataString(forBrowsers)}&board={Uri.EscapeDataString(circuit)}&topic={Topic}";
        using Sample browser = Sample.StartProgram(NodeBinary.Path, Path.Combine(NodeBinary.ProgramDirectory, "browser.mjs"), chromium!,
            url + query, "#state:has-text('a ping takes')", "#readings tr", HeardByTwoCircuits);

        // js tells what is left of the 2 s
        Assert.Matches("the relay ends it in [012] s or after \\d+ KiB, ", browser.WaitFor("#state"));
        Assert.Matches(" \\d+ \\{\"n\":\\d+,\"t\":\\d+,.*\\}$", browser.WaitFor("\"n\":"));
        browser.WaitFor(HeardByTwoCircuits);
        browser.WaitFor("all there");
        Assert.False(browser.Said("complaint"));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // as its page says, but for the port; its own folder has no modules, and those of the tests are the same versions
    private static Sample Page()
    {
        string folder = Path.Combine(NodeBinary.ProgramDirectory, "node_modules", ".sample-browser");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path.Combine(Sample.Folder, "browser")))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        return Sample.StartProgram("npm", "--prefix", folder, "start", "--", "--serve=127.0.0.1:0");
    }

    private static string? FindChromium()
        => (from name in _browsers
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static string Last(string line) => line.Split(' ')[^1];
}
