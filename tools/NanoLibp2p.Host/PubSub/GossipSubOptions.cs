using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// Sizes and times of the gossipsub router. The names are those of the specs in words; the defaults are go-libp2p-pubsub's. Not to be
/// changed any more once a node has started with them.
/// </summary>
public sealed class GossipSubOptions
{
    /// <summary>Bytes of the longest message id (<see cref="MessageId"/>).</summary>
    public const int MaxIdBytes = RpcReader.MaxIdBytes;

    /// <summary>Whether messages are signed. All peers of a topic must agree.</summary>
    public SignaturePolicy SignaturePolicy { get; set; } = SignaturePolicy.StrictSign;

    /// <summary>Makes message ids; null for the author and his number, or SHA-256 of an unsigned message's data.</summary>
    public GossipMessageId? MessageId { get; set; }

    /// <summary>Peers in a topic's mesh: D.</summary>
    public int MeshPeers { get; set; } = 6;

    /// <summary>Below so many the mesh is filled up: D_lo.</summary>
    public int MinMeshPeers { get; set; } = 5;

    /// <summary>Above so many it is cut: D_hi.</summary>
    public int MaxMeshPeers { get; set; } = 12;

    /// <summary>Best peers that are kept when it is cut: D_score.</summary>
    public int KeptByScore { get; set; } = 4;

    /// <summary>Peers of a mesh that we dialled: D_out, below D_lo and at most half of D.</summary>
    public int OutboundMeshPeers { get; set; } = 2;

    /// <summary>Peers outside the mesh that hear of a topic's messages in each heartbeat, at least: D_lazy.</summary>
    public int GossipPeers { get; set; } = 6;

    /// <summary>Part of the peers outside the mesh that hear of them, at least.</summary>
    public double GossipFactor { get; set; } = 0.25;

    /// <summary>Time between heartbeats.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Heartbeats for which messages are kept for peers that ask.</summary>
    public int HistoryLength { get; set; } = 5;

    /// <summary>Heartbeats for which peers are told of them.</summary>
    public int HistoryGossip { get; set; } = 3;

    /// <summary>Bytes of all messages that are kept; beyond them the oldest go.</summary>
    public long HistoryBytes { get; set; } = 64 << 20;

    /// <summary>How long a message's id is known.</summary>
    public TimeSpan SeenTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Ids that are known at most, in some 60 bytes each; beyond them the oldest go.</summary>
    public int SeenMessages { get; set; } = 1 << 20;

    /// <summary>How long peers are kept for a topic that is published to without being subscribed to.</summary>
    public TimeSpan FanoutTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether own messages go to all subscribed peers, and not to the mesh alone (gossipsub 1.1, "Flood Publishing").</summary>
    public bool FloodPublish { get; set; } = true;

