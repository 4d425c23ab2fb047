using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Host.Tests.Peers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Dialing;

/// <summary>What the names in addresses stand for.</summary>
public class AddressResolverTests
{
    private readonly FakeNames _names = new();

    [Fact]
    public async Task A_name_stands_for_its_addresses_of_the_family_that_is_asked_for()
    {
        _names.Addresses["example.org"] = ["192.0.2.1", "2001:db8::1"];
        Assert.Equal(["/ip4/192.0.2.1/tcp/1"], await ResolveAsync("/dns4/example.org/tcp/1"));
        Assert.Equal(["/ip6/2001:db8::1/tcp/1/ws"], await ResolveAsync("/dns6/example.org/tcp/1/ws"));
        Assert.Equal(["/ip4/192.0.2.1/tcp/1", "/ip6/2001:db8::1/tcp/1"], await ResolveAsync("/dns/example.org/tcp/1"));
    }

    [Fact]
    public async Task A_dnsaddr_stands_for_its_records_and_with_a_peer_for_those_of_that_peer()
    {
        PeerId one = PeerStoreTests.Id(1);
        PeerId two = PeerStoreTests.Id(2);
        _names.Addresses["node.example.org"] = ["192.0.2.7"];
        _names.Texts["_dnsaddr.example.org"] =
        [
            $"dnsaddr=/ip4/192.0.2.1/tcp/1/p2p/{one}", $"dnsaddr=/dnsaddr/more.example.org/p2p/{two}", "v=spf1 -all", "dnsaddr=nonsense",
        ];
        _names.Texts["_dnsaddr.more.example.org"] = [$"dnsaddr=/dns4/node.example.org/tcp/2/p2p/{two}"];
        Assert.Equal([$"/ip4/192.0.2.1/tcp/1/p2p/{one}", $"/ip4/192.0.2.7/tcp/2/p2p/{two}"], await ResolveAsync("/dnsaddr/example.org"));
        Assert.Equal([$"/ip4/192.0.2.7/tcp/2/p2p/{two}"], await ResolveAsync($"/dnsaddr/example.org/p2p/{two}"));
    }

    [Fact]
    public async Task Records_that_name_each_other_without_end_or_thousands_of_addresses_are_bounded()
    {
        _names.Texts["_dnsaddr.loop.org"] = [.. Enumerable.Range(0, 1000).Select(_ => "dnsaddr=/dnsaddr/loop.org")];
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => ResolveAsync("/dnsaddr/loop.org"));
        Assert.Equal((int)LinkError.NameNotFound, error.Detail);
        Assert.InRange(_names.Lookups, 2, AddressResolver.MaxLookups);

        _names.Addresses["many.org"] = [.. Enumerable.Range(0, 1000).Select(i => $"10.0.{i / 250}.{i % 250}")];
        Assert.Equal(20, (await ResolveAsync("/dns/many.org/tcp/1")).Count());
    }

    [Fact]
    public async Task A_name_without_addresses_or_a_server_that_fails_is_told()
    {
        Assert.Equal((int)LinkError.NameNotFound, (await Assert.ThrowsAsync<Libp2pException>(() => ResolveAsync("/dns/none.org/tcp/1")))
            .Detail);
        Libp2pException error = await Assert.ThrowsAsync<Libp2pException>(() => ResolveAsync("/dns/broken/tcp/1"));
        Assert.Contains("/dns/broken/tcp/1", error.Message);
        Assert.Contains("on holiday", error.InnerException!.Message);
    }

    [Fact]
    public async Task Text_records_are_asked_of_a_name_server_on_the_wire()
    {
        using UdpClient server = new(new IPEndPoint(IPAddress.Loopback, 0));
        Task serving = Task.Run(async () =>
        {
            UdpReceiveResult asked = await server.ReceiveAsync();
            byte[] question = asked.Buffer;

            // RFC 1035 4: the header says one answer, then the question, then a TXT record of two strings
            int end = 12;
            while (question[end] != 0)
            {
                end += question[end] + 1;
            }

            end += 5;
            byte[] first = Encoding.ASCII.GetBytes("dnsaddr=/ip4/192.0.2.1");
            byte[] second = Encoding.ASCII.GetBytes("/tcp/4001");
            List<byte> answer = [question[0], question[1], 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, .. question[12..end]];
            answer.AddRange([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, (byte)(first.Length + second.Length + 2)]);
            answer.AddRange([(byte)first.Length, .. first, (byte)second.Length, .. second]);
            await server.SendAsync(answer.ToArray(), asked.RemoteEndPoint);
        });
        SystemNameResolver names = new((IPEndPoint)server.Client.LocalEndPoint!);
        Assert.Equal(["dnsaddr=/ip4/192.0.2.1/tcp/4001"], await names.TextsAsync("_dnsaddr.example.org", CancellationToken.None)
            .WaitAsync(Nodes.Patience));
        await serving.WaitAsync(Nodes.Patience);
        Assert.Contains(IPAddress.Loopback, await names.AddressesAsync("localhost", AddressFamily.InterNetwork, CancellationToken.None));
    }

    private async Task<IEnumerable<string>> ResolveAsync(string address)
        => (await new AddressResolver(_names).ResolveAsync(DialTarget.Of(Multiaddr.Parse(address)), 20, CancellationToken.None))
            .Select(target => target.Address.ToString());
}
