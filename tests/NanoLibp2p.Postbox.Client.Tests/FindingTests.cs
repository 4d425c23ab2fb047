using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Host.Rendezvous;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Tests;

/// <summary>Gateways that are found in a DHT and at rendezvous points.</summary>
public sealed class FindingTests : IAsyncLifetime
{
    private const string Protocol = "/test/kad/1.0.0";

    private ScriptedGateway _gateway = null!;
    private Libp2pNode _meeting = null!;
    private KademliaService _dht = null!;
    private RendezvousPoint _point = null!;
    private Peer _alice = null!;
    private Peer _bob = null!;

    public async ValueTask InitializeAsync()
    {
        _gateway = await ScriptedGateway.StartAsync();
        _alice = await Peer.StartAsync();
        _bob = await Peer.StartAsync();
        Libp2pNodeOptions options = new() { Shards = 1, PubSub = null };
        options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
        _meeting = await Libp2pNode.StartAsync(options);
        _dht = Kademlia(_meeting, KademliaMode.Server);
        _point = RendezvousPoint.Start(_meeting, new RendezvousPointOptions());
    }

    public async ValueTask DisposeAsync()
    {
        await _dht.DisposeAsync();
        await _point.DisposeAsync();
        await _meeting.DisposeAsync();
        await _alice.DisposeAsync();
        await _bob.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    [Fact]
    public void A_mailbox_has_the_names_of_the_specification()
    {
        byte[] id = Convert.FromHexString("00240801122029acbae141bccaf0b22e1a94d34d0bc7361e526d0bfe12c89794bc9322966dd7");
        byte[] cid = [1, 0x55, 0x12, 32, .. SHA256.HashData([.. Encoding.ASCII.GetBytes("/nanolibp2p/postbox/"), .. id])];
        PeerId peer = PeerId.FromBytes(id, 0, id.Length);
        Assert.Equal(cid, MailboxNames.Cid(peer).ToBytes());

        // RFC 4648 in lower case without padding, five bits a character
        StringBuilder text = new("b");
        for (int bit = 0; bit < cid.Length * 8; bit += 5)
        {
            int value = Enumerable.Range(bit, 5).Aggregate(0, (all, at)
                => (all << 1) | (at < cid.Length * 8 ? (cid[at / 8] >> (7 - (at % 8))) & 1 : 0));
            text.Append("abcdefghijklmnopqrstuvwxyz234567"[value]);
        }

        Assert.Equal(text.ToString(), MailboxNames.Namespace(peer));
        Assert.Equal("bafkreidvxsxqm2iunms4yktdgyxau5bqiab64ieacxfltshcwfbjabbud4", MailboxNames.Namespace(peer));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mail_goes_to_the_gateway_that_the_record_names_and_never_to_a_liar_who_says_so_first(bool isInDht)
    {
        await using ScriptedGateway liar = await ScriptedGateway.StartAsync();
        await AnnounceAsync(liar.Node, isInDht);
        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            await mailbox.PublishAsync();
        }

        await using KademliaService? kademlia = isInDht ? Kademlia(_alice.Node, KademliaMode.Client) : null;
        MailboxFinder finder = new(_alice.Node, kademlia, isInDht ? [] : [_meeting.ListenAddresses[0]]);
        await using MailSender sender = _alice.OpenSender(new MailSenderOptions { Find = finder.FindAsync });
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello")).WaitAsync(Peer.Patience));
        Assert.Equal(MailError.NoMailbox, e.Error);
        Assert.NotEmpty(liar.Requests);

        await AnnounceAsync(_gateway.Node, isInDht);
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello")).WaitAsync(Peer.Patience);
        Assert.Equal(_gateway.Node.PeerId, sent.Gateway);
        Assert.Empty(liar.Items);
        Assert.Equal("hello", Assert.Single(await FetchAsync()).Text);
    }

    [Fact]
    public async Task A_source_that_fails_keeps_nothing_from_the_other_and_says_so()
    {
        await AnnounceAsync(_gateway.Node, isInDht: true);
        await using KademliaService kademlia = Kademlia(_alice.Node, KademliaMode.Client);
        MailboxFinder finder = new(_alice.Node, kademlia, [Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")]);
        List<Exception> failed = [];
        finder.SourceFailed += failed.Add;
        Multiaddr found = Assert.Single(await finder.FindAsync(_bob.Id, default).WaitAsync(Peer.Patience));
        Assert.Equal(_gateway.Node.PeerId, found.PeerId);
        Assert.IsAssignableFrom<IOException>(Assert.Single(failed));
    }

    [Fact]
    public async Task Where_nobody_has_announced_a_mailbox_nothing_is_found_and_the_sender_is_told()
    {
        await using KademliaService kademlia = Kademlia(_alice.Node, KademliaMode.Client);
        MailboxFinder finder = new(_alice.Node, kademlia, [_meeting.ListenAddresses[0]]);
        List<PeerId> lookedFor = [];
        await using MailSender sender = _alice.OpenSender(new MailSenderOptions
        {
            Find = (peer, cancellation) =>
            {
                lookedFor.Add(peer);
                return finder.FindAsync(peer, cancellation);
            },
        });
        MailException e = await Assert.ThrowsAsync<MailException>(() => sender.SendAsync(_bob.Id, Text("hello")).WaitAsync(Peer.Patience));
        Assert.Equal(MailError.NoGateway, e.Error);
        Assert.Equal([_bob.Id], lookedFor);
        Assert.Contains("none was found", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_say_that_they_keep_the_mail_so_many_are_told_and_no_more()
    {
        for (int i = 0; i < MailboxFinder.MaxGateways + 2; i++)
        {
            Libp2pNodeOptions options = new() { Shards = 1, PubSub = null };
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            options.ListenAddresses.Add("/ip4/127.0.0.1/tcp/0");
            await using Libp2pNode liar = await Libp2pNode.StartAsync(options);
            await AnnounceAsync(liar, isInDht: false);
        }

        await AnnounceAsync(_gateway.Node, isInDht: true);
        await using KademliaService kademlia = Kademlia(_alice.Node, KademliaMode.Client);
        MailboxFinder finder = new(_alice.Node, kademlia, [_meeting.ListenAddresses[0]]);
        IReadOnlyList<Multiaddr> found = await finder.FindAsync(_bob.Id, default).WaitAsync(Peer.Patience);
        Assert.Equal(MailboxFinder.MaxAddresses, found.Count);
        Assert.Equal(MailboxFinder.MaxGateways, found.Select(one => one.PeerId).Distinct().Count());

        // who fills one source keeps nobody out of the other
        Assert.Contains(_gateway.Node.PeerId, found.Select(one => one.PeerId));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_is_waited_for_so_long_and_no_longer()
    {
        _meeting.StopHandling("/rendezvous/1.0.0");
        TaskCompletionSource never = new();
        _meeting.Handle("/rendezvous/1.0.0", (_, _) => never.Task);
        MailboxFinder finder = new(_alice.Node, null, [_meeting.ListenAddresses[0]]) { Patience = TimeSpan.FromMilliseconds(300) };
        List<Exception> failed = [];
        finder.SourceFailed += failed.Add;
        Assert.Empty(await finder.FindAsync(_bob.Id, default).WaitAsync(Peer.Patience));
        Assert.IsType<TimeoutException>(Assert.Single(failed));
        never.SetResult();
    }

    [Fact]
    public async Task When_the_gateway_of_the_record_is_gone_the_one_that_is_announced_gets_the_mail()
    {
        await using ScriptedGateway former = await ScriptedGateway.StartAsync();
        MailSenderOptions options = new() { Find = (_, _) => Task.FromResult<IReadOnlyList<Multiaddr>>([_gateway.Address]) };
        await using MailSender sender = _alice.OpenSender(options);
        await using (Mailbox mailbox = _bob.OpenMailbox(former.Address))
        {
            await mailbox.PublishAsync();
        }

        await sender.SendAsync(_bob.Id, Text("one"), new SendOptions { Via = former.Address });
        await former.DisposeAsync();
        await using (Mailbox mailbox = _bob.OpenMailbox(_gateway.Address))
        {
            await mailbox.PublishAsync();
        }

        SentMail sent = await sender.SendAsync(_bob.Id, Text("two")).WaitAsync(Peer.Patience);
        Assert.Equal(_gateway.Node.PeerId, sent.Gateway);
        Assert.Equal(_gateway.Node.PeerId, Assert.Single((await sender.LocateAsync(_bob.Id)).Gateways).Peer);
    }

    [Fact]
    public async Task What_became_of_a_message_is_asked_where_its_gateway_is_announced_now()
    {
        ScriptedGateway now = _gateway;
        MailSenderOptions options = new() { Find = (_, _) => Task.FromResult<IReadOnlyList<Multiaddr>>([now.Address]) };
        await using MailSender sender = _alice.OpenSender(options);
        SentMail sent = await sender.SendAsync(_bob.Id, Text("hello"), new SendOptions { Via = _gateway.Address });
        await _gateway.DisposeAsync();
        now = await ScriptedGateway.StartAsync(_gateway);
        _gateway = now;
        MailStatus status = await sender.StatusAsync(sent.Id).WaitAsync(Peer.Patience);
        Assert.Equal((MailFate.Waiting, now.Node.PeerId), (status.Fate, status.Gateway));
        Assert.NotEmpty(now.Requests);
    }

    private async Task<List<ReceivedMail>> FetchAsync()
    {
        await using Mailbox mailbox = _bob.OpenMailbox(_gateway.Address);
        return await Peer.FetchAsync(mailbox);
    }

    // as somebody who keeps Bob's mail, or says so
    private async Task AnnounceAsync(Libp2pNode node, bool isInDht)
    {
        await node.DialAsync(_meeting.ListenAddresses[0]);
        if (isInDht)
        {
            await using KademliaService kademlia = Kademlia(node, KademliaMode.Client);
            Assert.Equal(1, await kademlia.ProvideOnceAsync(MailboxNames.Cid(_bob.Id)).WaitAsync(Peer.Patience));
            return;
        }

        await new RendezvousClient(node).RegisterAsync(_meeting.PeerId, MailboxNames.Namespace(_bob.Id)).WaitAsync(Peer.Patience);
    }

    private KademliaService Kademlia(Libp2pNode node, KademliaMode mode)
    {
        KademliaServiceOptions options = new() { Protocol = Protocol, Mode = mode };
        if (node != _meeting)
        {
            options.Bootstrap.Add(_meeting.ListenAddresses[0]);
        }

        return KademliaService.Start(node, options);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
