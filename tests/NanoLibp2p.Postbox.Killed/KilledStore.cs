using System;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>The store at an address, as the rounds use it.</summary>
public static class KilledStore
{
    /// <summary>A store that is not open.</summary>
    /// <param name="address"><c>sqlite:PATH</c> or <c>nats://HOST:PORT</c>.</param>
    /// <returns>The store.</returns>
    public static IPostboxStore At(string address) => address.StartsWith("sqlite:", StringComparison.Ordinal)
        ? new SqlitePostboxStore(new SqlitePostboxOptions { Path = address["sqlite:".Length..], ReserveBytes = 0 })
        : new NatsPostboxStore(new NatsPostboxOptions { Url = address, Replicas = 1 });
}
