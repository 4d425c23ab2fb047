using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;
using System.Threading.Tasks;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Bench;

/// <summary>js-libp2p as the measuring side: <c>tests/js/bench.mjs</c>, with js's own clock.</summary>
internal sealed class JsDialer(JsPeer js) : IDialer
{
    public async Task<IReadOnlyList<double>> ConnectAsync(string address, int count)
        => Of(await BenchAsync(new { addr = address, rounds = 1, connects = count, rest = IDialer.RestMs, pingCount = 0, bytes = 0 }),
            "connectMs");

    public async Task<IReadOnlyList<double>> PingAsync(string address, int count)
        => Of(await BenchAsync(new { addr = address, rounds = 1, connects = 0, pingCount = count, bytes = 0 }), "pingMs");

    public async Task<(double Upload, double Download)> TransferAsync(string address, long bytes)
    {
        JsonElement samples = await BenchAsync(new { addr = address, rounds = 1, connects = 0, pingCount = 0, bytes });
        return (Of(samples, "uploadMBs")[0], Of(samples, "downloadMBs")[0]);
    }

    private async Task<JsonElement> BenchAsync(object rounds)
        => (await js.CallAsync("bench", rounds, TimeSpan.FromMinutes(5))).GetProperty("samples");

    private static double[] Of(JsonElement samples, string figure) =>
        [.. samples.GetProperty(figure).EnumerateArray().Select(one => one.GetDouble())];
}
