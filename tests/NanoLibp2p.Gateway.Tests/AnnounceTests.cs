using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Gateway.Hosting;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Client;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>A gateway that tells others whose mail it keeps, and a sender who knows no gateway.</summary>
public sealed class AnnounceTests : IAsyncLifetime
{
    private const string Protocol = "/test/kad/1.0.0";

    private readonly TemporaryFolder _folder = new();
    private readonly Identity _device = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
    private readonly Identity _owner = Identity.Create(DesktopCrypto.Choose(), new SystemRandom());
    private Libp2pNode _meeting = null!;
    private KademliaService _dht = null!;
    private RendezvousPoint _point = null!;

    public async ValueTask InitializeAsync()
    {
        Libp2pNodeOptions options = new() { Shards = TestShards.Count };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        _meeting = await Libp2pNode.StartAsync(options);
        _dht = KademliaService.Start(_meeting, new KademliaServiceOptions { Protocol = Protocol, Mode = KademliaMode.Server });
        _point = RendezvousPoint.Start(_meeting, new RendezvousPointOptions());
    }

    public async ValueTask DisposeAsync()
    {
        await _dht.DisposeAsync();
        await _point.DisposeAsync();
        await _meeting.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_knows_a_DHT_or_a_rendezvous_point_alone_finds_the_mailbox_and_its_mail_arrives(bool isInDht)
    {
        await using GatewayHost gateway = await StartAsync("true", isInDht, !isInDht);
        await using Libp2pNode device = await Gateways.PeerAsync(_device);
        await using Mailbox mailbox = Open(device, gateway);
        await mailbox.PublishAsync().WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => Told(gateway) == "1 mailboxes can be found by others", "the mailbox is told");

        await using Libp2pNode owner = await Gateways.PeerAsync(_owner);
        await using KademliaService? kademlia = isInDht ? KademliaService.Start(owner, new KademliaServiceOptions
        {
            Protocol = Protocol, Mode = KademliaMode.Client, Bootstrap = { _meeting.ListenAddresses[0] },
        }) : null;
        MailboxFinder finder = new(owner, kademlia, isInDht ? [] : [_meeting.ListenAddresses[0]]);
        MailSenderOptions options = new() { Find = finder.FindAsync };
        await using MailSender sender = MailSender.Open(owner, _owner, _folder.File("sent"), options);
        SentMail sent = await sender.SendAsync(_device.PeerId, "open"u8.ToArray()).WaitAsync(Gateways.Patience);
        Assert.Equal(gateway.Node.PeerId, sent.Gateway);
        await foreach (ReceivedMail mail in mailbox.FetchAsync())
        {
            Assert.Equal(("open", _owner.PeerId), (mail.Text, mail.Sender));
        }
    }

    [Fact]
    public async Task Unless_it_is_told_to_a_gateway_says_of_nobody_that_it_keeps_its_mail()
    {
        HastyTime time = new(50);
        await using GatewayHost gateway = await StartAsync("false", true, true, time);
        await using Libp2pNode device = await Gateways.PeerAsync(_device);
        await using Mailbox mailbox = Open(device, gateway);
        await mailbox.PublishAsync().WaitAsync(Gateways.Patience);

        // five times as long as it takes when it is on
        await Task.Delay(TimeSpan.FromSeconds(10), time);
        Assert.Null(Told(gateway));
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task A_mailbox_that_closes_is_taken_from_the_points()
    {
        await using GatewayHost gateway = await StartAsync("true", false, true);
        await using Libp2pNode device = await Gateways.PeerAsync(_device);
        await using Mailbox mailbox = Open(device, gateway);
        await mailbox.PublishAsync().WaitAsync(Gateways.Patience);
        await Gateways.UntilAsync(() => Told(gateway) == "1 mailboxes can be found by others", "the mailbox is told");
        Assert.Equal(gateway.Node.PeerId, Assert.Single((await FindAsync()).Select(one => one.PeerId).Distinct()));

        int before = _point.Count;
        Assert.True(await gateway.Core.Mailboxes!.CloseAsync(_device.PeerId, default));
        await Gateways.UntilAsync(() => _point.Count == before - 1, "the registration is ended");
        Assert.Empty(await FindAsync());
    }

    [Fact]
    public async Task Where_nobody_can_be_told_the_status_says_so()
    {
        await using GatewayHost gateway = await Gateways.StartAsync(
            _folder, ("postbox.announce", "true"), ("kademlia.enabled", "false"));
        await Gateways.UntilAsync(() => gateway.Status.Conditions.ContainsKey(MailboxAnnouncer.Condition), "it is told");
        Assert.Contains("rendezvous.register", gateway.Status.Conditions[MailboxAnnouncer.Condition], StringComparison.Ordinal);
    }

    private async Task<IReadOnlyList<Multiaddr>> FindAsync()
    {
        await using Libp2pNode node = await Gateways.PeerAsync();
        MailboxFinder finder = new(node, null, [_meeting.ListenAddresses[0]]);
        return await finder.FindAsync(_device.PeerId, default).WaitAsync(Gateways.Patience);
    }

    private Mailbox Open(Libp2pNode device, GatewayHost gateway)
        => Mailbox.Open(device, _device, _folder.File("mine"), new MailboxOptions { Gateways = { gateway.Node.ListenAddresses[0] } });

    private static string? Told(GatewayHost gateway) => gateway.Status.Services.GetValueOrDefault("announce");

    private Task<GatewayHost> StartAsync(string announces, bool isInDht, bool isAtPoint, TimeProvider? time = null)
        => GatewayHost.StartAsync(
            Gateways.Settings(
                _folder.Path, ("postbox.announce", announces), ("postbox.admittedOnly", "false"), ("postbox.work", "1"),
                ("kademlia.enabled", isInDht ? "true" : "false"), ("kademlia.protocol", Protocol),
                ("kademlia.bootstrap", _meeting.ListenAddresses[0].ToString()),
                ("rendezvous.register", isAtPoint ? _meeting.ListenAddresses[0].ToString() : "")),
            time, _ => { });
}
