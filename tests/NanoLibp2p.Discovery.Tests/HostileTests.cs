using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using CsCheck;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>Anybody on the link can send any bytes.</summary>
public class HostileTests
{
    private const string Service = "_p2p._udp.local";
    private const string Address = "/ip4/192.168.1.20/tcp/4001/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
    private readonly MulticastNetwork _network = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_packet_cut_after_any_byte_gives_what_came_before_and_nothing_else(bool compress)
    {
        byte[] whole = DnsPacket.Response(
            new DnsRecord(Service, DnsRecord.Ptr, 1, 120, $"one.{Service}"),
            new DnsRecord($"one.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}\ndnsaddr={Address}"),
            new DnsRecord($"two.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}")).ToBytes(compress);
        Listener node = new Listener(_network).Search();
        int[] found = new int[whole.Length + 1];
        for (int count = 0; count <= whole.Length; count++)
        {
            node.Found.Clear();
            node.Hear(whole[..count]);
            Assert.All(node.Found, one => Assert.EndsWith(" " + Address, one));
            found[count] = node.Found.Count;
        }

        Assert.Equal(found.Order(), found);
        Assert.Equal([0, 1, 2, 3], found.Distinct());
    }

    [Theory]
    [InlineData("C00C")]
    [InlineData("C00E")]
    [InlineData("C0FF")]
    [InlineData("FFFF")]
    [InlineData("01610161C00C")]
    [InlineData("0161C00E")]
    [InlineData("40")]
    [InlineData("80")]
    [InlineData("3F61")]
    [InlineData("C0")]
    public void A_name_that_leads_to_itself_or_out_of_the_packet_is_no_name(string name)
    {
        byte[] bytes = Convert.FromHexString(name);
        byte[] header = [0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0];
        Listener node = new Listener(_network).Search();

        node.Hear([.. header, .. bytes, 0, 16, 0, 1, 0, 0, 0, 120, 0, 0]);
        node.Hear([.. header, .. bytes]);

        Assert.Empty(node.Found);
        Assert.True(node.Port.IsOpen);
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(9, 0)]
    public void A_name_may_have_eight_pointers_and_no_more(int pointers, int found)
    {
        Listener node = new Listener(_network).Search().Hear(Chain(pointers));

        Assert.Equal(found, node.Found.Count);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_pointer_leads_back_and_never_on(bool isForward, int found)
    {
        byte[] name = [3, .. "one"u8, 4, .. "_p2p"u8, 4, .. "_udp"u8, 5, .. "local"u8, 0];
        byte[] text = Encoding.ASCII.GetBytes("dnsaddr=" + Address);
        byte[] fixedPart = [0, 16, 0, 1, 0, 0, 0, 120, 0, (byte)(text.Length + 1), (byte)text.Length, .. text];
        byte[] other = [.. name, 0, 1, 0, 1, 0, 0, 0, 120, 0, 0];
        byte[] own = [0xC0, (byte)(12 + (isForward ? 2 + fixedPart.Length : 0)), .. fixedPart];

        Listener node = new Listener(_network).Search()
            .Hear([0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0, .. isForward ? own : other, .. isForward ? other : own]);

        Assert.Equal(found, node.Found.Count);
    }

    [Fact]
    public void Of_a_packet_with_hundreds_of_addresses_32_are_told()
    {
        Listener node = new Listener(_network, packetBytes: 9_000).Search();

        node.Hear(DnsPacket.Response(Enumerable.Range(0, 80)
            .Select(i => new DnsRecord($"p{i}.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}")).ToArray()).ToBytes(true));

        Assert.Equal(32, node.Found.Count);
    }

    [Theory]
    [InlineData(63, 1)]
    [InlineData(64, 0)]
    public void Of_a_packet_with_hundreds_of_records_64_are_read(int before, int found)
    {
        Listener node = new Listener(_network, packetBytes: 9_000).Search();

        node.Hear(DnsPacket.Response([.. Enumerable.Repeat(new DnsRecord(Service, DnsRecord.A, 1, 120, "1.2.3.4"), before),
            new DnsRecord($"one.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}")]).ToBytes(true));

        Assert.Equal(found, node.Found.Count);
    }

    [Fact]
    public void A_flood_costs_eight_packets_a_look()
    {
        Listener node = new Listener(_network).Search();
        for (int i = 0; i < 100; i++)
        {
            _network.Send([1]);
        }

        node.Mdns.Poll(node.NowMs + 100);
        Assert.Equal(92, node.Port.Waiting);
        node.Mdns.Poll(node.NowMs + 150);
        Assert.Equal(92, node.Port.Waiting);
    }

    [Fact]
    public void Whatever_comes_nothing_is_thrown_and_nothing_of_it_is_taken_for_an_address()
    {
        byte[][] seeds =
        [
            DnsPacket.Query(new DnsRecord(Service, DnsRecord.Ptr)).ToBytes(),
            DnsPacket.Response(new DnsRecord(Service, DnsRecord.Ptr, 1, 0, $"one.{Service}"),
                new DnsRecord($"one.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}")).ToBytes(true),
        ];
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, 200], Gen.Byte, Gen.Int[0, 200], Gen.Byte).Sample((which, at, with, also, then) =>
        {
            byte[] packet = [.. seeds[which]];
            packet[at % packet.Length] = with;
            packet[also % packet.Length] = then;
            Listener node = new Listener(new MulticastNetwork()).Search();
            node.Mdns.Announce(Address);
            node.Hear(packet);
            return node.Addresses.All(found => found.StartsWith("/ip4/192.168.1.", StringComparison.OrdinalIgnoreCase));
        }, iter: 3_000, threads: 1);
    }

    // A TXT record whose name is reached by so many pointers, which stand in the data of a record before it.
    private static byte[] Chain(int pointers)
    {
        List<byte> packet = [0, 0, 0x84, 0, 0, 0, 0, 2, 0, 0, 0, 0];
        byte[] name = [3, .. "one"u8, 4, .. "_p2p"u8, 4, .. "_udp"u8, 5, .. "local"u8, 0];
        packet.AddRange([0, 0, 99, 0, 1, 0, 0, 0, 120, 0, (byte)(name.Length + (2 * (pointers - 1)))]);
        int last = packet.Count;
        packet.AddRange(name);
        for (int i = 1; i < pointers; i++)
        {
            packet.AddRange([0xC0, (byte)last]);
            last = packet.Count - 2;
        }

        byte[] text = Encoding.ASCII.GetBytes("dnsaddr=" + Address);
        packet.AddRange([0xC0, (byte)last, 0, 16, 0, 1, 0, 0, 0, 120, 0, (byte)(text.Length + 1), (byte)text.Length, .. text]);
        return [.. packet];
    }
}
