using System;
using System.Linq;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>What a node asks, and what it takes of the answers.</summary>
public class QuestionTests
{
    private const string Service = "_p2p._udp.local";
    private const string Id = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
    private const string Address = "/ip4/192.168.1.20/tcp/4001/p2p/" + Id;

    // as the npm packages @libp2p/mdns 12 and multicast-dns 7 send it, of a node at 127.0.0.1 and 192.168.1.10
    private const string JsQuestion = "000000000001000000000000045f703270045f756470056c6f63616c00000c0001";
    private const string JsName = "w2m3a9x1kq0z7c5vb8n4j6h1g2f3d4s5a6p7o8i9u0y1t2r3e4w5q6l7k8j9h0g";
    private const string JsAnswer =
        "000084000000000300000000045f703270045f756470056c6f63616c00000c00010000007800513f77326d33613978316b71307a3763357662386e346a366831"
        + "6732663364347335613670376f38693975307931743272336534773571366c376b386a39683067045f703270045f756470056c6f63616c003f77326d336139"
        + "78316b71307a3763357662386e346a3668316732663364347335613670376f38693975307931743272336534773571366c376b386a39683067045f70327004"
        + "5f756470056c6f63616c000010000100000078005a59646e73616464723d2f6970342f3132372e302e302e312f7463702f34303030312f7032702f31324433"
        + "4b6f6f5745796f70704e43557838597836366f5639664a6e726958774363587744445541326b6a36766e6336694445703f77326d33613978316b71307a3763"
        + "357662386e346a3668316732663364347335613670376f38693975307931743272336534773571366c376b386a39683067045f703270045f756470056c6f63"
        + "616c000010000100000078005d5c646e73616464723d2f6970342f3139322e3136382e312e31302f7463702f34303030312f7032702f313244334b6f6f5745"
        + "796f70704e43557838597836366f5639664a6e726958774363587744445541326b6a36766e633669444570";

    private readonly MulticastNetwork _network = new();

    [Fact]
    public void The_question_is_the_very_bytes_that_js_sends()
    {
        new Listener(_network).Search();

        Assert.Equal(JsQuestion, Convert.ToHexStringLower(Assert.Single(_network.Sent)));
    }

    [Fact]
    public void Of_a_js_peers_answer_the_address_of_this_link_is_found_and_loopback_is_not()
    {
        Listener node = new Listener(_network).Search().Hear(Convert.FromHexString(JsAnswer));

        Assert.Equal([$"{JsName} /ip4/192.168.1.10/tcp/40001/p2p/{Id}"], node.Found);
    }