    /// <summary>How long nobody grafts the other after a PRUNE.</summary>
    public TimeSpan PruneBackoff { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The same after leaving a topic.</summary>
    public TimeSpan UnsubscribeBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a PRUNE names other peers, and those that others' name are dialled, when their signed record comes with
    /// them.</summary>
    public bool PeerExchange { get; set; } = true;

    /// <summary>Peers that a PRUNE names.</summary>
    public int ExchangedPeers { get; set; } = 16;

    /// <summary>Dials of such peers at once.</summary>
    public int ExchangeDials { get; set; } = 8;

    /// <summary>IHAVEs of a peer that are heeded in a heartbeat.</summary>
    public int MaxHaves { get; set; } = 10;

    /// <summary>Ids that a peer is asked for in a heartbeat, and that it is told in one.</summary>
    public int MaxHaveIds { get; set; } = 5000;

    /// <summary>How often a peer is sent the same message by IWANT.</summary>
    public int MaxRetransmissions { get; set; } = 3;

    /// <summary>Ids that a peer may ask for in a heartbeat.</summary>
    public int MaxWantIds { get; set; } = 5000;

    /// <summary>GRAFTs of a peer that are heeded in a heartbeat.</summary>
    public int MaxGrafts { get; set; } = 1000;

    /// <summary>How long a message may take that a peer was asked for, since it has told of it; else it has broken a promise
    /// (P7).</summary>
    public TimeSpan PromiseTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>A GRAFT so soon after our PRUNE counts twice (P7).</summary>
    public TimeSpan GraftFloodTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Heartbeats between looks at whether the mesh should take in better peers.</summary>
    public int OpportunisticGraftTicks { get; set; } = 60;

    /// <summary>Peers that it then takes in.</summary>
    public int OpportunisticGraftPeers { get; set; } = 2;

    /// <summary>Bytes of a message from which mesh peers are told by IDONTWANT that it is here.</summary>
    public int DontWantBytes { get; set; } = 1024;

    /// <summary>IDONTWANT ids of a peer that are heeded in a heartbeat.</summary>
    public int MaxDontWantIds { get; set; } = 1000;

    /// <summary>Heartbeats for which an IDONTWANT stands.</summary>
    public int DontWantHeartbeats { get; set; } = 3;

    /// <summary>Peers (their ids in text) that are not in the mesh and get all messages, with no score; both sides must name each
    /// other.</summary>
    public ISet<string> DirectPeers { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Addresses that are dialled at the start and every five minutes when their peers are gone. Whom one names by /p2p/ is one of
    /// <see cref="DirectPeers"/>, too.</summary>
    public IList<string> DirectAddresses { get; } = [];

    /// <summary>How peers are scored; null for no scores at all.</summary>
    public PeerScoreOptions? Scores { get; set; } = new();

    /// <summary>Peers that left and whose score is kept, at most.</summary>
    public int RetainedScores { get; set; } = 16384;

    /// <summary>Bytes of a topic's name.</summary>
    public int MaxTopicBytes { get; set; } = 1024;

    /// <summary>Topics that a peer may subscribe to; of more it is as if it had not.</summary>
    public int MaxTopicsPerPeer { get; set; } = 4096;

    /// <summary>
    /// Topics that are joined because a peer has subscribed to them, so that peers hear each other through this node: a topic stays until
    /// nobody has been subscribed for a minute. With all in use one that was silent for ten minutes makes room. 0 for none.
    /// </summary>
    public int CarriedTopics { get; set; }

    /// <summary>Topics of a peer that are joined for it, the first that it subscribes to.</summary>
    public int CarriedTopicsPerPeer { get; set; } = 32;

    /// <summary>Which topics are joined for peers; null for all. It is called on shard 0's thread.</summary>
    public Func<string, bool>? Carries { get; set; }

    /// <summary>Topics that are known at all, ours and peers'.</summary>
    public int MaxTopics { get; set; } = 1 << 17;

    /// <summary>Bytes of the longest message, its protobuf; longer ones are passed over.</summary>
    public int MaxMessageBytes { get; set; } = 1 << 20;

    /// <summary>Bytes of long messages (above 16 KiB) that are under way to a shard at once; beyond them another long one is passed
    /// over.</summary>
    public int MessagesUnderWayBytes { get; set; } = 32 << 20;

    /// <summary>How long a long message may take; then its stream is reset.</summary>
    internal TimeSpan LongMessageTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes that wait for a peer that reads slowly; beyond them messages to it are dropped and control is kept, to twice as
    /// much.</summary>
    public int QueueBytes { get; set; } = 2 << 20;

    /// <summary>Signatures verified for a connection in one of its turns; the rest waits, and others go on.</summary>
    public int VerificationsPerStep { get; set; } = 1;

    /// <summary>Signatures verified for a connection in a second.</summary>
    public int VerificationsPerSecond { get; set; } = 20000;

    /// <summary>Authors whose numbers are remembered, so that no old message comes again; 0 for none.</summary>
    public int ReplayAuthors { get; set; } = 4096;

    /// <summary>How far behind an author's highest number one that did not come yet is taken; a multiple of 64.</summary>
    public int ReplayWindow { get; set; } = 1024;

    /// <summary>Messages that wait for the application's validators at once; more are ignored.</summary>
    public int MaxValidations { get; set; } = 1024;

    /// <summary>How long a validator may take; then the message is ignored.</summary>
    public TimeSpan ValidationTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether a peer is one of <see cref="DirectPeers"/>, by its id or by an address that names it.</summary>
    internal bool IsDirect(PeerId peer)
    {
        string id = peer.ToString();
        return DirectPeers.Contains(id) || DirectAddresses.Any(one => one.EndsWith("/p2p/" + id, StringComparison.Ordinal));
    }

    /// <summary>Checks them.</summary>
    /// <exception cref="ArgumentException">One is out of range; the message says which, and what to give.</exception>
    public void Check()
    {
        NodeOptions.CheckRange(MeshPeers, 0, 1024, "MeshPeers");
        NodeOptions.CheckRange(MinMeshPeers, 0, MeshPeers, "MinMeshPeers");
        NodeOptions.CheckRange(MaxMeshPeers, MeshPeers, 4096, "MaxMeshPeers");
        NodeOptions.CheckRange(KeptByScore, 0, MeshPeers, "KeptByScore");
        NodeOptions.CheckRange(OutboundMeshPeers, 0, Math.Max(0, Math.Min(MinMeshPeers - 1, MeshPeers / 2)), "OutboundMeshPeers");
        NodeOptions.CheckRange(GossipPeers, 0, 4096, "GossipPeers");
        NodeOptions.CheckRange(HistoryLength, 1, 100, "HistoryLength");
        NodeOptions.CheckRange(HistoryGossip, 0, HistoryLength, "HistoryGossip");
        NodeOptions.CheckRange(SeenMessages, 1024, 1 << 26, "SeenMessages");
        NodeOptions.CheckRange(MaxTopicBytes, 1, 1024, "MaxTopicBytes");
        NodeOptions.CheckRange(MaxTopicsPerPeer, 1, 1 << 20, "MaxTopicsPerPeer");
        NodeOptions.CheckRange(CarriedTopics, 0, 1 << 16, "CarriedTopics");
        NodeOptions.CheckRange(CarriedTopicsPerPeer, 1, 1 << 16, "CarriedTopicsPerPeer");
        NodeOptions.CheckRange(MaxMessageBytes, 128, 16 << 20, "MaxMessageBytes");
        NodeOptions.CheckRange(QueueBytes, MaxMessageBytes, 1 << 30, "QueueBytes");
        NodeOptions.CheckRange(MessagesUnderWayBytes, MaxMessageBytes, 1 << 30, "MessagesUnderWayBytes");
        NodeOptions.CheckRange(VerificationsPerStep, 1, 65536, "VerificationsPerStep");
        NodeOptions.CheckRange(VerificationsPerSecond, 1, 1000000, "VerificationsPerSecond");
        NodeOptions.CheckRange(ReplayAuthors, 0, 1 << 20, "ReplayAuthors");
        NodeOptions.CheckRange(ReplayWindow / 64, 1, 1024, "ReplayWindow / 64");
        NodeOptions.CheckRange(MaxValidations, 1, 1 << 20, "MaxValidations");
        NodeOptions.CheckRange(DontWantHeartbeats, 1, 100, "DontWantHeartbeats");
        NodeOptions.CheckRange((int)Heartbeat.TotalMilliseconds, 10, 3600 * 1000, "Heartbeat in ms");
        Scores?.Check();
    }
}
