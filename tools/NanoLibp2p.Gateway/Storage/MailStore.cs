using System;
using System.IO;
using NanoLibp2p.Gateway.Configuration;
using NanoLibp2p.Postbox.Nats;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Gateway.Storage;

/// <summary>The stores that mail can be in, by their address: <c>sqlite:PATH</c>, or <c>nats://HOST:PORT</c>.</summary>
internal static class MailStore
{
    /// <summary>The store's file, unless the settings name another.</summary>
    internal const string StandardFile = "postbox.db";

    /// <summary>What a store on a server came to, so that the next start is quick.</summary>
    internal const string HeadsFile = "postbox.heads";

    private const string Sqlite = "sqlite:";

    /// <summary>What is wrong with an address; null when nothing is.</summary>
    internal static string? Check(string address)
        => address.StartsWith(Sqlite, StringComparison.Ordinal) && address.Length > Sqlite.Length ? null
            : !IsShared(address) ? $"'{address}' is no store for mail; give sqlite:PATH or nats://HOST:4222"
            : address.Contains('@', StringComparison.Ordinal)
                ? "settings are shown to whoever asks for them; put user and password into a file, and name it with postbox.natsCredentials"
            : NatsPostboxStore.CheckUrl(address);

    /// <summary>Whether several gateways may have it open at a time, on a server that may be away.</summary>
    internal static bool IsShared(string address)
        => address.StartsWith("nats://", StringComparison.Ordinal) || address.StartsWith("tls://", StringComparison.Ordinal);

    /// <summary>The file of a store that is one; null for others.</summary>
    internal static string? PathOf(string address)
        => address.StartsWith(Sqlite, StringComparison.Ordinal) && address.Length > Sqlite.Length
            ? Path.GetFullPath(address[Sqlite.Length..]) : null;

    /// <summary>The address that settings say, or that of the file in the data folder.</summary>
    internal static string AddressOf(GatewaySettings settings) => settings.PostboxStore.Length > 0 ? settings.PostboxStore
        : Sqlite + Path.Combine(settings.Data, Backup.Stores, StandardFile);

    /// <summary>A store that is not open.</summary>
    /// <param name="address">A right one.</param>
    /// <param name="settings">What else is set of it; asked for a server only.</param>
    /// <param name="mayMake">Whether a stream is made where there is none.</param>
    /// <param name="headsFile">The <see cref="HeadsFile"/> of the gateway that opens it; empty for none.</param>
    internal static IPostboxStore Open(string address, Func<GatewaySettings> settings, bool mayMake = true, string headsFile = "")
        => PathOf(address) is { } path ? new SqlitePostboxStore(new SqlitePostboxOptions { Path = path })
            : new NatsPostboxStore(new NatsPostboxOptions
            {
                Url = address,
                Replicas = settings().Number(SettingsTable.PostboxNatsReplicas),
                CredentialsFile = settings().Text(SettingsTable.PostboxNatsCredentials),
                MayMake = mayMake,
                HeadsFile = headsFile,
            });
}
