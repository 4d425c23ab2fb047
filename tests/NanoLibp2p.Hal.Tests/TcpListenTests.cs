using System.Net.Sockets;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Hal.Tests;

public class TcpListenTests
{
    [Fact]
    public void A_taken_port_is_an_unavailable_address()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        Assert.Equal(0, new TcpTransport(1).Listen("127.0.0.1", port, out LinkError error));
        Assert.Equal(LinkError.AddressUnavailable, error);
        Assert.Equal(0, transport.Listen("127.0.0.1", port, out error));
        Assert.Equal(LinkError.AddressUnavailable, error);
        transport.Close();
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    [InlineData("localhost")]
    [InlineData("999.1.1.1")]
    public void What_is_not_an_address_of_this_host_is_unavailable(string host)
    {
        Assert.Equal(0, new TcpTransport(1).Listen(host, 0, out LinkError error));
        Assert.Equal(LinkError.AddressUnavailable, error);
    }

    [Fact]
    public void Several_addresses_are_served_in_turn()
    {
        TcpTransport transport = new(6);
        int first = TcpPair.Listen(transport, "127.0.0.1");
        int second = TcpPair.Listen(transport, "127.0.0.2");
        Assert.NotEqual(0, second);
        IStreamLink[] dialed =
        [
            transport.Dial("127.0.0.1", first), transport.Dial("127.0.0.1", first), transport.Dial("127.0.0.2", second),
        ];
        int fromSecond = 0;
        IStreamLink[] accepted = new IStreamLink[3];
        for (int i = 0; i < 3; i++)
        {
            accepted[i] = TcpPair.Accept(transport);
        }

        foreach (IStreamLink link in dialed)
        {
            TcpPair.Until(transport, () => link.State == LinkState.Open, "a dialed link opens");
            fromSecond += link.RemotePort == second ? 1 : 0;
            link.Close();
        }

        Assert.Equal(1, fromSecond);
        foreach (IStreamLink link in accepted)
        {
            link.Close();
        }

        transport.Close();
    }

    [Fact]
    public void All_of_IPv4_and_all_of_IPv6_can_have_the_same_port()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this host has no IPv6");
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "0.0.0.0");
        Assert.Equal(port, TcpPair.Listen(transport, "::", port));
        transport.Close();
    }

    [Fact]
    public void A_program_that_restarts_has_its_port_again_at_once()
    {
        TcpPair pair = TcpPair.Open();
        TcpTransport transport = new(2);
        int port = pair.Dialed.RemotePort;

        // the side that ends first keeps the port in TIME_WAIT
        pair.Accepted.Close();
        Assert.Equal(LinkResult.Ended, TcpPair.ReadToEnd(pair.Transport, pair.Dialed));
        pair.Dispose();
        Assert.Equal(port, TcpPair.Listen(transport, "127.0.0.1", port));
        transport.Close();
    }

    [Fact]
    public void After_Close_nobody_gets_in_and_accepted_links_live_on()
    {
        using TcpPair pair = TcpPair.Open();
        int port = pair.Dialed.RemotePort;
        pair.Transport.Close();
        Assert.Null(pair.Transport.Accept());
        IStreamLink late = pair.Transport.Dial("127.0.0.1", port);
        TcpPair.Until(pair.Transport, () => late.State != LinkState.Connecting, "the dial ends");
        Assert.Equal(LinkError.Refused, late.Error);
        Assert.Equal(1, pair.Dialed.Write([7], 0, 1));
        Assert.Equal([7], TcpPair.ReadAll(pair.Transport, pair.Accepted, 1));
    }

    [Fact]
    public void More_listeners_than_the_transport_has_room_for_find_no_resources()
    {
        TcpTransport transport = new(1);
        for (int i = 0; i < TcpTransport.MaxListeners; i++)
        {
            TcpPair.Listen(transport, "127.0.0.1");
        }

        Assert.Equal(0, transport.Listen("127.0.0.1", 0, out LinkError error));
        Assert.Equal(LinkError.NoResources, error);
        transport.Close();
    }

    [Fact]
    public void With_all_slots_taken_a_dial_fails_and_a_caller_is_sent_away()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        using Socket first = TcpPair.RawDial(port);
        IStreamLink accepted = TcpPair.Accept(transport);

        IStreamLink dialed = transport.Dial("127.0.0.1", port);
        Assert.Equal(LinkState.Failed, dialed.State);
        Assert.Equal(LinkError.NoResources, dialed.Error);

        using Socket second = TcpPair.RawDial(port);
        transport.Wait(TcpPair.PatienceMs);
        Assert.Null(transport.Accept());
        Assert.Equal(0, second.Receive(new byte[1]));

        accepted.Close();
        using Socket third = TcpPair.RawDial(port);
        TcpPair.Accept(transport).Close();
        transport.Close();
    }

    [Fact]
    public void A_caller_wakes_Wait_and_one_that_is_not_accepted_does_not_keep_it_awake()
    {
        TcpTransport transport = new(1);
        int port = TcpPair.Listen(transport, "127.0.0.1");
        for (int i = 0; i < 3; i++)
        {
            using Socket caller = TcpPair.RawDial(port);
            Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(TcpPair.PatienceMs)), 0, 2000);
            IStreamLink? link = transport.Accept();
            Assert.NotNull(link);
            link.Close();
        }

        using Socket ignored = TcpPair.RawDial(port);
        transport.Wait(TcpPair.PatienceMs);
        Assert.InRange(TcpPair.MillisecondsOf(() => transport.Wait(100)), 80, 2000);
        TcpPair.Accept(transport).Close();
        transport.Close();
    }
}
