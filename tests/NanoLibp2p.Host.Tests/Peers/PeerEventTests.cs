using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Peers;

/// <summary>What an application hears of peers: who comes, who goes and why, and what they say of themselves.</summary>
public class PeerEventTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Both_sides_hear_of_the_first_connection_and_of_the_last_ones_end(int shards, PollerKind poller)
    {
        void Change(Libp2pNodeOptions options) => options.DuplicateGrace = TimeSpan.FromHours(1);
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, Change);
        Libp2pNode client = await Nodes.StartAsync(shards, poller, Change);
        BlockingCollection<string> heard = [];
        PeerConnection? came = null;
        PeerDisconnection? went = null;
        server.PeerConnected += connection =>
        {
            came = connection;
            heard.Add("came");
        };
        server.PeerDisconnected += gone =>
        {
            went = gone;
            heard.Add("went");
        };
        client.PeerConnected += connection =>
        {
            Assert.False(connection.IsInbound);
            Assert.Equal(server.ListenAddresses[0].WithoutPeerId(), connection.RemoteAddress);
            heard.Add("reached");
        };

        // the second connection to the same peer is no event; an address without a peer id is dialled in any case
        await client.DialAsync(server);
        await client.DialAsync(server.ListenAddresses[0].WithoutPeerId()!).WaitAsync(Nodes.Patience);
        Assert.Equal(["came", "reached"], new[] { Take(heard), Take(heard) }.Order());
        Assert.True(came!.IsInbound);
        Assert.False(came.IsLimited);
        Assert.Equal(client.PeerId, came.Peer);
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", came.RemoteAddress!.ToString());
        Assert.InRange(DateTimeOffset.UtcNow - came.Opened, TimeSpan.FromSeconds(-1), Nodes.Patience);
        await Nodes.UntilAsync(() => server.Connections.Count == 2, "two connections");
        Assert.Equal(2, client.Connections.Count);
        Assert.Equal(client.Connections.Select(one => one.Id), client.ConnectionsTo(server.PeerId).Select(one => one.Id));

        // one of two is closed: no event; then the node ends
        await client.CloseAsync(client.Connections[0]).WaitAsync(Nodes.Patience);
        await Nodes.UntilAsync(() => server.Connections.Count == 1, "one connection");
        await client.DisposeAsync();
        Assert.Equal("went", Take(heard));
        Assert.Equal(client.PeerId, went!.Connection.Peer);
        Assert.Equal(CloseReason.Remote, went.Why.Reason);
        Assert.Empty(heard);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_says_who_it_is_after_it_connected_and_the_store_remembers_it(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options => options.Node.AgentVersion = "a server/1.0");
        server.Handle("/chat/1.0.0", (_, _) => Task.CompletedTask);
        await using Libp2pNode client = await Nodes.StartAsync(shards, poller);
        BlockingCollection<PeerIdentification> heard = [];
        client.PeerIdentified += heard.Add;
        await client.DialAsync(server);

        Assert.True(heard.TryTake(out PeerIdentification? said, Nodes.Patience));
        Assert.Equal(server.PeerId, said.Peer);
        Assert.False(said.IsPush);
        Assert.Contains("/chat/1.0.0", said.Protocols);
        Assert.Contains(IdentifyProtocol.Id, said.Protocols);
        Assert.Equal([server.ListenAddresses[0].WithoutPeerId()], said.ListenAddresses);
        Assert.Equal("a server/1.0", said.AgentVersion);
        Assert.StartsWith("/ip4/127.0.0.1/tcp/", said.ObservedAddress!.ToString());
        Assert.NotNull(said.PublicKey);

        PeerInfo known = client.PeerStore.Find(server.PeerId)!;
        Assert.Equal(said.Protocols, known.Protocols);
        Assert.Equal("a server/1.0", known.AgentVersion);
        Assert.Equal(DateTimeOffset.MaxValue, known.Addresses.Single().Expires);
        Assert.True(client.PeerStore.Supports(server.PeerId, "/chat/1.0.0"));

        // asked again, it has something new to say; gone, its address is no longer for ever
        server.Handle("/more/1.0.0", (_, _) => Task.CompletedTask);
        said = await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);
        Assert.Contains("/more/1.0.0", said.Protocols);
        await client.DisconnectAsync(server.PeerId).WaitAsync(Nodes.Patience);
        Assert.InRange(client.PeerStore.Addresses(server.PeerId).Single().Expires, DateTimeOffset.UtcNow, DateTimeOffset.MaxValue
            - TimeSpan.FromDays(1));
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => client.IdentifyAsync(server.PeerId));
        Assert.Equal(Libp2pError.NotConnected, error.Error);
    }

    [Fact]
    public async Task A_handler_that_throws_is_told_of_and_keeps_nobody_from_hearing()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        using SemaphoreSlim heard = new(0);
        using SemaphoreSlim failed = new(0);
        server.PeerConnected += _ => throw new InvalidOperationException("mine");
        server.PeerConnected += _ => heard.Release();
        server.PeerEventFailed += error => failed.Release(error.Message == "mine" ? 1 : 2);
        await client.DialAsync(server);
        Assert.True(await heard.WaitAsync(Nodes.Patience));
        Assert.True(await failed.WaitAsync(Nodes.Patience));
        Assert.Equal(0, failed.CurrentCount);
    }

    [Fact]
    public async Task Events_beyond_the_bound_are_lost_and_counted_when_a_handler_does_not_return()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        using ManualResetEventSlim go = new();
        server.PeerConnected += _ => go.Wait(Nodes.Patience);
        await client.DialAsync(server);
        await Nodes.UntilAsync(() => server.Connections.Count == 1, "it is connected");
        PeerConnection connection = server.Connections[0];
        PeerIdentification said = new(connection, false, [.. Enumerable.Range(0, 1000).Select(i => $"/{i}/{new string('x', 60)}")], [], "",
            "", null, null, null);
        for (int i = 0; i < 1000; i++)
        {
            server.OnIdentified(said);
        }

        // 150 KB each
        Assert.InRange(server.LostPeerEvents, 700, 900);
        go.Set();
    }

    [Fact]
    public async Task A_peer_that_says_more_than_is_kept_is_cut_and_one_that_claims_anothers_key_and_addresses_is_not_believed()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        BlockingCollection<PeerIdentification> heard = [];
        await client.DialAsync(server);
        await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);

        // asked by itself, and once more: both answers are told before the pushes
        await server.IdentifyAsync(client.PeerId).WaitAsync(Nodes.Patience);
        server.PeerIdentified += said =>
        {
            if (said.IsPush)
            {
                heard.Add(said);
            }
        };

        // two messages: an agent of 1,000 characters, addresses that are none or another's, ids that are none, 1,500 ids in all
        IdentifyWriter first = new();
        first.Add(IdentifyField.PublicKey, [8, 1, 18, 3, 1, 2, 3]);
        first.Add(IdentifyField.AgentVersion, Enumerable.Repeat((byte)'a', 1000).ToArray());
        first.Add(IdentifyField.ListenAddress, [1, 2, 3]);
        first.Add(IdentifyField.ListenAddress, Multiaddr.Parse("/ip4/1.2.3.4/tcp/1").WithPeerId(server.PeerId).ToBytes());
        first.Add(IdentifyField.ListenAddress, Multiaddr.Parse("/ip4/1.2.3.4/tcp/2").WithPeerId(client.PeerId).ToBytes());
        first.Add(IdentifyField.Protocol, [0xFF, 0xFE]);
        first.Add(IdentifyField.Protocol, new byte[2000]);
        first.AddProtocols(0, 500);
        IdentifyWriter second = new();
        second.AddProtocols(500, 1000);
        IdentifyWriter third = new();
        third.AddProtocols(1000, 1500);
        await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, IdentifyProtocol.PushId).WaitAsync(Nodes.Patience);
        MessageStream messages = new(stream, Nodes.Patience);
        await messages.WriteMessageAsync(first.ToBytes());
        await messages.WriteMessageAsync(second.ToBytes());
        await messages.WriteMessageAsync(third.ToBytes());
        stream.CompleteWrites();

        Assert.True(heard.TryTake(out PeerIdentification? said, Nodes.Patience));
        Assert.True(said.IsPush);
        Assert.Equal(256, said.AgentVersion.Length);
        Assert.Equal([Multiaddr.Parse("/ip4/1.2.3.4/tcp/2")], said.ListenAddresses);
        Assert.Equal(PeerIdentification.MaxProtocols, said.Protocols.Count);
        Assert.Equal("/p/0", said.Protocols[0]);
        Assert.Null(said.PublicKey);

        // a push that says one thing leaves the others as they were
        IdentifyWriter change = new();
        change.Add(IdentifyField.ListenAddress, Multiaddr.Parse("/ip4/5.6.7.8/tcp/3").ToBytes());
        await using PeerStream again = await client.OpenStreamAsync(server.PeerId, IdentifyProtocol.PushId).WaitAsync(Nodes.Patience);
        await new MessageStream(again, Nodes.Patience).WriteMessageAsync(change.ToBytes());
        again.CompleteWrites();
        Assert.True(heard.TryTake(out said, Nodes.Patience));
        Assert.Equal([Multiaddr.Parse("/ip4/5.6.7.8/tcp/3")], said.ListenAddresses);
        Assert.Equal(PeerIdentification.MaxProtocols, said.Protocols.Count);
        Assert.Equal(256, said.AgentVersion.Length);
    }

    [Fact]
    public async Task A_message_of_identify_longer_than_8_KiB_is_broken_off_and_nothing_of_it_is_kept()
    {
        await using Libp2pNode server = await Nodes.ListenAsync(1, PollerKind.Best);
        await using Libp2pNode client = await Nodes.StartAsync(1, PollerKind.Best);
        await client.DialAsync(server);
        await client.IdentifyAsync(server.PeerId).WaitAsync(Nodes.Patience);
        await server.IdentifyAsync(client.PeerId).WaitAsync(Nodes.Patience);
        BlockingCollection<string> heard = [];
        server.PeerIdentified += said => heard.Add(said.AgentVersion);
        foreach (int bytes in new[] { 8193, 8192 })
        {
            // a field that nobody knows, filled up, of which the length takes two bytes
            IdentifyWriter message = new();
            message.Add(IdentifyField.AgentVersion, System.Text.Encoding.ASCII.GetBytes($"{bytes}"));
            message.Add(9, new byte[bytes - message.ToBytes().Length - 3]);
            Assert.Equal(bytes, message.ToBytes().Length);
            await using PeerStream stream = await client.OpenStreamAsync(server.PeerId, IdentifyProtocol.PushId).WaitAsync(Nodes.Patience);
            await new MessageStream(stream, Nodes.Patience).WriteMessageAsync(message.ToBytes());
            if (bytes > 8192)
            {
                Libp2pException broken = await Assert.ThrowsAsync<Libp2pException>(
                    () => stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Nodes.Patience));
                Assert.Equal(Libp2pError.StreamReset, broken.Error);
            }
            else
            {
                stream.CompleteWrites();
            }
        }

        string last;
        do
        {
            last = Take(heard);
            Assert.NotEqual("8193", last);
        }
        while (last != "8192" && last != "nothing");
        Assert.Equal("8192", last);
    }

    private static string Take(BlockingCollection<string> heard)
        => heard.TryTake(out string? one, Nodes.Patience) ? one : "nothing";

    private sealed class IdentifyWriter
    {
        private readonly List<byte> _bytes = [];

        internal void Add(int field, byte[] value)
        {
            byte[] written = new byte[value.Length + 16];
            int count = Buffers.ProtobufWriter.WriteBytes(field, value, 0, value.Length, written, 0);
            _bytes.AddRange(written[..count]);
        }

        internal void AddProtocols(int from, int to)
        {
            for (int i = from; i < to; i++)
            {
                Add(IdentifyField.Protocol, System.Text.Encoding.ASCII.GetBytes($"/p/{i}"));
            }
        }

        internal byte[] ToBytes() => [.. _bytes];
    }
}