    [Fact]
    public void Questions_come_after_one_second_then_two_then_four_up_to_a_minute()
    {
        Listener node = new(_network);
        long[] times = new long[12];
        node.Mdns.Search();
        for (int i = 0; i < times.Length; i++)
        {
            int sent = _network.Sent.Count;
            while (_network.Sent.Count == sent)
            {
                node.Run(10);
            }

            times[i] = node.NowMs;
        }

        Assert.Equal([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
            times.Zip(times.Skip(1), (one, two) => (int)Math.Round((two - one) / 100.0) * 100).Take(8));
    }

    [Fact]
    public void Devices_that_start_together_do_not_all_ask_at_once()
    {
        long[] first = [.. Enumerable.Range(1, 50).Select(seed =>
        {
            Listener node = new(_network, seed: (uint)seed);
            int sent = _network.Sent.Count;
            node.Mdns.Search();
            while (_network.Sent.Count == sent)
            {
                node.Run(1);
            }

            return node.NowMs - 1_000_000;
        })];

        Assert.All(first, after => Assert.InRange(after, 20, 121));
        Assert.True(first.Distinct().Count() > 20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Addresses_are_found_in_strings_and_records_among_the_answers_and_beside_them(bool compress)
    {
        string[] peers = ["one", "two", "three"];
        DnsPacket packet = new()
        {
            Flags = 0x8400,
            Answers =
            [
                .. peers.Select(peer => new DnsRecord(Service, DnsRecord.Ptr, 1, 120, $"{peer}.{Service}")),
                new DnsRecord($"one.{Service}", DnsRecord.Txt, 0x8001, 120, $"dnsaddr={Address}\ncolour=red\ndnsaddr={Address}"),
                new DnsRecord("host.p2p.local", DnsRecord.A, 0x8001, 120, "192.168.1.20"),
            ],
            Additional =
            [
                new DnsRecord($"two.{Service}", DnsRecord.Srv, 0x8001, 120, "4001 host.p2p.local"),
                new DnsRecord($"two.{Service}", DnsRecord.Txt, 0x8001, 120, $"DNSADDR={Address}"),
                new DnsRecord($"two.{Service}", DnsRecord.Txt, 1, 120, $"dnsaddr={Address}"),
                new DnsRecord($"three.{Service}", DnsRecord.Txt, 1, 120, "dnsaddr=" + Address),
            ],
        };
        Listener node = new Listener(_network, packetBytes: 2_000).Search().Hear(packet.ToBytes(compress));

        Assert.Equal(["one", "one", "two", "two", "three"], node.Found.Select(found => found.Split(' ')[0]));
        Assert.All(node.Found, found => Assert.EndsWith(" " + Address, found));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.2.20/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/8.8.8.8/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp/4001")]
    [InlineData("/ip4/192.168.1.20/tcp/4001/p2p/")]
    [InlineData("/ip4/192.168.1.20/tcp/0/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp/65536/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp/123456/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp//p2p/" + Id)]
    [InlineData("/ip4/192.168.1.256/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.1/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.2.3/tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.1./tcp/4001/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/udp/4001/quic-v1/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp/4001/ws/p2p/" + Id)]
    [InlineData("/ip4/192.168.1.20/tcp/4001/p2p/" + Id + "/p2p-circuit")]
    [InlineData("/ip4/192.168.1.20/tcp/4001/p2p/" + Id + "/p2p-circuit/p2p/" + Id)]
    [InlineData("/dns4/gateway.local/tcp/4001/p2p/" + Id)]
    [InlineData("/ip6/2001:db8::1/tcp/4001/p2p/" + Id)]
    [InlineData("/ip6/::1/tcp/4001/p2p/" + Id)]
    [InlineData("/ip6/fe80::1%eth0/tcp/4001/p2p/" + Id)]
    [InlineData("/ip6/fe80")]
    [InlineData("")]
    public void Addresses_that_do_not_lead_to_a_peer_of_this_link_by_TCP_are_not_told(string address)
    {
        Listener node = new Listener(_network).Search().Hear(Txt("dnsaddr=" + address));

        Assert.Empty(node.Found);
        node.Hear(Txt("dnsaddr=" + Address));
        Assert.Single(node.Found);
    }

    [Theory]
    [InlineData("/ip6/fe80::1/tcp/4001/p2p/" + Id, true)]
    [InlineData(Address, true)]
    [InlineData("/ip4/192.168.1.20/tcp/4001/ws/p2p/" + Id, true)]
    [InlineData("/ip4/192.168.1.20/tcp/443/tls/sni/a.example/ws/p2p/" + Id, true)]
    [InlineData("/ip4/192.168.1.20/tcp/4001/ws/p2p/" + Id + "/p2p-circuit/p2p/" + Id, false)]
    [InlineData("/ip4/127.0.0.1/tcp/4001/ws/p2p/" + Id, false)]
    public void A_node_with_WebSocket_hears_of_its_addresses_too(string address, bool isTold)
    {
        Listener node = new(_network);
        node.Mdns.PlainTcpOnly = false;
        node.Search().Hear(Txt("dnsaddr=" + address));

        Assert.Equal(isTold ? 1 : 0, node.Found.Count);
    }

    [Fact]
    public void Of_another_service_a_query_and_this_very_peer_nothing_is_told()
    {
        Listener node = new Listener(_network).Search();
        DnsRecord record = new($"one.{Service}", DnsRecord.Txt, 1, 120, "dnsaddr=" + Address);

        node.Hear(DnsPacket.Response(record with { Name = "one._p2p._tcp.local" }).ToBytes())
            .Hear(DnsPacket.Response(record with { Name = Service }).ToBytes())
            .Hear(DnsPacket.Response(record with { Name = $"a.one.{Service}" }).ToBytes())
            .Hear(DnsPacket.Response(record with { Class = 3 }).ToBytes())
            .Hear(DnsPacket.Response(record with { Name = $"{node.Mdns.Name}.{Service}" }).ToBytes())
            .Hear(new DnsPacket { Answers = [record] }.ToBytes())
            .Hear(new DnsPacket { Flags = 0xA400, Answers = [record] }.ToBytes())
            .Hear(new DnsPacket { Flags = 0x8403, Answers = [record] }.ToBytes());

        Assert.Empty(node.Found);
    }

    [Theory]
    [InlineData(DnsRecord.Ptr)]
    [InlineData(DnsRecord.Txt)]
    public void Who_says_goodbye_is_gone_and_its_addresses_are_not_told(int type)
    {
        Listener node = new Listener(_network).Search();

        node.Hear(DnsPacket.Response(type == DnsRecord.Ptr ? new DnsRecord(Service, type, 1, 0, $"one.{Service}")
            : new DnsRecord($"one.{Service}", type, 1, 0, "dnsaddr=" + Address)).ToBytes());

        Assert.Equal(["one"], node.Gone);
        Assert.Empty(node.Found);
    }

    [Fact]
    public void Of_a_packet_that_is_longer_than_the_buffer_the_addresses_that_fit_are_found()
    {
        string[] many = [.. Enumerable.Range(1, 9).Select(i => $"/ip4/192.168.1.{i}/tcp/4001/p2p/{Id}")];
        byte[] packet = Txt([.. many.Select(address => "dnsaddr=" + address)]);
        Assert.InRange(packet.Length, 800, 1_400);

        Listener node = new Listener(_network).Search().Hear(packet);

        Assert.Equal(many.Take(5), node.Found.Select(found => found.Split(' ')[1]));
    }

    [Fact]
    public void The_link_is_open_only_while_there_is_something_to_do()
    {
        Listener node = new(_network);
        Assert.Equal(long.MaxValue, node.Mdns.Poll(node.NowMs));
        Assert.False(node.Port.IsOpen);

        node.Search();
        Assert.True(node.Port.IsOpen);

        node.Mdns.StopSearch();
        Assert.Equal(long.MaxValue, node.Mdns.Poll(node.NowMs));
        Assert.False(node.Port.IsOpen);
    }

    [Fact]
    public void A_link_that_cannot_be_opened_or_breaks_is_opened_again_after_five_seconds()
    {
        Listener node = new(_network);
        node.Port.Trouble = LinkError.AddressUnavailable;
        node.Mdns.Search();
        node.Run(4_900);
        Assert.Equal(1, node.Port.Opened);
        node.Run(1_000);
        Assert.Equal(2, node.Port.Opened);

        node.Port.Trouble = LinkError.None;
        node.Run(5_000);
        Assert.True(node.Port.IsOpen);

        node.Port.Break();
        node.Run(4_900);
        Assert.False(node.Port.IsOpen);
        node.Run(1_000).Hear(Txt("dnsaddr=" + Address));
        Assert.Single(node.Found);
    }

    private static byte[] Txt(params string[] strings) =>
        DnsPacket.Response(new DnsRecord($"one.{Service}", DnsRecord.Txt, 1, 120, string.Join('\n', strings))).ToBytes();
}
