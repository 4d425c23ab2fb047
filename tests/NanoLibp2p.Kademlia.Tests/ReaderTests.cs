using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>The reader of answers over random and damaged messages, in random pieces; and what it makes of addresses.</summary>
public class ReaderTests
{
    private static readonly byte[] _id = new DhtWorld(0).Node.Identity.PeerId.ToBytes();

    private static readonly Gen<byte[]> _address = Gen.OneOf(
        Gen.Byte.Array[0, 130],
        Gen.Select(Gen.Byte.Array[4], Gen.UShort[1, 65535], (ip, port) =>
            DhtPeer.Bytes(Multiaddr.Parse($"/ip4/{ip[0]}.{ip[1]}.{ip[2]}.{ip[3]}/tcp/{port}"))),
        Gen.Byte.Array[16].Select(ip => (byte[])[41, .. ip, 6, 1, 2]));

    private static readonly Gen<NamedPeer> _peer = Gen.Select(
        Gen.OneOf(Gen.Byte.Array[32].Select(digest => (byte[])[0x12, 0x20, .. digest]), Gen.Byte.Array[0, 60]), _address.Array[0, 6],
        (id, addresses) => new NamedPeer(id, addresses));

    private static readonly Gen<DhtMessage> _message = Gen.Select(
        Gen.Byte.Array[0, 40], Gen.Null(Gen.Byte.Array[0, 40]), Gen.Null(Gen.Byte.Array[0, 300]), _peer.Array[0, 25], _peer.Array[0, 5],
        (key, recordKey, value, closer, providers) => new DhtMessage
        {
            Type = DhtMessage.GetProviders, Key = key, RecordKey = recordKey, RecordValue = value, Closer = closer, Providers = providers,
        });

    [Fact]
    public void An_answer_means_the_same_in_whatever_pieces() =>
        Gen.Select(_message, Gen.Int[1, 60]).Sample((message, piece) =>
        {
            byte[] bytes = message.Encode();
            (int result, List<string> heard) = Read(bytes, int.MaxValue);
            Assert.Equal(1, result);
            Assert.Equal((result, string.Join('\n', heard)), Joined(Read(bytes, piece)));
            Assert.Equal(message.Providers.Count(peer => PeerId.CheckBytes(peer.Id, 0, peer.Id.Length) == 0), heard.Count);
        }, iter: 400);

    [Fact]
    public void Random_bytes_and_damaged_answers_end_in_a_verdict_and_never_in_an_exception() =>
        Gen.Select(_message, Gen.Select(Gen.Int[0, 2000], Gen.Byte).Array[0, 6], Gen.Byte.Array[0, 100],
            Gen.Int[1, 40]).Sample((message, damage, noise, piece) =>
        {
            byte[] bytes = [.. message.Encode(), .. noise];
            foreach ((int at, byte value) in damage)
            {
                bytes[at % bytes.Length] = value;
            }

            Assert.Equal(Joined(Read(bytes, int.MaxValue)), Joined(Read(bytes, piece)));
            Assert.Equal(Joined(Read(noise, int.MaxValue)), Joined(Read(noise, piece)));
        }, iter: 1_000);

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/4001", true, true)]
    [InlineData("/ip4/192.168.1.2/tcp/4001", true, false)]
    [InlineData("/ip4/10.1.2.3/tcp/4001", true, false)]
    [InlineData("/ip4/172.16.0.1/tcp/1", true, false)]
    [InlineData("/ip4/172.32.0.1/tcp/1", true, true)]
    [InlineData("/ip4/127.0.0.1/tcp/1", true, false)]
    [InlineData("/ip4/100.64.0.1/tcp/1", true, false)]
    [InlineData("/ip4/169.254.0.1/tcp/1", true, false)]
    [InlineData("/ip6/2001:db8::1/tcp/65535", true, true)]
    [InlineData("/ip6/::1/tcp/1", true, false)]
    [InlineData("/ip6/fd00::1/tcp/1", true, false)]
    [InlineData("/ip6/fe80::1/tcp/1", true, false)]
    [InlineData("/dns/a.example.org/tcp/443", true, true)]
    [InlineData("/dns4/a.example.org/tcp/443", true, true)]
    [InlineData("/dns6/a.example.org/tcp/443", true, true)]
    [InlineData("/dnsaddr/a.example.org", false, false)]
    [InlineData("/ip4/1.2.3.4/tcp/0", false, false)]
    [InlineData("/ip4/1.2.3.4/udp/4001/quic-v1", false, false)]
    [InlineData("/ip4/1.2.3.4/tcp/443/tls/ws", false, false)]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/1", false, false)]
    [InlineData("/ip4/1.2.3.4", false, false)]
    [InlineData("/tcp/4001", false, false)]
    public void An_address_is_kept_when_tcp_leads_to_it(string text, bool isDialable, bool isPublic)
    {
        Multiaddr address = Multiaddr.Parse(text);
        PeerId id = PeerId.FromBytes(_id, 0, _id.Length);
        DhtPeer other = new DhtPeer(new DhtWorld(0), 5);

        Assert.Equal(isDialable ? [address.WithPeerId(id)] : [], Taken(address.ToBytes(), false));
        Assert.Equal(isDialable ? [address.WithPeerId(id)] : [], Taken(address.WithPeerId(id).ToBytes(), false));
        Assert.Equal(isPublic ? [address.WithPeerId(id)] : [], Taken(address.ToBytes(), true));
        Assert.Empty(Taken(address.WithPeerId(other.Identity.PeerId).ToBytes(), false));
    }

    [Fact]
    public void Addresses_that_find_no_room_are_left_out_and_the_others_stay()
    {
        byte[] small = DhtPeer.Bytes(Multiaddr.Parse("/ip4/1.2.3.4/tcp/5"));
        byte[] large = DhtPeer.Bytes(Multiaddr.Parse("/dns4/a-name-longer-than-all-the-room-there-is.example.org/tcp/5"));
        KademliaPeer peer = new KademliaPeer(20) { Count = _id.Length };
        _id.CopyTo(peer.Id, 0);

        peer.Add(small, small.Length, false);
        peer.Add(large, large.Length, false);
        peer.Add(small, small.Length, false);
        peer.Add(small, small.Length, false);

        Assert.Equal(2, peer.Addresses().Length);
    }

    private static Multiaddr[] Taken(byte[] address, bool publicOnly)
    {
        KademliaPeer peer = new KademliaPeer(200) { Count = _id.Length };
        _id.CopyTo(peer.Id, 0);
        peer.Add(address, address.Length, publicOnly);
        return peer.Addresses();
    }

    private static (int, string) Joined((int Result, List<string> Heard) read) => (read.Result, string.Join('\n', read.Heard));

    private static (int Result, List<string> Heard) Read(byte[] bytes, int piece)
    {
        DhtWorld world = new DhtWorld(0);
        world.Heard.Wanted = int.MaxValue;
        world.Client.FindProviders([1, 2, 3], 0, 3);
        KademliaRequest request = new KademliaRequest(world.Client, world.Client.Options);
        request.BeginAnswer(DhtMessage.GetProviders);
        int result = 0;
        for (int at = 0; at < bytes.Length && result == 0; at += piece)
        {
            // a buffer of its own, so that reading past the end is found out
            byte[] part = bytes[at..(int)Math.Min((long)at + piece, bytes.Length)];
            result = request.Receive(part, 0, part.Length);
            piece = Math.Min(piece, bytes.Length);
        }

        return (result, [.. world.Heard.Peers.Select(peer => $"{peer.Id} {string.Join(' ', peer.Addresses.AsEnumerable())}")]);
    }
}
