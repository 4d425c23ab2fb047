using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Runtime.Loader;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.Extensions.Time.Testing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Peers;

/// <summary>What is kept of peers, and how much.</summary>
public class PeerStoreTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void An_address_is_kept_until_it_expires_and_the_longer_time_and_better_source_count()
    {
        PeerStore store = new(new PeerStoreOptions(), _time);
        PeerId peer = Id(1);
        store.AddAddresses(peer, [Address(1), Address(2)], AddressSource.Routing, TimeSpan.FromMinutes(2));
        store.AddAddresses(peer, [Address(2).WithPeerId(peer)], AddressSource.Identify, TimeSpan.FromMinutes(5));
        store.AddAddresses(peer, [Address(2)], AddressSource.Routing, TimeSpan.FromMinutes(1));

        Assert.Equal([Address(2), Address(1)], store.Addresses(peer).Select(one => one.Address));
        Assert.Equal(AddressSource.Identify, store.Addresses(peer)[0].Source);
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal([Address(2)], store.Addresses(peer).Select(one => one.Address));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Empty(store.Addresses(peer));
    }

    [Fact]
    public void An_address_with_another_peers_id_is_not_kept()
    {
        PeerStore store = new(new PeerStoreOptions(), _time);
        store.AddAddresses(Id(1), [Address(1).WithPeerId(Id(2))], AddressSource.Routing, TimeSpan.MaxValue);
        Assert.Empty(store.Addresses(Id(1)));
    }

    [Fact]
    public void The_least_recently_useful_peer_is_dropped_when_there_are_too_many()
    {
        PeerStore store = new(new PeerStoreOptions { MaxPeers = 3 }, _time);
        for (int i = 1; i <= 3; i++)
        {
            store.AddAddresses(Id(i), [Address(i)], AddressSource.Routing, TimeSpan.MaxValue);
        }

        Assert.Single(store.Addresses(Id(1)));
        store.AddAddresses(Id(4), [Address(4)], AddressSource.Routing, TimeSpan.MaxValue);
        Assert.Equal(3, store.Count);
        Assert.Null(store.Find(Id(2)));
        Assert.NotNull(store.Find(Id(1)));
    }

    [Fact]
    public void A_peer_with_more_addresses_than_are_kept_loses_those_that_expire_first()
    {
        PeerStore store = new(new PeerStoreOptions(), _time);
        store.AddAddresses(Id(1), [Address(0)], AddressSource.Routing, TimeSpan.FromMinutes(1));
        store.AddAddresses(Id(1), Enumerable.Range(1, 2 * PeerIdentification.MaxAddresses).Select(Address), AddressSource.Routing,
            TimeSpan.FromMinutes(2));
        IReadOnlyList<PeerAddress> kept = store.Addresses(Id(1));
        Assert.Equal(PeerIdentification.MaxAddresses, kept.Count);
        Assert.DoesNotContain(Address(0), kept.Select(one => one.Address));
    }

    [Fact]
    public void Thousands_of_peers_with_hundreds_of_addresses_stay_within_the_bytes_and_all_bytes_come_back()
    {
        PeerStore store = new(new PeerStoreOptions { MaxBytes = 1024 * 1024 }, _time);
        Multiaddr[] many = [.. Enumerable.Range(0, PeerIdentification.MaxAddresses).Select(Address)];
        for (int i = 0; i < 100; i++)
        {
            store.AddAddresses(Id(i), many, AddressSource.Routing, TimeSpan.MaxValue);
            Assert.InRange(store.Bytes, 0, 1024 * 1024);
        }

        Assert.Equal(many.Length, store.Addresses(Id(99)).Count);
        Assert.InRange(store.Count, 2, 50);
        foreach (PeerId peer in store.Peers)
        {
            store.Remove(peer);
        }

        Assert.Equal(0, store.Bytes);
    }

    [Fact]
    public void Of_protocols_that_peers_claim_4096_are_kept_once_for_all_and_no_more()
    {
        // the table is the process's: here one of the test's own
        AssemblyLoadContext own = new(nameof(PeerStoreTests), isCollectible: true);
        Func<string, string> shared = own.LoadFromAssemblyPath(typeof(PeerStore).Assembly.Location)
            .GetType(typeof(PeerStore).FullName!)!
            .GetMethod(nameof(PeerStore.Shared), BindingFlags.Static | BindingFlags.NonPublic, [typeof(string)])!
            .CreateDelegate<Func<string, string>>();
        for (int i = 0; i < 5000; i++)
        {
            shared($"/claimed/{i}");
        }

        Assert.Same(shared($"/claimed/{4095}"), shared($"/claimed/{4095}"));
        Assert.NotSame(shared($"/claimed/{4096}"), shared($"/claimed/{4096}"));
        own.Unload();
    }

    [Fact]
    public async Task Many_threads_may_use_it_at_once()
    {
        PeerStore store = new(new PeerStoreOptions { MaxPeers = 20, MaxBytes = 64 * 1024 }, _time);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(thread => Task.Run(() =>
        {
            for (int i = 0; i < 2000; i++)
            {
                PeerId peer = Id(i % 40);
                store.AddAddresses(peer, [Address(i), Address(i + thread)], AddressSource.Routing, TimeSpan.MaxValue);
                Assert.InRange(store.Addresses(peer).Count, 0, PeerIdentification.MaxAddresses);
                store.RemoveAddress(peer, Address(i));
                store.Find(Id((i + thread) % 40));
            }
        })));
        Assert.InRange(store.Count, 1, 20);
        foreach (PeerId peer in store.Peers)
        {
            store.Remove(peer);
        }

        Assert.Equal(0, store.Bytes);
    }

    [Fact]
    public void Ids_and_addresses_that_are_ground_to_collide_do_not_collide_in_tables()
    {
        // ids that end alike, as anybody can make with some 16 million keys each
        PeerId[] ids = [.. Enumerable.Range(0, 4000).Select(number =>
        {
            byte[] key = new byte[32];
            key[0] = (byte)(number >> 8);
            key[1] = (byte)number;
            return PeerId.FromEd25519(key, 0);
        })];
        Assert.InRange(ids.Select(id => id.GetHashCode()).Distinct().Count(), 3990, 4000);
        Assert.Equal(ids[0].GetHashCode(), PeerId.FromEd25519(new byte[32], 0).GetHashCode());

        // for a hash that multiplies by 31, one more in a byte is as good as 31 more in the next
        Multiaddr[] addresses = [.. Enumerable.Range(0, 256).Select(bits => Multiaddr.Parse("/ip6/2001:db8:"
            + string.Join(':', Enumerable.Range(0, 6).Select(i => (bits >> i & 1) == 0 ? "0120" : "0201")) + "/tcp/"
            + ((bits >> 6 & 3) + 1)))];
        Assert.InRange(addresses.Select(address => address.GetHashCode()).Distinct().Count(), 250, 256);
    }

    internal static PeerId Id(int number)
    {
        byte[] key = new byte[32];
        key[30] = (byte)(number >> 8);
        key[31] = (byte)number;
        return PeerId.FromEd25519(key, 0);
    }

    private static Multiaddr Address(int number) => Multiaddr.Parse($"/ip4/10.0.{number / 256}.{number % 256}/tcp/4001");
}
