using System;
using System.Linq;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Gateway.Http;
using NanoLibp2p.Hal.Desktop;

namespace NanoLibp2p.Gateway.Tests.Http;

/// <summary>Log-in by peer id: the specification's examples, which go-libp2p made, and those who have no business here.</summary>
public sealed class PeerIdLoginTests : IDisposable
{
    // http/peer-id-auth.md, "Complete Server Initiated Handshake Example", "Complete Client Initiated Handshake Example" and "Signing
    // Example"
    private const string Hostname = "example.com";
    private const string ChallengeClient = "ERERERERERERERERERERERERERERERERERERERERERE=";
    private const string ChallengeServer = "MzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMz";
    private const string GoOpaque =
        "0H1Y9sq1zrfTJZCCTcTymI2tV_TF9-PzdMip2dFkiqZ7ImNoYWxsZW5nZS1jbGllbnQiOiJFUkVSRVJFUkVSRVJFUkVSRVJFUkVS"
        + "RVJFUkVSRVJFUkVSRVJFUkVSRVJFPSIsImhvc3RuYW1lIjoiZXhhbXBsZS5jb20iLCJjcmVhdGVkLXRpbWUiOiIxOTY5LTEyLTMx"
        + "VDE2OjAwOjAwLTA4OjAwIn0=";
    private const string ServerKey = "CAESIIqI4910CfGV_VLbLTy6XXLKZwm_HZQSG_N0iAG0D29c";
    private const string ClientKey = "CAESIIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU";
    private const string ClientSignature = "OrwJPO4buHKJdKXP2av8PFwv3XF_-m5MqndskeVV5UzufYzBCTm7RBaFnBS1sEhuQHZSZPh9RJgN5NmLzrUrBQ==";

    // the example of the server's handshake is older than the text above it: its challenge comes without the server's key, and so does
    // what is signed. The example of the client's handshake has the same parameters with the key, and the signature above.
    private const string SignatureWithoutKey = "5RT0BbFdn-hMgE4pQ_GH9tnlKpptGUQZvkh8kVLbwy81Rzli_vfiNOsuGTcMk8lyUfkmTFmk79b5XUZCR3-RBw==";
    private const string ServerSignature = "HQ7BJRaSpRhNCORNiALNJENdwXUyq0eM2cxNoxe-XnQw6oEAMaeYnjMYaHHjgq0XNxZmy4W2ngKUcI1CgprLCQ==";

