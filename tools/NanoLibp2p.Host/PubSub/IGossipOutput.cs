using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

/// <summary>What the router wants of the world.</summary>
internal interface IGossipOutput
{
    /// <summary>Sends a frame to a peer; who keeps it retains it.</summary>
    void Send(GossipPeer peer, GossipFrame frame);

    /// <summary>From now on a topic's messages are read, or no more.</summary>
    void SetReading(string topic, bool read);

    /// <summary>A message is valid: the application's, if it subscribed. The frame is held during the call.</summary>
    void Deliver(GossipMessage message);

    /// <summary>A message waits for the application's verdict, which <see cref="GossipRouter.Judge"/> is to get. False when none is
    /// asked for.</summary>
    bool Validate(GossipMessage message);

    /// <summary>A peer of good standing names others.</summary>
    void Connect(IReadOnlyList<PeerExchange> peers);

    /// <summary>The signed peer record of a peer; null when there is none.</summary>
    byte[]? RecordOf(GossipPeer peer);

    /// <summary>A direct peer is to be dialled.</summary>
    void ConnectDirect();

    /// <summary>Bytes of messages and of what is known of them that may be kept for peers that ask.</summary>
    long MaxHistoryBytes => long.MaxValue;

    /// <summary>A frame is kept for peers that ask, whose reference is taken over.</summary>
    void Keep(GossipFrame frame)
    {
    }

    /// <summary>It is kept no more.</summary>
    void Let(GossipFrame frame) => frame.Release();

    /// <summary>Counts what the tables take beside the frames.</summary>
    void CountHistory(long bytes)
    {
    }
}
