using System;
using NanoLibp2p.Host.Relay;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>A connection to a peer, as it was when it opened. It says nothing of whether it still lives.</summary>
public sealed class PeerConnection
{
    internal PeerConnection(ShardConnection own, long id, bool isInbound, DateTimeOffset opened)
    {
        Own = own;
        Id = id;
        Peer = own.Peer!;
        RemoteAddress = own.Link.RemoteAddress;
        IsInbound = isInbound;
        IsLimited = own.Link.IsLimited;
        Relay = (own.Link as CircuitLink)?.Relay;
        Opened = opened;
        Shard = own.Shard.Index;
        UsedEarlyMuxer = own.Connection.UsedEarlyMuxer;
    }

    /// <summary>A number that no other connection of this node has, from 1 on in the order in which they opened.</summary>
    public long Id { get; }

    /// <summary>Who is at the other end.</summary>
    public PeerId Peer { get; }

    /// <summary>The address of the other end, without the peer's id; that of a caller is seldom one to dial. Null where the link has
    /// none.</summary>
    public Multiaddr? RemoteAddress { get; }

    /// <summary>Whether the peer has the dialer's part: it called us, or both dialed and it was to begin (hole punching).</summary>
    public bool IsInbound { get; }

    /// <summary>Whether it goes through a relay that limits its time or its bytes: for what is short, and for finding a better
    /// way.</summary>
    public bool IsLimited { get; }

    /// <summary>The relay that it goes through; null for a direct connection.</summary>
    public PeerId? Relay { get; }

    /// <summary>Whether it goes through no relay.</summary>
    public bool IsDirect => Relay == null;

    /// <summary>When it opened.</summary>
    public DateTimeOffset Opened { get; }

    /// <summary>The number of its shard, from 0 on.</summary>
    public int Shard { get; }

    /// <summary>Whether Yamux was agreed on within the Noise handshake, which saves a round trip.</summary>
    public bool UsedEarlyMuxer { get; }

    internal ShardConnection Own { get; }

    /// <summary>Whether the peer called us, without a relay and without a dial of ours that met its own.</summary>
    internal bool IsCall => Own.Caller != null;

    /// <summary>The peer, which way it was made, and the address.</summary>
    public override string ToString()
        => $"{Peer} {(IsInbound ? "from" : "at")} {RemoteAddress?.ToString() ?? "no address"}{(IsLimited ? " (limited)" : "")}";
}
