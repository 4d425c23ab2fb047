using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// The sizes and times of pubsub, and so its whole memory, which is taken when the protocol is added to a node. The defaults are
    /// those of a sensor: 5.4 KiB on a device with one connection.
    /// </summary>
    public sealed partial class PubSubOptions
    {
        /// <summary>The most that <see cref="MaxTopics"/> can be: sets of topics are the bits of a uint.</summary>
        public const int TopicLimit = 32;

        /// <summary>Whether messages are signed. All peers of a topic must agree.</summary>
        public SignaturePolicy SignaturePolicy = SignaturePolicy.StrictSign;

        /// <summary>
        /// The number before the first message's. Peers may refuse a number that is not above the author's last (kubo does), so a board
        /// that restarts must begin above where it ended: with a clock give Unix time in nanoseconds, as go, js and rust do; without
        /// one keep PubSubProtocol.SequenceNumber in the store. 0 takes 2^56 and a random number below 2^32, good for trying
        /// things out. Below 2^56 js-libp2p's floodsub finds every signature wrong: it loses a number's leading zeros.
        /// </summary>
        public ulong FirstSequenceNumber;

        /// <summary>Different topics in the node's life, 1 to 32.</summary>
        public int MaxTopics = 4;

        /// <summary>Bytes of a topic's name in UTF-8, at most 1024.</summary>
        public int MaxTopicBytes = 64;

        /// <summary>
        /// Topics of each peer that are not ours and are remembered, in 4 bytes each, in case they become ours later. Of a peer with more,
        /// a topic that is opened later and not remembered ends the streams: on new ones the peer says all of its topics again. Open topics
        /// before the first connection, and this is never needed.
        /// </summary>
        public int OtherTopics = 4;

        /// <summary>
        /// Bytes of the longest message sent or accepted: its protobuf, so payload + topic + 6 and, when signed, 116. Longer ones
        /// are passed over; an RPC that holds many messages may be of any length.
        /// </summary>
        public int MaxMessageBytes = 512;

        /// <summary>
        /// Bytes of each peer's queue of what is to be sent; 0 for one longest message and 128. What finds no room waits in the cache, and
        /// goes when there is room: a peer may be as far behind as this and <see cref="CacheBytes"/> together. What the cache gives up
        /// before that is lost to this peer: nobody is kept from reading or publishing by one that is slow.
        /// </summary>
        public int QueueBytes;

        /// <summary>Messages that are remembered as seen, in 12 bytes each. Of signed ones <see cref="ReplayAuthors"/> knows those
        /// before.</summary>
        public int SeenMessages = 16;

        /// <summary>Milliseconds for which they are.</summary>
        public int SeenMs = 120000;

        /// <summary>
        /// Authors whose highest number is remembered, in 16 bytes each; 0 for none. A number that is not above the author's highest is
        /// refused, so that no old message comes again when it is no longer remembered as seen. In a full table a new author takes the
        /// place of the one that is there longest, unless that one is pinned (PubSubProtocol.PinAuthor).
        /// </summary>
        public int ReplayAuthors = 8;

        /// <summary>Signatures verified for each connection in a step of the node; what comes after them waits unread.</summary>
        public int VerificationsPerStep = 1;

        /// <summary>Signatures verified for each connection in a second; what comes after them waits unread.</summary>
        public int VerificationsPerSecond = 50;

        /// <summary>Sent messages that are kept for peers that ask for them by IWANT.</summary>
        public int CachedMessages = 4;

        /// <summary>Bytes for those messages; 0 for one longest message.</summary>
        public int CacheBytes;

        /// <summary>
        /// Heartbeats in which a kept message is told by IHAVE to peers that it wasn't sent to; one whose queue had no room for the id is
        /// told later.
        /// </summary>
        public int GossipHeartbeats = 3;

        /// <summary>IWANT ids that are sent to a peer, and that are answered to it, in a heartbeat. One id is answered to a peer three
        /// times.</summary>
        public int MaxAsks = 4;

        /// <summary>Milliseconds between heartbeats.</summary>
        public int HeartbeatMs = 1000;

        /// <summary>Peers that a topic's mesh is filled up to; D of the gossipsub spec.</summary>
        public int MeshPeers = 2;

        /// <summary>Peers that a topic's mesh can have, those that grafted us included; D_high.</summary>
        public int MaxMeshPeers = 4;

        /// <summary>Milliseconds of back-off after a PRUNE.</summary>
        public int PruneBackoffMs = 60000;

        /// <summary>Milliseconds of back-off after leaving a topic.</summary>
        public int UnsubscribeBackoffMs = 10000;

        /// <summary>
        /// Places, of 8 bytes, for the back-offs of peers that left; those of connected peers are kept beside. More than this share places,
        /// and a peer that comes then may wait for the end of another's back-off before it is grafted; none is grafted too early.
        /// </summary>
        public int Backoffs = 16;

        /// <summary>Malformed RPCs and invalid signatures of one peer after which its connection is closed; one is forgiven a
        /// minute.</summary>
        public int MaxOffences = 8;

        /// <summary>Checks the sizes.</summary>
        /// <exception cref="ArgumentException">One is out of range; the message says which and what to do.</exception>
        public void Check()
        {
            CheckDesktop();
            NodeOptions.CheckRange(MaxTopics, 1, TopicLimit, "MaxTopics");
            NodeOptions.CheckRange(MaxTopicBytes, 1, 1024, "MaxTopicBytes");
            NodeOptions.CheckRange(OtherTopics, 0, 65536, "OtherTopics");
            NodeOptions.CheckRange(MaxMessageBytes, 128, 16 * 1024 * 1024, "MaxMessageBytes");
            NodeOptions.CheckRange(SeenMessages, 1, 1 << 20, "SeenMessages");
            NodeOptions.CheckRange(SeenMs, 1000, 24 * 3600 * 1000, "SeenMs");
            NodeOptions.CheckRange(ReplayAuthors, 0, 65536, "ReplayAuthors");
            NodeOptions.CheckRange(VerificationsPerStep, 1, 65536, "VerificationsPerStep");
            NodeOptions.CheckRange(VerificationsPerSecond, 1, 1000000, "VerificationsPerSecond");
            NodeOptions.CheckRange(CachedMessages, 1, 65536, "CachedMessages");
            NodeOptions.CheckRange(GossipHeartbeats, 0, 100, "GossipHeartbeats");
            NodeOptions.CheckRange(MaxAsks, 0, 32767, "MaxAsks");
            NodeOptions.CheckRange(HeartbeatMs, 10, 3600 * 1000, "HeartbeatMs");
            NodeOptions.CheckRange(MeshPeers, 0, 1024, "MeshPeers");
            NodeOptions.CheckRange(MaxMeshPeers, MeshPeers, 1024, "MaxMeshPeers");
            NodeOptions.CheckRange(PruneBackoffMs, 1000, 3600 * 1000, "PruneBackoffMs");
            NodeOptions.CheckRange(UnsubscribeBackoffMs, 1000, 3600 * 1000, "UnsubscribeBackoffMs");
            NodeOptions.CheckRange(Backoffs, 1, 65536, "Backoffs");
            NodeOptions.CheckRange(MaxOffences, 1, 65536, "MaxOffences");
            int least = MaxMessageBytes + RpcWriter.MaxFrameBytes;
            if (QueueBytes != 0)
            {
                NodeOptions.CheckRange(QueueBytes, least, 1 << 30, "QueueBytes");
            }

            if (CacheBytes != 0)
            {
                NodeOptions.CheckRange(CacheBytes, least + RpcReader.PrefixBytes, 1 << 30, "CacheBytes");
            }
        }

        partial void CheckDesktop();
    }
}
