using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// Where a <see cref="KademliaService"/> keeps records: those of others, within <see cref="StoreLimits"/>, and the list of what this node
/// provides and of the values that it has put. From any thread. Keys are compared byte by byte. A store of one service alone.
/// </summary>
public interface IKademliaStore : IAsyncDisposable
{
    /// <summary>The value of a key, expired or not; null when there is none.</summary>
    ValueTask<StoredValue?> GetValueAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>Keeps a value, in place of the key's last one. When the task is done it is kept for good.</summary>
    /// <returns>False when <see cref="StoreLimits.MaxValues"/> are kept.</returns>
    ValueTask<bool> PutValueAsync(StoredValue value, CancellationToken cancellationToken);

    /// <summary>The provider records of a key, expired ones too, the newest first.</summary>
    ValueTask<IReadOnlyList<StoredProvider>> GetProvidersAsync(byte[] key, CancellationToken cancellationToken);

    /// <summary>Keeps a provider record, in place of the last one of this key and peer.</summary>
    /// <returns>False when the store, or that peer's share of it, is full.</returns>
    ValueTask<bool> AddProviderAsync(StoredProvider provider, CancellationToken cancellationToken);

    /// <summary>Removes what came before a time.</summary>
    /// <param name="values">Values received before it.</param>
    /// <param name="providers">Provider records received before it.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>How many records were removed.</returns>
    ValueTask<int> RemoveOlderAsync(DateTimeOffset values, DateTimeOffset providers, CancellationToken cancellationToken);

    /// <summary>All that this node provides, and the values that it has put.</summary>
    ValueTask<IReadOnlyList<OwnRecord>> GetOwnAsync(CancellationToken cancellationToken);

    /// <summary>Keeps what this node provides or has put, in place of the record of the same key. No limit is for these.</summary>
    ValueTask PutOwnAsync(OwnRecord record, CancellationToken cancellationToken);

    /// <summary>Removes what this node tells no more.</summary>
    ValueTask RemoveOwnAsync(byte[] key, CancellationToken cancellationToken);
}
