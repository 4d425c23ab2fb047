namespace NanoLibp2p.Host.Kademlia;

/// <summary>How much a store takes of others. What is over it is refused; what expired makes room when it is swept.</summary>
/// <param name="MaxValues">Values.</param>
/// <param name="MaxProviders">Provider records in all.</param>
/// <param name="MaxProvidersAKey">Provider records of one key: when it is full, a new one replaces the oldest.</param>
/// <param name="MaxKeysAProvider">Provider records of one peer.</param>
public sealed record StoreLimits(int MaxValues, int MaxProviders, int MaxProvidersAKey, int MaxKeysAProvider);
