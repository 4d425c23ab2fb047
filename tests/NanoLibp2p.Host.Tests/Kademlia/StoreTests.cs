using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Microsoft.Data.Sqlite;
using NanoLibp2p.Host.Kademlia;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Tests.Kademlia;

/// <summary>Both stores behave alike; what is in a file survives.</summary>
public sealed class StoreTests : IDisposable
{
    private static readonly DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Multiaddr[] _addresses = [Multiaddr.Parse("/ip4/1.2.3.4/tcp/1"), Multiaddr.Parse("/dns4/example.org/tcp/2")];
    private readonly string _folder = Directory.CreateTempSubdirectory("kad").FullName;

    private string Path => System.IO.Path.Combine(_folder, "kad.db");

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Records_come_back_as_they_were_and_the_last_replaces_the_one_before(bool isFile)
    {
        await using IKademliaStore store = Open(isFile);
        Assert.Null(await store.GetValueAsync([1], default));
        Assert.True(await store.PutValueAsync(new StoredValue([1], [1, 2], _now), default));
        Assert.True(await store.PutValueAsync(new StoredValue([1], [3], _now.AddSeconds(1)), default));
        StoredValue value = (await store.GetValueAsync([1], default))!;
        Assert.Equal([3], value.Value);
        Assert.Equal(_now.AddSeconds(1), value.Received);

        Assert.Empty(await store.GetProvidersAsync([1], default));
        Assert.True(await store.AddProviderAsync(new StoredProvider([1], Peer(1), [], _now), default));
        Assert.True(await store.AddProviderAsync(new StoredProvider([1], Peer(1), _addresses, _now.AddSeconds(2)), default));
        Assert.True(await store.AddProviderAsync(new StoredProvider([1], Peer(2), [], _now.AddSeconds(5)), default));
        IReadOnlyList<StoredProvider> providers = await store.GetProvidersAsync([1], default);
        Assert.Equal([Peer(2), Peer(1)], providers.Select(one => one.Provider));
        Assert.Equal(_addresses, providers[1].Addresses);
        Assert.Equal(_now.AddSeconds(2), providers[1].Received);

        await store.PutOwnAsync(new OwnRecord([7], DateTimeOffset.MinValue), default);
        await store.PutOwnAsync(new OwnRecord([7], _now), default);
        await store.PutOwnAsync(new OwnRecord([8], _now), default);
        await store.RemoveOwnAsync([8], default);
        OwnRecord own = Assert.Single(await store.GetOwnAsync(default));
        Assert.Equal([7], own.Key);
        Assert.Equal(_now, own.Published);
        Assert.Null(own.Value);
        await store.PutOwnAsync(new OwnRecord([7], _now, [5, 6]), default);
        Assert.Equal([5, 6], Assert.Single(await store.GetOwnAsync(default)).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_hold_and_what_is_removed_makes_room(bool isFile)
    {
        await using IKademliaStore store = Open(isFile, new StoreLimits(2, 4, 2, 3));
        Assert.True(await store.PutValueAsync(new StoredValue([1], [1], _now), default));
        Assert.True(await store.PutValueAsync(new StoredValue([2], [1], _now.AddHours(1)), default));
        Assert.False(await store.PutValueAsync(new StoredValue([3], [1], _now), default));
        Assert.True(await store.PutValueAsync(new StoredValue([2], [2], _now.AddHours(1)), default));

        Assert.True(await AddAsync(store, 1, 1, 0));
        Assert.True(await AddAsync(store, 1, 2, 1));
        Assert.True(await AddAsync(store, 1, 3, 2));
        Assert.Equal([Peer(3), Peer(2)], (await store.GetProvidersAsync([1], default)).Select(one => one.Provider));
        Assert.True(await AddAsync(store, 2, 1, 3));
        Assert.True(await AddAsync(store, 3, 1, 4));
        Assert.False(await AddAsync(store, 4, 5, 5));

        // a full key takes its newest also from a full store; a peer its share only
        Assert.True(await AddAsync(store, 1, 1, 5));
        Assert.False(await AddAsync(store, 4, 1, 5));
        Assert.Equal(3, await store.RemoveOlderAsync(_now.AddMinutes(1), _now.AddHours(3.5), default));
        Assert.True(await store.PutValueAsync(new StoredValue([3], [1], _now), default));
        Assert.True(await AddAsync(store, 4, 1, 6));
        Assert.Null(await store.GetValueAsync([1], default));
    }

    [Fact]
    public async Task A_file_that_is_opened_again_has_its_records_and_its_limits()
    {
        await using (SqliteKademliaStore store = new(Path))
        {
            await store.PutValueAsync(new StoredValue([1], [1, 2], _now), default);
            await AddAsync(store, 1, 1, 0);
            await store.PutOwnAsync(new OwnRecord([7], _now), default);
        }

        await using SqliteKademliaStore again = new(Path, new StoreLimits(1, 1, 5, 5));
        Assert.Equal([1, 2], (await again.GetValueAsync([1], default))!.Value);
        Assert.Equal(Peer(1), Assert.Single(await again.GetProvidersAsync([1], default)).Provider);
        Assert.Single(await again.GetOwnAsync(default));
        Assert.False(await again.PutValueAsync(new StoredValue([2], [1, 2], _now), default));
        Assert.False(await AddAsync(again, 2, 2, 0));
    }

    [Fact]
    public async Task A_file_that_was_left_by_a_process_that_was_killed_has_what_was_confirmed()
    {
        // what a killed process leaves: the file and its log, as they are before anything is closed in order
        string left = System.IO.Path.Combine(_folder, "left.db");
        await using (SqliteKademliaStore store = new(Path))
        {
            Task<bool>[] puts = [.. Enumerable.Range(0, 1000).Select(i =>
                store.PutValueAsync(new StoredValue(BitConverter.GetBytes(i), [1], _now), default).AsTask())];
            await Task.WhenAll(puts);
            File.Copy(Path, left);
            File.Copy(Path + "-wal", left + "-wal");
        }

        await using SqliteKademliaStore again = new(left);
        for (int i = 0; i < 1000; i++)
        {
            Assert.NotNull(await again.GetValueAsync(BitConverter.GetBytes(i), default));
        }
    }

    [Fact]
    public async Task A_file_of_the_version_before_is_opened_with_what_it_has()
    {
        await using (SqliteKademliaStore store = new(Path))
        {
            await store.PutOwnAsync(new OwnRecord([7], _now), default);
        }

        using (SqliteConnection connection = new($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "ALTER TABLE own DROP COLUMN value; PRAGMA user_version = 1";
            command.ExecuteNonQuery();
        }

        await using SqliteKademliaStore again = new(Path);
        await again.PutOwnAsync(new OwnRecord([8], _now, [1]), default);
        IReadOnlyList<OwnRecord> own = await again.GetOwnAsync(default);
        Assert.Equal([7, 8], own.Select(one => one.Key[0]).Order().ToArray());
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_refused_with_a_sentence_and_left_as_it_is()
    {
        await using (SqliteKademliaStore store = new(Path))
        {
        }

        using (SqliteConnection connection = new($"Data Source={Path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 3";
            command.ExecuteNonQuery();
        }

        IOException error = Assert.Throws<IOException>(() => new SqliteKademliaStore(Path));
        Assert.Contains("has version 3, and this program knows versions up to 2: a newer one has written it", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_database_or_can_not_be_made_is_refused_with_its_name()
    {
        File.WriteAllText(Path, new string('x', 5000));
        IOException error = Assert.Throws<IOException>(() => new SqliteKademliaStore(Path));
        Assert.StartsWith($"{Path} can't be opened: ", error.Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => new SqliteKademliaStore(System.IO.Path.Combine(_folder, "none", "kad.db")));
    }

    [Fact]
    public async Task Writes_that_come_together_are_made_safe_together()
    {
        await using SqliteKademliaStore store = new(Path);
        Stopwatch watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 5000).Select(i =>
            store.AddProviderAsync(new StoredProvider(BitConverter.GetBytes(i), Peer((byte)i), _addresses, _now), default).AsTask()));
        Assert.True(watch.Elapsed < Tests.Nodes.Patience, $"{watch.Elapsed}");
        Assert.Single(await store.GetProvidersAsync(BitConverter.GetBytes(4999), default));
    }

    private static PeerId Peer(byte seed)
    {
        byte[] key = new byte[32];
        Array.Fill(key, seed);
        return PeerId.FromEd25519(key, 0);
    }

    private static ValueTask<bool> AddAsync(IKademliaStore store, byte key, byte peer, int hour)
        => store.AddProviderAsync(new StoredProvider([key], Peer(peer), [], _now.AddHours(hour)), default);

    private IKademliaStore Open(bool isFile, StoreLimits? limits = null)
        => isFile ? new SqliteKademliaStore(Path, limits) : new MemoryKademliaStore(limits);
}
