using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>Hears what an <see cref="RpcReader"/> finds in a peer's RPCs, part by part.</summary>
    public abstract class RpcHandler : StreamProtocol
    {
        /// <summary>A subscription or its end.</summary>
        /// <param name="peer">Whose.</param>
        /// <param name="topic">One of our topics, or null for another.</param>
        /// <param name="otherTopic">For another: a number that stands for it.</param>
        /// <param name="subscribe">False for the end.</param>
        internal abstract void OnSubscription(PubSubPeer peer, Topic topic, uint otherTopic, bool subscribe);

        /// <summary>A whole message, in the reader's buffer.</summary>
        /// <returns>False to hold it back: the peer is not read on until it is taken when it is offered again.</returns>
        internal abstract bool OnPublish(PubSubPeer peer);

        /// <summary>A message that was passed over since it is longer than the reader's buffer.</summary>
        internal abstract void OnTooLong(PubSubPeer peer);

        /// <summary>IHAVE: the peer has a message of one of our topics.</summary>
        internal abstract void OnHave(PubSubPeer peer, byte[] id, int count);

        /// <summary>IWANT: the peer asks for a message.</summary>
        internal abstract void OnWant(PubSubPeer peer, byte[] id, int count);

        /// <summary>GRAFT for one of our topics.</summary>
        internal abstract void OnGraft(PubSubPeer peer, Topic topic);

        /// <summary>PRUNE for one of our topics; the back-off is 0 when none was named.</summary>
        internal abstract void OnPrune(PubSubPeer peer, Topic topic, ulong backoffSeconds);
    }
}
