using System;
using System.Collections.Generic;
using System.Linq;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Tests.Connections;

/// <summary>How many callers there may be, of one host and of all.</summary>
public class CallerLimitTests
{
    public static TheoryData<int, PollerKind> Kinds => Nodes.Kinds;

    [Fact]
    public void A_host_has_16_callers_in_the_handshake_and_its_oldest_silent_one_gives_way_to_the_next()
    {
        CallerLimits limits = new(new ConnectionOptions(), new AccessList());
        IPAddress host = IPAddress.Parse("203.0.113.7");
        List<Caller> callers = [.. Enumerable.Range(0, 16).Select(_ => Admit(limits, host))];
        Assert.Equal(16, limits.HalfOpen);

        // the first two have begun to speak
        callers[0].IsSilent = false;
        callers[1].IsSilent = false;
        Caller next = Admit(limits, host, out Caller? gaveWay);
        Assert.Same(callers[2], gaveWay);
        Assert.True(gaveWay!.HasGivenWay);
        Assert.Equal(16, limits.HalfOpen);

        // its end, told later, is not counted twice
        limits.End(gaveWay);
        Assert.Equal(16, limits.HalfOpen);

        foreach (Caller caller in callers.Append(next))
        {
            caller.IsSilent = false;
        }

        Assert.Null(limits.Admit(host, out _, out RefusalReason reason));
        Assert.Equal(RefusalReason.HalfOpenHostLimit, reason);
        Assert.NotNull(limits.Admit(IPAddress.Parse("203.0.113.8"), out _, out _));
        limits.End(callers[0]);
        Assert.NotNull(limits.Admit(host, out _, out _));
    }

    [Fact]
    public void An_IPv6_host_is_its_first_64_bits_and_an_IPv4_address_in_IPv6_is_that_IPv4_host()
    {
        CallerLimits limits = new(new ConnectionOptions { PerHost = 1 }, new AccessList());
        Open(limits, "2001:db8:1:2::1");
        Open(limits, "2001:db8:1:3::1");
        Open(limits, "203.0.113.7");
        Refused(limits, "2001:db8:1:2:ffff::9", RefusalReason.HostLimit);
        Refused(limits, "::ffff:203.0.113.7", RefusalReason.HostLimit);
    }

    [Fact]
    public void A_host_has_10_open_connections_and_a_trusted_network_or_this_machine_has_any_number()
    {
        AccessList access = new();
        access.Trust(IPNetwork.Parse("198.51.100.0/24"));
        CallerLimits limits = new(new ConnectionOptions(), access);
        for (int i = 0; i < 10; i++)
        {
            Open(limits, "203.0.113.7");
        }

        Refused(limits, "203.0.113.7", RefusalReason.HostLimit);
        for (int i = 0; i < 100; i++)
        {
            Open(limits, "198.51.100.3");
            Open(limits, "127.0.0.1");
            Admit(limits, IPAddress.Parse("::1"));
        }

        // who was in the handshake meanwhile is counted when it opens
        CallerLimits late = new(new ConnectionOptions { PerHost = 2 }, access);
        Caller[] three = [.. Enumerable.Range(0, 3).Select(_ => Admit(late, IPAddress.Parse("203.0.113.7")))];
        Assert.Equal([true, true, false], three.Select(late.Open));
        late.End(three[2]);
        Refused(late, "203.0.113.7", RefusalReason.HostLimit);
        late.End(three[0]);
        Open(late, "203.0.113.7");
    }

