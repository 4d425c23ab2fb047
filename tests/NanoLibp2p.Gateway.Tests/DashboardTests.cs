using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;

namespace NanoLibp2p.Gateway.Tests;

public sealed partial class DashboardTests : IDisposable
{
    // what stands in PromQL beside names of metrics and labels
    private static readonly string[] _words = ["rate", "increase", "sum", "by", "le", "histogram_quantile", "label_values"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_expression_of_the_dashboard_names_a_metric_that_a_gateway_exports()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("mqtt.server", $"mqtt://127.0.0.1:{MosquittoServer.FreePort()}"), ("mqtt.toMqtt", "t"),
            ("mqtt.admittedOnly", "true"));
        await MakeFiguresAsync(gateway);
        using HttpClient http = gateway.Http();
        HashSet<string> wanted = [.. Expressions().SelectMany(NamesOf)];
        Assert.True(wanted.Count > 12, string.Join(", ", wanted));

        string[] missing = [];
        string metrics = "";
        for (DateTime end = DateTime.UtcNow + Gateways.Patience; DateTime.UtcNow < end; await Task.Delay(100))
        {
            metrics = await http.GetStringAsync("/metrics");
            string[] lines = metrics.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            HashSet<string> exported = [.. lines.Where(line => line[0] != '#').Select(line => Name().Match(line).Value)];
            missing = [.. wanted.Where(one => !exported.Contains(one))];
            if (missing.Length == 0)
            {
                break;
            }
        }

        Assert.True(missing.Length == 0, $"not exported: {string.Join(", ", missing)}\n{metrics}");
    }

    [Fact]
    public void Every_panel_lies_beside_the_others_and_says_what_it_shows()
    {
        JsonArray panels = (JsonArray)Dashboard()["panels"]!;
        HashSet<(int, int)> cells = [];
        foreach (JsonNode panel in panels.Select(one => one!))
        {
            Assert.NotEmpty((string)panel["title"]!);
            JsonNode place = panel["gridPos"]!;
            for (int x = (int)place["x"]!; x < (int)place["x"]! + (int)place["w"]!; x++)
            {
                Assert.True(x < 24 && cells.Add((x, (int)place["y"]!)), (string)panel["title"]!);
            }
        }
    }

    // a peer that is connected and says something, one that is blocked, and a message that stays out of MQTT
    private static async Task MakeFiguresAsync(GatewayHost gateway)
    {
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await Gateways.UntilAsync(() => peer.PublishAsync("t", new byte[1]).Result > 0, "the gateway subscribes");
        Identity blocked = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await gateway.Core.BlockAsync(blocked.PeerId);
        await using Libp2pNode other = await Gateways.PeerAsync(blocked);
        await other.DialAsync(gateway).ContinueWith(_ => { });
        await Gateways.UntilAsync(() => other.Peers.Count == 0, "the blocked peer is refused");
    }

    private static JsonNode Dashboard()
        => JsonNode.Parse(File.ReadAllText(Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Packaging/grafana-dashboard.json")))!;

    private static IEnumerable<string> Expressions()
    {
        JsonNode dashboard = Dashboard();
        return ((JsonArray)dashboard["panels"]!).SelectMany(panel => (JsonArray)panel!["targets"]!)
            .Select(target => (string)target!["expr"]!)
            .Concat(((JsonArray)dashboard["templating"]!["list"]!).Where(one => (string)one!["type"]! == "query")
                .Select(one => ((string)one!["query"]!).Replace(", instance", "", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> NamesOf(string expression)
        => Name().Matches(Braces().Replace(expression, "")).Select(one => one.Value).Where(one => Array.IndexOf(_words, one) < 0);

    [GeneratedRegex("[a-zA-Z_:][a-zA-Z0-9_:]*")]
    private static partial Regex Name();

    // labels, ranges, and what a sum is by
    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)")]
    private static partial Regex Braces();
}
