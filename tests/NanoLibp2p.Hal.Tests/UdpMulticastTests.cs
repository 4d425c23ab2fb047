using System;
using System.Diagnostics;
using System.Linq;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Threading;
using NanoLibp2p.Hal.Udp;

namespace NanoLibp2p.Hal.Tests;

/// <summary>A group on this host's loopback, at a port that the system had free.</summary>
public sealed class UdpMulticastTests : IDisposable
{
    private const string Group = "239.255.77.1";
    private const string Loopback = "127.0.0.1";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly int _port = FreePort();
    private readonly UdpMulticast _one;
    private readonly UdpMulticast _two;

    public UdpMulticastTests()
    {
        _one = new UdpMulticast(Group, _port, Loopback);
        _two = new UdpMulticast(Group, _port, Loopback);
        Assert.Equal(LinkError.None, _one.Open());
        Assert.Equal(LinkError.None, _two.Open());
    }

    public void Dispose()
    {
        _one.Close();
        _two.Close();
    }

    [Fact]
    public void What_one_sends_all_who_joined_receive_the_sender_too()
    {
        Assert.Equal(3, _one.Send([0, 1, 2, 3, 0], 1, 3));

        Assert.Equal([1, 2, 3], Receive(_two));
        Assert.Equal([1, 2, 3], Receive(_one));
        Assert.Equal(0, _one.Receive(new byte[8], 0, 8));
    }

    [Fact]
    public void What_exceeds_the_room_is_lost_and_the_next_datagram_is_whole()
    {
        _one.Send(new byte[300], 0, 300);
        _one.Send([7, 8], 0, 2);

        byte[] buffer = new byte[100];
        Assert.True(SpinWait.SpinUntil(() => _two.Receive(buffer, 10, 50) == 50, _patience));
        Assert.Equal([7, 8], Receive(_two));
    }

    [Fact]
    public void A_program_that_joined_in_the_ordinary_way_shares_the_port()
    {
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        other.Bind(new IPEndPoint(IPAddress.Any, _port));
        other.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership,
            new MulticastOption(IPAddress.Parse(Group), IPAddress.Loopback));
        other.ReceiveTimeout = (int)_patience.TotalMilliseconds;

        _one.Send([5], 0, 1);

        byte[] heard = new byte[8];
        Assert.Equal(1, other.Receive(heard));
        Assert.Equal(5, heard[0]);
        Assert.Equal([5], Receive(_two));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("126.0.0.1", false)]
    [InlineData("8.8.8.8", false)]
    [InlineData("0.0.0.0", false)]
    public void A_neighbour_is_a_host_of_the_interfaces_own_network(string address, bool isIt)
    {
        Assert.Equal(isIt, _one.IsNeighbour([9, .. IPAddress.Parse(address).GetAddressBytes()], 1, 4));
        Assert.False(_one.IsNeighbour(IPAddress.IPv6Loopback.GetAddressBytes(), 0, 16));
        _one.Close();
        Assert.False(_one.IsNeighbour(IPAddress.Parse(address).GetAddressBytes(), 0, 4));
    }

    [Fact]
    public void A_closed_link_says_so_and_can_be_opened_again()
    {
        _one.Close();
        _one.Close();
        Assert.Equal(LinkResult.Failed, _one.Send([1], 0, 1));
        Assert.Equal(LinkResult.Failed, _one.Receive(new byte[1], 0, 1));

        Assert.Equal(LinkError.None, _one.Open());
        Assert.Equal(LinkError.None, _one.Open());
        _two.Send([1], 0, 1);
        Assert.Equal([1], Receive(_one));
    }

    [Fact]
    public void An_address_that_is_not_this_hosts_is_told()
    {
        Assert.Equal(LinkError.AddressUnavailable, new UdpMulticast(Group, _port, "203.0.113.77").Open());
        Assert.Throws<ArgumentException>(() => new UdpMulticast(Group, 0, null));
        Assert.Throws<ArgumentException>(() => new UdpMulticast(Group, 65_536, null));
    }

    [Fact]
    public void Without_a_choice_it_takes_an_interface_that_does_multicast()
    {
        UdpMulticast any = new(Group, _port, null);
        Assert.Equal(LinkError.None, any.Open());
        byte[] address = new byte[4];
        any.CopyHostAddress(address, 0);

        any.Send([3], 0, 1);

        Assert.Equal([3], Receive(any));
        Assert.True(any.IsNeighbour(address, 0, 4));
        any.Close();
    }

    [Fact(SkipUnless = nameof(HasNetwork), Skip = "this host has no interface with multicast but loopback")]
    public void What_is_sent_on_another_interface_is_not_heard()
    {
        UdpMulticast network = new(Group, _port, null);
        Assert.Equal(LinkError.None, network.Open());
        network.Send([1], 0, 1);
        Assert.Equal([1], Receive(network));

        _two.Send([2], 0, 1);

        Assert.Equal([2], Receive(_one));
        Assert.Equal(0, _one.Receive(new byte[1], 0, 1));
        network.Close();
    }

    [Fact]
    public void Sending_and_receiving_allocate_nothing()
    {
        byte[] buffer = new byte[64];
        Exchange(20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Exchange(200);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Exchange(int rounds)
        {
            for (int i = 0; i < rounds; i++)
            {
                _one.Send(buffer, 0, 20);
                long start = Stopwatch.GetTimestamp();
                while (_two.Receive(buffer, 0, 64) == 0 && Stopwatch.GetElapsedTime(start) < _patience)
                {
                    Thread.Yield();
                }
            }
        }
    }

    public static bool HasNetwork => NetworkInterface.GetAllNetworkInterfaces().Any(one =>
        one.SupportsMulticast && one.OperationalStatus == OperationalStatus.Up
        && one.NetworkInterfaceType != NetworkInterfaceType.Loopback
        && one.GetIPProperties().UnicastAddresses.Any(address => address.Address.AddressFamily == AddressFamily.InterNetwork));

    private static byte[] Receive(UdpMulticast link)
    {
        byte[] buffer = new byte[1_500];
        int count = 0;
        Assert.True(SpinWait.SpinUntil(() => (count = link.Receive(buffer, 0, buffer.Length)) != 0, _patience), "no datagram came");
        return buffer[..count];
    }

    private static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
