using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Host;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Gateway.Tests.Page;

/// <summary>The page in Chromium, as a person has it.</summary>
public sealed class PageTests(Chromium browser) : IClassFixture<Chromium>, IDisposable
{
    private const string Token = "0123456789abcdef0123456789abcdef";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1280, false)]
    [InlineData(390, true)]
    public async Task A_boards_readings_show_as_points_and_its_link_with_a_round_trip_on_a_desk_and_on_a_phone_in_the_dark(
        int width, bool dark)
    {
        await using GatewayHost gateway = await StartAsync();
        using TestBoard board = new(gateway);
        string name = Short(board.Peer);
        await browser.OpenAsync(Url(gateway), width, 844, dark);

        await browser.WaitAsync("#live.live");
        await browser.WaitAsync($"#series tbody tr:has-text('{name}')");
        await browser.WaitAsync("#plots canvas");
        int before = await ReadingsAsync();
        await browser.UntilAsync(
            $"Math.max(0, ...[...document.querySelectorAll('#series [data-title=Readings]')].map(one => +one.textContent)) > {before + 1}");
        Assert.True((bool)(await browser.RunAsync("[...document.querySelectorAll('#plots canvas')].some(canvas => canvas.getContext('2d')"
            + ".getImageData(0, 0, canvas.width, canvas.height).data.some(value => value > 0))"))!, "the plot is empty");

        await browser.WaitAsync($"#peers tr:has-text('{name}'):has-text('device'):has-text('ms')");
        await browser.WaitAsync($".node.device[aria-label*='{name}'][aria-label*='round trip']");
        await browser.WaitAsync(".link-label:has-text('ms')");
        Assert.Equal(width, (int)(await browser.RunAsync("document.documentElement.scrollWidth"))!);
        await browser.ShootAsync(_folder.File("page.png"));
        Assert.InRange(new FileInfo(_folder.File("page.png")).Length, 5_000, 500_000);
        Assert.Empty(await browser.AxeAsync());
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task A_refused_peer_shows_with_its_reason()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        gateway.Core.Blocked.Add(peer.PeerId);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#refusals .none");

        await peer.DialAsync(gateway);
        string row = await browser.WaitAsync($"#refusals tbody tr:has-text('{Short(peer.PeerId)}')");
        Assert.Contains("it is on the block list", row, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", row, StringComparison.Ordinal);
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task What_changes_something_takes_the_token()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.ClickAsync($"#peers button[data-peer='{peer.PeerId}']");
        await browser.WaitAsync("#peer button[data-do^=block]");
        Assert.True((bool)(await browser.RunAsync("document.querySelector('#peer button').disabled"))!);
        Assert.Equal(401, (int)(await browser.RunAsync(
            $"fetch('/api/peers/{peer.PeerId}/block', {{ method: 'POST' }}).then(answer => answer.status)"))!);
        Assert.Single(await browser.ComplaintsAsync());

        await browser.ClickAsync("#login");
        await browser.FillAsync("#token", new string('f', 32));
        await browser.PressAsync("Enter");
        await browser.WaitAsync("#login-error:has-text('not the token')");
        Assert.Empty(await browser.AxeAsync());
        await browser.FillAsync("#token", Token);
        await browser.PressAsync("Enter");
        await browser.WaitAsync("#login:has-text('Log out')");

        await browser.ClickAsync("#peer button[data-do^=block]:not([disabled])");
        await browser.WaitAsync("#confirm-title:has-text('Block this peer?')");
        await browser.ClickAsync("#confirm-dialog button[type=submit]");
        await browser.WaitAsync($"#blocked tr:has-text('{peer.PeerId}')");
        Assert.True(gateway.Core.Blocked.Contains(peer.PeerId));
        await Gateways.UntilAsync(() => gateway.Node.Peers.Count == 0, "it is disconnected");

        await browser.ClickAsync("#blocked button[data-do^=unblock]");
        await browser.ClickAsync("#confirm-dialog button[type=submit]");
        await browser.WaitAsync("#blocked .none");
        Assert.False(gateway.Core.Blocked.Contains(peer.PeerId));
        Assert.Equal(Token, (string)(await browser.RunAsync("sessionStorage.getItem('nanolibp2p-token')"))!);
        await browser.ClickAsync("#login");
        await browser.WaitAsync("#login:has-text('Log in')");
        Assert.Null(await browser.RunAsync("sessionStorage.getItem('nanolibp2p-token')"));
    }

    [Fact]
    public async Task Where_others_reach_it_the_page_asks_for_the_token_and_then_shows_the_mesh()
    {
        await using GatewayHost gateway = await StartAsync(("http.listen", "http://0.0.0.0:0"));
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#login-dialog[open]");
        Assert.Equal("", await browser.TextAsync("#self"));

        await browser.FillAsync("#token", Token);
        await browser.PressAsync("Enter");
        await browser.WaitAsync($"#self:has-text('{gateway.Node.PeerId}')");
        await browser.WaitAsync("#live.live");
    }

    [Fact]
    public async Task HTML_that_peers_write_is_text_on_the_page()
    {
        const string Html = "<img src=/x onerror=\"hit=1\">";
        await using GatewayHost gateway = await StartAsync();
        Libp2pNodeOptions options = new() { Shards = 1 };
        options.Node.AgentVersion = Html + "<script>hit=1</script>";
        await using Libp2pNode peer = await Libp2pNode.StartAsync(options);
        using Subscription other = peer.SubscribeAsync("<b id=topic>" + Html);
        await peer.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#peers tr:has-text('onerror')");
        await browser.WaitAsync("#topics tr:has-text('<b id=topic>')");

        string reading = $"{{\"{Html.Replace("\"", "\\\"", StringComparison.Ordinal)}\":1}}";
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(TestBoard.Topic, Encoding.UTF8.GetBytes(reading)).Wait();
            return gateway.Core.Page!.Readings.Count > 0;
        }, "a reading arrives");
        await browser.WaitAsync("#plots figcaption:has-text('onerror')");
        await browser.ClickAsync($"#peers button[data-peer='{peer.PeerId}']");
        await browser.WaitAsync("#peer dd:has-text('<script>')");

        Assert.Equal(0, await browser.CountAsync("main img, main script, #topic"));
        Assert.Equal("undefined", (string)(await browser.RunAsync("typeof hit"))!);
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task The_policy_keeps_a_script_from_running_inline_and_from_asking_elsewhere()
    {
        await using GatewayHost gateway = await StartAsync();
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#live.live");

        Assert.Equal("undefined", (string)(await browser.RunAsync("""
            (() => {
              const script = document.createElement('script')
              script.textContent = 'globalThis.hit = 1'
              document.head.append(script)
              return typeof hit
            })()
            """))!);
        Assert.Equal("connect-src", (string)(await browser.RunAsync("""
            new Promise(done => {
              document.addEventListener('securitypolicyviolation', one => done(one.effectiveDirective), { once: true })
              fetch('http://127.0.0.2:1/').catch(() => {})
            })
            """))!);
        Assert.Equal("img-src", (string)(await browser.RunAsync("""
            new Promise(done => {
              document.addEventListener('securitypolicyviolation', one => done(one.effectiveDirective), { once: true })
              new Image().src = 'http://127.0.0.2:1/'
            })
            """))!);
    }

    [Fact]
    public async Task The_keyboard_goes_from_the_skip_link_to_a_peer_and_through_a_dialog_and_back()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode first = await Gateways.PeerAsync();
        await using Libp2pNode second = await Gateways.PeerAsync();
        await first.DialAsync(gateway);
        await second.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.UntilAsync("document.querySelectorAll('.node').length === 3");

        await browser.PressAsync("Tab");
        Assert.Equal("Skip to the mesh", await FocusAsync());
        await browser.PressAsync("Enter", "Tab");
        Assert.StartsWith("this gateway", await FocusAsync(), StringComparison.Ordinal);
        await browser.PressAsync("ArrowRight");
        string told = await FocusAsync();
        Assert.StartsWith("peer …", told, StringComparison.Ordinal);
        await browser.PressAsync("ArrowRight");
        Assert.NotEqual(told, await FocusAsync());
        await browser.PressAsync("Home", "ArrowRight", "Enter");
        string id = await browser.WaitAsync("#peer h3");
        Assert.Contains(id, told, StringComparison.Ordinal);

        // the picture is one stop: the next is the first peer of the table, as the panel's button can't be pressed yet
        await browser.PressAsync("Tab");
        Assert.Matches("^…", await FocusAsync());
        await browser.RunAsync("document.querySelector('#login').focus()");
        await browser.PressAsync("Enter");
        await browser.WaitAsync("#login-dialog[open]");
        Assert.Equal("token", (string)(await browser.RunAsync("document.activeElement.id"))!);
        await browser.PressAsync("Escape");
        Assert.Equal("login", (string)(await browser.RunAsync("document.activeElement.id"))!);
    }

    [Fact]
    public async Task A_row_that_has_the_focus_keeps_it_when_others_come()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode first = await Gateways.PeerAsync();
        await first.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#peers tbody tr");
        await browser.RunAsync("document.querySelector('#peers button').focus()");

        await using Libp2pNode second = await Gateways.PeerAsync();
        await second.DialAsync(gateway);
        await browser.WaitAsync($"#peers button[data-peer='{second.PeerId}']");
        Assert.Equal(first.PeerId.ToString(), (string)(await browser.RunAsync("document.activeElement.dataset.peer"))!);
    }

    private static string Short(PeerId peer) => "…" + peer.ToString()[^8..];

    private static string Url(GatewayHost gateway)
        => gateway.Core.HttpAddresses[0].Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal) + "/";

    private async Task<int> ReadingsAsync()
        => (int)(await browser.RunAsync(
            "Math.max(0, ...[...document.querySelectorAll('#series [data-title=Readings]')].map(one => +one.textContent))"))!;

    private async Task<string> FocusAsync()
        => (string)(await browser.RunAsync("document.activeElement.ariaLabel ?? document.activeElement.textContent"))!;

    private Task<GatewayHost> StartAsync(params (string Key, string Value)[] more)
        => Gateways.StartAsync(_folder,
            [("http.tokenFile", _folder.Write("token", Token)), ("page.topics", TestBoard.Topic), .. more]);
}
