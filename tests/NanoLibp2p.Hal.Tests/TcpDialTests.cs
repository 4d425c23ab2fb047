using System;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Hal.Tests;

public class TcpDialTests
{
    // a resolver asks each of its name servers several times, 5 s each
    private const int NameServerPatienceMs = 60_000;

    private static readonly bool _hasIpv6 = TryIpv6();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void Both_ends_of_a_dialed_link_hear_each_other_and_know_the_address(string host)
    {
        Assert.SkipUnless(host != "::1" || _hasIpv6, "this host has no IPv6 loopback");
        using TcpPair pair = TcpPair.Open(host);
        byte[] hello = Encoding.ASCII.GetBytes("hello");
        Assert.Equal(5, pair.Dialed.Write(hello, 0, 5));
        byte[] heard = TcpPair.ReadAll(pair.Transport, pair.Accepted, 5);
        Assert.Equal(hello, heard);
        Assert.Equal(5, pair.Accepted.Write(heard, 0, 5));
        Assert.Equal(hello, TcpPair.ReadAll(pair.Transport, pair.Dialed, 5));

        byte[] expected = IPAddress.Parse(host).GetAddressBytes();
        foreach (IStreamLink link in new[] { pair.Dialed, pair.Accepted })
        {
            byte[] address = new byte[18];
            Assert.Equal(expected.Length, link.CopyRemoteAddress(address, 2));
            Assert.Equal(expected, address.AsSpan(2, expected.Length).ToArray());
            Assert.InRange(link.RemotePort, 1, 65535);
        }
    }

    [Fact]
    public void A_name_is_looked_up_and_dialed()
    {
        TcpTransport transport = new(2);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        IStreamLink dialed = transport.Dial("localhost", port);
        IStreamLink accepted = TcpPair.Accept(transport);
        TcpPair.Until(transport, () => dialed.State == LinkState.Open, "the dialed link opens");
        byte[] address = new byte[16];
        Assert.Equal(4, dialed.CopyRemoteAddress(address, 0));
        Assert.Equal(port, dialed.RemotePort);
        dialed.Close();
        accepted.Close();
        transport.Close();
    }

