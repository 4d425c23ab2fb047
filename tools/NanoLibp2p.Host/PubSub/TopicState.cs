using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.PubSub;

/// <summary>A topic that we or a peer subscribed to, or that we publish to. Its name has one character for each byte.</summary>
internal sealed class TopicState(string name)
{
    internal string Name { get; } = name;

    internal byte[] Bytes { get; } = Encoding.Latin1.GetBytes(name);

    /// <summary>Whether we are subscribed: for the application, or for peers.</summary>
    internal bool IsJoined { get; set; }

    /// <summary>Whether the application subscribed.</summary>
    internal bool IsWanted { get; set; }

    /// <summary>Whether it is joined so that peers hear each other.</summary>
    internal bool IsCarried { get; set; }

    /// <summary>Of a carried topic: when its last message came.</summary>
    internal long HeardMs { get; set; }

    /// <summary>Of one that nobody is subscribed to any more: when it is left; else long.MaxValue.</summary>
    internal long LonelyMs { get; set; }

    /// <summary>Peers that subscribed.</summary>
    internal GossipPeerSet Peers { get; } = new();

    /// <summary>Those of them that pass all messages on to us, and we to them.</summary>
    internal HashSet<GossipPeer> Mesh { get; } = [];

    /// <summary>Peers that came into the mesh since the last heartbeat.</summary>
    internal HashSet<GossipPeer> Newcomers { get; set; } = [];

    /// <summary>Those that get our messages while we did not subscribe; null when nothing is published.</summary>
    internal HashSet<GossipPeer>? Fanout { get; set; }

    internal long LastPublished { get; set; }

    /// <summary>When the back-off of a peer ends, in milliseconds, whether it is here or not.</summary>
    internal Dictionary<PeerId, long> Backoffs { get; } = [];

    /// <summary>Those of the peers that get its messages without being in the mesh: of floodsub, and direct ones.</summary>
    internal HashSet<GossipPeer> Others { get; } = [];

    internal bool IsUsed => IsJoined || Fanout != null || Peers.Count > 0 || Backoffs.Count > 0;

    internal void Add(GossipPeer peer)
    {
        Peers.Add(peer);
        Place(peer);
    }

    internal void Remove(GossipPeer peer)
    {
        Peers.Remove(peer);
        Others.Remove(peer);
        Fanout?.Remove(peer);
    }

    /// <summary>What a peer speaks has changed.</summary>
    internal void Place(GossipPeer peer)
    {
        if (peer.IsDirect || peer.Version == GossipVersion.FloodSub)
        {
            Others.Add(peer);
        }
        else
        {
            Others.Remove(peer);
        }
    }
}
