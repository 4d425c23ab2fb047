#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.Core.Identify
{
    /// <summary>Says where this node can be reached, where that is not simply what it listens on; called on the node's thread.</summary>
    public abstract class IdentifyAnnouncer
    {
        /// <summary>What one peer is told.</summary>
        /// <param name="connection">Whose peer asks, or is told unasked.</param>
        /// <returns>The announcement; the same object as long as nothing has changed, as its messages are kept in it. Null for the
        /// addresses that the node listens on.</returns>
        public abstract IdentifyAnnouncement For(Connection connection);

        /// <summary>A peer begins to be told.</summary>
        /// <param name="connection">The peer's.</param>
        /// <param name="isPush">Whether it is told unasked.</param>
        public virtual void OnTelling(Connection connection, bool isPush)
        {
        }
    }
}
#endif
