using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.Bench.Soak;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The command that makes README's figures.</summary>
public class BenchTests
{
    private static readonly string _program = Path.Combine(AppContext.BaseDirectory, "NanoLibp2p.Bench.dll");

    [Fact]
    public async Task It_measures_every_pair_in_one_run()
    {
        JsonElement said = JsonElement.Parse(await RunAsync("--rounds 1 --bytes 1000000 --json"));

        foreach (string pair in new[] { "nano → nano", "nano → js", "js → nano", "js → js" })
        {
            JsonElement figures = said.GetProperty(pair);
            foreach ((string figure, int samples)
                in new[] { ("connect, ms", 10), ("ping, ms", 50), ("1 MB up, MB/s", 1), ("1 MB down, MB/s", 1) })
            {
                Assert.InRange(figures.GetProperty(figure).GetProperty("median").GetDouble(), 0.001, 100_000);
                Assert.Equal(samples, figures.GetProperty(figure).GetProperty("samples").GetInt32());
            }
        }

        Assert.Equal(1, said.GetProperty("js → js").GetProperty("connect, ms").GetProperty("ratio").GetDouble());
        Assert.DoesNotContain("managed", said.GetProperty("crypto").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_prints_a_table_and_takes_the_devices_own_cryptography()
    {
        string[] lines = (await RunAsync("--rounds 1 --bytes 1000000 --crypto managed")).ReplaceLineEndings("\n").Split('\n');

        Assert.Equal("| dialer → listener | connect, ms | ping, ms | 1 MB up, MB/s | 1 MB down, MB/s |", lines[0]);
        Assert.Matches(@"^\| nano → nano \| [0-9.]+ \([0-9.]+\) \| ", lines[2]);
        Assert.Matches(@"^\| js → js \| [0-9.]+ \| [0-9.]+ \| [0-9.]+ \| [0-9.]+ \|$", lines[5]);
        Assert.Contains("managed", lines[7], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_measures_a_gateway_of_ours_and_one_of_js()
    {
        JsonElement said = JsonElement.Parse(await RunAsync("gateway --rounds 1 --size 1000000 --connects 20 --idle 20 --json"));

        foreach ((string figure, int samples) in new[]
        {
            ("connections a second", 1), ("connect and a byte, a peer that is known, round trips", 3),
            ("connect and a byte, a stranger, round trips", 3), ("direct up, MB/s", 1), ("direct down, MB/s", 1),
            ("relayed up, MB/s", 1), ("relayed down, MB/s", 1), ("10 MB echo through the relay, ms", 1),
            ("gossip, there and back through the router, ms", 50), ("messages a second through the router", 1),
            ("RSS of the gateway with 20, MiB", 1),
        })
        {
            JsonElement one = said.GetProperty(figure);
            Assert.InRange(one.GetProperty("nano").GetDouble(), 0.001, 100_000);
            Assert.InRange(one.GetProperty("js").GetDouble(), 0.001, 100_000);
            Assert.Equal(samples, one.GetProperty("samples").GetInt32());
        }

        // nobody hears of a byte before two round trips, and a stranger must be asked what it speaks
        double known = said.GetProperty("connect and a byte, a peer that is known, round trips").GetProperty("nano").GetDouble();
        double stranger = said.GetProperty("connect and a byte, a stranger, round trips").GetProperty("nano").GetDouble();
        Assert.InRange(known, 2, 1000);
        Assert.InRange(stranger, 3, 1000);
    }

    [Fact]
    public async Task A_soak_says_what_the_gateway_takes_and_that_nothing_is_left_of_devices_that_went()
    {
        string said = await RunAsync("soak --minutes 0.2 --devices 20");

        Assert.StartsWith("minute  heap, MB  resident, MB  threads  handles  connections  reservations", said, StringComparison.Ordinal);
        Assert.Matches(@"\n +0\.2( +[0-9.]+){12}\r?\n", said);
        Assert.Contains("memory: not judged, as a run of 0.2 minutes is too short", said, StringComparison.Ordinal);
        Assert.Contains("readings heard twice: 0", said, StringComparison.Ordinal);
        Assert.Contains("after all devices had left: 1 connection (the observer's) and 0 reservations", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(5_000, true)]
    [InlineData(30_000, false)]
    public void A_soak_finds_memory_that_grows_and_is_not_led_astray_by_single_samples(int bytesPerMinute, bool isGood)
    {
        SoakVerdict verdict = new();
        verdict.LookAt([.. Enumerable.Range(1, 30).Select(minute => new SoakSample(
            minute, 4_000_000 + (minute * bytesPerMinute) + (minute % 7 == 0 ? 3_000_000 : 0), 90_000_000, 17, 500, 330, 330))]);
        Assert.Equal(isGood, verdict.IsGood);
        Assert.Equal(isGood, !verdict.Lines.Any(line => line.StartsWith("WRONG: heap, MB: ", StringComparison.Ordinal)));
        Assert.Contains(verdict.Lines, line => line.StartsWith("handles: 500.0, flat", StringComparison.Ordinal));
    }

    private static async Task<string> RunAsync(string arguments)
    {
        ProcessStartInfo start = new("dotnet", $"\"{_program}\" {arguments}")
        {
            RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = System.Text.Encoding.UTF8
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }
}
