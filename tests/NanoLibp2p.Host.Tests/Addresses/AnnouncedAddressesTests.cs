using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Addresses;

/// <summary>What a node says of where it is, to whom, and what it takes of what others say.</summary>
public class AnnouncedAddressesTests
{
    private static readonly Multiaddr _public = Multiaddr.Parse("/ip4/8.8.4.4/tcp/4001");
    private static readonly Multiaddr _private = Multiaddr.Parse("/ip4/192.168.7.7/tcp/4001");

    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Peers_know_the_announced_addresses_signed_and_hear_of_each_change(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        Assert.Equal(server.ListenAddresses, server.AnnouncedAddresses);
        await client.DialAsync(server);
        PeerIdentification said = await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);
        PeerRecord first = said.SignedPeerRecord!;
        Assert.Equal(server.PeerId, first.Peer);
        Assert.Equal(said.ListenAddresses, first.Addresses);

        server.Announce(_public);
        await Nodes.UntilAsync(() => Known(client, server).Contains(_public), "the announced address arrives");
        await Nodes.UntilAsync(() => client.PeerStore.FindRecord(server.PeerId)!.Addresses.Contains(_public), "its record, too");
        Assert.True(client.PeerStore.FindRecord(server.PeerId)!.Sequence > first.Sequence);
        Assert.Equal([_public.WithPeerId(server.PeerId), server.ListenAddresses[0]], server.AnnouncedAddresses);

        server.Withdraw(_public);
        await Nodes.UntilAsync(() => !Known(client, server).Contains(_public), "it is withdrawn");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Peers_hear_of_a_protocol_that_is_served_later(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        await client.DialAsync(server);
        await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);
        Assert.False(client.PeerStore.Supports(server.PeerId, "/later/1.0.0"));

        server.Handle("/later/1.0.0", Nodes.EchoAsync);

