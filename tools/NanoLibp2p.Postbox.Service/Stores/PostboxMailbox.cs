using System;

namespace NanoLibp2p.Postbox.Service.Stores;

/// <summary>A mailbox as a store keeps it. Never changes: each change is a new one with a larger <see cref="Number"/>.</summary>
public sealed class PostboxMailbox
{
    /// <summary>The most bytes of a peer id.</summary>
    public const int MaxPeer = 64;

    /// <summary>The most bytes of <see cref="Settings"/> and of <see cref="Record"/>, each.</summary>
    public const int MaxBytes = 8192;

    /// <summary>Makes one.</summary>
    /// <param name="peer">The recipient's peer id, a binary multihash of 1 to 64 bytes; kept, not copied.</param>
    /// <param name="number">See <see cref="Number"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The peer id is empty or too long, or the number below 1.</exception>
    public PostboxMailbox(byte[] peer, long number)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (peer.Length is 0 or > MaxPeer)
        {
            throw new ArgumentOutOfRangeException(nameof(peer), peer.Length, $"a peer id has 1 to {MaxPeer} bytes");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        Peer = peer;
        Number = number;
        Box = BoxId.Of(peer);
    }

    /// <summary>What its items are kept under.</summary>
    public BoxId Box { get; }

    /// <summary>The recipient's peer id.</summary>
    public byte[] Peer { get; }

    /// <summary>Which version this is, from 1: a store takes it only if it is larger than that of the one it has, so of two gateways that
    /// save the same number the second is told, and begins anew from the first's.</summary>
    public long Number { get; }

    /// <summary>Settings in the service's own coding; a store does not look into them.</summary>
    public byte[] Settings { get; init; } = [];

    /// <summary>The recipient's signed record, an envelope; empty for none.</summary>
    public byte[] Record { get; init; } = [];

    /// <summary>When the recipient was last here, Unix seconds.</summary>
    public uint Seen { get; init; }
}
