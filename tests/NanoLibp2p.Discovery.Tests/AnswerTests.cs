using System;
using System.Linq;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Discovery.Tests;

/// <summary>What others hear of a node that announces itself.</summary>
public class AnswerTests
{
    private const string Service = "_p2p._udp.local";
    private const string Id = "12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp";
    private const string Address = "/ip4/192.168.1.20/tcp/4001/p2p/" + Id;
    private readonly MulticastNetwork _network = new();

    [Fact]
    public void A_question_for_peers_is_answered_with_the_peers_name_and_its_addresses_beside_it()
    {
        Listener node = Announcing(Address, "/ip4/192.168.1.20/tcp/4002/ws/p2p/" + Id);

        DnsPacket answer = Ask(node, new DnsRecord(Service, DnsRecord.Ptr))!;

        string peer = $"{node.Mdns.Name}.{Service}";
        Assert.Equal(0x8400, answer.Flags);
        Assert.Empty(answer.Questions);
        Assert.Equal([new DnsRecord(Service, DnsRecord.Ptr, 1, 120, peer)], answer.Answers);
        Assert.Equal(
            [new DnsRecord(peer, DnsRecord.Txt, 0x8001, 120, $"dnsaddr={Address}\ndnsaddr=/ip4/192.168.1.20/tcp/4002/ws/p2p/{Id}")],
            answer.Additional);
    }

    [Fact]
    public void The_name_is_of_32_random_letters_and_digits_and_not_the_peer_id()
    {
        string[] names = [.. Enumerable.Range(1, 20).Select(seed => new Listener(_network, seed: (uint)seed).Mdns.Name)];

        Assert.Equal(20, names.Distinct().Count());
        Assert.All(names, name => Assert.Matches("^[a-z0-9]{32}$", name));
    }

    [Theory]
    [InlineData("_services._dns-sd._udp.local", DnsRecord.Ptr, DnsRecord.Ptr, 1, "_p2p._udp.local")]
    [InlineData("NAME._p2p._udp.local", DnsRecord.Txt, DnsRecord.Txt, 0x8001, "dnsaddr=" + Address)]
    [InlineData("NAME._p2p._udp.local", DnsRecord.Srv, DnsRecord.Srv, 0x8001, "4001 NAME.p2p.local")]
    [InlineData("NAME.p2p.local", DnsRecord.A, DnsRecord.A, 0x8001, "192.168.1.20")]
    [InlineData("NAME.p2p.local", DnsRecord.Aaaa, DnsRecord.Aaaa, 0x8001, "fe80::14")]
    [InlineData("name._P2P._UDP.LOCAL", DnsRecord.Txt, DnsRecord.Txt, 0x8001, "dnsaddr=" + Address)]
    public void Tools_that_ask_for_each_record_by_itself_get_it(string name, int asked, int type, int kind, string data)
    {
        Listener node = Announcing(Address);
        if (asked == DnsRecord.Aaaa)
        {
            node.Mdns.Announce($"/ip6/fe80::14/tcp/4001/p2p/{Id}");
        }

        string own = node.Mdns.Name;
        DnsRecord wanted = new(name.Replace("NAME", own).Replace("name", own.ToUpperInvariant()), asked, 0x8001);
        DnsPacket answer = Ask(node, wanted)!;

        DnsRecord record = Assert.Single(answer.Answers);
        Assert.Equal((type, kind, 120L, data.Replace("NAME", own)), (record.Type, record.Class, record.Ttl, record.Data));
        Assert.Empty(answer.Additional);
        Assert.Equal(wanted.Name, record.Name, ignoreCase: true);
    }

    [Fact]
    public void A_question_for_anything_gets_all_that_there_is_of_the_name()
    {
        Listener node = Announcing(Address);

        DnsPacket answer = Ask(node, new DnsRecord($"{node.Mdns.Name}.{Service}", DnsRecord.Any),
            new DnsRecord($"{node.Mdns.Name}.p2p.local", DnsRecord.Any), new DnsRecord("_services._dns-sd._udp.local", DnsRecord.Any),
            new DnsRecord(Service, DnsRecord.Any))!;

        Assert.Equal([DnsRecord.Ptr, DnsRecord.Ptr, DnsRecord.Srv, DnsRecord.A, DnsRecord.Txt],
            answer.Answers.Select(record => record.Type));
    }

    [Theory]
    [InlineData("_p2p._udp.local", DnsRecord.A)]
    [InlineData("_ipp._tcp.local", DnsRecord.Ptr)]
    [InlineData("_p2p._tcp.local", DnsRecord.Ptr)]
    [InlineData("_p2p._udp.local.x", DnsRecord.Ptr)]
    [InlineData("_p2p._udp", DnsRecord.Ptr)]
    [InlineData("other._p2p._udp.local", DnsRecord.Txt)]
    [InlineData("other.p2p.local", DnsRecord.A)]
    public void Other_questions_are_not_ours_to_answer(string name, int type)
    {
        Assert.Null(Ask(Announcing(Address), new DnsRecord(name, type)));
    }

    [Fact]
    public void In_a_private_network_only_its_own_question_is_answered()
    {
        Listener node = new(_network, "_p2p-5f0a._udp.local");
        node.Mdns.Announce(Address);
        node.Run(5_000);

        Assert.Null(Ask(node, new DnsRecord(Service, DnsRecord.Ptr)));
        Assert.NotNull(Ask(node, new DnsRecord("_p2p-5F0A._udp.local", DnsRecord.Ptr)));
    }

