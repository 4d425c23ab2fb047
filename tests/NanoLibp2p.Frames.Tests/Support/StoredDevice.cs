using System;
using System.Linq;
using NanoLibp2p.Frames.Gateway;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Devices as a gateway's store has them.</summary>
internal static class StoredDevice
{
    /// <summary>One of which everything is known that there is.</summary>
    /// <param name="which">Which peer.</param>
    internal static FrameDevice Full(int which = 0)
    {
        byte[] key = [.. Enumerable.Range(which, 32).Select(i => (byte)i)];
        PeerId peer = PeerId.FromEd25519(key, 0);
        FrameRoot root = new([.. key.Select(one => (byte)(one ^ 0x5A))], 0x123, true)
        {
            Highest = 70, Seen = ulong.MaxValue - 1, TakenHighest = 69, TakenMap = 0xFFFE, Reserved = 32, Nd = 5, ResumedNd = 6,
            Request = [1, 2, 3], Answer = [4, 5], Made = DateTimeOffset.UnixEpoch.AddDays(9), NumberBase = 1UL << 56, IsListening = true,
        };
        return new FrameDevice(peer, key, 1)
        {
            IsRemembered = true, Confirmed = root, Next = new FrameRoot([.. key.Select(one => (byte)(one ^ 0xA5))], 4, false), Known = 4,
            Changes = 3, LastReading = (1UL << 56) + 69, Readings = [.. key, .. key, .. key, .. key],
            MetAt = DateTimeOffset.UnixEpoch.AddDays(8),
            Aliases = [new FrameAlias(0, 17, [.. "t"u8], [.. "%1"u8]), new FrameAlias(1, 0, [.. "u"u8], null)],
            Held = [new HeldReading(9, 0, [.. "5.1"u8], DateTimeOffset.UnixEpoch.AddDays(9)) { IsSigned = true }],
        };
    }
}
