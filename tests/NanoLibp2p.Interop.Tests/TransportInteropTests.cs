using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Interop.Tests;

/// <summary>The libp2p project's transport-interop contract: two programs, a redis between them, everything from the environment.</summary>
public class TransportInteropTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    public async Task Js_dials_js_by_the_test_plans_contract()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using JsProcess listener = Start(TestPlans(redis, dialer: false));
        await using JsProcess dialer = Start(TestPlans(redis, dialer: true));

        Assert.True(await dialer.WaitForExitAsync(_patience) == 0, dialer.Tail());

        (double both, double rtt) = Figures(false, dialer.Output);
        Assert.True(both > 0 && rtt > 0, dialer.Output);
    }

    [Fact(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    public async Task Js_dials_js_by_the_unified_testing_contract()
    {
        await using RedisServer redis = await RedisServer.StartAsync();
        await using JsProcess listener = Start(UnifiedTesting(redis, dialer: false));
        await using JsProcess dialer = Start(UnifiedTesting(redis, dialer: true));

        Assert.True(await dialer.WaitForExitAsync(_patience) == 0, dialer.Tail());

        (double both, double rtt) = Figures(true, dialer.Output);
        Assert.True(both > 0 && rtt > 0, dialer.Output);
    }

    [Theory(SkipType = typeof(RedisServer), SkipUnless = nameof(RedisServer.IsHere), Skip = RedisServer.Missing)]
    [InlineData(false, "gateway", "gateway")]
    [InlineData(false, "gateway", "js")]
    [InlineData(false, "js", "gateway")]
    [InlineData(true, "gateway", "gateway")]
    [InlineData(true, "gateway", "js")]
    [InlineData(true, "js", "gateway")]
    public async Task A_gateway_meets_both_contracts_against_itself_and_js_on_either_side(bool unified, string dialer, string listener)
    {
        using CancellationTokenSource late = new(TimeSpan.FromSeconds(60));
        await using RedisServer redis = await RedisServer.StartAsync();
        Dictionary<string, string> Environment(bool isDialer) => unified ? UnifiedTesting(redis, isDialer) : TestPlans(redis, isDialer);
        await using IAsyncDisposable listening = listener == "js" ? Start(Environment(false))
            : await GatewayContract.RunAsync(Environment(false), late.Token);
        string output;
        if (dialer == "js")
        {
            await using JsProcess js = Start(Environment(true));
            Assert.True(await js.WaitForExitAsync(_patience) == 0, js.Tail());
            output = js.Output;
        }
        else
        {
            await using GatewayContract gateway = await GatewayContract.RunAsync(Environment(true), late.Token);
            output = gateway.Output;
        }

        (double both, double rtt) = Figures(unified, output);
        Assert.True(both > 0 && rtt > 0, output);
    }

    [Fact]
    public async Task Js_refuses_a_transport_that_it_does_not_speak()
    {
        await using JsProcess listener = Start(new() { ["is_dialer"] = "false", ["transport"] = "quic-v1" });

        Assert.Equal(1, await listener.WaitForExitAsync(_patience));
        Assert.Contains("quic-v1", listener.Errors, StringComparison.Ordinal);
    }

    private static JsProcess Start(Dictionary<string, string> environment) => JsProcess.Start("transport-interop.mjs", [], environment);

    private static Dictionary<string, string> TestPlans(RedisServer redis, bool dialer) => new()
    {
        ["is_dialer"] = dialer ? "true" : "false",
        ["transport"] = "tcp",
        ["security"] = "noise",
        ["muxer"] = "yamux",
        ["ip"] = "127.0.0.1",
        ["redis_addr"] = redis.Address,
        ["test_timeout_seconds"] = "20",
    };

    private static Dictionary<string, string> UnifiedTesting(RedisServer redis, bool dialer) => new()
    {
        ["IS_DIALER"] = dialer ? "true" : "false",
        ["REDIS_ADDR"] = redis.Address,
        ["TEST_KEY"] = "5a5a5a5a",
        ["TRANSPORT"] = "tcp",
        ["SECURE_CHANNEL"] = "noise",
        ["MUXER"] = "yamux",
        ["LISTENER_IP"] = "127.0.0.1",
    };

    private static (double Both, double Rtt) Figures(bool unified, string output)
    {
        if (!unified)
        {
            JsonElement said = JsonElement.Parse(output);
            return (said.GetProperty("handshakePlusOneRTTMillis").GetDouble(), said.GetProperty("pingRTTMilllis").GetDouble());
        }

        Match figures =
            Regex.Match(output, @"^latency:\r?\n  handshake_plus_one_rtt: ([0-9.]+)\r?\n  ping_rtt: ([0-9.]+)\r?\n  unit: ms\r?\n$");
        Assert.True(figures.Success, output);
        return (Number(figures.Groups[1]), Number(figures.Groups[2]));
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);
}
