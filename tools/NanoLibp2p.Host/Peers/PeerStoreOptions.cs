using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host;

/// <summary>How much a peer store keeps, and for how long.</summary>
public sealed class PeerStoreOptions
{
    /// <summary>Peers that are kept; of more, who was of use the longest ago is dropped. Connected ones stay.</summary>
    public int MaxPeers { get; set; } = 10000;

    /// <summary>
    /// Bytes that all of it may take, by a careful estimate, 64 KiB to 1 GiB. Beyond it peers are dropped as above, and when only connected
    /// ones are left, what is new is not kept.
    /// </summary>
    public int MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long the addresses that a peer has said of itself stay after its last connection has ended.</summary>
    public TimeSpan KeepAfterDisconnect { get; set; } = TimeSpan.FromMinutes(30);

    internal void Check()
    {
        NodeOptions.CheckRange(MaxPeers, 1, 10000000, "PeerStore.MaxPeers");
        NodeOptions.CheckRange(MaxBytes, 64 * 1024, 1024 * 1024 * 1024, "PeerStore.MaxBytes");
        if (KeepAfterDisconnect < TimeSpan.Zero)
        {
            throw new ArgumentException($"PeerStore.KeepAfterDisconnect = {KeepAfterDisconnect}; give 0 or more");
        }
    }
}