    [Fact]
    public void All_hosts_together_have_1024_callers_in_the_handshake()
    {
        CallerLimits limits = new(new ConnectionOptions(), new AccessList());
        List<Caller> callers = [.. Enumerable.Range(0, 1024).Select(i => Admit(limits, new IPAddress([10, 0, (byte)(i >> 8), (byte)i])))];
        IPAddress another = IPAddress.Parse("203.0.113.7");
        callers.Add(Admit(limits, another, out Caller? gaveWay));
        Assert.Same(callers[0], gaveWay);
        Assert.Equal(1024, limits.HalfOpen);
        callers.ForEach(caller => caller.IsSilent = false);
        Refused(limits, "203.0.113.7", RefusalReason.HalfOpenLimit);
        callers.ForEach(limits.End);
        Assert.Equal(0, limits.HalfOpen);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Sixty_four_silent_callers_of_one_host_keep_16_places_and_nobody_out(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options =>
        {
            options.Connections.LimitsLoopback = true;
            SilentCallers.Keep(options);
        });
        using SilentCallers silent = [];
        await silent.ConnectAsync(server, 64);
        await Nodes.UntilAsync(() => server.Load == 16 && server.HalfOpen == 16, "48 gave way");
        await using Libp2pNode honest = await Nodes.StartAsync(1, poller);
        await honest.DialAsync(server);
        Assert.True(await honest.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await Nodes.UntilAsync(() => server.Load == 16 && server.HalfOpen == 15, "one more gave way");

        // those that came first are cut off, after our greeting
        byte[] greeting = new byte[100];
        while (await silent[0].ReceiveAsync(greeting).WaitAsync(Nodes.Patience) > 0)
        {
        }

        Assert.True(await silent[63].ReceiveAsync(greeting).WaitAsync(Nodes.Patience) > 0);
        Assert.False(silent[63].Poll(0, SelectMode.SelectRead));
        silent.Dispose();
        await Nodes.UntilAsync(() => server.HalfOpen == 0, "they are forgotten when they leave");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_caller_that_says_nothing_or_never_ends_its_handshake_has_its_time(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options =>
        {
            options.Node.FirstByteTimeoutMs = 50;
            options.Node.HandshakeTimeoutMs = 100;
        });
        using TcpClient silent = new();
        using TcpClient slow = new();
        await silent.ConnectAsync(IPAddress.Loopback, server.ListenAddresses[0].Port);
        await slow.ConnectAsync(IPAddress.Loopback, server.ListenAddresses[0].Port);
        await slow.GetStream().WriteAsync("\u0013/multistream/1.0.0\n"u8.ToArray());
        await Nodes.UntilAsync(() => server.Events.Recent.Count(one => one.Kind == NodeEventKind.HandshakeFailed) == 2, "both are cut off");
        Assert.All(server.Events.Recent, one => Assert.Equal((CloseReason.HandshakeTimeout, "127.0.0.1"), (one.Reason, one.Address)));
        Assert.Equal(0, server.HalfOpen);
        Assert.Equal(10_000, new Libp2pNodeOptions().Node.HandshakeTimeoutMs);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_peer_beyond_its_hosts_limit_is_told_so_and_the_others_stay(int shards, PollerKind poller)
    {
        await using Libp2pNode server = await Nodes.ListenAsync(shards, poller, options =>
        {
            options.Connections.LimitsLoopback = true;
            options.Connections.PerHost = 2;
        });
        await using Libp2pNode first = await Nodes.StartAsync(1, poller);
        await using Libp2pNode second = await Nodes.StartAsync(1, poller);
        await using Libp2pNode third = await Nodes.StartAsync(1, poller);
        await first.DialAsync(server);
        await second.DialAsync(server);
        await Nodes.UntilAsync(() => server.Peers.Count == 2, "both are connected");

        // at the limit no caller is heard at all
        await Assert.ThrowsAsync<Libp2pException>(() => third.DialAsync(server));
        await Nodes.UntilAsync(() => server.Events.Recent.Any(one => one.Refusal == RefusalReason.HostLimit), "it is in the log");
        Assert.True(await first.PingAsync(server.PeerId).WaitAsync(Nodes.Patience) > TimeSpan.Zero);
        await second.DisposeAsync();
        await Nodes.UntilAsync(() => server.Peers.Count == 1, "one has left");
        await third.DialAsync(server);
    }

    private static Caller Admit(CallerLimits limits, IPAddress address) => Admit(limits, address, out _);

    private static Caller Admit(CallerLimits limits, IPAddress address, out Caller? gaveWay)
    {
        Caller? caller = limits.Admit(address, out gaveWay, out RefusalReason reason);
        Assert.Equal(RefusalReason.None, reason);
        return caller!;
    }

    private static void Open(CallerLimits limits, string address) => Assert.True(limits.Open(Admit(limits, IPAddress.Parse(address))));

    private static void Refused(CallerLimits limits, string address, RefusalReason expected)
    {
        Assert.Null(limits.Admit(IPAddress.Parse(address), out _, out RefusalReason reason));
        Assert.Equal(expected, reason);
    }
}
