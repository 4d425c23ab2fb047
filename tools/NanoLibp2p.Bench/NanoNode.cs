using System;
using System.Threading.Tasks;
using NanoLibp2p.Crypto;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Host;

namespace NanoLibp2p.Bench;

/// <summary>Our node as the desktop library makes it without any options, but for the cryptography.</summary>
internal static class NanoNode
{
    /// <summary>Starts it.</summary>
    /// <param name="managedCrypto">The device's own cryptography, instead of the fastest there is.</param>
    /// <param name="listen">Where it listens; null for a node that only dials.</param>
    internal static Task<Libp2pNode> StartAsync(bool managedCrypto, string? listen)
    {
        Libp2pNodeOptions options = new() { Crypto = () => Crypto(managedCrypto) };
        if (listen != null)
        {
            options.ListenAddresses.Add(listen);
        }

        return Libp2pNode.StartAsync(options);
    }

    /// <summary>The name of its cryptography.</summary>
    internal static string CryptoName(bool managedCrypto) => Crypto(managedCrypto).Name;

    private static CryptoProvider Crypto(bool isManaged) => isManaged ? new ManagedCrypto() : DesktopCrypto.Choose();
}
