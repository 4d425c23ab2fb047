using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Channels;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

// What the application asks for, each a lookup (kad-dht spec, "DHT Operations").
public sealed partial class KademliaService
{
    /// <summary>The longest key of a provider record, in bytes.</summary>
    public const int MaxProviderKeyBytes = 80;

    // different values of a key that one lookup keeps: an honest key has one, or an old and a new one
    private const int MaxDifferentValues = 32;

    // providers that one lookup hands on
    private const int MaxProvidersFound = 1000;

    /// <summary>Looks for a peer, and connects to it where it can be dialed.</summary>
    /// <param name="peer">Who.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Where it is; <see cref="KademliaPeerInfo.IsConnected"/> is false when others told of it and it could not be dialed. Null
    /// when nobody knows it.</returns>
    /// <exception cref="Libp2pException">Nobody could be asked (LookupFailed).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<KademliaPeerInfo?> FindPeerAsync(PeerId peer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (_network.IsConnected(peer))
        {
            return new KademliaPeerInfo(peer, _network.AddressesOf(peer), true);
        }

        KademliaMessage request = new() { Type = KademliaCodec.FindNode, Key = peer.ToBytes() };
        Lookup lookup = await RunAsync(request, _options.Closest, peer, (_, _) => false, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Multiaddr> addresses = lookup.AddressesOf(peer);
        if (_network.IsConnected(peer))
        {
            IReadOnlyList<Multiaddr> told = _network.AddressesOf(peer);
            return new KademliaPeerInfo(peer, told.Count > 0 ? told : addresses, true);
        }

        return addresses.Count > 0 ? new KademliaPeerInfo(peer, addresses, false) : null;
    }

