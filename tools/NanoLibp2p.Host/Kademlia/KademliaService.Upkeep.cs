using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Security.Cryptography;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

// What is done from time to time: the table is refreshed, records expire, and what this node provides or has put is told again.
public sealed partial class KademliaService
{
    // A bucket's refresh looks for a key whose hash begins as the bucket's do: found by trying, 2^13 times for the last one. The buckets
    // behind it are those of the few closest servers, which the lookup of the own id finds.
    private const int MaxRefreshedBucket = 12;

    private readonly SemaphoreSlim _wake = new(0);
    private readonly SemaphoreSlim _refreshing = new(1);
    private readonly TaskCompletionSource _refreshed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _upkeeps;

    /// <summary>For tests: how often all that is done from time to time was done, and the clock was set for the next time.</summary>
    internal int Upkeeps => Volatile.Read(ref _upkeeps);

    /// <summary>For tests: the refresh at the start.</summary>
    internal Task FirstRefresh => _refreshed.Task;

    /// <summary>
    /// Refreshes the routing table now: dials the bootstrap peers if it is empty, drops servers that don't answer any more, and looks for
    /// the own id and for a key in each bucket that has room (kad-dht spec, "Bootstrap process"). It is also done by itself: at the start,
    /// with the first server, and each <see cref="KademliaServiceOptions.RefreshInterval"/>.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken = default)
    {
        CheckDisposed();
        await _refreshing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_table.Count == 0)
            {
                await DialBootstrapAsync(cancellationToken).ConfigureAwait(false);
            }

            // who woke it until now is in the table: this refresh is for them
            while (_wake.Wait(0, CancellationToken.None))
            {
            }

            await DropSilentAsync(cancellationToken).ConfigureAwait(false);
            await LookForAsync(_network.LocalPeer.ToBytes(), cancellationToken).ConfigureAwait(false);
            int last = Math.Min(_table.LastBucket, MaxRefreshedBucket);
            for (int bucket = 0; bucket <= last; bucket++)
            {
                if (_table.HasRoom(bucket))
                {
                    await LookForAsync(KeyIn(bucket), cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            _refreshing.Release();
        }
    }

    private void RefreshSoon()
    {
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private async Task KeepUpAsync()
    {
        CancellationToken cancellation = _stopping.Token;
        try
        {
            await OnceAsync(async () =>
            {
                foreach (OwnRecord own in await _store.GetOwnAsync(cancellation).ConfigureAwait(false))
                {
                    if (own.Value == null)
                    {
                        _ownKeys.TryAdd(own.Key, true);
                    }
                    else
                    {
                        _ownValues.TryAdd(own.Key, own.Value);
                    }
                }
            }).ConfigureAwait(false);
            while (true)
            {
                await OnceAsync(() => RefreshAsync(cancellation)).ConfigureAwait(false);
                _refreshed.TrySetResult();
                await OnceAsync(() => RepublishAsync(cancellation)).ConfigureAwait(false);
                await OnceAsync(async () => await _store.RemoveOlderAsync(Now - _options.ValueExpiry, Now - _options.ProviderExpiry,
                    cancellation).ConfigureAwait(false)).ConfigureAwait(false);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                Task next = Task.Delay(_options.RefreshInterval, _time, either.Token);
                Interlocked.Increment(ref _upkeeps);
                await Task.WhenAny(next, _wake.WaitAsync(either.Token)).ConfigureAwait(false);
                await either.CancelAsync().ConfigureAwait(false);
                cancellation.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // the service ends
        }
    }

    // the next time may go better
    private async Task OnceAsync(Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (IOException e)
        {
            UpkeepFailed?.Invoke(e);
        }
    }

    /// <summary>Something that is done from time to time failed: the store can't be written, say. It is tried again. On the thread
    /// pool.</summary>
    public event Action<Exception>? UpkeepFailed;

    private async Task RepublishAsync(CancellationToken cancellationToken)
    {
        // what is due before the next time is told now
        DateTimeOffset due = Now - _options.RepublishInterval + _options.RefreshInterval;
        foreach (OwnRecord own in await _store.GetOwnAsync(cancellationToken).ConfigureAwait(false))
        {
            if (own.Published > due || _table.Count == 0)
            {
                continue;
            }

            if (own.Value == null)
            {
                await PublishAsync(own.Key, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await RepublishValueAsync(own.Key, own.Value, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    // One that is not valid any more, or than which a better one is kept, is told no more.
    private async Task RepublishValueAsync(byte[] key, byte[] value, CancellationToken cancellationToken)
    {
        bool isGood = FindValidator(key) is { } validator && validator.IsValid(key, value)
            && !await IsWorseThanKeptAsync(key, value, validator, cancellationToken).ConfigureAwait(false);
        if (!isGood)
        {
            await StopRepublishingAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _store.PutValueAsync(new StoredValue(key, value, Now), cancellationToken).ConfigureAwait(false);
        try
        {
            await PublishValueAsync(key, value, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e) when (e.Error == Libp2pError.LookupFailed)
        {
            // it stays due
        }
    }

    // Those that were not heard of since the last time are asked something; who doesn't answer is out of the table then.
    private async Task DropSilentAsync(CancellationToken cancellationToken)
    {
        KademliaMessage question = new() { Type = KademliaCodec.FindNode, Key = _network.LocalPeer.ToBytes() };
        foreach ((PeerId Peer, IReadOnlyList<Multiaddr> Addresses)[] some in
            _table.SilentSince(Now - _options.RefreshInterval).Chunk(_options.Parallel))
        {
            await Task.WhenAll(some.Select(one => AskAsync(one.Peer, one.Addresses, question, cancellationToken))).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task LookForAsync(byte[] key, CancellationToken cancellationToken)
    {
        if (_table.Count == 0)
        {
            return;
        }

        try
        {
            KademliaMessage request = new() { Type = KademliaCodec.FindNode, Key = key };
            await RunAsync(request, _options.BucketSize, null, (_, _) => false, cancellationToken).ConfigureAwait(false);
        }
        catch (Libp2pException e) when (e.Error == Libp2pError.LookupFailed)
        {
            // nobody is there, which the table knows by now
        }
    }

    private async Task<IReadOnlyList<PeerId>> DialBootstrapAsync(CancellationToken cancellationToken)
    {
        PeerId[] connected = await Task.WhenAll(_options.Bootstrap.Select(async address =>
        {
            PeerId peer = address.PeerId;
            using CancellationTokenSource timeout = new(_options.QueryTimeout, _time);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                await _network.ConnectAsync(peer, [address.WithoutPeerId()], either.Token).ConfigureAwait(false);
                return peer;
            }
            catch (Exception e) when (e is IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                return _network.LocalPeer;
            }
        })).ConfigureAwait(false);
        return [.. connected.Where(peer => !peer.Equals(_network.LocalPeer)).Distinct()];
    }

    // a key whose hash has so many bits from the first on in common with the own place
    private byte[] KeyIn(int bucket)
    {
        KademliaKey self = KademliaKey.Of(_network.LocalPeer);
        byte[] key = new byte[Multihash.HeaderBytes + SHA256.HashSizeInBytes];
        key[0] = Multihash.Sha256;
        key[1] = SHA256.HashSizeInBytes;
        do
        {
            RandomNumberGenerator.Fill(key.AsSpan(Multihash.HeaderBytes));
        }
        while (KademliaKey.CommonPrefix(self, KademliaKey.Of(key)) != bucket);
        return key;
    }
}
