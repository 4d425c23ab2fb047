#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.PubSub
{
    /// <summary>Who carries messages between the protocol objects of several nodes that are one peer: the shards of a gateway.</summary>
    public abstract class PubSubSharing
    {
        /// <summary>
        /// A message of another author was verified, is new here and was passed on to this node's peers. Give it to
        /// <see cref="PubSubProtocol.Pass"/> of the other nodes, each on its own thread.
        /// </summary>
        /// <param name="message">The message; it may be kept.</param>
        public abstract void OnAccepted(SharedMessage message);
    }
}
#endif