    /// <summary>Looks for the providers of something, and hands each on as soon as it is found, once.</summary>
    /// <param name="cid">What is looked for.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Providers, in no order; nobody has checked what they are said to provide, or where. The lookup ends when the enumeration
    /// does.</returns>
    /// <exception cref="Libp2pException">Nobody could be asked (LookupFailed).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IAsyncEnumerable<KademliaPeerInfo> FindProvidersAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cid);
        return FindProvidersAsync(cid.Multihash, cancellationToken);
    }

    /// <summary>As the other, by the multihash alone.</summary>
    public async IAsyncEnumerable<KademliaPeerInfo> FindProvidersAsync(
        byte[] multihash, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        CheckProviderKey(multihash);
        CheckDisposed();
        Channel<KademliaPeerInfo> found = Channel.CreateUnbounded<KademliaPeerInfo>();
        HashSet<PeerId> seen = [];
        foreach (StoredProvider one in await LiveProvidersAsync(multihash, cancellationToken).ConfigureAwait(false))
        {
            if (!one.Provider.Equals(_network.LocalPeer) && seen.Add(one.Provider))
            {
                found.Writer.TryWrite(new KademliaPeerInfo(one.Provider, one.Addresses, _network.IsConnected(one.Provider)));
            }
        }

        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task lookup = LookAsync();
        try
        {
            await foreach (KademliaPeerInfo one in found.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return one;
            }
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await lookup.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async Task LookAsync()
        {
            try
            {
                KademliaMessage request = new() { Type = KademliaCodec.GetProviders, Key = multihash };
                await RunAsync(request, _options.Closest, null, Take, ended.Token).ConfigureAwait(false);
                found.Writer.Complete();
            }
            catch (Exception e)
            {
                found.Writer.Complete(e);
            }
        }

        bool Take(PeerId teller, KademliaMessage answer)
        {
            foreach (WirePeer one in answer.ProviderPeers)
            {
                if (!one.Id.Equals(_network.LocalPeer) && seen.Count < MaxProvidersFound && seen.Add(one.Id))
                {
                    List<Multiaddr> addresses = KademliaAddresses.Select(one.Addresses, _isPublicOnly, _options.MaxAddressesAPeer);
                    found.Writer.TryWrite(new KademliaPeerInfo(one.Id, addresses, _network.IsConnected(one.Id)));
                }
            }

            return seen.Count >= MaxProvidersFound;
        }
    }

    /// <summary>Tells the DHT that this node provides something, now and each <see cref="KademliaServiceOptions.RepublishInterval"/> until
    /// <see cref="StopProvidingAsync(Cid, CancellationToken)"/>.</summary>
    /// <param name="cid">What it provides.</param>
    /// <param name="cancellationToken">Gives this time up; it stays on the list.</param>
    /// <returns>How many peers have taken it now. 0: nobody could be reached; it is tried again.</returns>
    /// <exception cref="Libp2pException">This node has no address that others could dial (NoAddress).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task<int> ProvideAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cid);
        return ProvideAsync(cid.Multihash, cancellationToken);
    }

    /// <summary>As the other, by the multihash alone.</summary>
    public async Task<int> ProvideAsync(byte[] multihash, CancellationToken cancellationToken = default)
    {
        CheckProviderKey(multihash);
        CheckDisposed();
        CheckAddresses();
        await _store.PutOwnAsync(new OwnRecord(multihash, DateTimeOffset.MinValue), cancellationToken).ConfigureAwait(false);
        _ownKeys.TryAdd(multihash, true);
        return await PublishAsync(multihash, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the DHT once that this node provides something, and remembers it as what others have told: for 48 hours. Who provides
    /// more than may be told at a time has its own plan of when to tell it again.</summary>
    /// <param name="cid">What it provides.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How many peers have taken it.</returns>
    /// <exception cref="Libp2pException">This node has no address that others could dial (NoAddress).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<int> ProvideOnceAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cid);
        CheckProviderKey(cid.Multihash);
        CheckDisposed();
        CheckAddresses();
        StoredProvider self = new(cid.Multihash, _network.LocalPeer, AnnouncedAddresses(), Now);
        await _store.AddProviderAsync(self, cancellationToken).ConfigureAwait(false);
        return await PublishAsync(cid.Multihash, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells the DHT no more that this node provides something. What was told is forgotten by itself in 48 hours.</summary>
    public Task StopProvidingAsync(Cid cid, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cid);
        CheckDisposed();
        _ownKeys.TryRemove(cid.Multihash, out _);
        return _store.RemoveOwnAsync(cid.Multihash, cancellationToken).AsTask();
    }

    /// <summary>Stores a value at the peers closest to its key, now and each <see cref="KademliaServiceOptions.RepublishInterval"/> until
    /// another one is put, <see cref="StopRepublishingAsync"/>, or a better one is told to this node.</summary>
    /// <param name="key">Its key, such as the bytes of <c>/test/hello</c>; at most 1,024 bytes. Not to be changed any more.</param>
    /// <param name="value">The value, valid for its namespace. Not to be changed any more.</param>
    /// <param name="cancellationToken">Gives this time up; it stays on the list.</param>
    /// <returns>How many peers confirmed that they keep it.</returns>
    /// <exception cref="ArgumentException">The key has no namespace, nobody validates it
    /// (<see cref="KademliaServiceOptions.Validators"/>), or the value is not valid or too long.</exception>
    /// <exception cref="Libp2pException">Nobody could be asked (LookupFailed); it is tried again.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<int> PutValueAsync(byte[] key, byte[] value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckDisposed();
        IValueValidator validator = ValidatorOrThrow(key);
        if (value.Length > _options.MaxValueBytes)
        {
            throw new ArgumentException($"the value of {value.Length} bytes is longer than MaxValueBytes = {_options.MaxValueBytes}");
        }

        if (!validator.IsValid(key, value))
        {
            throw new ArgumentException($"the value is not valid for {KeyText(key)}, says the namespace's validator");
        }

        if (await IsWorseThanKeptAsync(key, value, validator, cancellationToken).ConfigureAwait(false))
        {
            throw new ArgumentException($"a better value of {KeyText(key)} is known already, says the namespace's validator");
        }

        await _store.PutValueAsync(new StoredValue(key, value, Now), cancellationToken).ConfigureAwait(false);
        await _store.PutOwnAsync(new OwnRecord(key, DateTimeOffset.MinValue, value), cancellationToken).ConfigureAwait(false);
        _ownValues[key] = value;
        return await PublishValueAsync(key, value, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a value no more. Peers forget it by themselves 48 hours after they were told.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public async Task StopRepublishingAsync(byte[] key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        CheckDisposed();
        if (_ownValues.TryRemove(key, out _))
        {
            await _store.RemoveOwnAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    // one time of PutValueAsync
    private async Task<int> PublishValueAsync(byte[] key, byte[] value, CancellationToken cancellationToken)
    {
        KademliaMessage closest = new() { Type = KademliaCodec.FindNode, Key = key };
        Lookup lookup = await RunAsync(closest, _options.BucketSize, null, (_, _) => false, cancellationToken).ConfigureAwait(false);
        bool[] stored = await Task.WhenAll(lookup.Closest(_options.BucketSize).Select(peer =>
            StoreAsync(peer, lookup.AddressesOf(peer), key, value, cancellationToken))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        int count = stored.Count(one => one);

        // unless it was stopped meanwhile, or another one put
        if (count > 0 && _ownValues.TryGetValue(key, out byte[]? now) && now.AsSpan().SequenceEqual(value))
        {
            await _store.PutOwnAsync(new OwnRecord(key, Now, value), cancellationToken).ConfigureAwait(false);
        }

        return count;
    }

    private async ValueTask<bool> IsWorseThanKeptAsync(
        byte[] key, byte[] value, IValueValidator validator, CancellationToken cancellationToken)
    {
        StoredValue? kept = await LiveValueAsync(key, validator, cancellationToken).ConfigureAwait(false);
        return kept != null && !kept.Value.AsSpan().SequenceEqual(value) && validator.Select(key, [value, kept.Value]) != 0;
    }

    /// <summary>Looks for the best value of a key.</summary>
    /// <param name="key">The key, such as the bytes of <c>/test/hello</c>.</param>
    /// <param name="quorum">Enough as soon as so many peers have told the best value so far; 0: as many as the closest that answer.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>The value, valid, and the best of those that were told; null when nobody has a valid one.</returns>
    /// <exception cref="ArgumentException">The key has no namespace, or nobody validates it.</exception>
    /// <exception cref="Libp2pException">Nobody could be asked, and this node has no value itself (LookupFailed).</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<byte[]?> GetValueAsync(byte[] key, int quorum = 0, CancellationToken cancellationToken = default)
    {
        CheckDisposed();
        IValueValidator validator = ValidatorOrThrow(key);
        ValueTally tally = new(key, validator, MaxDifferentValues);
        StoredValue? own = await LiveValueAsync(key, validator, cancellationToken).ConfigureAwait(false);
        if (own != null)
        {
            tally.Take(null, own.Value);
        }

        KademliaMessage request = new() { Type = KademliaCodec.GetValue, Key = key };
        Lookup lookup;
        try
        {
            lookup = await RunAsync(request, _options.Closest, null, Take, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e) when (e.Error == Libp2pError.LookupFailed && tally.Best != null)
        {
            return tally.Best;
        }

        if (tally.Best is { } best)
        {
            Correct(key, best, lookup, tally);
        }

        return tally.Best;

        bool Take(PeerId peer, KademliaMessage answer)
        {
            if (answer.Record is { } record && record.Key.AsSpan().SequenceEqual(key) && record.Value.Length <= _options.MaxValueBytes)
            {
                tally.Take(peer, record.Value);
            }

            return quorum > 0 && tally.BestCount >= quorum;
        }
    }

    // The closest that have an older value, or none, are given the best one (kad-dht spec, "Entry correction").
    private void Correct(byte[] key, byte[] best, Lookup lookup, ValueTally tally)
    {
        foreach (PeerId peer in lookup.Closest(_options.BucketSize).Where(peer => !tally.HasBest(peer)))
        {
            InBackground(cancellation => StoreAsync(peer, lookup.AddressesOf(peer), key, best, cancellation));
        }
    }

    private async Task<bool> StoreAsync(
        PeerId peer, IReadOnlyList<Multiaddr> addresses, byte[] key, byte[] value, CancellationToken cancellationToken)
    {
        KademliaMessage put = new() { Type = KademliaCodec.PutValue, Key = key, Record = new WireRecord(key, value, null) };
        KademliaMessage? echo = await AskAsync(peer, addresses, put, cancellationToken).ConfigureAwait(false);
        return echo is { Type: KademliaCodec.PutValue, Record: { } record } && record.Value.AsSpan().SequenceEqual(value);
    }

    // one time of ProvideAsync
    private async Task<int> PublishAsync(byte[] multihash, CancellationToken cancellationToken)
    {
        WirePeer self = new(_network.LocalPeer);
        self.Addresses.AddRange(AnnouncedAddresses());
        if (self.Addresses.Count == 0)
        {
            return 0;
        }

        KademliaMessage closest = new() { Type = KademliaCodec.FindNode, Key = multihash };
        Lookup lookup;
        try
        {
            lookup = await RunAsync(closest, _options.BucketSize, null, (_, _) => false, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e) when (e.Error == Libp2pError.LookupFailed)
        {
            return 0;
        }

        KademliaMessage add = new() { Type = KademliaCodec.AddProvider, Key = multihash };
        add.ProviderPeers.Add(self);
        KademliaMessage?[] sent = await Task.WhenAll(lookup.Closest(_options.BucketSize).Select(peer =>
            AskAsync(peer, lookup.AddressesOf(peer), add, cancellationToken))).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        int told = sent.Count(one => one != null);
        if (told > 0 && _ownKeys.ContainsKey(multihash))
        {
            await _store.PutOwnAsync(new OwnRecord(multihash, Now), cancellationToken).ConfigureAwait(false);
        }

        return told;
    }

    private List<Multiaddr> AnnouncedAddresses()
        => KademliaAddresses.Select(_options.Announced?.Invoke() ?? _network.LocalAddresses, _isPublicOnly, _options.MaxAddressesAPeer);

    // Moves a lookup until it is over, its time is up, or the answers suffice.
    private async Task<Lookup> RunAsync(
        KademliaMessage request, int closest, PeerId? sought, Func<PeerId, KademliaMessage, bool> isEnough,
        CancellationToken cancellationToken)
    {
        CheckDisposed();
        KademliaKey target = KademliaKey.Of(request.Key);
        using Activity? activity = NodeTracing.Start(NodeTracing.Lookup, sought);
        Lookup lookup = new(target, _network.LocalPeer, new LookupLimits(closest, _options.BucketSize, _options.Parallel,
            MaxCandidates: 12 * _options.BucketSize, MaxRequests: 8 * _options.BucketSize, _options.MaxAddressesAPeer), sought);
        using CancellationTokenSource timeout = new(_options.LookupTimeout, _time);
        using CancellationTokenSource over =
            CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token, cancellationToken);
        List<Task<(PeerId Peer, KademliaMessage? Answer)>> asking = [];
        try
        {
            await SeedAsync(lookup, target, over.Token).ConfigureAwait(false);
            while (!lookup.IsOver)
            {
                while (lookup.TryNext(out PeerId peer, out IReadOnlyList<Multiaddr> addresses))
                {
                    asking.Add(AskOneAsync(peer, addresses));
                }

                Task<(PeerId Peer, KademliaMessage? Answer)> done = await Task.WhenAny(asking).ConfigureAwait(false);
                asking.Remove(done);
                (PeerId from, KademliaMessage? answer) = await done.ConfigureAwait(false);
                over.Token.ThrowIfCancellationRequested();
                if (from.Equals(sought) && _network.IsConnected(sought))
                {
                    break;
                }

                if (answer == null)
                {
                    lookup.Failed(from);
                    continue;
                }

                lookup.Answered(from);
                TakeCloser(lookup, from, answer);
                if (isEnough(from, answer))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested
            && _isDisposed == 0)
        {
            // it ends with what it has
        }
        catch (OperationCanceledException) when (_isDisposed != 0 && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(KademliaService));
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(asking)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        LastLookup = (lookup.Hops, lookup.Requests);
        activity?.SetTag("libp2p.kad.type", request.Type).SetTag("libp2p.kad.requests", lookup.Requests)
            .SetTag("libp2p.kad.answers", lookup.Answers);
        if (lookup.Answers > 0 || (sought != null && _network.IsConnected(sought)))
        {
            return lookup;
        }

        Libp2pException why = Libp2pException.For(Libp2pError.LookupFailed, null,
            lookup.Count == 0
                ? $"no peer of {_options.Protocol} is known; connect to one, or set KademliaServiceOptions.Bootstrap"
                : $"of {lookup.Requests} peers of {_options.Protocol} that were asked none answered");
        activity.Fail(why);
        throw why;

        async Task<(PeerId Peer, KademliaMessage? Answer)> AskOneAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses)
            => (peer, await AskAsync(peer, addresses, request, over.Token, peer.Equals(sought)).ConfigureAwait(false));
    }

    /// <summary>For tests: hops and requests of the lookup that ended last.</summary>
    internal (int Hops, int Requests) LastLookup { get; private set; }

    // begins with the closest of the table, or with the bootstrap peers
    private async Task SeedAsync(Lookup lookup, KademliaKey target, CancellationToken cancellationToken)
    {
        if (_table.Count == 0)
        {
            foreach (PeerId peer in await DialBootstrapAsync(cancellationToken).ConfigureAwait(false))
            {
                lookup.Add(peer, [], null);
            }
        }

        foreach ((PeerId peer, IReadOnlyList<Multiaddr> addresses) in _table.Closest(target, _options.BucketSize))
        {
            lookup.Add(peer, addresses, null);
        }
    }

    private void TakeCloser(Lookup lookup, PeerId from, KademliaMessage answer)
    {
        foreach (WirePeer one in answer.CloserPeers.Take(_options.BucketSize + 1))
        {
            List<Multiaddr> addresses = KademliaAddresses.Select(one.Addresses, _isPublicOnly, _options.MaxAddressesAPeer);
            if (addresses.Count > 0 || _network.IsConnected(one.Id) || _table.AddressesOf(one.Id) != null)
            {
                lookup.Add(one.Id, addresses, from);
            }
        }
    }

    // Asks a peer. Null: it could not be reached, or gave no answer that makes sense, and so leaves the table. A request that has no answer
    // of its own, ADD_PROVIDER, is followed by one that has: it comes when the record was taken, as a refusal resets the stream.
    private async Task<KademliaMessage?> AskAsync(
        PeerId peer, IReadOnlyList<Multiaddr> addresses, KademliaMessage request, CancellationToken cancellationToken,
        bool onlyConnects = false)
    {
        using CancellationTokenSource timeout = new(_options.QueryTimeout, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        List<byte[]> requests = [KademliaCodec.Write(request)];
        int expected = request.Type;
        if (expected == KademliaCodec.AddProvider)
        {
            expected = KademliaCodec.GetProviders;
            requests.Add(KademliaCodec.Write(new KademliaMessage { Type = expected, Key = request.Key }));
        }

        try
        {
            // what this node knows itself comes first
            IReadOnlyList<Multiaddr> known = _table.AddressesOf(peer) ?? [];
            Multiaddr[] all = [.. known.Union(addresses)];
            if (onlyConnects)
            {
                await _network.ConnectAsync(peer, all, either.Token).ConfigureAwait(false);
                return null;
            }

            byte[] bytes = await _network.RequestAsync(peer, all, requests, _options.MaxAnswerBytes, either.Token).ConfigureAwait(false);
            KademliaMessage? answer = KademliaCodec.TryRead(bytes, _options.MaxAddressesAPeer, out _);

            // some answer an ADD_PROVIDER all the same
            if (answer != null && (answer.Type == expected || answer.Type == request.Type))
            {
                // who answers on this protocol is a server
                _table.Answered(peer, Now);
                AddServer(peer, [.. _network.AddressesOf(peer).Concat(known).Concat(addresses)]);
                return answer;
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                // it may be a good one: nobody waited for it
                return null;
            }
        }

        if (!onlyConnects)
        {
            Forget(peer);
        }

        return null;
    }

    private void CheckAddresses()
    {
        if (AnnouncedAddresses().Count == 0)
        {
            throw Libp2pException.For(Libp2pError.NoAddress, null, _isPublicOnly
                ? $"this node has no public address, which peers of {_options.Protocol} would dial; give it "
                    + "one with Libp2pNode.Announce, or set PublicAddressesOnly = false within a network of your own"
                : "this node listens on no address; set Libp2pNodeOptions.ListenAddresses");
        }
    }

    private static void CheckProviderKey(byte[] multihash)
    {
        ArgumentNullException.ThrowIfNull(multihash);
        if (multihash.Length is 0 or > MaxProviderKeyBytes)
        {
            throw new ArgumentException($"a multihash of {multihash.Length} bytes can't be provided; it has 1 to {MaxProviderKeyBytes}");
        }
    }
}
