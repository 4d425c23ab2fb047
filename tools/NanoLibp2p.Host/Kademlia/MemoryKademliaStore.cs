using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>A store in memory: what it has is gone with the process.</summary>
public sealed class MemoryKademliaStore : IKademliaStore
{
    private readonly Lock _lock = new();
    private readonly StoreLimits _limits;
    private readonly Dictionary<byte[], StoredValue> _values = new(BytesComparer.Instance);
    private readonly Dictionary<byte[], Dictionary<PeerId, StoredProvider>> _providers = new(BytesComparer.Instance);
    private readonly Dictionary<PeerId, int> _keysOf = [];
    private readonly Dictionary<byte[], OwnRecord> _own = new(BytesComparer.Instance);
    private int _providerCount;

    /// <summary>Makes an empty one.</summary>
    /// <param name="limits">How much it takes; null for those of <see cref="KademliaServiceOptions"/>.</param>
    public MemoryKademliaStore(StoreLimits? limits = null) => _limits = limits ?? KademliaServiceOptions.DefaultLimits;

    /// <inheritdoc/>
    public ValueTask<StoredValue?> GetValueAsync(byte[] key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_values.GetValueOrDefault(key));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> PutValueAsync(StoredValue value, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_values.Count >= _limits.MaxValues && !_values.ContainsKey(value.Key))
            {
                return new(false);
            }

            _values[value.Key] = value;
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StoredProvider>> GetProvidersAsync(byte[] key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_providers.TryGetValue(key, out Dictionary<PeerId, StoredProvider>? all)
                ? [.. all.Values.OrderByDescending(one => one.Received)]
                : []);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> AddProviderAsync(StoredProvider provider, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            bool isKey = _providers.TryGetValue(provider.Key, out Dictionary<PeerId, StoredProvider>? all);
            if (all != null && all.ContainsKey(provider.Provider))
            {
                all[provider.Provider] = provider;
                return new(true);
            }

            bool isFullKey = all?.Count >= _limits.MaxProvidersAKey;
            if (_keysOf.GetValueOrDefault(provider.Provider) >= _limits.MaxKeysAProvider
                || (_providerCount >= _limits.MaxProviders && !isFullKey))
            {
                return new(false);
            }

            if (isFullKey)
            {
                Remove(provider.Key, all!, all!.Values.MinBy(one => one.Received)!.Provider);
                isKey = all.Count > 0;
            }

            if (!isKey)
            {
                all = [];
                _providers[provider.Key] = all;
            }

            all!.Add(provider.Provider, provider);
            _providerCount++;
            _keysOf[provider.Provider] = _keysOf.GetValueOrDefault(provider.Provider) + 1;
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask<int> RemoveOlderAsync(DateTimeOffset values, DateTimeOffset providers, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            int removed = 0;
            foreach (StoredValue value in _values.Values.Where(one => one.Received < values).ToArray())
            {
                _values.Remove(value.Key);
                removed++;
            }

            foreach ((byte[] key, Dictionary<PeerId, StoredProvider> all) in _providers.ToArray())
            {
                foreach (StoredProvider provider in all.Values.Where(one => one.Received < providers).ToArray())
                {
                    Remove(key, all, provider.Provider);
                    removed++;
                }
            }

            return new(removed);
        }
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<OwnRecord>> GetOwnAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new([.. _own.Values]);
        }
    }

    /// <inheritdoc/>
    public ValueTask PutOwnAsync(OwnRecord record, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _own[record.Key] = record;
            return default;
        }
    }

    /// <inheritdoc/>
    public ValueTask RemoveOwnAsync(byte[] key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _own.Remove(key);
            return default;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => default;

    private void Remove(byte[] key, Dictionary<PeerId, StoredProvider> all, PeerId provider)
    {
        all.Remove(provider);
        _providerCount--;
        int keys = _keysOf[provider] - 1;
        if (keys == 0)
        {
            _keysOf.Remove(provider);
        }
        else
        {
            _keysOf[provider] = keys;
        }

        if (all.Count == 0)
        {
            _providers.Remove(key);
        }
    }
}
