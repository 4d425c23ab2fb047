using System;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>A headless Chromium that does what a test says (<c>tests/js/page.mjs</c>), one page at a time; for all tests of a
/// class.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] _names = ["chromium-headless-shell", "chromium", "google-chrome"];

    private readonly Channel<string> _answers = Channel.CreateUnbounded<string>();
    private readonly SemaphoreSlim _turn = new(1);
    private JsProcess? _process;

    /// <summary>Skips a test where there is none, and opens a page in one where there is.</summary>
    internal async Task OpenAsync(string url, int width = 1280, int height = 900, bool dark = false, bool still = true)
    {
        string? program = Find();
        Assert.SkipWhen(program == null, "Chromium is not installed (Debian: chromium-headless-shell, or chromium)");
        if (_process == null)
        {
            _process = JsProcess.Start("page.mjs", [program!], onLine: line => _answers.Writer.TryWrite(line));
            await AnswerAsync();
        }

        await DoAsync(new JsonObject
        {
            ["do"] = "open", ["url"] = url, ["width"] = width, ["height"] = height, ["dark"] = dark, ["still"] = still,
        });
    }

    /// <summary>Waits until something is seen.</summary>
    /// <returns>Its text.</returns>
    internal async Task<string> WaitAsync(string what) => (string)(await DoAsync("wait", what))!;

    internal async Task<string> TextAsync(string what) => (string)(await DoAsync("text", what))!;

    internal async Task<int> CountAsync(string what) => (int)(await DoAsync("count", what))!;

    internal Task ClickAsync(string what) => DoAsync("click", what);

    internal Task FillAsync(string what, string text) => DoAsync(new JsonObject { ["do"] = "fill", ["what"] = what, ["text"] = text });

    internal Task PressAsync(params string[] keys)
        => DoAsync(new JsonObject { ["do"] = "press", ["keys"] = new JsonArray([.. keys.Select(key => JsonValue.Create(key))]) });

    /// <summary>The value of an expression in the page.</summary>
    internal Task<JsonNode?> RunAsync(string code) => DoAsync(new JsonObject { ["do"] = "run", ["code"] = code });

    /// <summary>Waits until an expression in the page is true.</summary>
    internal async Task UntilAsync(string code)
    {
        using CancellationTokenSource late = new(Gateways.Patience);
        while (!(bool)(await RunAsync($"!!({code})"))!)
        {
            Assert.False(late.IsCancellationRequested, $"waited for {Gateways.Patience.TotalSeconds} s: {code}");
            await Task.Delay(20);
        }
    }

    /// <summary>Makes a picture of what is seen, or of one element.</summary>
    internal Task ShootAsync(string file, string? what = null)
        => DoAsync(new JsonObject { ["do"] = "shot", ["what"] = what, ["file"] = file });

    /// <summary>What axe-core finds wrong for those who can't see, or use no mouse.</summary>
    internal async Task<string[]> AxeAsync()
    {
        string axe = Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Page/web/node_modules/axe-core/axe.min.js");
        return [.. (await DoAsync(new JsonObject { ["do"] = "axe", ["file"] = axe }))!.AsArray().Select(one => (string)one!)];
    }

    /// <summary>What the page complained of, and what it asked of others, since it was opened.</summary>
    internal async Task<string[]> ComplaintsAsync()
        => [.. (await DoAsync(new JsonObject { ["do"] = "complaints" }))!.AsArray().Select(one => (string)one!)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process != null)
        {
            await _process.DisposeAsync();
        }
    }

    private static string? Find()
        => (from name in _names
            from folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            select Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private Task<JsonNode?> DoAsync(string deed, string what) => DoAsync(new JsonObject { ["do"] = deed, ["what"] = what });

    private async Task<JsonNode?> DoAsync(JsonObject asked)
    {
        await _turn.WaitAsync();
        try
        {
            await _process!.WriteLineAsync(asked.ToJsonString());
            return await AnswerAsync();
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<JsonNode?> AnswerAsync()
    {
        try
        {
            JsonObject answer = JsonNode.Parse(
                await _answers.Reader.ReadAsync().AsTask().WaitAsync(2 * Gateways.Patience))!.AsObject();
            Assert.False(answer.ContainsKey("error"), (string?)answer["error"]);
            return answer["value"];
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"the browser does not answer{_process!.Tail()}");
        }
    }
}
