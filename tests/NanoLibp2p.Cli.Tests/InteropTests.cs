using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NanoLibp2p.Cli.Commands;
using NanoLibp2p.Interop.Tests;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Cli.Tests;

/// <summary>The libp2p project's transport-interop contract: against ourselves and against js-libp2p, both generations, either
/// side.</summary>
public class InteropTests
{
    [Theory(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    [InlineData(false, "us", "us")]
    [InlineData(false, "us", "js")]
    [InlineData(false, "js", "us")]
    [InlineData(true, "us", "us")]
    [InlineData(true, "us", "js")]
    [InlineData(true, "js", "us")]
    public async Task A_dialer_finds_a_listener_and_prints_its_figures(bool unified, string dialer, string listener)
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using IAsyncDisposable listening = Start(listener, Environment(unified, redis, dialer: false));
        (int code, string output, string errors) = await RunAsync(dialer, Environment(unified, redis, dialer: true));

        Assert.True(code == 0, errors);
        (double both, double rtt) = Figures(unified, output);
        Assert.True(both > 0 && rtt > 0, output);
        if (listening is CliProcess ours && EndTests.HasSignals)
        {
            await ours.SignalAsync("TERM");
            CliResult ended = await ours.EndAsync();
            Assert.Equal((0, ""), (ended.ExitCode, ended.Output));
        }
    }

    [Fact(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    public async Task A_dialer_without_a_listener_gives_up_after_its_time()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        Dictionary<string, string> environment = Environment(false, redis, dialer: true);
        environment["test_timeout_seconds"] = "1";
        await using CliProcess dialer = CliProcess.Start(environment, "interop");

        (await dialer.EndAsync()).AssertFailed(1, "not done after 1 seconds");
    }

    [Theory]
    [InlineData("transport is not set", "is_dialer=true")]
    [InlineData("transport = quic-v1 is not spoken here", "is_dialer=true", "transport=quic-v1")]
    [InlineData("security = tls is not spoken here", "is_dialer=true", "transport=tcp", "security=tls")]
    [InlineData("muxer = mplex is not spoken here", "is_dialer=true", "transport=tcp", "muxer=mplex")]
    [InlineData("is true or false, not yes", "is_dialer=yes", "transport=tcp")]
    [InlineData("TEST_KEY is not set", "IS_DIALER=true")]
    [InlineData("TRANSPORT = ws is not spoken here", "IS_DIALER=true", "TEST_KEY=k", "TRANSPORT=ws")]
    public void Settings_that_can_not_be_met_are_told(string sentence, params string[] settings)
    {
        CliException refused = Assert.Throws<CliException>(() => Read(settings));

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(sentence, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_set_is_as_the_contracts_say()
    {
        InteropSettings first = Read("is_dialer=false", "transport=tcp");
        InteropSettings second = Read("IS_DIALER=true", "TEST_KEY=abc", "DEBUG=true");

        Assert.Equal((false, "0.0.0.0", "redis:6379", "listenerAddr", 180.0),
            (first.IsDialer, first.Ip, first.Redis, first.ListKey, first.Patience.TotalSeconds));
        Assert.Equal((true, "0.0.0.0", "redis:6379", "abc_listener_multiaddr", 180.0),
            (second.IsDialer, second.Ip, second.Redis, second.ListKey, second.Patience.TotalSeconds));
        Assert.Equal("{\"handshakePlusOneRTTMillis\":7.25,\"pingRTTMilllis\":0.5}\n",
            first.Figures(TimeSpan.FromMilliseconds(7.25), TimeSpan.FromMilliseconds(0.5)));
        Assert.Equal("latency:\n  handshake_plus_one_rtt: 7.25\n  ping_rtt: 0.5\n  unit: ms\n",
            second.Figures(TimeSpan.FromMilliseconds(7.25), TimeSpan.FromMilliseconds(0.5)));
    }

    [Fact(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    public async Task A_querier_finds_what_a_provider_has_told_a_bootstrap_node()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using CliProcess querier = CliProcess.Start(Role("querier", redis.Address), "interop");
        await using CliProcess provider = CliProcess.Start(Role("provider", redis.Address), "interop");
        await using CliProcess bootstrap = CliProcess.Start(Role("bootstrap", redis.Address), "interop");

        CliResult result = await querier.EndAsync();
        Assert.Equal(("status: pass\n", 0), (result.Output, result.ExitCode));
        Assert.Contains("the value is 'hello from nanolibp2p'", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_is_none_or_has_no_test_key_is_told()
    {
        Dictionary<string, string> leader = new() { ["ROLE"] = "leader", ["TEST_KEY"] = "k" };
        await using CliProcess one = CliProcess.Start(leader, "interop");
        (await one.EndAsync()).AssertFailed(2, "ROLE = leader is none of bootstrap, provider, querier");
        await using CliProcess other = CliProcess.Start(new Dictionary<string, string> { ["ROLE"] = "querier" }, "interop");
        (await other.EndAsync()).AssertFailed(2, "TEST_KEY is not set");
        await using CliProcess third = CliProcess.Start(Role("querier", "127.0.0.1:9"), "interop");
        (await third.EndAsync()).AssertFailed(1, "no redis at 127.0.0.1:9", "REDIS_ADDR");
    }

    [Fact]
    public async Task A_redis_that_is_not_there_is_told()
    {
        Dictionary<string, string> environment = new() { ["is_dialer"] = "true", ["transport"] = "tcp", ["redis_addr"] = "127.0.0.1:9" };
        await using CliProcess dialer = CliProcess.Start(environment, "interop");

        (await dialer.EndAsync()).AssertFailed(1, "no redis at 127.0.0.1:9", "redis_addr");
    }

    private static IAsyncDisposable Start(string who, Dictionary<string, string> environment)
        => who == "us" ? CliProcess.Start(environment, "interop") : JsProcess.Start("transport-interop.mjs", [], environment);

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string who, Dictionary<string, string> environment)
    {
        await using IAsyncDisposable process = Start(who, environment);
        if (process is JsProcess js)
        {
            int code = await js.WaitForExitAsync(CliProcess.Patience);
            return (code, js.Output, js.Errors);
        }
        CliResult result = await ((CliProcess)process).EndAsync();
        return (result.ExitCode, result.Output, result.Errors);
    }

    private static (double Both, double Rtt) Figures(bool unified, string output)
    {
        if (!unified)
        {
            JsonElement figures = JsonElement.Parse(output);
            return (figures.GetProperty("handshakePlusOneRTTMillis").GetDouble(), figures.GetProperty("pingRTTMilllis").GetDouble());
        }
        Match match =
            Regex.Match(output, @"^latency:\r?\n  handshake_plus_one_rtt: ([0-9.]+)\r?\n  ping_rtt: ([0-9.]+)\r?\n  unit: ms\r?\n$");
        Assert.True(match.Success, output);
        return (double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture),
            double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, string> Role(string role, string redis) => new()
    {
        ["ROLE"] = role, ["REDIS_ADDR"] = redis, ["TEST_KEY"] = "5a5a5a5a", ["LISTENER_IP"] = "127.0.0.1",
    };

    private static InteropSettings Read(params string[] settings)
        => InteropSettings.FromEnvironment(name => settings.Select(one => one.Split('=')).Where(one => one[0] == name).Select(one => one[1])
            .SingleOrDefault());

    private static Dictionary<string, string> Environment(bool unified, RedisServer redis, bool dialer) => unified
        ? new()
        {
            ["IS_DIALER"] = dialer ? "true" : "false", ["REDIS_ADDR"] = redis.Address, ["TEST_KEY"] = "5a5a5a5a", ["TRANSPORT"] = "tcp",
            ["SECURE_CHANNEL"] = "noise", ["MUXER"] = "yamux", ["LISTENER_IP"] = "127.0.0.1",
        }
        : new()
        {
            ["is_dialer"] = dialer
                ? "true" : "false", ["redis_addr"] = redis.Address, ["transport"] = "tcp", ["security"] = "noise", ["muxer"] = "yamux",
            ["ip"] = "127.0.0.1", ["test_timeout_seconds"] = "25",
        };
}
