using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Page;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>How the page gets into the gateway.</summary>
public sealed class BuildTests : IDisposable
{
    private static readonly string _web = Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Page/web");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Builds_at_the_same_time_wait_for_one_another_and_only_the_first_builds()
    {
        Task<string>[] all = [.. Enumerable.Range(0, 3).Select(_ => BuildAsync())];
        string[] said = await Task.WhenAll(all);

        Assert.Single(said, one => one.Contains("building the page", StringComparison.Ordinal));
        Assert.True(File.Exists(_folder.File("out/page/index.html")));
        Assert.False(Directory.Exists(Path.Combine(_web, "obj", "build.lock")));
    }

    [Fact]
    public void The_page_is_in_the_gateway_with_nothing_inline_and_nothing_from_elsewhere()
    {
        string index = System.Text.Encoding.UTF8.GetString(PageFiles.All["index.html"]);

        Assert.DoesNotMatch("<style|style=|<script(?![^>]* src=\"/assets/)| on[a-z]+=|javascript:", index);
        foreach ((string path, byte[] bytes) in PageFiles.All.Where(one => !one.Key.EndsWith(".svg", StringComparison.Ordinal)))
        {
            // names of XML are addresses, and lead nowhere
            string text = System.Text.Encoding.UTF8.GetString(bytes).Replace("http://www.w3.org/", "", StringComparison.Ordinal);
            Assert.True(!text.Contains("http://", StringComparison.Ordinal) && !text.Contains("https://", StringComparison.Ordinal), path);
        }
    }

    private async Task<string> BuildAsync()
    {
        ProcessStartInfo start = new("node", ["build.mjs", _folder.File("out/page")])
        {
            WorkingDirectory = _web, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = await process.StandardOutput.ReadToEndAsync().WaitAsync(Gateways.Patience);
        await process.WaitForExitAsync().WaitAsync(Gateways.Patience);
        Assert.True(process.ExitCode == 0, await errors);
        return said;
    }
}