        await Nodes.UntilAsync(() => client.PeerStore.Supports(server.PeerId, "/later/1.0.0"), "it is pushed");
    }

    [Fact]
    public async Task Addresses_given_in_the_options_are_told_instead_of_the_listen_addresses()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best,
            options => options.AnnounceAddresses.Add("/dns4/gateway.example/tcp/4001"));
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await client.DialAsync(server);

        PeerIdentification said = await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);

        Assert.Equal(["/dns4/gateway.example/tcp/4001"], said.ListenAddresses.Select(one => one.ToString()));
        ArgumentException bad = await Assert.ThrowsAsync<ArgumentException>(() => Nodes.StartAsync(1, PollerKind.Best,
            options => options.AnnounceAddresses.Add("gateway.example:4001")));
        Assert.Contains("AnnounceAddresses: 'gateway.example:4001'", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Strangers_hear_public_addresses_alone_and_neighbours_no_loopback()
    {
        await using Libp2pNode node = await Nodes.ListenAsync(1, PollerKind.Best);
        Multiaddr loopback = node.ListenAddresses[0].WithoutPeerId();
        node.Announce(_private);
        node.Announce(_public);

        Assert.Equal([_public, _private, loopback], node.AnnouncementFor(Multiaddr.Parse("/ip4/127.0.0.1/tcp/1")).Addresses);
        Assert.Equal([_public, _private], node.AnnouncementFor(Multiaddr.Parse("/ip4/192.168.1.1/tcp/1")).Addresses);
        Assert.Equal([_public], node.AnnouncementFor(Multiaddr.Parse("/ip4/9.9.9.9/tcp/1")).Addresses);
        Assert.Equal([_public], node.AnnouncementFor(null).Addresses);
        Multiaddr circuit = Multiaddr.Parse("/ip4/192.168.1.1/tcp/1").WithPeerId(node.PeerId);
        Assert.Equal([_public], node.AnnouncementFor(Multiaddr.Parse(circuit + "/p2p-circuit")).Addresses);
        // what is passed on, and signed
        Assert.Equal([_public], node.SignedPeerRecord.Addresses);
        Assert.True(node.AnnouncementFor(_private).Record.IsNewerThan(node.SignedPeerRecord));
    }

    [Fact]
    public async Task An_address_that_AutoNAT_found_unreachable_is_not_announced_until_it_is_reachable_again()
    {
        await using Libp2pNode node = await Nodes.ListenAsync(1, PollerKind.Best);
        node.Announce(_public);
        node.SetReachable(_public, false);
        Assert.Equal(node.ListenAddresses, node.AnnouncedAddresses);
        Assert.Contains(_public, node.CandidateAddresses);

        node.SetReachable(_public, true);
        Assert.Contains(_public.WithPeerId(node.PeerId), node.AnnouncedAddresses);
    }

    [Fact]
    public async Task An_address_of_another_peer_is_not_announced()
    {
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        await using Libp2pNode other = await Nodes.StartAsync(1, PollerKind.Best);

        ArgumentException refused = Assert.Throws<ArgumentException>(() => node.Announce(_public.WithPeerId(other.PeerId)));

        Assert.Contains(node.PeerId.ToString(), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_application_hears_of_a_change_once()
    {
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        BlockingCollection<IReadOnlyList<Multiaddr>> heard = [];
        node.AnnouncedAddressesChanged += heard.Add;

        node.Announce(_public);
        node.Announce(_public);

        Assert.True(heard.TryTake(out IReadOnlyList<Multiaddr>? now, Nodes.Patience));
        Assert.Equal([_public.WithPeerId(node.PeerId)], now);
        node.Withdraw(_public);
        Assert.True(heard.TryTake(out now, Nodes.Patience));
        Assert.Empty(now);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(15, 2)]
    [InlineData(60, 5)]
    public async Task Much_to_say_comes_in_several_messages_of_at_most_4096_bytes_the_record_alone(int addresses, int messages)
    {
        string[] all = [.. Enumerable.Range(0, addresses).Select(i => $"/dns4/{i:d3}{new string('x', 197)}/tcp/4001")];
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best, options =>
        {
            foreach (string address in all)
            {
                options.AnnounceAddresses.Add(address);
            }
        });
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await client.DialAsync(server);
        PeerIdentification said = await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);

        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, IdentifyProtocol.Id).WaitAsync(Nodes.Patience);
        MessageStream reader = new(stream, Nodes.Patience);
        List<byte[]> read = [];
        while (await reader.ReadMessageAsync(8192) is { } message)
        {
            read.Add(message);
        }

        Assert.Equal(messages, read.Count);
        Assert.All(read, one => Assert.InRange(one.Length, 1, IdentifyAnnouncement.MaxMessage));
        Assert.True(messages == 1 || OnlyField(read[^1]) == IdentifyField.SignedPeerRecord);
        Assert.Equal(all, said.ListenAddresses.Select(one => one.ToString()));
        Assert.NotNull(said.ObservedAddress);
        // as many as fit a record that fits a message
        Assert.InRange(said.SignedPeerRecord!.Addresses.Count, Math.Min(addresses, 15), Math.Min(addresses, 17));
    }

    [Fact]
    public async Task A_forged_record_is_not_believed_nor_that_of_another_peer_and_few_signatures_are_looked_at()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        Identity identity = Identity.Create(new ManagedCrypto(), new Hal.Desktop.SystemRandom());
        Identity other = Identity.Create(new ManagedCrypto(), new Hal.Desktop.SystemRandom());
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best, options => options.Identity = identity);
        await client.DialAsync(server);
        await Nodes.UntilAsync(() => server.IsConnected(client.PeerId), "the server sees it, too");
        await server.IdentifyAsync(client.PeerId).WaitAsync(Nodes.Patience);
        ulong known = server.PeerStore.FindRecord(client.PeerId)!.Sequence;
        BlockingCollection<PeerIdentification> heard = [];
        server.PeerIdentified += heard.Add;

        // a signature that is wrong, one that is right and another's, one that is old
        byte[] forged = Record(identity, known + 10);
        forged[^1] ^= 1;
        Assert.Null((await PushAsync(client, server, heard, forged)).SignedPeerRecord);
        Assert.Null((await PushAsync(client, server, heard, Record(other, known + 10))).SignedPeerRecord);
        Assert.Equal(known, (await PushAsync(client, server, heard, Record(identity, known - 1))).SignedPeerRecord!.Sequence);

        // by now four of this peer were looked at, its own among them: of more, one each ten seconds
        Stopwatch watch = Stopwatch.StartNew();
        int looked = 0;
        for (ulong i = 0; i < 20; i++)
        {
            looked += (await PushAsync(client, server, heard, Record(identity, known + 10 + i))).SignedPeerRecord == null ? 0 : 1;
        }

        Assert.InRange(looked, 0, 3 + (int)(watch.Elapsed.TotalSeconds / 10));
        Assert.Null(server.PeerStore.FindRecord(other.PeerId));
    }

    [Fact]
    public async Task Of_addresses_without_end_64_are_announced_and_asked_about_and_no_more_are_kept()
    {
        Multiaddr[] many = [.. Enumerable.Range(1, 100).Select(port => _public.WithPort(port))];
        await using Libp2pNode told = await Nodes.StartAsync(1, PollerKind.Best, options =>
        {
            foreach (Multiaddr one in many.Take(64))
            {
                options.AnnounceAddresses.Add(one.ToString());
            }
        });
        Array.ForEach(many[64..], told.Announce);
        Assert.Equal(many.Take(64).Select(one => one.WithPeerId(told.PeerId)), told.AnnouncedAddresses);
        Assert.Equal(many.Take(64), told.CandidateAddresses);

        // those beyond are not behind the others
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        Array.ForEach(many, node.Announce);
        Assert.Equal(64, node.AnnouncedAddresses.Count);
        Array.ForEach(many[..64], node.Withdraw);
        Assert.Empty(node.AnnouncedAddresses);
    }

    [Fact]
    public async Task Of_verdicts_without_end_64_are_kept()
    {
        await using Libp2pNode node = await Nodes.StartAsync(1, PollerKind.Best);
        Multiaddr[] many = [.. Enumerable.Range(1, 65).Select(port => _public.WithPort(port))];
        Array.ForEach(many, one => node.SetReachable(one, false));

        node.Announce(many[63]);
        Assert.Empty(node.AnnouncedAddresses);
        node.Announce(many[64]);
        Assert.Equal([many[64].WithPeerId(node.PeerId)], node.AnnouncedAddresses);
    }

    private static byte[] Record(Identity identity, ulong sequence)
        => PeerRecord.Seal(identity, new ManagedCrypto(), sequence, [_public]).Envelope.Bytes.ToArray();

    private static async Task<PeerIdentification> PushAsync(Libp2pNode client, Libp2pNode server,
        BlockingCollection<PeerIdentification> heard, byte[] record)
    {
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, IdentifyProtocol.PushId).WaitAsync(Nodes.Patience);
        await new MessageStream(stream, Nodes.Patience).WriteMessageAsync(
            new ProtobufMessage().Bytes(IdentifyField.SignedPeerRecord, record).ToArray());
        stream.CompleteWrites();
        PeerIdentification? said;
        do
        {
            Assert.True(heard.TryTake(out said, Nodes.Patience));
        }
        while (!said.IsPush);

        return said;
    }

    private static IEnumerable<Multiaddr> Known(Libp2pNode client, Libp2pNode server)
        => client.PeerStore.Addresses(server.PeerId).Where(one => one.Source != AddressSource.Dialed).Select(one => one.Address);

    private static int OnlyField(byte[] message)
    {
        ProtobufFields fields = new(message);
        Assert.True(fields.Next());
        int field = fields.Field;
        Assert.False(fields.Next());
        return field;
    }
}
