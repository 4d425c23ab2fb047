using System;
using System.IO;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>What a gateway takes while it runs: certificate, tokens, limits.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Https_and_secure_WebSockets_have_the_certificate_with_its_chain_and_a_renewed_one_from_the_reload_on()
    {
        (string certificate, string key) = Renew("first");
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("http.listen", "https://127.0.0.1:0"),
            ("listen", "/ip4/127.0.0.1/tcp/0/tls/ws"), ("http.certificate", certificate), ("http.certificateKey", key));
        int http = new Uri(gateway.Core.HttpAddresses[0]).Port;
        int webSocket = gateway.Node.ListenAddresses[0].Port;

        Assert.Equal(("CN=first", 2), await ShownAsync(http));
        Assert.Equal(("CN=first", 2), await ShownAsync(webSocket));
        using (HttpClient trusting = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true }))
        {
            Assert.Contains("\"live\":true", await trusting.GetStringAsync($"https://127.0.0.1:{http}/healthz/live"),
                StringComparison.Ordinal);
        }

        await PingAsync(gateway);
        Renew("second");
        await gateway.Core.ReloadAsync();
        Assert.Equal(("CN=second", 2), await ShownAsync(http));
        Assert.Equal(("CN=second", 2), await ShownAsync(webSocket));
        await PingAsync(gateway);

        File.WriteAllText(key, "no key");
        string told = Assert.Single(await gateway.Core.ReloadAsync());
        Assert.StartsWith("the certificate stays as it was: cannot take the certificate in", told, StringComparison.Ordinal);
        Assert.Equal(("CN=second", 2), await ShownAsync(http));
        Assert.Equal(("CN=second", 2), await ShownAsync(webSocket));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/0/tls/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/0/wss")]
    public void A_secure_WebSocket_without_a_certificate_is_told(string listen)
    {
        GatewayException e = Assert.Throws<GatewayException>(() => Gateways.Settings(_folder.Path, ("listen", listen)));

        Assert.True(e.IsConfiguration);
        Assert.Contains($"listen: {listen} needs a certificate; give http.certificate", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_takes_a_new_token_of_HTTP_and_new_tokens_of_peers()
    {
        string file = _folder.Write("token", new string('a', 64));
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("http.listen", "http://0.0.0.0:0"),
            ("http.tokenFile", file));
        using HttpClient http = gateway.Http();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(http, 'a'));
        PeerId peer = Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId;
        AdmissionToken token = AdmissionToken.Issue(gateway.Core.Identity, peer, AdmissionClass.Sensor, DateTimeOffset.UtcNow, null);

        File.WriteAllText(file, new string('b', 64));
        File.WriteAllText(_folder.File("tokens"), token + "\n");
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(http, 'b'));
        Assert.Null(gateway.Core.Admission.ClassOf(peer));
        await gateway.Core.ReloadAsync();

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (await AskAsync(http, 'a'), await AskAsync(http, 'b')));
        Assert.Equal(AdmissionClass.Sensor, gateway.Core.Admission.ClassOf(peer));
    }

    [Fact]
    public async Task A_reload_takes_new_limits_for_what_comes_from_then_on()
    {
        string file = _folder.Write("settings.json", """{ "relay": { "reservations": 1 }, "rendezvous": { "registrations": 5 } }""");
        await using GatewayHost gateway = await GatewayHost.StartAsync(
            GatewaySettings.Load(Gateways.Sources(_folder.Path, file)), logging: _ => { });
        await using Libp2pNode first = await Gateways.PeerAsync();
        await using Libp2pNode second = await Gateways.PeerAsync();
        await using RelayReservation one = RelayReservation.Start(first, gateway.Node.ListenAddresses[0]);
        await one.WaitAsync().WaitAsync(Gateways.Patience);
        await using RelayReservation other = RelayReservation.Start(second, gateway.Node.ListenAddresses[0]);
        await Gateways.UntilAsync(() => other.LastError != null, "the second peer is refused");

        File.WriteAllText(file, """
            { "relay": { "reservations": 2, "circuitSeconds": 60 }, "rendezvous": { "registrations": 6 },
              "limits": { "connectionsPerHost": 9 } }
            """);
        Assert.Equal(
            ["limits.connectionsPerHost is 9 now", "relay.reservations is 2 now", "relay.circuitSeconds is 60 now",
                "rendezvous.registrations is 6 now"],
            await gateway.Core.ReloadAsync());

        await using RelayReservation again = RelayReservation.Start(second, gateway.Node.ListenAddresses[0]);
        await again.WaitAsync().WaitAsync(Gateways.Patience);
        Assert.Equal(2, gateway.Core.FullNode!.Relay!.Reservations);
    }

    private static async Task<HttpStatusCode> AskAsync(HttpClient http, char token)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/status");
        request.Headers.Add("Authorization", "Bearer " + new string(token, 64));
        return (await http.SendAsync(request)).StatusCode;
    }

    private static async Task PingAsync(GatewayHost gateway)
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.Dial.CheckCertificate = (_, _, _, _) => true;
        await using Libp2pNode peer = await Libp2pNode.StartAsync(options);
        await peer.PingAsync(await peer.DialAsync(gateway)).WaitAsync(Gateways.Patience);
    }

    // the subject of the certificate that is shown, and how many come with it
    private static async Task<(string Subject, int Certificates)> ShownAsync(int port)
    {
        string subject = "";
        int count = 0;
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using SslStream tls = new(client.GetStream(), false, (_, certificate, chain, _) =>
        {
            subject = certificate!.Subject;
            count = 1 + chain!.ChainPolicy.ExtraStore.Count(one => one.Subject != subject);
            return true;
        });
        await tls.AuthenticateAsClientAsync("localhost").WaitAsync(Gateways.Patience);
        return (subject, count);
    }

    // a certificate of an authority's subordinate, and what is between it and the authority
    private (string Certificate, string Key) Renew(string name)
    {
        DateTimeOffset from = DateTimeOffset.UtcNow.AddDays(-1);
        DateTimeOffset to = DateTimeOffset.UtcNow.AddDays(1);
        using ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 root = Request("root", rootKey, isAuthority: true).CreateSelfSigned(from, to);
        using X509Certificate2 between = Request("between", betweenKey, isAuthority: true).Create(root, from, to, [1]);
        using X509Certificate2 betweenWithKey = between.CopyWithPrivateKey(betweenKey);
        using X509Certificate2 leaf = Request(name, key, isAuthority: false).Create(betweenWithKey, from, to, [2]);
        return (_folder.Write("chain.pem", leaf.ExportCertificatePem() + "\n" + between.ExportCertificatePem() + "\n"),
            _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem()));

        static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
        {
            CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
            return request;
        }
    }
}
