using System;
using System.Linq;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal.Desktop;
using NanoLibp2p.Host.AutoNat;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.AutoNat;

/// <summary>What follows from what peers find, and how many requests are looked at.</summary>
public class ReachabilityTrackerTests
{
    private static readonly Multiaddr _address = Multiaddr.Parse("/ip4/5.5.5.5/tcp/1");
    private static readonly Multiaddr _other = Multiaddr.Parse("/ip4/5.5.5.5/tcp/2");

    private readonly FakeTimeProvider _time = new();
    private readonly ReachabilityTracker _tracker;

    public ReachabilityTrackerTests()
    {
        _tracker = new ReachabilityTracker(new AutoNatOptions(), _time);
    }

    [Fact]
    public void Two_networks_must_agree_and_one_that_repeats_itself_is_one()
    {
        _tracker.AddV2(_address, Group(1), true);
        _tracker.AddV2(_address, Group(1), true);
        Assert.Equal(Reachability.Unknown, _tracker.Report.Overall);

        _tracker.AddV2(_address, Group(2), true);
        Assert.Equal(Reachability.Public, _tracker.Report.Overall);

        // they change their mind
        _tracker.AddV2(_address, Group(1), false);
        Assert.Equal(Reachability.Unknown, _tracker.Report.Overall);
        _tracker.AddV2(_address, Group(2), false);
        Assert.Equal(Reachability.Private, _tracker.Report.Overall);
    }

    [Fact]
    public void One_address_that_can_be_reached_makes_the_node_public_and_all_must_fail_for_private()
    {
        Fail(_address);
        _tracker.Begin([_other]);
        Assert.Equal(Reachability.Unknown, _tracker.Report.Overall);
        Fail(_other);
        Assert.Equal(Reachability.Private, _tracker.Report.Overall);
        for (int i = 3; i <= 6; i++)
        {
            _tracker.AddV2(_other, Group(i), true);
        }

        Assert.Equal(Reachability.Public, _tracker.Report.Overall);

        _tracker.Keep([_address]);
        Assert.Equal(Reachability.Private, _tracker.Report.Overall);
    }

    [Fact]
    public void By_version_1_more_than_three_must_agree()
    {
        for (int i = 1; i <= 3; i++)
        {
            _tracker.AddV1(Group(i), false);
        }

        Assert.Equal(Reachability.Unknown, _tracker.Report.Overall);
        _tracker.AddV1(Group(4), false);
        Assert.Equal(Reachability.Private, _tracker.Report.Overall);

        // version 2 knows better
        _tracker.AddV2(_address, Group(1), true);
        _tracker.AddV2(_address, Group(2), true);
        Assert.Equal(Reachability.Public, _tracker.Report.Overall);
    }

    [Fact]
    public void An_address_is_asked_about_again_when_it_is_time()
    {
        Assert.Equal([_address], _tracker.Due([_address]));
        _tracker.Begin([_address]);
        Assert.Empty(_tracker.Due([_address]));
        _tracker.AddV2(_address, Group(1), true);
        Assert.True(_tracker.WasAskedV2(_address, Group(1)));
        Assert.False(_tracker.WasAskedV2(_address, Group(2)));
        Assert.Equal([_address], _tracker.Due([_address]));
        _tracker.AddV2(_address, Group(2), true);
        Assert.Empty(_tracker.Due([_address]));
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal([_address], _tracker.Due([_address]));
        Assert.False(_tracker.WasAskedV2(_address, Group(1)));
    }

    [Fact]
    public void No_more_addresses_and_voices_are_kept_than_there_is_room_for()
    {
        for (int i = 1; i <= 200; i++)
        {
            _tracker.AddV2(_address.WithPort(i), Group(1), true);
            _tracker.AddV2(_address.WithPort(1), Group(i), true);
        }

        ReachabilityReport report = _tracker.Report;
        Assert.Equal(ReachabilityTracker.MaxAddresses, report.Addresses.Count);
        Assert.Equal(ReachabilityTracker.MaxVoices, report.Addresses.Max(one => one.Successes));
    }

    [Fact]
    public void Requests_are_counted_by_peer_and_in_all_and_a_minute_later_there_is_room_again()
    {
        PeerId[] peers = [.. Enumerable.Range(0, 4).Select(_ => Identity.Create(new ManagedCrypto(), new SystemRandom()).PeerId)];
        RequestLimiter limiter = new(_time, 5, 2);
        Assert.True(limiter.Begin(peers[0]));
        Assert.False(limiter.Begin(peers[0]));
        limiter.End(peers[0]);
        Assert.True(limiter.Begin(peers[0]));
        limiter.End(peers[0]);
        Assert.False(limiter.Begin(peers[0]));
        Assert.True(limiter.Count(peers[1]));
        Assert.True(limiter.Count(peers[1]));
        Assert.True(limiter.Count(peers[2]));
        Assert.False(limiter.Count(peers[3]));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(limiter.Count(peers[3]));
        Assert.True(limiter.Begin(peers[0]));
    }

    private void Fail(Multiaddr address)
    {
        _tracker.AddV2(address, Group(1), false);
        _tracker.AddV2(address, Group(2), false);
    }

    private static IPNetwork Group(int i) => AddressScopes.Group(new IPAddress([8, 0, 0, (byte)i]));
}