    [Fact]
    public void When_the_first_addresses_refuse_the_next_is_tried()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.3");
        TcpDial dial = new("a.name", port);
        dial.Start([IPAddress.Loopback, IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")]);
        TcpPair.Until(transport, () => dial.Step() != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkState.Open, dial.Step());
        Assert.Equal(IPAddress.Parse("127.0.0.3"), dial.Address);
        TcpPair.Accept(transport).Close();
        dial.Abandon();
        transport.Close();
    }

    [Fact]
    public void When_the_first_address_is_silent_the_next_is_tried_beside_it()
    {
        using SilentListener silent = new("127.0.0.2");
        Assert.SkipUnless(silent.IsSilent, "this host answers calls although nobody accepts them");
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.3", silent.Port);
        TcpDial dial = new("a.name", port);
        dial.Start([IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")]);
        Assert.Equal(LinkState.Connecting, dial.Step());
        Assert.Equal(1, dial.AttemptCount);
        Assert.InRange(TcpPair.MillisecondsOf(() => TcpPair.Until(transport, () => dial.Step() != LinkState.Connecting, "the dial ends")),
            200, 2000);

        Assert.Equal(LinkState.Open, dial.Step());
        Assert.Equal(IPAddress.Parse("127.0.0.3"), dial.Address);
        Assert.Equal(0, dial.AttemptCount);
        TcpPair.Accept(transport).Close();
        dial.Abandon();
        transport.Close();
    }

    [Fact]
    public void The_time_of_the_next_address_wakes_Wait()
    {
        using SilentListener silent = new("127.0.0.2");
        Assert.SkipUnless(silent.IsSilent, "this host answers calls although nobody accepts them");
        TcpTransport transport = new(2);
        int port = TcpPair.Listen(transport, "127.0.0.3", silent.Port);
        TcpDial.Resolver = (_, _) => [IPAddress.Parse("127.0.0.2"), IPAddress.Parse("127.0.0.3")];
        try
        {
            IStreamLink link = transport.Dial("a.name", port);
            long start = Environment.TickCount64;
            while (link.State == LinkState.Connecting && Environment.TickCount64 - start < TcpPair.PatienceMs)
            {
                transport.Wait(TcpPair.PatienceMs);
            }

            Assert.InRange(Environment.TickCount64 - start, 200, 2000);
            Assert.Equal(LinkState.Open, link.State);
            TcpPair.Accept(transport).Close();
            link.Close();
        }
        finally
        {
            TcpDial.Resolver = TcpAddress.LookUp;
        }

        transport.Close();
    }

    [Fact]
    public void Of_many_silent_addresses_no_more_than_eight_are_tried_at_once_and_all_are_let_go()
    {
        using SilentListener silent = new("127.0.0.2");
        Assert.SkipUnless(silent.IsSilent, "this host answers calls although nobody accepts them");
        int before = OpenFiles.CountSettled();
        TcpDial dial = new("a.name", silent.Port);
        dial.Start([.. Enumerable.Repeat(IPAddress.Parse("127.0.0.2"), 12)]);
        long end = System.Environment.TickCount64 + 3000;
        while (System.Environment.TickCount64 < end)
        {
            Assert.Equal(LinkState.Connecting, dial.Step());
            Thread.Sleep(20);
        }

        Assert.Equal(8, dial.AttemptCount);
        dial.Abandon();
        Assert.True(!OpenFiles.CanCount || OpenFiles.Count() == before);
    }

    [Theory]
    [InlineData(4, "127.0.0.1")]
    [InlineData(16, "::1")]
    public void A_look_up_for_one_family_finds_no_address_of_the_other(int addressBytes, string address)
    {
        Assert.SkipUnless(_hasIpv6, "this host has no IPv6 loopback");
        IPAddress[] found;
        try
        {
            found = TcpAddress.LookUp("localhost", addressBytes);
        }
        catch (SocketException)
        {
            // a host whose localhost is IPv4 alone
            found = [];
        }

        Assert.All(found, one => Assert.Equal(IPAddress.Parse(address), one));
        Assert.True(addressBytes == 16 || found.Length > 0);
    }

    [Fact]
    public void A_dial_by_IPv6_alone_does_not_reach_a_name_by_IPv4()
    {
        TcpTransport transport = new(2);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        foreach (string host in new[] { "localhost", "127.0.0.1" })
        {
            IStreamLink six = transport.Dial(host, port, 16);
            TcpPair.Until(transport, () => six.State != LinkState.Connecting, "the dial ends");
            Assert.Equal(LinkState.Failed, six.State);
            Assert.Null(transport.Accept());
        }

        IStreamLink four = transport.Dial("localhost", port, 4);
        TcpPair.Accept(transport).Close();
        four.Close();
        transport.Close();
    }

    [Fact]
    public void When_all_addresses_fail_the_first_ones_reason_is_told()
    {
        TcpTransport transport = new(1);
        TcpDial dial = new("a.name", TcpPair.UnusedPort());
        dial.Start([IPAddress.Loopback, IPAddress.Parse("255.255.255.255")]);
        TcpPair.Until(transport, () => dial.Step() != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkState.Failed, dial.Step());
        Assert.Equal(LinkError.Refused, dial.Error);
    }

    [Fact]
    public void An_IPv4_address_inside_IPv6_comes_out_as_four_bytes()
    {
        Assert.Equal([192, 0, 2, 7], TcpAddress.BytesOf(IPAddress.Parse("::ffff:192.0.2.7")));
        Assert.Equal(16, TcpAddress.BytesOf(IPAddress.Parse("::1:ffff:192.0.2.7")).Length);
        Assert.Equal(16, TcpAddress.BytesOf(IPAddress.IPv6Loopback).Length);
    }

    [Fact]
    public void A_port_where_nobody_listens_refuses()
    {
        TcpTransport transport = new(1);
        IStreamLink link = transport.Dial("127.0.0.1", TcpPair.UnusedPort());
        TcpPair.Until(transport, () => link.State != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkState.Failed, link.State);
        Assert.Equal(LinkError.Refused, link.Error);
        Assert.Equal(LinkResult.Failed, link.Read(new byte[1], 0, 1));
        Assert.Equal(LinkResult.Failed, link.Write(new byte[1], 0, 1));
    }

    [Theory]
    [InlineData("no-such-host.invalid")]
    [InlineData("1.2.3.4.5")]
    [InlineData("")]
    [InlineData("a name with spaces")]
    public void A_name_without_an_address_fails_and_says_so(string host)
    {
        TcpTransport transport = new(1);
        IStreamLink? link = null;
        Assert.InRange(TcpPair.MillisecondsOf(() => link = transport.Dial(host, 4001)), 0, 1000);
        TcpPair.Until(transport, () => link!.State != LinkState.Connecting, "the dial ends", NameServerPatienceMs);
        Assert.Equal(LinkState.Failed, link!.State);
        Assert.Equal(LinkError.NameNotFound, link.Error);
    }

    [Fact]
    public void A_name_far_longer_than_any_fails_as_a_name_not_found()
    {
        TcpTransport transport = new(1);
        IStreamLink link = transport.Dial(new string('x', 5000), 4001);
        TcpPair.Until(transport, () => link.State != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkError.NameNotFound, link.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65536)]
    public void A_port_that_does_not_exist_is_unreachable(int port)
    {
        IStreamLink link = new TcpTransport(1).Dial("127.0.0.1", port);
        Assert.Equal(LinkState.Failed, link.State);
        Assert.Equal(LinkError.Unreachable, link.Error);
    }

    [Fact]
    public void The_end_of_a_dial_wakes_Wait()
    {
        TcpTransport transport = new(1);
        IStreamLink link = transport.Dial("127.0.0.1", TcpPair.UnusedPort());
        if (link.State == LinkState.Connecting)
        {
            Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(TcpPair.PatienceMs)), 0, 2000);
        }

        Assert.Equal(LinkError.Refused, link.Error);
    }

    [Fact]
    public void The_end_of_a_look_up_wakes_Wait()
    {
        // each round lets the look-up end at another moment
        for (int i = 0; i < 50; i++)
        {
            TcpTransport transport = new(1);
            IStreamLink link = transport.Dial("localhost", TcpPair.UnusedPort());
            if (link.State == LinkState.Connecting)
            {
                Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(TcpPair.PatienceMs)), 0, TcpPair.PatienceMs / 2);
            }

            TcpPair.Until(transport, () => link.State != LinkState.Connecting, "the dial ends");
            Assert.Equal(LinkError.Refused, link.Error);
        }
    }

    [Fact]
    public void A_link_closed_while_it_connects_lets_go_of_its_socket_and_slot()
    {
        using SilentListener silent = new("127.0.0.1");
        Assert.SkipUnless(silent.IsSilent, "this host answers calls although nobody accepts them");
        IStreamLink stuck = new TcpTransport(1).Dial("127.0.0.1", silent.Port);
        Assert.Equal(LinkState.Connecting, stuck.State);
        int before = OpenFiles.CountSettled();
        Assert.Equal(0, stuck.Read(new byte[1], 0, 1));
        Assert.Equal(0, stuck.Write(new byte[1], 0, 1));
        stuck.Close();
        Assert.Equal(LinkState.Closed, stuck.State);
        Assert.Equal(LinkResult.Ended, stuck.Read(new byte[1], 0, 1));
        Assert.Equal(LinkResult.Failed, stuck.Write(new byte[1], 0, 1));
        if (OpenFiles.CanCount)
        {
            Assert.Equal(before - 1, OpenFiles.Count());
        }
    }

    [Fact]
    public void A_link_closed_during_its_look_up_gives_its_slot_back_when_the_look_up_ends()
    {
        TcpTransport transport = new(1);
        transport.Dial("localhost", TcpPair.UnusedPort()).Close();
        IStreamLink? next = null;
        long end = Environment.TickCount64 + TcpPair.PatienceMs;
        do
        {
            Thread.Sleep(1);
            next = transport.Dial("127.0.0.1", TcpPair.UnusedPort());
        }
        while (next.Error == LinkError.NoResources && Environment.TickCount64 < end);

        TcpPair.Until(transport, () => next.State != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkError.Refused, next.Error);
    }

    private static bool TryIpv6()
    {
        return NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(i => i.GetIPProperties().UnicastAddresses)
            .Any(a => a.Address.Equals(IPAddress.IPv6Loopback));
    }
}
