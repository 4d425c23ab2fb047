using System;
using System.Collections.Generic;
using CsCheck;
using NanoLibp2p.Core.Tests.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Core.Tests.Multiformats;

/// <summary>The multiaddr spec, with the examples that go-multiaddr tests.</summary>
public class MultiaddrTests
{
    private const string Peer = "12D3KooWCryG7Mon9orvQxcS1rYZjotPgpwoJNHHKcLLfE4Hf5mV";
    private const string Relay = "QmcgpsyWgH8Y8ajJz1Cu72KnS5uo2Aa2LpzU7kinSupNKC";

    [Theory]
    [InlineData("/ip4/127.0.0.1/udp/1234", "047f000001910204d2")]
    [InlineData("/ip4/127.0.0.1/tcp/4321", "047f0000010610e1")]
    [InlineData("/ip4/127.0.0.1/udp/1234/ip4/127.0.0.1/tcp/4321", "047f000001910204d2047f0000010610e1")]
    [InlineData("/ip6zone/eth0/ip6/::1", "2a04657468302900000000000000000000000000000001")]
    [InlineData("/dns/a.io", "3504612e696f")]
    [InlineData("/dns4/a.io", "3604612e696f")]
    [InlineData("/dns6/a.io", "3704612e696f")]
    [InlineData("/dnsaddr/a.io", "3804612e696f")]
    [InlineData("/udp/1/quic-v1", "91020001cd03")]
    [InlineData("/tcp/1/ws", "060001dd03")]
    [InlineData("/tcp/1/wss", "060001de03")]
    [InlineData("/tcp/1/tls/sni/a.io/ws", "060001c003c10304612e696fdd03")]
    [InlineData("/p2p-circuit", "a202")]
    public void A_text_has_its_bytes_and_bytes_their_text(string text, string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Multiaddr address = Multiaddr.Parse(text);
        Assert.Equal(bytes, address.ToBytes());
        Assert.Equal(0, Multiaddr.Validate(bytes, 0, bytes.Length));
        Assert.Equal(text, Multiaddr.FromBytes([7, .. bytes, 7], 1, bytes.Length).ToString());
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4")]
    [InlineData("/ip4/0.0.0.0")]
    [InlineData("/ip6/::1")]
    [InlineData("/ip6/2601:9:4f81:9700:803e:ca65:66e8:c21")]
    [InlineData("/ip6/2601:9:4f81:9700:803e:ca65:66e8:c21/udp/1234/quic-v1")]
    [InlineData("/ip6zone/x/ip6/fe80::1")]
    [InlineData("/ip6zone/x%y/ip6/fe80::1")]
    [InlineData("/ip6zone/x/ip6/fe80::1/udp/1234/quic-v1")]
    [InlineData("/ip6/::ffff:127.0.0.1/tcp/111")]
    [InlineData("/ip4/127.0.0.1/udp/123/ip6/::")]
    [InlineData("/udp/0")]
    [InlineData("/tcp/65535")]
    [InlineData("/p2p/" + Relay + "/tcp/1234")]
    [InlineData("/ip4/127.0.0.1/p2p/" + Peer)]
    [InlineData("/ip4/127.0.0.1/tcp/127/tls/ws")]
    [InlineData("/ip4/127.0.0.1/tcp/127/wss")]
    [InlineData("/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer)]
    [InlineData("/dnsaddr/bootstrap.libp2p.io/p2p/" + Relay)]
    public void A_canonical_text_comes_back(string text)
    {
        Multiaddr address = Multiaddr.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.Equal(address, Multiaddr.FromBytes(address.ToBytes(), 0, address.ToBytes().Length));
    }

    [Theory]
    [InlineData("/ip4/127.0.0.1/tcp/1234/", "/ip4/127.0.0.1/tcp/1234")]
    [InlineData("/ipfs/" + Relay, "/p2p/" + Relay)]
    [InlineData("/ipfs/k2k4r8oqamigqdo6o7hsbfwd45y70oyynp98usk7zmyfrzpqxh1pohl7/tcp/1234", "/p2p/" + Relay + "/tcp/1234")]
    [InlineData("/p2p/bafzaajaiaejcalj543iwv2d7pkjt7ykvefrkfu7qjfi6sduakhso4lay6abn2d5u", "/p2p/" + Peer)]
    [InlineData("/ip6/2001:0DB8:0:0::1/tcp/080", "/ip6/2001:db8::1/tcp/80")]
    public void Another_text_of_the_same_address_becomes_canonical(string text, string canonical)
    {
        Assert.Equal(canonical, Multiaddr.Parse(text).ToString());
        Assert.Equal(Multiaddr.Parse(canonical), Multiaddr.Parse(text));
        Assert.Equal(Multiaddr.Parse(canonical).GetHashCode(), Multiaddr.Parse(text).GetHashCode());
    }

    [Theory]
    [InlineData("", "an empty text: a multiaddr begins with a slash and a protocol, such as /ip4/192.168.1.7/tcp/4001")]
    [InlineData(null, "an empty text: a multiaddr begins with a slash and a protocol, such as /ip4/192.168.1.7/tcp/4001")]
    [InlineData("/", "/: a multiaddr begins with a slash and a protocol, such as /ip4/192.168.1.7/tcp/4001")]
    [InlineData("192.168.1.7:4001", "192.168.1.7:4001: a multiaddr begins with a slash and a protocol, such as /ip4/192.168.1.7/tcp/4001")]
    [InlineData("/ip4/1.2.3/tcp/1", "/ip4/1.2.3/tcp/1: '1.2.3' is not an IPv4 address")]
    [InlineData("/ip4/::1", "/ip4/::1: '::1' is not an IPv4 address")]
    [InlineData("/ip6/1.2.3.4", "/ip6/1.2.3.4: '1.2.3.4' is not an IPv6 address")]
    [InlineData("/ip4", "/ip4: a value is missing after /ip4")]
    [InlineData("/ip4/1.2.3.4/tcp", "/ip4/1.2.3.4/tcp: a value is missing after /tcp")]
    [InlineData("/ip4/1.2.3.4/tcp/65536", "/ip4/1.2.3.4/tcp/65536: '65536' is not a port (0 to 65535)")]
    [InlineData("/tcp/-1", "/tcp/-1: '-1' is not a port (0 to 65535)")]
    [InlineData("/udp/x", "/udp/x: 'x' is not a port (0 to 65535)")]
    [InlineData("/tcp/1x", "/tcp/1x: '1x' is not a port (0 to 65535)")]
    [InlineData("/tcp/99999999999999999999", "/tcp/99999999999999999999: '99999999999999999999' is not a port (0 to 65535)")]
    [InlineData("/sctp/1", "/sctp/1: 'sctp' is not a protocol known here")]
    [InlineData("/ip4/1.2.3.4/quic-v1/1234", "/ip4/1.2.3.4/quic-v1/1234: '1234' is not a protocol known here")]
    [InlineData("/ip4/1.2.3.4//tcp/1", "/ip4/1.2.3.4//tcp/1: a protocol is missing between two slashes")]
    [InlineData("/ip6zone//ip6/fe80::1", "/ip6zone//ip6/fe80::1: a value is missing after /ip6zone")]
    [InlineData("/dns/grüße.de", "/dns/grüße.de: 'grüße.de' is not a name (1 to 253 printable ASCII characters)")]
    [InlineData("/p2p/tcp",
        "/p2p/tcp: 'tcp' is not a peer id: it begins neither with 12D3 or Qm nor with a known multibase prefix (b, k, u, z)")]
    public void A_text_that_is_none_says_which_part_and_why(string? text, string message)
    {
        Assert.Null(Multiaddr.TryParse(text!, out string error));
        Assert.Equal(message, error);
        Assert.Equal(message, Assert.Throws<FormatException>(() => Multiaddr.Parse(text!)).Message);
    }

    [Fact]
    public void A_text_of_more_than_the_largest_size_is_refused()
    {
        string name = "/dns/" + new string('a', 253);
        Assert.Equal(Multiaddr.MaxBytes, Multiaddr.Parse(name + name).ToBytes().Length);
        Assert.Null(Multiaddr.TryParse(name + name + "/ws", out string error));
        Assert.EndsWith(": it is longer than Multiaddr.MaxBytes = 512", error);
        Assert.Null(Multiaddr.TryParse(name + "a", out error));
        Assert.EndsWith("is not a name (1 to 253 printable ASCII characters)", error);
    }

    [Theory]
    [InlineData("", Multiaddr.BadLength)]
    [InlineData("047f0000", MultiaddrProtocol.Malformed)]
    [InlineData("047f000001060", MultiaddrProtocol.Malformed)]
    [InlineData("8400", MultiaddrProtocol.Malformed)]
    [InlineData("91", MultiaddrProtocol.Malformed)]
    [InlineData("35", MultiaddrProtocol.Malformed)]
    [InlineData("3500", MultiaddrProtocol.Malformed)]
    [InlineData("3502612f", MultiaddrProtocol.Malformed)]
    [InlineData("35026100", MultiaddrProtocol.Malformed)]
    [InlineData("3502c3a4", MultiaddrProtocol.Malformed)]
    [InlineData("350361", MultiaddrProtocol.Malformed)]
    [InlineData("35ffffffffffffffff7f61", MultiaddrProtocol.Malformed)]
    [InlineData("35818080801061", MultiaddrProtocol.Malformed)]
    [InlineData("ffffffffffffffffff01", MultiaddrProtocol.Malformed)]
    [InlineData("a503221221c05877cbae039d70a5e600ea02c6f9f2942439285c9e344e26f8d280c850fad6", MultiaddrProtocol.Malformed)]
    [InlineData("047f00000184010010", MultiaddrProtocol.Unknown)]
    [InlineData("ffffffffffffffff7f", MultiaddrProtocol.Unknown)]
    [InlineData("0484808080100000", MultiaddrProtocol.Unknown)]
    [InlineData("00", MultiaddrProtocol.Unknown)]
    public void A_peers_bytes_that_are_none_are_a_code(string hex, int code)
    {
        byte[] bytes = Convert.FromHexString(hex.Length % 2 == 0 ? hex : hex + "6");
        Assert.Equal(code, Multiaddr.Validate(bytes, 0, bytes.Length));
        Assert.Throws<ArgumentException>(() => Multiaddr.FromBytes(bytes, 0, bytes.Length));
    }

    [Fact]
    public void A_code_of_more_than_32_bits_is_not_taken_for_its_low_bits()
    {
        // 2^32 + 6 would be tcp
        byte[] bytes = Convert.FromHexString("8680808010" + "0001");
        Assert.Equal(MultiaddrProtocol.Unknown, Multiaddr.Validate(bytes, 0, bytes.Length));
    }

    [Theory]
    [InlineData("/ip4/192.168.1.7/tcp/4001", "192.168.1.7", 4001, true)]
    [InlineData("/ip4/192.168.1.7/tcp/4001/p2p/" + Peer, "192.168.1.7", 4001, true)]
    [InlineData("/ip6/2001:db8::1/tcp/4001", "2001:db8::1", 4001, true)]
    [InlineData("/ip6zone/eth0/ip6/fe80::1/tcp/4001", "fe80::1%eth0", 4001, true)]
    [InlineData("/dns4/gateway.local/tcp/443", "gateway.local", 443, true)]
    [InlineData("/dns6/gateway.local/tcp/443", "gateway.local", 443, true)]
    [InlineData("/dns/gateway.local/tcp/443/wss", "gateway.local", 443, false)]
    [InlineData("/dnsaddr/bootstrap.libp2p.io/p2p/" + Relay, "bootstrap.libp2p.io", 0, false)]
    [InlineData("/dnsaddr/bootstrap.libp2p.io/tcp/4001", "bootstrap.libp2p.io", 4001, false)]
    [InlineData("/ip4/192.168.1.7/udp/4001/quic-v1", "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7/udp/4001", "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7/tcp/4001/ws", "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7/tcp/4001/tls/p2p/" + Peer, "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7/tcp/4001/p2p/" + Relay + "/p2p-circuit", "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7/tcp/4001/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer, "192.168.1.7", 4001, false)]
    [InlineData("/ip4/192.168.1.7", "192.168.1.7", 0, false)]
    [InlineData("/tcp/4001", null, 0, false)]
    [InlineData("/p2p/" + Peer, null, 0, false)]
    [InlineData("/ip6zone/eth0/tcp/4001", null, 4001, false)]
    public void A_driver_learns_what_to_dial(string text, string? host, int port, bool tcp)
    {
        Multiaddr address = Multiaddr.Parse(text);
        Assert.Equal(host, address.Host);
        Assert.Equal(port, address.Port);
        Assert.Equal(tcp, address.IsTcp);
        Assert.Same(address.Host, address.Host);
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/4001/p2p/" + Peer, Peer, "/ip4/1.2.3.4/tcp/4001")]
    [InlineData("/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer, Peer,
        "/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit")]
    [InlineData("/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit", null, "/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit")]
    [InlineData("/ip4/1.2.3.4/tcp/4001", null, "/ip4/1.2.3.4/tcp/4001")]
    [InlineData("/p2p/" + Peer, Peer, null)]
    public void The_peer_at_the_end_is_the_one_that_is_dialled(string text, string? peer, string? without)
    {
        Multiaddr address = Multiaddr.Parse(text);
        Assert.Equal(peer, address.PeerId?.ToString());
        Assert.Equal(without, address.WithoutPeerId()?.ToString());

        PeerId other = PeerId.Parse("QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N");
        Multiaddr with = address.WithPeerId(other);
        Assert.Equal(without + "/p2p/" + other, with.ToString());
        Assert.Equal(other, with.PeerId);
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void An_address_without_room_for_a_peer_says_so()
    {
        string name = "/dns/" + new string('a', 253);
        ArgumentException error = Assert.Throws<ArgumentException>(() => Multiaddr.Parse(name + name).WithPeerId(PeerId.Parse(Peer)));
        Assert.EndsWith("has no room for a peer id within Multiaddr.MaxBytes", error.Message);
    }

    [Theory]
    [InlineData("/ip4/1.2.3.4/tcp/0/p2p/" + Peer, "/ip4/1.2.3.4/tcp/65535/p2p/" + Peer)]
    [InlineData("/ip6zone/eth0/ip6/::1/udp/7/quic-v1", "/ip6zone/eth0/ip6/::1/udp/65535/quic-v1")]
    public void The_port_is_changed_in_a_copy(string text, string changed)
    {
        Multiaddr address = Multiaddr.Parse(text);
        Assert.Equal(changed, address.WithPort(65535).ToString());
        Assert.Equal(text, address.ToString());
    }

    [Fact]
    public void An_address_without_a_port_or_a_port_that_is_none_is_the_callers_mistake()
    {
        Assert.Equal("/ip4/1.2.3.4 has no port to change",
            Assert.Throws<ArgumentException>(() => Multiaddr.Parse("/ip4/1.2.3.4").WithPort(1)).Message);
        Assert.Equal("65536 is not a port (0 to 65535)",
            Assert.Throws<ArgumentException>(() => Multiaddr.Parse("/ip4/1.2.3.4/tcp/1").WithPort(65536)).Message);
    }

    [Fact]
    public void A_protocol_is_found_anywhere()
    {
        Multiaddr address = Multiaddr.Parse("/ip4/1.2.3.4/tcp/4001/p2p/" + Relay + "/p2p-circuit");
        Assert.True(address.Has(MultiaddrProtocol.Ip4));
        Assert.True(address.Has(MultiaddrProtocol.P2pCircuit));
        Assert.False(address.Has(MultiaddrProtocol.Ws));
        Assert.False(address.Has(0));
    }

    [Fact]
    public void Names_and_codes_belong_together()
    {
        int known = 0;
        for (int code = 0; code < 1000; code++)
        {
            string? name = MultiaddrProtocol.NameOf(code);
            known += name == null ? 0 : 1;
            Assert.True(name == null || MultiaddrProtocol.CodeOf(name) == code);
            byte[] bytes = new byte[40];
            bytes[0] = (byte)(code < 128 ? code : code | 0x80);
            bytes[1] = (byte)(code >> 7);
            Assert.Equal(name == null, MultiaddrProtocol.Read(bytes, 0, 40, out _, out _, out _) == MultiaddrProtocol.Unknown);
        }
        Assert.Equal(16, known);
        Assert.Equal(0, MultiaddrProtocol.CodeOf("sctp"));
        Assert.Equal(0, MultiaddrProtocol.CodeOf(""));
    }

    [Fact]
    public void Any_address_comes_back_from_text_and_bytes_and_is_cut_nowhere_but_between_components()
    {
        Addresses.Sample(parts =>
        {
            Multiaddr address = Multiaddr.Parse(string.Concat(parts));
            Assert.Equal(string.Concat(parts), address.ToString());
            byte[] bytes = address.ToBytes();
            HashSet<int> ends = [];
            int length = 0;
            foreach (string part in parts)
            {
                ends.Add(length += Multiaddr.Parse(part).ToBytes().Length);
            }
            for (int count = 1; count <= bytes.Length; count++)
            {
                byte[] cut = bytes[..count];
                Assert.Equal(ends.Contains(count) ? 0 : MultiaddrProtocol.Malformed, Multiaddr.Validate(cut, 0, count));
            }
        });
    }

    [Fact]
    public void Garbage_is_never_read_outside_its_range_and_good_bytes_have_a_text()
    {
        Gen<byte[]> changed = Gen.Select(Addresses, Gen.Int[0, 200], Gen.Byte, (parts, at, with) =>
        {
            byte[] bytes = Multiaddr.Parse(string.Concat(parts)).ToBytes();
            bytes[at % bytes.Length] = with;
            return bytes;
        });
        Gen.OneOf(changed, Gen.Byte.Array[0, 60]).Sample(bytes =>
        {
            int code = Multiaddr.Validate(bytes, 0, bytes.Length);
            Assert.InRange(code, Multiaddr.BadLength, 0);
            if (code == 0)
            {
                Multiaddr address = Multiaddr.FromBytes(bytes, 0, bytes.Length);
                Assert.Equal(address, Multiaddr.Parse(address.ToString()));
            }
        });
    }

    [Fact]
    public void Any_text_is_an_address_that_comes_back_or_an_error()
    {
        Gen<string> piece = Gen.OneOf(
            Gen.OneOf<string>("/", "ip4", "ip6", "tcp", "dns", "p2p", "ws", "1.2.3.4", "::1", "80", Peer, "é", "%"), Gen.String[0, 3]);
        piece.Array[0, 12].Select(parts => string.Concat(parts)).Sample(text =>
        {
            Multiaddr? address = Multiaddr.TryParse(text, out string error);
            Assert.NotEqual(address == null, error == null);
            if (address != null)
            {
                Assert.Equal(address, Multiaddr.Parse(address.ToString()));
            }
        });
    }

    [Fact]
    public void Looking_at_a_peers_bytes_allocates_nothing()
    {
        Multiaddr address = Multiaddr.Parse("/ip6zone/eth0/ip6/fe80::1/tcp/4001/p2p/" + Relay + "/p2p-circuit/p2p/" + Peer);
        byte[] bytes = address.ToBytes();
        Assert.Equal(0, Allocated.By(() =>
        {
            int components = 0;
            for (int at = 0; at < bytes.Length; components++)
            {
                at += MultiaddrProtocol.Read(bytes, at, bytes.Length - at, out _, out _, out _);
            }
            Assert.True(components == 6 && Multiaddr.Validate(bytes, 0, bytes.Length) == 0
                && address.Matches(bytes, 0, bytes.Length) && !address.IsTcp && address.Port == 4001);
        }));
    }

    private static Gen<string[]> Addresses
    {
        get
        {
            Gen<string> name = Gen.Char["abcxyz019-.%_"].Array[1, 20].Select(chars => new string(chars));
            return Gen.OneOf(
                Gen.Byte.Array[4].Select(bytes => "/ip4/" + IpText.Format(bytes, 0, 4)),
                Gen.Byte.Array[16].Select(bytes => "/ip6/" + IpText.Format(bytes, 0, 16)),
                Gen.Select(Gen.OneOf<string>("/tcp/", "/udp/"), Gen.Int[0, 65535], (protocol, port) => protocol + port),
                Gen.Select(Gen.OneOf<string>("/ip6zone/", "/dns/", "/dns4/", "/dns6/", "/dnsaddr/", "/sni/"), name,
                    (protocol, value) => protocol + value),
                Gen.OneOf<string>("/p2p-circuit", "/tls", "/quic-v1", "/ws", "/wss"),
                Gen.Byte.Array[32].Select(key => "/p2p/" + PeerId.FromEd25519(key, 0))).Array[1, 8];
        }
    }
}
