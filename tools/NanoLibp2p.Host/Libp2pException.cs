using System;
using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Hal;
using NanoLibp2p.Host.Dialing;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>Something of the network failed. Its message says what happened, with whom, and what to do.</summary>
public sealed class Libp2pException : IOException
{
    internal Libp2pException(Libp2pError error, PeerId? peer, string message, CloseReason reason = CloseReason.None, int detail = 0,
        Exception? inner = null, IReadOnlyList<DialAttempt>? attempts = null)
        : base(peer == null ? message : $"{message} (peer {peer})", inner)
    {
        Error = error;
        Peer = peer;
        Text = message;
        Reason = reason;
        Detail = detail;
        Attempts = attempts ?? [];
    }

    /// <summary>Which kind.</summary>
    public Libp2pError Error { get; }

    /// <summary>Why the connection ended or was never made; <see cref="CloseReason.None"/> when it lives.</summary>
    public CloseReason Reason { get; }

    /// <summary>A figure that belongs to <see cref="Reason"/>, as told there: the code of the peer's GoAway, a
    /// <see cref="LinkError"/>.</summary>
    public int Detail { get; }

    /// <summary>With whom; null where that is not known.</summary>
    public PeerId? Peer { get; }

    /// <summary>Of a dial that failed, each address with its own reason; else empty.</summary>
    public IReadOnlyList<DialAttempt> Attempts { get; }

    /// <summary>The message without the peer.</summary>
    internal string Text { get; }

    internal static Libp2pException For(Libp2pError error, PeerId? peer, string message) => new(error, peer, message);

    internal static Libp2pException NodeClosed() => new(Libp2pError.NodeClosed, null, "this node has ended");
}
