#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    // What no board needs.
    public sealed partial class PubSubOptions
    {
        /// <summary>
        /// How far behind an author's highest number one that did not come yet is taken, in as many bits for each author, 0 to 65536. 0, as
        /// it always is on nanoFramework, refuses what comes out of order, which is right where messages are acted on.
        /// </summary>
        public int ReplayWindow;

        /// <summary>
        /// Whether messages of others are passed on to the mesh; never on nanoFramework, which is a leaf. Needs
        /// <see cref="CachedMessages"/> for as many as come in <see cref="GossipHeartbeats"/>.
        /// </summary>
        public bool Forward;

        /// <summary>Sizes for a desktop with tens of peers, which passes messages on.</summary>
        public static PubSubOptions Desktop()
        {
            PubSubOptions options = new PubSubOptions();
            options.MaxTopics = TopicLimit;
            options.MaxTopicBytes = 1024;
            options.OtherTopics = 256;
            options.MaxMessageBytes = 64 * 1024;
            options.QueueBytes = 256 * 1024;
            options.SeenMessages = 16384;
            options.ReplayAuthors = 1024;
            options.ReplayWindow = 1024;
            options.VerificationsPerSecond = 2000;
            options.CachedMessages = 4096;
            options.CacheBytes = 4 * 1024 * 1024;
            options.MaxAsks = 5000;
            options.MeshPeers = 6;
            options.MaxMeshPeers = 12;
            options.Backoffs = 4096;
            options.Forward = true;
            return options;
        }

        partial void CheckDesktop()
        {
            NodeOptions.CheckRange(ReplayWindow, 0, 65536, "ReplayWindow");
        }
    }
}
#endif
