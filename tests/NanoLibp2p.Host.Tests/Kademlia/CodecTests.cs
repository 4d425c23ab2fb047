using System;
using System.Linq;
using System.Text;
using CsCheck;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>kad-dht spec, "RPC messages".</summary>
public class CodecTests
{
    private static readonly PeerId _peer = PeerId.FromEd25519(new byte[32], 0);
    private static readonly Multiaddr _address = Multiaddr.Parse("/ip4/1.2.3.4/tcp/5");

    [Fact]
    public void A_message_is_written_as_the_schema_says_and_read_back()
    {
        KademliaMessage message = new()
        {
            Type = KademliaCodec.GetValue,
            Key = [1, 2],
            Record = new WireRecord([1, 2], [3], "2026-01-01T00:00:00Z"),
        };
        WirePeer peer = new(_peer) { Connection = 1 };
        peer.Addresses.Add(_address);
        message.CloserPeers.Add(peer);
        message.ProviderPeers.Add(new WirePeer(_peer));
        byte[] bytes = KademliaCodec.Write(message);
        string id = Convert.ToHexString(_peer.ToBytes());
        string time = Convert.ToHexString(Encoding.ASCII.GetBytes("2026-01-01T00:00:00Z"));
        Assert.Equal(
            "0801" + "12020102" + "1A1D" + "0A020102" + "120103" + "2A14" + time + "4234" + "0A26" + id + "12080401020304060005" + "1801"
                + "4A28" + "0A26" + id,
            Convert.ToHexString(bytes));

        KademliaMessage read = KademliaCodec.TryRead(bytes, 16, out _)!;
        Assert.Equal(message.Type, read.Type);
        Assert.Equal(message.Key, read.Key);
        Assert.Equal(message.Record.Value, read.Record!.Value);
        Assert.Equal(message.Record.TimeReceived, read.Record.TimeReceived);
        Assert.Equal([_address], Assert.Single(read.CloserPeers).Addresses);
        Assert.Equal(1, read.CloserPeers[0].Connection);
        Assert.Empty(Assert.Single(read.ProviderPeers).Addresses);
    }

    [Fact]
    public void Peers_that_are_none_and_addresses_that_are_none_or_lead_to_others_are_left_out()
    {
        string id = Convert.ToHexString(_peer.ToBytes());
        string other = Convert.ToHexString(PeerId.FromEd25519([.. Enumerable.Repeat((byte)1, 32)], 0).ToBytes());
        string address = "1208" + "0401020304060005";
        string own = "1231" + "0401020304060005" + "A50326" + id;
        string anothers = "1231" + "0401020304060005" + "A50326" + other;
        byte[] bytes = Convert.FromHexString("0804"
            + Peer("0A03010203" + address)
            + Peer(address)
            + Peer("0A26" + id + "1203FFFFFF" + own + address + anothers));
        WirePeer peer = Assert.Single(KademliaCodec.TryRead(bytes, 16, out _)!.CloserPeers);
        Assert.Equal([_address], peer.Addresses);

        // its length as a varint
        static string Peer(string body) => "42" + (body.Length < 256 ? $"{body.Length / 2:X2}" : $"{(body.Length / 2) | 0x80:X2}01") + body;
    }

    [Fact]
    public void What_is_more_than_an_honest_peer_says_is_passed_over()
    {
        KademliaMessage message = new() { Type = KademliaCodec.GetProviders, Key = [1] };
        WirePeer peer = new(_peer);
        for (int i = 0; i < 1000; i++)
        {
            peer.Addresses.Add(Multiaddr.Parse($"/ip4/1.2.3.4/tcp/{i + 1}"));
        }

        for (int i = 0; i < 500; i++)
        {
            message.CloserPeers.Add(peer);
            message.ProviderPeers.Add(peer);
        }

        KademliaMessage read = KademliaCodec.TryRead(KademliaCodec.Write(message), 16, out _)!;
        Assert.Equal(KademliaCodec.MaxCloserPeers, read.CloserPeers.Count);
        Assert.Equal(KademliaCodec.MaxProviderPeers, read.ProviderPeers.Count);
        Assert.Equal(16, read.CloserPeers[0].Addresses.Count);
        Assert.Equal(KademliaCodec.MaxAddresses, read.CloserPeers.Concat(read.ProviderPeers).Sum(one => one.Addresses.Count));
    }

    [Fact]
    public void A_message_that_makes_no_sense_is_refused_with_its_reason()
    {
        Assert.Null(KademliaCodec.TryRead([0xFF], 16, out string error));
        Assert.Contains("no protobuf", error, StringComparison.Ordinal);
        Assert.Null(KademliaCodec.TryRead([0x08, 0x06], 16, out error));
        Assert.Contains("type", error, StringComparison.Ordinal);
        Assert.Null(KademliaCodec.TryRead(KademliaCodec.Write(new KademliaMessage { Type = 4, Key = new byte[1025] }), 16, out error));
        Assert.Contains("key of 1025 bytes", error, StringComparison.Ordinal);
        Assert.NotNull(KademliaCodec.TryRead(KademliaCodec.Write(new KademliaMessage { Type = 4, Key = new byte[1024] }), 16, out _));

        // PUT_VALUE is 0, which proto3 leaves out
        Assert.Equal(KademliaCodec.PutValue, KademliaCodec.TryRead([], 16, out _)!.Type);
    }

    [Fact]
    public void Any_bytes_are_read_or_refused_and_what_is_read_is_written_alike()
        => Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            KademliaMessage? message = KademliaCodec.TryRead(bytes, 16, out string error);
            if (message == null)
            {
                return error.Length > 0;
            }

            byte[] written = KademliaCodec.Write(message);
            return KademliaCodec.Write(KademliaCodec.TryRead(written, 16, out _)!).AsSpan().SequenceEqual(written);
        });
}
