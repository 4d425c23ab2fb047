using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Admission;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Discovery;
using NanoLibp2p.Host.Fetch;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>The services of other folders, as a gateway runs them.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_peer_that_reserves_a_place_is_dialed_through_the_gateway()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        await using Libp2pNode hidden = await Gateways.PeerAsync(usesLimited: true);
        hidden.Handle("/echo/1.0.0", (stream, cancellation) => stream.CopyToAsync(stream, cancellation));
        await using RelayReservation reservation = RelayReservation.Start(hidden, gateway.Node.ListenAddresses[0]);
        Multiaddr address = await reservation.WaitAsync().WaitAsync(Gateways.Patience);
        await using Libp2pNode outside = await Gateways.PeerAsync(usesLimited: true);

        Assert.Equal(hidden.PeerId, await outside.DialAsync(address.ToString()).WaitAsync(Gateways.Patience));
        await using PeerStream echo = await outside.OpenStreamAsync(hidden.PeerId, "/echo/1.0.0").WaitAsync(Gateways.Patience);
        await echo.WriteAsync("hello"u8.ToArray());
        byte[] answer = new byte[5];
        await echo.ReadExactlyAsync(answer).AsTask().WaitAsync(Gateways.Patience);

        Assert.Equal("hello"u8, answer);
        Assert.StartsWith("1 reservations, 1 circuits", gateway.Status.Services["relay"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_only_admitted_peers_reserve_a_place_another_is_refused_and_one_with_a_token_is_a_sensor()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("relay.admittedOnly", "true"), ("relay.circuitSeconds", "1"));
        Identity identity = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
        await using Libp2pNode stranger = await Gateways.PeerAsync();
        await using RelayReservation refused = RelayReservation.Start(stranger, gateway.Node.ListenAddresses[0]);
        await Gateways.UntilAsync(() => refused.LastError != null, "the stranger is refused");
        Assert.Equal(0, gateway.Core.FullNode!.Relay!.Reservations);

        gateway.Core.Issue(identity.PeerId, AdmissionClass.Sensor, null);
        await using Libp2pNode sensor = await Gateways.PeerAsync(identity);
        await using RelayReservation reservation = RelayReservation.Start(sensor, gateway.Node.ListenAddresses[0]);
        Multiaddr address = await reservation.WaitAsync().WaitAsync(Gateways.Patience);
        await using Libp2pNode outside = await Gateways.PeerAsync();
        await outside.DialAsync(address.ToString()).WaitAsync(Gateways.Patience);

        // a circuit of anybody else is marked as limited, and this one would end after a second
        Assert.False(outside.ConnectionsTo(identity.PeerId)[0].IsLimited);
    }

    [Fact]
    public async Task A_value_of_its_DHT_is_there_after_a_restart_and_in_a_backup()
    {
        byte[] key = [];
        byte[] value = [];
        await using (GatewayHost gateway = await StartDhtAsync(_folder.File("data")))
        {
            await using Libp2pNode peer = await Gateways.PeerAsync();
            (key, value) = (PublicKeyRecord(peer), PublicKeyOf(peer));
            await peer.DialAsync(gateway);
            await using KademliaService client = KademliaService.Start(peer, new KademliaServiceOptions
            {
                Protocol = "/test/kad/1.0.0", Mode = KademliaMode.Client, Bootstrap = { gateway.Node.ListenAddresses[0] },
            });
            await Gateways.UntilAsync(() => client.TableCount == 1, "the gateway is in the table");
            await client.PutValueAsync(key, value).WaitAsync(Gateways.Patience);
            Storage.Backup.Write(_folder.File("data"), _folder.File("kept"));
        }

        Storage.Backup.Restore(_folder.File("kept"), _folder.File("other"), DateTimeOffset.UtcNow);
        foreach (string data in new[] { "data", "other" })
        {
            await using SqliteKademliaStore store = new(_folder.File(data + "/stores/kademlia.db"));
            Assert.NotNull(await store.GetValueAsync(key, default));
        }
    }

    [Fact]
    public async Task A_registration_at_its_rendezvous_point_stays_over_a_restart()
    {
        await using Libp2pNode registered = await ListenAsync();
        await using (GatewayHost gateway = await Gateways.StartAsync(_folder))
        {
            await registered.DialAsync(gateway);
            await new RendezvousClient(registered).RegisterAsync(gateway.Node.PeerId, "greenhouse").WaitAsync(Gateways.Patience);
        }

        await using GatewayHost again = await Gateways.StartAsync(_folder);
        await using Libp2pNode other = await Gateways.PeerAsync();
        await other.DialAsync(again);
        RendezvousPage page = await new RendezvousClient(other).DiscoverAsync(again.Node.PeerId, "greenhouse").WaitAsync(Gateways.Patience);
        Assert.Equal(registered.PeerId, Assert.Single(page.Registrations).Record.Peer);
        await other.DialAsync(registered.PeerId).WaitAsync(Gateways.Patience);
    }

    [Fact]
    public async Task A_store_that_is_none_is_told_and_what_it_would_keep_is_in_memory()
    {
        Directory.CreateDirectory(_folder.File("stores"));
        _folder.Write("stores/rendezvous.db", new string('x', 5000));
        _folder.Write("stores/kademlia.db", new string('x', 5000));
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);

        Assert.Contains("registrations of rendezvous are kept in memory alone: ", gateway.Status.Conditions["rendezvous-store"],
            StringComparison.Ordinal);
        Assert.Contains("records of Kademlia are kept in memory alone: ", gateway.Status.Conditions["kademlia-store"],
            StringComparison.Ordinal);
        Assert.Equal("0 registrations", gateway.Status.Services["rendezvous"]);
    }

    [Fact]
    public async Task While_registrations_can_not_be_written_it_is_degraded_with_why_and_is_ready_again_afterwards()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        await using Libp2pNode registered = await ListenAsync();
        await registered.DialAsync(gateway);
        using (SqliteConnection other = new($"Data Source={_folder.File("stores/rendezvous.db")};Pooling=False"))
        {
            other.Open();
            using SqliteTransaction locks = other.BeginTransaction();
            await new RendezvousClient(registered).RegisterAsync(gateway.Node.PeerId, "greenhouse").WaitAsync(Gateways.Patience);

            await Gateways.UntilAsync(() => gateway.Status.State == "degraded", "the refusal is told");
            Assert.StartsWith("registrations of rendezvous of now are in memory alone", gateway.Status.Conditions["rendezvous-store"],
                StringComparison.Ordinal);
        }

        await Gateways.UntilAsync(() => gateway.Status.State == "ready", "they are written");
    }

    [Fact]
    public async Task While_records_of_its_DHT_can_not_be_written_it_is_degraded_with_why_and_is_ready_again_afterwards()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder);
        SqliteKademliaStore store = gateway.Core.FullNode!.KademliaFile!;
        StoredValue value = new([1], [2], DateTimeOffset.UtcNow);
        Change("ALTER TABLE value RENAME TO elsewhere");
        await Assert.ThrowsAsync<IOException>(async () => await store.PutValueAsync(value, default));

        await Gateways.UntilAsync(() => gateway.Status.State == "degraded", "the failure is told");
        Assert.StartsWith("records of Kademlia are not taken: ", gateway.Status.Conditions["kademlia-store"], StringComparison.Ordinal);
        Change("ALTER TABLE elsewhere RENAME TO value");
        Assert.True(await store.PutValueAsync(value, default));
        await Gateways.UntilAsync(() => gateway.Status.State == "ready", "they are written");

        void Change(string statement)
        {
            using SqliteConnection other = new($"Data Source={_folder.File("stores/kademlia.db")};Pooling=False");
            other.Open();
            using SqliteCommand command = other.CreateCommand();
            command.CommandText = statement;
            command.ExecuteNonQuery();
        }
    }

    [Fact]
    public async Task It_registers_itself_at_rendezvous_points_and_is_degraded_while_one_does_not_answer()
    {
        string gone = $"/ip4/127.0.0.1/tcp/1/p2p/{Identity.Create(DesktopCrypto.Choose(), new SystemRandom()).PeerId}";
        await using Libp2pNode point = await ListenAsync();
        await using RendezvousPoint service = RendezvousPoint.Start(point, new RendezvousPointOptions());
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("rendezvous.register", $"{point.ListenAddresses[0]},{gone}"));
        await using Libp2pNode board = await Gateways.PeerAsync();
        PeerId at = await board.DialAsync(point.ListenAddresses[0]).WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => service.Count == 1, "it is registered");

        RendezvousPage page = await new RendezvousClient(board).DiscoverAsync(at, "nanolibp2p/gateways").WaitAsync(Gateways.Patience);
        Assert.Equal(gateway.Node.PeerId, Assert.Single(page.Registrations).Record.Peer);
        await board.DialAsync(gateway.Node.PeerId).WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => gateway.Status.State == "degraded", "the point that is gone is told");
        string told = gateway.Status.Conditions["rendezvous-register"];
        Assert.StartsWith($"devices may not find it by rendezvous: {gone} has not registered it: ", told, StringComparison.Ordinal);
        Assert.DoesNotContain(point.PeerId.ToString(), told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_switched_off_does_not_run_and_a_browsers_address_does()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("relay.enabled", "false"), ("kademlia.enabled", "false"), ("autonat.enabled", "false"),
            ("rendezvous.enabled", "false"), ("page.enabled", "false"), ("holePunch.enabled", "false"), ("postbox.enabled", "false"),
            ("listen", "/ip4/127.0.0.1/tcp/0,/ip4/127.0.0.1/tcp/0/ws"));
        Assert.Empty(gateway.Status.Services);
        await using Libp2pNode peer = await Gateways.PeerAsync();

        Multiaddr ws = gateway.Node.ListenAddresses[1];
        Assert.Contains("/ws/", ws.ToString(), StringComparison.Ordinal);
        await peer.DialAsync(ws).WaitAsync(Gateways.Patience);
        await peer.PingAsync(gateway.Node.PeerId).WaitAsync(Gateways.Patience);
    }

    [Theory]
    [InlineData("/ip4/0.0.0.0/tcp/0", "true", true)]
    [InlineData("/ip4/0.0.0.0/tcp/0", "false", false)]
    [InlineData("/ip4/127.0.0.1/tcp/0", "true", false)]
    public async Task It_is_found_by_mDNS_unless_that_is_off_or_it_listens_on_loopback_alone(string listen, string enabled, bool isFound)
    {
        string service = $"_p2p-{Guid.NewGuid():N}._udp.local";
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("listen", listen), ("mdns.enabled", enabled), ("mdns.service", service));
        Assert.Equal(isFound, gateway.Status.Services.ContainsKey("mdns"));
        if (isFound)
        {
            await using Libp2pNode peer = await Gateways.PeerAsync();
            await using MdnsService mdns = MdnsService.Start(peer, new MdnsServiceOptions { Service = service });

            await Gateways.UntilAsync(() => peer.PeerStore.Find(gateway.Node.PeerId) != null, "the gateway is found");
            await peer.DialAsync(gateway.Node.PeerId).WaitAsync(Gateways.Patience);
        }
    }

    [Fact]
    public async Task Who_comes_later_fetches_a_boards_newest_message()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("fetch.topics", "greenhouse/climate"));
        await using Libp2pNode board = await Gateways.PeerAsync();
        await board.DialAsync(gateway);
        foreach (string text in new[] { "old", "new" })
        {
            byte[] data = Encoding.ASCII.GetBytes(text);
            while (await board.PublishAsync("greenhouse/climate", data).WaitAsync(Gateways.Patience) == 0)
            {
                await Task.Delay(5);
            }
        }

        await using Libp2pNode later = await Gateways.PeerAsync();
        PeerId peer = await later.DialAsync(gateway);
        FetchService fetch = FetchService.Start(later, new FetchOptions());
        string key = $"/newest/greenhouse/climate/{board.PeerId}";
        await Gateways.UntilAsync(() => gateway.Core.FullNode!.Newest!.Find(key) is [(byte)'n', ..], "the newest has arrived");

        byte[]? newest = await fetch.FetchAsync(peer, key).WaitAsync(Gateways.Patience);
        Assert.Equal("new"u8, newest!);
        Assert.Null(await fetch.FetchAsync(peer, $"/newest/greenhouse/climate/{later.PeerId}").WaitAsync(Gateways.Patience));
        Assert.Equal("1 newest messages", gateway.Status.Services["fetch"]);
    }

    [Fact]
    public async Task Of_more_authors_than_are_kept_the_one_that_was_silent_longest_is_forgotten_and_long_messages_are_passed_over()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(_folder, ("fetch.topics", "t"));
        NewestMessages newest = gateway.Core.FullNode!.Newest!;
        PeerId[] authors = new PeerId[NewestMessages.MaxMessages + 1];
        for (int i = 0; i < authors.Length; i++)
        {
            byte[] key = new byte[32];
            BitConverter.TryWriteBytes(key, i);
            authors[i] = PeerId.FromEd25519(key, 0);
        }

        for (int i = 0; i < NewestMessages.MaxMessages; i++)
        {
            Keep(i, [1]);
        }

        Keep(0, [2]);
        Keep(0, new byte[NewestMessages.MaxBytes + 1]);
        Keep(NewestMessages.MaxMessages, [3]);

        Assert.Equal(NewestMessages.MaxMessages, newest.Count);
        Assert.Equal([2], newest.Find($"/newest/t/{authors[0]}"));
        Assert.Null(newest.Find($"/newest/t/{authors[1]}"));
        Assert.Equal([3], newest.Find($"/newest/t/{authors[^1]}"));

        void Keep(int author, byte[] data) => newest.Keep(new TopicMessage("t", data, authors[author], 1, authors[author]));
    }

    private static Task<Libp2pNode> ListenAsync()
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        return Libp2pNode.StartAsync(options);
    }

    private static Task<GatewayHost> StartDhtAsync(string data) => GatewayHost.StartAsync(
        Gateways.Settings(data, ("kademlia.protocol", "/test/kad/1.0.0")), logging: _ => { });

    // /pk/ and the peer's id: the namespace that every DHT takes
    private static byte[] PublicKeyRecord(Libp2pNode peer) => [.. "/pk/"u8, .. peer.PeerId.ToBytes()];

    // behind the multihash's own two bytes stands the key itself
    private static byte[] PublicKeyOf(Libp2pNode peer) => peer.PeerId.ToBytes()[2..];
}
