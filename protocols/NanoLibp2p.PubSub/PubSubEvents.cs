using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>What an application hears of its topics; override what it needs. Called from Node.Poll only, and nothing may
    /// wait.</summary>
    public abstract class PubSubEvents
    {
        /// <summary>A message of a joined topic, new and valid by the signature policy.</summary>
        /// <param name="topic">Its topic.</param>
        /// <param name="message">A view that is valid only during this call: one object serves all messages.</param>
        public virtual void OnMessage(Topic topic, PubSubMessage message)
        {
        }

        /// <summary>
        /// A message published to a topic reaches a peer from now on: it subscribed to one of our topics, and the stream to it is agreed
        /// on. Told once a peer, however many connections it has.
        /// </summary>
        public virtual void OnSubscribed(Connection connection, Topic topic)
        {
        }

        /// <summary>
        /// A message would not reach a peer any more: it unsubscribed, or a stream between us or its last connection is gone. Follows each
        /// <see cref="OnSubscribed"/> once.
        /// </summary>
        public virtual void OnUnsubscribed(Connection connection, Topic topic)
        {
        }

        /// <summary>Something was dropped; also counted by <see cref="PubSubProtocol.Drops"/>. Nothing may be published from
        /// here.</summary>
        /// <param name="connection">The peer that it came from or should have gone to.</param>
        /// <param name="reason">Why.</param>
        public virtual void OnDropped(Connection connection, DropReason reason)
        {
        }
    }
}
