using System;
using System.Linq;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Addresses;

/// <summary>Whom a node believes where it is, and how little one liar can do.</summary>
public class ObservedAddressesTests
{
    private static readonly Multiaddr _here = Multiaddr.Parse("/ip4/5.5.5.5/tcp/4001");

    private readonly FakeTimeProvider _time = new();
    private readonly ObservedAddresses _observed;

    public ObservedAddressesTests()
    {
        _observed = new ObservedAddresses(_time);
    }

    [Fact]
    public void Four_different_observers_are_believed_and_three_are_not()
    {
        Say(3, _here);
        Assert.Empty(_observed.Believed([4001]));

        // the third again, from another port
        Assert.True(_observed.Add(Multiaddr.Parse("/ip4/8.0.0.3/tcp/77"), _here, isInbound: true));
        Assert.Empty(_observed.Believed([4001]));

        Say(4, _here);
        Assert.Equal([new ObservedAddress(_here, 4, false)], _observed.Believed([4001]));
    }

    [Fact]
    public void Observers_of_one_IPv6_household_are_one()
    {
        Multiaddr six = Multiaddr.Parse("/ip6/2606:4700::5/tcp/4001");
        for (int i = 0; i < 200; i++)
        {
            _observed.Add(Multiaddr.Parse($"/ip6/2606:4700:0:7{i:x2}::1/tcp/1"), six, isInbound: true);
        }

        Assert.Empty(_observed.Believed([4001]));
        Assert.Equal(1, _observed.Count);
    }

    [Theory]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/ip4/10.0.0.1/tcp/4001", "a private address")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/ip4/127.0.0.1/tcp/4001", "a loopback address")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/ip4/203.0.113.1/tcp/4001", "an address of documentation")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/dns4/example.org/tcp/4001", "a name")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/ip6/2606:4700::5/tcp/4001", "the other family")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1", "/ip4/5.5.5.5", "no port")]
    [InlineData("/ip4/8.0.0.{0}/tcp/1",
        "/ip4/5.5.5.5/tcp/1/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN/p2p-circuit", "a circuit")]
    [InlineData("/ip4/10.0.0.{0}/tcp/1", "/ip4/5.5.5.5/tcp/4001", "somebody of the same network")]
    public void What_strangers_cannot_have_seen_counts_nothing(string observer, string observed, string what)
    {
        for (int i = 1; i <= 9; i++)
        {
            Multiaddr from = Multiaddr.Parse(string.Format(System.Globalization.CultureInfo.InvariantCulture, observer, i));
            Assert.False(_observed.Add(from, Multiaddr.Parse(observed), isInbound: true), what);
        }

        Assert.Empty(_observed.Believed([4001]));
    }

    [Fact]
    public void Who_was_dialled_has_seen_the_address_alone_and_the_port_is_a_guess()
    {
        for (int i = 1; i <= 4; i++)
        {
            Multiaddr seen = Multiaddr.Parse($"/ip4/5.5.5.5/tcp/{50000 + i}");
            _observed.Add(Multiaddr.Parse($"/ip4/8.0.0.{i}/tcp/4001"), seen, isInbound: false);
        }

        Assert.Equal([new ObservedAddress(_here, 4, true)], _observed.Believed([4001]));
        Assert.Empty(_observed.Believed([]));
    }

    [Fact]
    public void An_observer_has_three_votes_and_those_of_last()
    {
        for (int port = 1; port <= 100; port++)
        {
            for (int i = 1; i <= 4; i++)
            {
                _observed.Add(Multiaddr.Parse($"/ip4/8.0.0.{i}/tcp/1"), _here.WithPort(port), isInbound: true);
            }
        }

        Assert.Equal([98, 99, 100], _observed.Believed([4001]).Select(one => one.Address.Port).Order());
    }

    [Fact]
    public void More_observers_than_are_remembered_push_out_the_oldest()
    {
        Say(4, _here);
        for (int i = 0; i < 1021; i++)
        {
            _observed.Add(Multiaddr.Parse($"/ip4/9.{i / 250}.{i % 250}.1/tcp/1"), _here.WithPort(1), isInbound: true);
        }

        Assert.Equal(ObservedAddresses.MaxObservers, _observed.Count);
        Assert.Equal([_here.WithPort(1)], _observed.Believed([4001]).Select(one => one.Address));
    }

    [Fact]
    public void What_nobody_has_said_for_40_minutes_is_not_believed_any_more()
    {
        Say(4, _here);
        _time.Advance(TimeSpan.FromMinutes(39));
        Assert.Single(_observed.Believed([4001]));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(_observed.Believed([4001]));
        Assert.Equal(0, _observed.Count);
    }

    [Fact]
    public void Many_liars_get_no_more_than_eight_addresses_believed()
    {
        for (int i = 1; i <= 40; i++)
        {
            _observed.Add(Multiaddr.Parse($"/ip4/8.0.0.{i}/tcp/1"), _here.WithPort(i / 4), isInbound: true);
        }

        Assert.Equal(ObservedAddresses.MaxBelieved, _observed.Believed([4001]).Count);
    }

    private void Say(int observers, Multiaddr address)
    {
        for (int i = 1; i <= observers; i++)
        {
            Assert.True(_observed.Add(Multiaddr.Parse($"/ip4/8.0.0.{i}/tcp/1"), address, isInbound: true));
        }
    }
}
