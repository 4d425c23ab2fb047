using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.JsPeers;

namespace NanoLibp2p.Gateway.Tests.Http;

/// <summary>Log-in by peer id with a second implementation on the other side: tests/js/login.mjs, on the keys of js-libp2p.</summary>
public sealed class JsLoginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Js_signs_what_the_specification_has_as_go_libp2p_did()
    {
        // http/peer-id-auth.md, "Signing Example"
        JsonElement signed = await RunAsync("sign", Seed(1), "challenge-server=ERERERERERERERERERERERERERERERERERERERERERE=",
            "hostname=example.com", "client-public-key:080112208139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394");
        Assert.Equal("6c69627032702d5065657249443d6368616c6c656e67652d7365727665723d45524552455245524552455245524552455245"
            + "5245524552455245524552455245524552455245524552453d36636c69656e742d7075626c69632d6b65793d080112208139"
            + "770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b39414686f73746e616d653d6578616d706c652e636f"
            + "6d", signed.GetProperty("data").GetString());
        Assert.Equal("UA88qZbLUzmAxrD9KECbDCgSKAUBAvBHrOCF2X0uPLR1uUCF7qGfLPc7dw3Olo-LaFCDpk5sXN7TkLWPVvuXAA==",
            signed.GetProperty("signature").GetString());
    }

    [Fact]
    public async Task A_js_client_logs_in_at_a_gateway_which_proves_itself_and_may_change_something_then()
    {
        Identity admin = Seeded(2);
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("http.admins", admin.PeerId.ToString()));
        using HttpClient http = gateway.Http();
        string login = new Uri(http.BaseAddress!, PeerIdClient.Path).ToString();
        JsonElement answer = await RunAsync("login", Seed(2), login);
        Assert.Equal(gateway.Node.PeerId.ToString(), answer.GetProperty("server").GetString());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty("bearer").GetString());
        HttpResponseMessage blocked = await http.PostAsync($"/api/peers/{Seeded(3).PeerId}/block", null);
        Assert.Equal(HttpStatusCode.OK, blocked.StatusCode);

        await using JsProcess stranger = JsProcess.Start("login.mjs", ["login", Seed(3), login]);
        Assert.Equal(1, await stranger.WaitForExitAsync(Gateways.Patience));
        Assert.Contains($"403: ", stranger.Errors, StringComparison.Ordinal);
        Assert.Contains($"{Seeded(3).PeerId} may not log in here", stranger.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_logs_in_at_a_js_server_and_each_knows_who_the_other_is()
    {
        TaskCompletionSource<string> url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using JsProcess server = JsProcess.Start("login.mjs", ["serve", Seed(1)], onLine: line =>
        {
            if (JsonElement.Parse(line).TryGetProperty("url", out JsonElement where))
            {
                url.TrySetResult(where.GetString()!);
            }
        });
        using HttpClient http = new() { Timeout = Gateways.Patience };
        Uri where = new(await url.Task.WaitAsync(Gateways.Patience));
        PeerIdSession session = await PeerIdClient.LogInAsync(http, where, Seeded(2), CancellationToken.None);
        Assert.Equal((Seeded(1).PeerId, "js"), (session.Peer, session.Bearer));
        await Gateways.UntilAsync(() => server.Output.Contains($"{{\"client\":\"{Seeded(2).PeerId}\"}}", StringComparison.Ordinal),
            "the server knows who logs in");
    }

    private static string Seed(byte number) => Convert.ToHexString([.. Enumerable.Repeat(number, 32)]);

    private static Identity Seeded(byte number) => new(DesktopCrypto.Choose(), [.. Enumerable.Repeat(number, 32)], 0);

    private static async Task<JsonElement> RunAsync(params string[] arguments)
    {
        await using JsProcess process = JsProcess.Start("login.mjs", arguments);
        int code = await process.WaitForExitAsync(Gateways.Patience);
        Assert.True(code == 0, $"it ended with {code}{process.Tail()}");
        return JsonElement.Parse(process.Output);
    }
}
