using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Gateway.Page;
using NanoLibp2p.Gateway.Telemetry;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Tests;

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
    public async Task A_circuit_that_is_open_shows_with_both_ends_and_what_it_carries_until_it_ends()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode hidden = await Gateways.PeerAsync(usesLimited: true);
        hidden.Handle("/echo/1.0.0", (stream, cancellation) => stream.CopyToAsync(stream, cancellation));
        await using RelayReservation reservation = RelayReservation.Start(hidden, gateway.Node.ListenAddresses[0]);
        Multiaddr address = await reservation.WaitAsync().WaitAsync(Gateways.Patience);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#circuits .none");
        await browser.WaitAsync($"#reservations tr:has-text('{Short(hidden.PeerId)}')");

        await using (Libp2pNode outside = await Gateways.PeerAsync(usesLimited: true))
        {
            await outside.DialAsync(address.ToString()).WaitAsync(Gateways.Patience);
            await using PeerStream echo = await outside.OpenStreamAsync(hidden.PeerId, "/echo/1.0.0").WaitAsync(Gateways.Patience);
            await echo.WriteAsync(new byte[5000]);
            await echo.ReadExactlyAsync(new byte[5000]).AsTask().WaitAsync(Gateways.Patience);
            string row = $"#circuits tr:has([data-title=From]:has-text('{Short(outside.PeerId)}'))"
                + $":has([data-title=To]:has-text('{Short(hidden.PeerId)}'))";
            await browser.WaitAsync($"{row}:has([data-title=Carried]:has-text('KiB')):has([data-title=Limits]:has-text('time and bytes'))");
            await browser.UntilAsync("document.querySelectorAll('#graph .link.circuit').length === 1");
            Assert.Equal(1, await browser.CountAsync("#circuits tbody tr"));
            Assert.Empty(await browser.AxeAsync());
        }

        await browser.WaitAsync("#circuits .none");
        await browser.UntilAsync("document.querySelectorAll('#graph .link.circuit').length === 0");
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
        const string Reversed = "\u202egnp.exe";
        await using GatewayHost gateway = await StartAsync();
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.Node.AgentVersion = Html + "<script>hit=1</script>";
        await using Libp2pNode peer = await Libp2pNode.StartAsync(options);
        using Subscription other = peer.SubscribeAsync("<b id=topic>" + Html);
        using Subscription reversed = peer.SubscribeAsync(Reversed);
        await peer.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#peers tr:has-text('onerror')");
        await browser.WaitAsync("#topics tr:has-text('<b id=topic>')");
        await browser.WaitAsync("#topics tr:has-text('\ufffdgnp.exe')");

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
    public async Task Numbers_of_any_size_are_plotted_and_the_page_goes_on()
    {
        // from 2^53 on a number and its next one may be one
        string[] numbers = ["1e16", "1764164574000000000", "9223372036854775808", "1e30", "1.79e308", "-1.79e308", "1e-300", "0"];
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Libp2pNode.StartAsync(new Libp2pNodeOptions { Shards = TestShards.Count });
        await peer.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        string reading = "{" + string.Join(",", numbers.Select((number, i) => $"\"f{i}\":{number}")) + "}";
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(TestBoard.Topic, Encoding.UTF8.GetBytes(reading)).Wait();
            return gateway.Core.Page!.Readings.Count == numbers.Length;
        }, "the readings arrive");
        await browser.WaitAsync($"#plots figcaption:has-text('f{numbers.Length - 1}')");
        await browser.UntilAsync($"document.querySelectorAll('#plots canvas').length === {numbers.Length}");
        await browser.ClickAsync($"#peers button[data-peer='{peer.PeerId}']");
        await browser.WaitAsync("#peer dd");
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task A_board_that_sleeps_is_shown_asleep_and_its_mailbox_empties_when_it_wakes()
    {
        await using GatewayHost gateway = await StartAsync();
        Identity sleeper = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        gateway.Core.Issue(sleeper.PeerId, AdmissionClass.Sensor, null);
        string name = Short(sleeper.PeerId);
        using SleepingBoard board = new(gateway, sleeper);

        // it makes its mailbox and sleeps, as nothing waits there
        board.Wake();
        await Gateways.UntilAsync(() => board.IsAsleep, "the board sleeps");

        Identity friend = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await using Libp2pNode friendsNode = await Gateways.PeerAsync(friend);
        await using MailSender sender = MailSender.Open(friendsNode, friend, _folder.File("sent.mail"));
        byte[] token = MailToken.Sign(sleeper, friend.PeerId, DateTimeOffset.UtcNow.AddDays(1));
        for (int i = 0; i < 3; i++)
        {
            await sender.SendAsync(sleeper.PeerId, "open"u8.ToArray(),
                new SendOptions { Via = gateway.Node.ListenAddresses[0], Token = token });
        }

        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync($".node.device.asleep[aria-label*='{name}: asleep']");
        await browser.WaitAsync($"#peers tr:has-text('{name}') .state:has-text('asleep')");
        await browser.UntilAsync(Depth(name) + " === 3");
        Assert.StartsWith("1 mailbox; 3 messages of", await browser.TextAsync("#mailboxes-summary"), StringComparison.Ordinal);

        board.Wake(staysAwake: true);
        await browser.UntilAsync(Depth(name) + " === 0");
        await browser.WaitAsync($".node.connected[aria-label*='{name}: connected']");
        Assert.Equal(["open", "open", "open"], board.Mail);
        board.Sleep();
        await browser.WaitAsync($".node.device.asleep[aria-label*='{name}: asleep']");

        // what drops a mailbox takes the token
        Assert.True((bool)(await browser.RunAsync("document.querySelector('#boxes button').disabled"))!);
        await browser.ClickAsync("#login");
        await browser.FillAsync("#token", Token);
        await browser.PressAsync("Enter");
        await browser.ClickAsync("#boxes button:not([disabled])");
        await browser.ClickAsync("#confirm-dialog button[type=submit]");
        await browser.WaitAsync("#boxes .none");
        Assert.Equal(0, gateway.Core.Mailboxes!.Describe(1).Count);
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task What_another_gateway_publishes_is_shown_in_a_table_and_where_it_says_it_is_on_a_map()
    {
        using TemporaryFolder folder = new();
        await using GatewayHost other = await Gateways.StartAsync(folder, ("telemetry.publish", "true"), ("telemetry.show", "true"),
            ("telemetry.label", "lighthouse"), ("telemetry.place", "54.19,7.9"), ("http.listen", "none"));
        await using GatewayHost gateway = await StartAsync(
            ("telemetry.show", "true"), ("telemetry.label", "roof"), ("telemetry.place", "47.37,8.54"));
        await using Libp2pNode outside = await Gateways.PeerAsync();
        await other.Node.DialAsync(gateway);
        await outside.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway), 390, 844);
        await browser.WaitAsync("#gateways .none");
        Assert.Equal("Nothing on this page comes from elsewhere, and nothing leaves this machine.", await browser.TextAsync("#leaves"));
        Assert.Equal(0, await browser.CountAsync("#map svg"));

        await Gateways.UntilAsync(() =>
        {
            other.Core.Telemetry!.PublishAsync(CancellationToken.None).Wait();
            return gateway.Core.Telemetry!.Book.Has(other.Node.PeerId);
        }, "the report is heard");
        string row = await browser.WaitAsync($"#gateways tr:has-text('lighthouse'):has-text('{Short(other.Node.PeerId)}')");
        Assert.Contains("54.2° N, 7.9° E", row, StringComparison.Ordinal);
        Assert.Contains("1 by tcp", row, StringComparison.Ordinal);
        Assert.Contains("1 × nanoLibp2p 0.1.0", row, StringComparison.Ordinal);
        await browser.WaitAsync("#map svg[aria-label*='lighthouse'] .place:has-text('lighthouse')");
        Assert.True((int)(await browser.RunAsync("document.querySelector('#map .land').getAttribute('d').length"))! > 200, "no land");
        await browser.WaitAsync("#map .place.self:has-text('roof')");

        // a link between two that both publish
        TelemetryReport report = new(DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 60, "x", "1.0", "harbour", 40.7, -74.0, [], [],
            [new TelemetryGateway(other.Node.PeerId.ToString(), "tcp", 20, 1, 81.5)]);
        await Gateways.UntilAsync(() =>
        {
            outside.PublishAsync("nanolibp2p/telemetry/1", TelemetryCodec.Write(report)).Wait();
            return gateway.Core.Telemetry!.Book.Has(outside.PeerId);
        }, "its report is heard");
        await browser.WaitAsync("#map .place:has-text('harbour')");
        await browser.UntilAsync("document.querySelectorAll('#map .link.poor').length === 1");
        await browser.WaitAsync($"#gateways tr:has-text('harbour'):has-text('{Short(other.Node.PeerId)} by tcp in 82 ms')");
        Assert.Equal(390, (int)(await browser.RunAsync("document.documentElement.scrollWidth"))!);
        Assert.InRange((double)(await browser.RunAsync("document.querySelector('#map text').getBoundingClientRect().height"))!, 11, 30);
        await browser.ShootAsync(Path.Combine(Pictures, "map.png"), "#others");
        Assert.Empty(await browser.AxeAsync());
        Assert.Empty(await browser.ComplaintsAsync());
    }

    [Fact]
    public async Task An_address_of_gateway_login_logs_in_and_does_not_stay_in_the_address_bar()
    {
        Identity admin = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await using GatewayHost gateway = await StartAsync(("http.admins", admin.PeerId.ToString()));
        using HttpClient http = gateway.Http();
        PeerIdSession session = await PeerIdClient.LogInAsync(
            http, new Uri(http.BaseAddress!, PeerIdClient.Path), admin, CancellationToken.None);
        await browser.OpenAsync($"{Url(gateway)}#token={session.Bearer}");
        await browser.WaitAsync("#login:has-text('Log out')");
        Assert.Equal(Url(gateway), (string)(await browser.RunAsync("location.href"))!);
        Assert.Equal(session.Bearer, (string)(await browser.RunAsync("sessionStorage.getItem('nanolibp2p-token')"))!);

        // what somebody else made up changes nothing
        await browser.RunAsync("location.hash = 'token=made-up'");
        await browser.WaitAsync("#login-error:has-text('not the token')");
        Assert.Equal(session.Bearer, (string)(await browser.RunAsync("sessionStorage.getItem('nanolibp2p-token')"))!);
        await browser.PressAsync("Escape");
        await browser.ClickAsync("#login:has-text('Log out')");
        await browser.WaitAsync("#login:has-text('Log in')");
        Assert.Equal(0, gateway.Core.Login.Sessions);
    }

    [Fact]
    public async Task A_link_that_loses_pings_shows_what_it_loses()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            Gateways.Settings(_folder.Path), new Gateways.Logs(), new HastyTime(20));
        StuckGate gate = new();
        Libp2pNodeOptions options = new() { Shards = 1, Gate = gate, ListenAddresses = { "/ip4/127.0.0.1/tcp/0" } };
        await using Libp2pNode peer = await Libp2pNode.StartAsync(options);
        await using Libp2pNode outside = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);

        // its one thread does nothing any more, as somebody who has hung up without a word
        gate.IsFree.Reset();
        Task stuck = outside.DialAsync(peer.ListenAddresses[0]);
        try
        {
            await browser.OpenAsync(Url(gateway));
            await browser.WaitAsync($"#peers tr:has-text('{Short(peer.PeerId)}') [data-title=Lost]:has-text('%'):not(:text-is('0 %'))");
            await browser.WaitAsync(".link.direct:is(.bad, .poor)");
            await browser.WaitAsync($".node[aria-label*='{Short(peer.PeerId)}'][aria-label*='pings lost']");
        }
        finally
        {
            gate.IsFree.Set();
            await stuck.WaitAsync(Gateways.Patience);
        }
    }

    [Fact]
    public async Task A_page_that_lost_the_feed_says_so_and_has_all_of_it_again()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#live.live");
        await browser.RunAsync("""
            globalThis.lost = false
            new MutationObserver(() => globalThis.lost ||= document.getElementById('live').classList.contains('lost'))
              .observe(document.getElementById('live'), { attributes: true })
            """);

        // too much at once for anybody
        byte[] big = PageService.Event("other", Encoding.ASCII.GetBytes($"\"{new string('x', 4 * 1024 * 1024)}\""));
        while (gateway.Core.Page!.Feed.CutOff == 0)
        {
            gateway.Core.Page.Feed.Send(big);
        }

        await peer.DialAsync(gateway);
        await browser.UntilAsync("globalThis.lost");
        await browser.WaitAsync("#live.live");
        await browser.WaitAsync($"#peers tr:has-text('{Short(peer.PeerId)}')");
    }

    [Fact]
    public async Task A_reading_that_comes_while_the_page_asks_for_the_former_ones_stays()
    {
        await using GatewayHost gateway = await StartAsync();
        await using Libp2pNode peer = await Gateways.PeerAsync();
        await peer.DialAsync(gateway);
        await browser.OpenAsync(Url(gateway));
        await browser.WaitAsync("#live.live");

        // the answer with the former ones is held back, and the page has to ask again as its feed breaks
        await browser.RunAsync("""
            (() => {
              const held = new Promise(done => globalThis.release = done)
              const real = fetch
              globalThis.fetch = async (...asked) => {
                const answer = await real(...asked)
                if (asked[0] === '/api/readings') {
                  await answer.clone().text()
                  globalThis.isHeld = true
                  await held
                }

                return answer
              }
            })()
            """);
        byte[] big = PageService.Event("other", Encoding.ASCII.GetBytes($"\"{new string('x', 4 * 1024 * 1024)}\""));
        while (gateway.Core.Page!.Feed.CutOff == 0)
        {
            gateway.Core.Page.Feed.Send(big);
        }

        await browser.UntilAsync("globalThis.isHeld");
        await Gateways.UntilAsync(() =>
        {
            peer.PublishAsync(TestBoard.Topic, "{\"late\":1}"u8.ToArray()).Wait();
            return gateway.Core.Page.Readings.Count > 0;
        }, "the reading arrives");
        await browser.WaitAsync("#plots figcaption:has-text('late')");
        await browser.RunAsync("(release(), new Promise(done => setTimeout(done, 300)))");
        Assert.Equal(1, await browser.CountAsync("#plots figcaption:has-text('late')"));
    }

    [Fact]
    public async Task Pictures_for_the_README_can_be_made()
    {
        string folder = Pictures;
        await using GatewayHost gateway = await StartAsync();
        using TestBoard first = new(gateway);
        using TestBoard second = new(gateway);
        using TemporaryFolder others = new();
        await using GatewayHost other = await Gateways.StartAsync(others, ("http.listen", "none"));
        await using Libp2pNode outside = await Gateways.PeerAsync();
        await using Libp2pNode refused = await Gateways.PeerAsync();
        Identity sleeper = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        gateway.Core.Mailboxes = new SleepersMailbox(sleeper.PeerId);
        gateway.Core.Blocked.Add(refused.PeerId);
        gateway.Core.Issue(first.Peer, AdmissionClass.Sensor, null);
        await other.Node.DialAsync(gateway);
        await outside.DialAsync(gateway);
        await refused.DialAsync(gateway);

        foreach ((string name, int width, int height, bool dark) in ((string, int, int, bool)[])
            [
                .. folder == _folder.Path ? [] : ((string, int, int, bool)[])
                    [("desk-dark.png", 1000, 1180, true), ("phone-light.png", 390, 844, false)],
                ("desk.png", 1000, 1180, false), ("phone.png", 390, 844, true),
            ])
        {
            await browser.OpenAsync(Url(gateway), width, height, dark);
            await browser.UntilAsync("document.querySelectorAll('#peers tbody tr').length === 5"
                + " && document.querySelectorAll('.link-label:not(:empty)').length >= 4"
                + " && Math.max(...[...document.querySelectorAll('#series [data-title=Readings]')].map(one => +one.textContent)) > 4");
            await browser.ShootAsync(Path.Combine(folder, name));
            Assert.InRange(new FileInfo(Path.Combine(folder, name)).Length, 5_000, 200_000);
        }

        Assert.Empty(await browser.AxeAsync());
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

    // with NANOLIBP2P_SCREENSHOTS set, the pictures of the repository are made anew
    private string Pictures => Environment.GetEnvironmentVariable("NANOLIBP2P_SCREENSHOTS") is { Length: > 0 }
        ? Path.Combine(ReadmeTests.Root(), "tools/NanoLibp2p.Gateway/Page/screenshots") : _folder.Path;

    // messages that wait for a peer, as its row says
    private static string Depth(string name)
        => $"+[...document.querySelectorAll('#boxes tbody tr')].find(row => row.textContent.includes('{name}'))"
            + "?.querySelector('[data-title=Messages]').textContent";

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

    private sealed class StuckGate : ConnectionGate
    {
        internal ManualResetEventSlim IsFree { get; } = new(true);

        public override bool AllowsPeer(PeerId peer, Multiaddr? address, bool isInbound)
        {
            IsFree.Wait();
            return true;
        }
    }

    private sealed class SleepersMailbox(PeerId sleeper) : IMailboxView
    {
        public MailboxesJson Describe(int most) => new(
            1, 3, 412,
            [new MailboxJson(sleeper.ToString(), true, 3, 412, 1024, DateTimeOffset.UtcNow.AddHours(-2).ToUnixTimeMilliseconds())]);

        public Task<bool> CloseAsync(PeerId peer, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
