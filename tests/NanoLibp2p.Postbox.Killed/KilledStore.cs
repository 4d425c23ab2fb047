using System;
using System.IO;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Killed;

/// <summary>The store at an address, as the rounds use it.</summary>
public static class KilledStore
{
    /// <summary>A store that is not open. On NATS it keeps its heads in a file now and then, so that it is killed while it does.</summary>
    /// <param name="address"><c>sqlite:PATH</c> or <c>nats://HOST:PORT</c>.</param>
    /// <returns>The store.</returns>
    public static IPostboxStore At(string address) => address.StartsWith("sqlite:", StringComparison.Ordinal)
        ? new SqlitePostboxStore(new SqlitePostboxOptions { Path = address["sqlite:".Length..], ReserveBytes = 0 })
        : new NatsPostboxStore(new NatsPostboxOptions { Url = address, Replicas = 1, HeadsFile = HeadsFile(address), KeepAfter = 16 });

    /// <summary>The file in which the heads of a store on NATS are kept.</summary>
    /// <param name="address"><c>nats://HOST:PORT</c>.</param>
    /// <returns>Its path.</returns>
    public static string HeadsFile(string address) => Path.Combine(Path.GetTempPath(), $"postbox-killed-{new Uri(address).Port}.heads");
}
