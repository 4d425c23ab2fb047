using System;
using System.IO;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>What a <see cref="FrameGateway"/> is made of.</summary>
public sealed class FrameGatewayOptions
{
    /// <summary>Who the gateway is.</summary>
    public required Identity Identity { get; init; }

    /// <summary>The index of its static key; raised when the key was stolen.</summary>
    public int CardIndex { get; init; }

    /// <summary>Its cryptography, of one thread at a time.</summary>
    public required CryptoProvider Crypto { get; init; }

    /// <summary>The operating system's generator.</summary>
    public required IRandom Random { get; init; }

    /// <summary>Where sessions are kept.</summary>
    public required IFrameStore Store { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Whether a device that proves this peer id gets a session, and keeps it: asked with every frame.</summary>
    public required Func<PeerId, bool> Admits { get; init; }

    /// <summary>Told of an opening that got no session: by the device of that peer id, which proved it, since <see cref="Admits"/> says
    /// no or there is no room for strangers; null for KK by none that is known here, which may also be meant for another gateway in reach.
    /// Must not throw.</summary>
    public Action<PeerId?> OnRefused { get; init; } = _ => { };

    /// <summary>Whether sessions with a device are kept: their counters stored before they are used.</summary>
    public Func<PeerId, bool> IsKept { get; init; } = _ => true;

    /// <summary>Whether the store may be older than the process that used it last (G5): every session is resumed first.</summary>
    public bool IsRestored { get; init; }

    /// <summary>Numbers that one write of the store sets aside for a session, 1 to 64.</summary>
    public int Reserve { get; init; } = 16;

    /// <summary>Whether a device may publish on a topic.</summary>
    public Func<PeerId, string, bool> MayPublish { get; init; } = (_, _) => true;

    /// <summary>Told when the store failed: the frame counts as if it had not come, and nothing is acknowledged (SPEC.md 12.4). Must not
    /// throw.</summary>
    public Action<IOException> OnStoreFailed { get; init; } = _ => { };

    /// <summary>Told when <see cref="Calls"/> threw: the device gets status 1. Must not throw.</summary>
    public Action<PeerId, int, Exception> OnCallFailed { get; init; } = (_, _, _) => { };

    /// <summary>What devices call, and whether mail waits; null for nothing.</summary>
    public IFrameCalls? Calls { get; init; }
}