    [Fact]
    public void However_many_ask_there_is_one_answer_a_second()
    {
        Listener node = Announcing(Address);
        byte[] question = DnsPacket.Query(new DnsRecord(Service, DnsRecord.Ptr)).ToBytes();
        _network.Sent.Clear();
        long start = node.NowMs;

        for (int i = 0; i < 1_000; i++)
        {
            _network.Send(question);
            node.Run(10);
        }

        Assert.Equal(10_000, node.NowMs - start);
        Assert.InRange(Answers(), 9, 11);
    }

    [Fact]
    public void A_question_of_who_knows_this_peer_already_is_not_answered()
    {
        Listener node = Announcing(Address);
        string peer = $"{node.Mdns.Name}.{Service}";
        DnsRecord question = new(Service, DnsRecord.Ptr);

        Assert.Null(Hear(node, new DnsPacket { Questions = [question], Answers = [new(Service, DnsRecord.Ptr, 1, 60, peer)] }));
        Assert.NotNull(Hear(node, new DnsPacket { Questions = [question], Answers = [new(Service, DnsRecord.Ptr, 1, 59, peer)] }));
        Assert.NotNull(Hear(node, new DnsPacket { Questions = [question], Answers = [new(Service, DnsRecord.Ptr, 1, 60, "x" + peer)] }));
    }

    [Fact]
    public void It_says_so_twice_when_it_comes_and_once_when_it_goes()
    {
        Listener node = new(_network);
        node.Mdns.Announce(Address);
        node.Run(10_000);
        Assert.Equal(2, Answers());
        _network.Sent.Clear();

        node.Mdns.Close();

        DnsPacket goodbye = DnsPacket.Parse(Assert.Single(_network.Sent));
        Assert.Equal([new DnsRecord(Service, DnsRecord.Ptr, 1, 0, $"{node.Mdns.Name}.{Service}")], goodbye.Answers);
        Assert.Empty(goodbye.Additional);
        Assert.False(node.Port.IsOpen);
        Assert.Equal(long.MaxValue, node.Mdns.Poll(node.NowMs));
    }

    [Fact]
    public void Who_announces_and_asks_answers_itself_so_that_others_hear_it_too()
    {
        Listener node = Announcing(Address);
        _network.Loses = _ => true;
        _network.Sent.Clear();

        node.Mdns.Search();
        node.Run(800);

        Assert.Equal([true, false], _network.Sent.Select(packet => packet[2] == 0));
    }

    [Fact]
    public void Addresses_that_do_not_fit_in_a_packet_are_left_out_and_the_first_are_there()
    {
        Listener node = new(_network);
        string longest = $"/ip4/192.168.1.20/tcp/1/{new string('x', 247 - 24 - 5 - Id.Length)}/p2p/{Id}";
        Assert.Equal(247, longest.Length);
        node.Mdns.Announce(longest);
        for (int i = 1; i < 64; i++)
        {
            node.Mdns.Announce(Address);
        }

        DnsPacket all = Ask(node.Run(5_000), new DnsRecord($"{node.Mdns.Name}.{Service}", DnsRecord.Any),
            new DnsRecord($"{node.Mdns.Name}.p2p.local", DnsRecord.Any), new DnsRecord("_services._dns-sd._udp.local", DnsRecord.Any),
            new DnsRecord(Service, DnsRecord.Any))!;

        Assert.Equal($"dnsaddr={longest}", all.Answers[^1].Data.Split('\n')[0]);
    }

    [Fact]
    public void A_large_buffer_still_sends_no_more_than_a_frame_of_an_Ethernet_has_room_for()
    {
        Listener node = new(_network, packetBytes: 9_000);
        for (int i = 0; i < 64; i++)
        {
            node.Mdns.Announce(Address);
        }

        node.Run(5_000);

        Assert.All(_network.Sent, packet => Assert.InRange(packet.Length, 1_300, 1_452));
    }

    [Fact]
    public void What_cannot_be_announced_is_said()
    {
        Mdns mdns = new Listener(_network).Mdns;

        Assert.Throws<ArgumentException>(() => mdns.Announce("/ip4/192.168.1.20/tcp/4001"));
        Assert.Throws<ArgumentException>(() => mdns.Announce(Address + new string('x', 200)));
    }

    [Theory]
    [InlineData("_p2p.._udp.local")]
    [InlineData("._p2p._udp.local")]
    [InlineData("_p2p-0123456789012345678901234567890123456789012345678901234567890._udp.local")]
    public void What_is_no_service_is_said(string service)
    {
        Assert.Throws<ArgumentException>(() => new Listener(_network, service));
    }

    [Fact]
    public void Sizes_out_of_range_are_said()
    {
        Assert.StartsWith("_p2p._udp.local in 511; ",
            Assert.Throws<ArgumentException>(() => new Listener(_network, packetBytes: 511)).Message);
        Assert.Throws<ArgumentException>(() => new Listener(_network, string.Join('.', Enumerable.Repeat("x", 51))));
    }

    private Listener Announcing(params string[] addresses)
    {
        Listener node = new(_network);
        foreach (string address in addresses)
        {
            node.Mdns.Announce(address);
        }

        return node.Run(5_000);
    }

    private DnsPacket? Ask(Listener node, params DnsRecord[] questions) => Hear(node, DnsPacket.Query(questions));

    // the answer within the next seconds, or null
    private DnsPacket? Hear(Listener node, DnsPacket packet)
    {
        foreach (bool compress in new[] { false, true })
        {
            _network.Sent.Clear();
            _network.Send(packet.ToBytes(compress));
            node.Run(3_000);
        }

        Assert.InRange(_network.Sent.Count, 1, 2);
        return _network.Sent.Count == 1 ? null : DnsPacket.Parse(_network.Sent[1]);
    }

    private int Answers() => _network.Sent.Count(packet => packet[2] >= 0x80);
}
