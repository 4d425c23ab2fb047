namespace NanoLibp2p.PubSub
{
    /// <summary>What an <see cref="RpcReader"/> finds in a peer's RPCs, part by part.</summary>
    internal interface IRpcHandler
    {
        /// <summary>A subscription or its end.</summary>
        /// <param name="peer">Whose.</param>
        /// <param name="topic">One of our topics, or null for another.</param>
        /// <param name="otherTopic">For another: a number that stands for it.</param>
        /// <param name="subscribe">False for the end.</param>
        void OnSubscription(PubSubPeer peer, Topic topic, uint otherTopic, bool subscribe);

        /// <summary>A whole message, in the reader's buffer.</summary>
        void OnPublish(PubSubPeer peer);

        /// <summary>A message that was passed over since it is longer than the reader's buffer.</summary>
        void OnTooLong(PubSubPeer peer);

        /// <summary>IHAVE: the peer has a message of one of our topics.</summary>
        void OnHave(PubSubPeer peer, byte[] id, int count);

        /// <summary>IWANT: the peer asks for a message.</summary>
        void OnWant(PubSubPeer peer, byte[] id, int count);

        /// <summary>GRAFT for one of our topics.</summary>
        void OnGraft(PubSubPeer peer, Topic topic);

        /// <summary>PRUNE for one of our topics; the back-off is 0 when none was named.</summary>
        void OnPrune(PubSubPeer peer, Topic topic, ulong backoffSeconds);
    }
}