    private static readonly Identity _server = Seeded(1);
    private static readonly Identity _client = Seeded(2);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch);
    private readonly PeerIdLogin _login;

    public PeerIdLoginTests()
    {
        _login = new PeerIdLogin(_server, _time);
        _login.Change([_client.PeerId]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_signed_is_as_the_specification_has_it_to_the_byte()
    {
        Assert.Equal("6c69627032702d5065657249443d6368616c6c656e67652d7365727665723d45524552455245524552455245524552455245"
            + "5245524552455245524552455245524552455245524552453d36636c69656e742d7075626c69632d6b65793d080112208139"
            + "770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b39414686f73746e616d653d6578616d706c652e636f"
            + "6d",
            Convert.ToHexStringLower(PeerIdAuth.ServerSigns(ChallengeClient, _client.PublicKeyProtobuf, Hostname)));
        Assert.Equal("UA88qZbLUzmAxrD9KECbDCgSKAUBAvBHrOCF2X0uPLR1uUCF7qGfLPc7dw3Olo-LaFCDpk5sXN7TkLWPVvuXAA==",
            PeerIdAuth.Sign(_server, PeerIdAuth.ServerSigns(ChallengeClient, _client.PublicKeyProtobuf, Hostname)));
    }

    [Fact]
    public void A_client_answers_go_libp2ps_challenge_as_go_libp2p_does_and_takes_its_proof()
    {
        (string authorization, byte[] key) = PeerIdClient.Answer(
            $"challenge-client=\"{ChallengeClient}\", public-key=\"{ServerKey}\", opaque=\"{GoOpaque}\"", Hostname, _client,
            ChallengeServer);

        Assert.Equal($"libp2p-PeerID public-key=\"{ClientKey}\", challenge-server=\"{ChallengeServer}\", sig=\"{ClientSignature}\", "
            + $"opaque=\"{GoOpaque}\"", authorization);
        PeerIdSession session = PeerIdClient.Check(
            $"libp2p-PeerID sig=\"{ServerSignature}\", bearer=\"YhlY\", public-key=\"{ServerKey}\"", Hostname, _client,
            ChallengeServer, key);
        Assert.Equal((_server.PeerId, "YhlY"), (session.Peer, session.Bearer));

        // a proof for another name, or of another server
        Assert.Throws<GatewayException>(() => PeerIdClient.Check(
            $"libp2p-PeerID sig=\"{ServerSignature}\", bearer=\"YhlY\"", "evil.example", _client, ChallengeServer, key));
        Assert.Throws<GatewayException>(() => PeerIdClient.Check(
            $"libp2p-PeerID sig=\"{ServerSignature}\", bearer=\"YhlY\"", Hostname, _client, ChallengeServer, _client.PublicKeyProtobuf));
    }

    [Fact]
    public void A_server_takes_go_libp2ps_signature_and_proves_itself_as_go_libp2p_does()
    {
        PeerIdLogin login = new(_server, _time, () => [.. Enumerable.Repeat((byte)0x11, 32)]);
        login.Change([_client.PeerId]);
        string challenge = login.Challenge();
        Assert.StartsWith($"libp2p-PeerID challenge-client=\"{ChallengeClient}\", public-key=\"{ServerKey}\", opaque=\"", challenge,
            StringComparison.Ordinal);

        string signed = $"public-key=\"{ClientKey}\", challenge-server=\"{ChallengeServer}\", sig=\"{ClientSignature}\", "
            + $"opaque=\"{OpaqueOf(challenge)}\"";

        // one without this server's key counts for any server, which could pass it on
        Assert.Equal(401, login.Judge(signed.Replace(ClientSignature, SignatureWithoutKey, StringComparison.Ordinal), [Hostname]).Status);
        PeerIdAnswer answer = login.Judge(signed, [Hostname]);
        Assert.Equal((200, _client.PeerId), (answer.Status, answer.Session!.Peer));
        Assert.Contains($"sig=\"{ServerSignature}\"", answer.Info, StringComparison.Ordinal);
        Assert.Contains("expires=\"1970-01-01T12:00:00Z\"", answer.Info, StringComparison.Ordinal);
        Assert.Equal(_client.PeerId, login.Find(answer.Session.Bearer!)!.Peer);
    }

    [Fact]
    public void Who_challenges_first_is_challenged_first()
        => Assert.Equal(401, _login.Judge($"challenge-server=\"{ChallengeServer}\", public-key=\"{ClientKey}\"", [Hostname]).Status);

    [Fact]
    public void An_answer_counts_once_for_two_minutes_and_for_the_name_that_was_asked()
    {
        string challenge = _login.Challenge();
        string answer = Answered(challenge, _client);
        Assert.Equal(421, _login.Judge(answer, []).Status);
        Assert.Contains("another name", _login.Judge(answer, ["evil.example"]).Why, StringComparison.Ordinal);
        Assert.Equal(200, _login.Judge(answer, ["other.example", Hostname]).Status);
        Assert.Contains("answered before", _login.Judge(answer, [Hostname]).Why, StringComparison.Ordinal);
        Assert.Equal(1, _login.Sessions);

        string late = Answered(_login.Challenge(), _client);
        _time.Advance(PeerIdLogin.ChallengeTime);
        Assert.Contains("is over", _login.Judge(late, [Hostname]).Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_keys_signatures_and_challenges_of_others_are_refused_and_strangers_are_told_so_once_they_have_proved_who_they_are()
    {
        string challenge = _login.Challenge();
        string sound = Answered(challenge, _client);
        string ownKey = PeerIdAuth.Encode(_client.PublicKeyProtobuf);
        string otherKey = PeerIdAuth.Encode(Seeded(3).PublicKeyProtobuf);
        Assert.Equal(401, _login.Judge(sound.Replace(ownKey, otherKey, StringComparison.Ordinal), [Hostname]).Status);
        Assert.Equal(400, _login.Judge(sound.Replace("sig=\"", "sig=\"A", StringComparison.Ordinal), [Hostname]).Status);
        Assert.Equal(401, _login.Judge(sound.Replace("sig=\"", "sig=\"AAAA", StringComparison.Ordinal), [Hostname]).Status);
        Assert.Equal(401, _login.Judge(Answered(new PeerIdLogin(_server, _time).Challenge(), _client), [Hostname]).Status);
        Assert.Equal(401, _login.Judge(sound.Replace(OpaqueOf(challenge), "AAAA", StringComparison.Ordinal), [Hostname]).Status);
        string forged = OpaqueOf(challenge);
        forged = forged[..60] + (forged[60] == 'A' ? 'B' : 'A') + forged[61..];
        Assert.Equal(401, _login.Judge(sound.Replace(OpaqueOf(challenge), forged, StringComparison.Ordinal), [Hostname]).Status);
        Assert.Equal(400, _login.Judge(sound.Replace(ChallengeServer, "short", StringComparison.Ordinal), [Hostname]).Status);

        PeerIdAnswer stranger = _login.Judge(Answered(challenge, Seeded(3)), [Hostname]);
        Assert.Equal(403, stranger.Status);
        Assert.Contains("http.admins", stranger.Why, StringComparison.Ordinal);
        Assert.Equal(0, _login.Sessions);
        Assert.Equal(200, _login.Judge(sound, [Hostname]).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("sig")]
    [InlineData("sig=\"a")]
    [InlineData("sig=\"a\" opaque=\"b\"")]
    [InlineData("sig=\"a\", sig=\"b\"")]
    [InlineData("sig=\"a\\\"b\"")]
    [InlineData("a=1,b=2,c=3,d=4,e=5,f=6,g=7,h=8,i=9")]
    public void A_header_that_is_none_is_refused(string header)
    {
        Assert.Null(PeerIdAuth.Parse(header));
        Assert.Equal(400, _login.Judge(header, [Hostname]).Status);
        Assert.Equal(400, _login.Judge($"bearer=\"{new string('a', PeerIdAuth.MaxHeader)}\"", [Hostname]).Status);
    }

    [Fact]
    public void A_bearer_token_ends_after_12_hours_with_log_out_with_its_peers_ninth_and_when_its_peer_may_no_longer()
    {
        string[] bearers = [.. Enumerable.Range(0, PeerIdLogin.MaxOfPeer + 1).Select(_ => LogIn())];
        Assert.Null(_login.Find(bearers[0]));
        Assert.All(bearers[1..], one => Assert.Equal(_client.PeerId, _login.Find(one)!.Peer));
        Assert.Equal(PeerIdLogin.MaxOfPeer, _login.Sessions);

        Assert.True(_login.LogOut(bearers[1]));
        Assert.Null(_login.Find(bearers[1]));
        _login.Change([_server.PeerId]);
        Assert.Null(_login.Find(bearers[2]));
        Assert.Equal(0, _login.Sessions);
        _login.Change([_client.PeerId]);
        string last = LogIn();
        _time.Advance(PeerIdLogin.SessionTime);
        Assert.Null(_login.Find(last));
    }

    [Fact]
    public async Task An_admin_logs_in_over_HTTP_with_its_key_changes_something_and_logs_out()
    {
        Identity stranger = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        string file = _folder.Write("gateway.json", $$"""{ "http": { "admins": ["{{_client.PeerId}}"] } }""");
        await using GatewayHost gateway = await Gateways.StartAsync(
            GatewaySettings.Load(Gateways.Sources(_folder.Path, file)), new Gateways.Logs());
        using HttpClient http = gateway.Http();
        Uri login = new(http.BaseAddress!, PeerIdClient.Path);
        PeerIdSession session = await PeerIdClient.LogInAsync(http, login, _client, CancellationToken.None);
        Assert.Equal(gateway.Node.PeerId, session.Peer);
        Assert.Equal(PeerIdClient.Path, (string)JsonNode.Parse(
            await http.GetStringAsync(PeerIdClient.WellKnownPath))![PeerIdAuth.Protocol]!["path"]!);

        string block = $"/api/peers/{stranger.PeerId}/block";
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(http, HttpMethod.Post, block, null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, HttpMethod.Post, block, $"Bearer {session.Bearer}")).StatusCode);
        string own = $"libp2p-PeerID bearer=\"{session.Bearer}\"";
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, HttpMethod.Post, block.Replace("/block", "/unblock"), own)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(http, HttpMethod.Post, "/api/logout", own)).StatusCode);
        HttpResponseMessage over = await SendAsync(http, HttpMethod.Post, block, own);
        Assert.Equal(HttpStatusCode.Unauthorized, over.StatusCode);
        Assert.Contains(over.Headers.WwwAuthenticate, one => one.Scheme == PeerIdAuth.Scheme);

        GatewayException refused = await Assert.ThrowsAsync<GatewayException>(
            () => PeerIdClient.LogInAsync(http, login, stranger, CancellationToken.None));
        Assert.Contains($"{stranger.PeerId} may not log in here", refused.Message, StringComparison.Ordinal);

        // who is named no longer is out with the reload
        PeerIdSession again = await PeerIdClient.LogInAsync(http, login, _client, CancellationToken.None);
        _folder.Write("gateway.json", "{}");
        await gateway.Core.ReloadAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(http, HttpMethod.Post, block, $"Bearer {again.Bearer}")).StatusCode);
    }

    [Fact]
    public async Task Nobody_logs_in_by_peer_id_where_nobody_is_named_nor_by_a_name_that_is_not_the_gateways()
    {
        await using GatewayHost closed = await Gateways.StartAsync(_folder);
        using HttpClient none = closed.Http();
        GatewayException off = await Assert.ThrowsAsync<GatewayException>(
            () => PeerIdClient.LogInAsync(none, new Uri(none.BaseAddress!, PeerIdClient.Path), _client, CancellationToken.None));
        Assert.Contains("http.admins", off.Message, StringComparison.Ordinal);

        using TemporaryFolder folder = new();
        await using GatewayHost gateway = await Gateways.StartAsync(
            folder, ("http.admins", _client.PeerId.ToString()), ("http.names", "mesh.example"));
        using HttpClient http = gateway.Http();
        Assert.Equal(421, (int)(await AsAsync(http, "evil.example")).StatusCode);
        Assert.Equal(421, (int)(await AsAsync(http, "127.0.0.2")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AsAsync(http, "mesh.example")).StatusCode);

        // go-libp2p signs the port with the name
        Assert.Equal(HttpStatusCode.OK, (await AsAsync(http, "localhost:4081")).StatusCode);
    }

    [Fact]
    public async Task Over_https_the_names_are_those_of_the_certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=other.example", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("mesh.example");
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using GatewayHost gateway = await Gateways.StartAsync(_folder,
            ("http.listen", "https://127.0.0.1:0"), ("http.admins", _client.PeerId.ToString()),
            ("http.certificate", _folder.Write("chain.pem", made.ExportCertificatePem())),
            ("http.certificateKey", _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem())));
        int port = new Uri(gateway.Core.HttpAddresses[0]).Port;
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = { RemoteCertificateValidationCallback = (_, _, _, _) => true },
        };
        using HttpClient http = new(handler) { Timeout = Gateways.Patience };

        Uri login = new($"https://mesh.example:{port}{PeerIdClient.Path}");
        Assert.Equal(gateway.Node.PeerId, (await PeerIdClient.LogInAsync(http, login, _client, CancellationToken.None)).Peer);
        GatewayException refused = await Assert.ThrowsAsync<GatewayException>(() => PeerIdClient.LogInAsync(
            http, new Uri($"https://other.example:{port}{PeerIdClient.Path}"), _client, CancellationToken.None));
        Assert.Contains("http.names", refused.Message, StringComparison.Ordinal);
    }

    private static Identity Seeded(byte number) => new(DesktopCrypto.Choose(), [.. Enumerable.Repeat(number, 32)], 0);

    private static string OpaqueOf(string challenge) => PeerIdAuth.Parse(challenge[(PeerIdAuth.Scheme.Length + 1)..])![PeerIdAuth.Opaque];

    private static string Answered(string challenge, Identity who, string hostname = Hostname)
        => PeerIdClient.Answer(challenge[(PeerIdAuth.Scheme.Length + 1)..], hostname, who, ChallengeServer)
            .Authorization[(PeerIdAuth.Scheme.Length + 1)..];

    // asks by a name, and signs for it
    private static async Task<HttpResponseMessage> AsAsync(HttpClient http, string host)
    {
        using HttpRequestMessage asked = new(HttpMethod.Get, PeerIdClient.Path) { Headers = { Host = host } };
        using HttpResponseMessage challenged = await http.SendAsync(asked);
        string challenge = challenged.Headers.WwwAuthenticate.Single().ToString();
        using HttpRequestMessage signed = new(HttpMethod.Get, PeerIdClient.Path) { Headers = { Host = host } };
        signed.Headers.TryAddWithoutValidation("Authorization", $"{PeerIdAuth.Scheme} {Answered(challenge, _client, host)}");
        return await http.SendAsync(signed);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, HttpMethod method, string path, string? authorization)
    {
        using HttpRequestMessage asked = new(method, path);
        if (authorization != null)
        {
            asked.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return await http.SendAsync(asked);
    }

    private string LogIn()
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return _login.Judge(Answered(_login.Challenge(), _client), [Hostname]).Session!.Bearer!;
    }
}
