using NanoLibp2p.Buffers;

namespace NanoLibp2p.PubSub
{
    /// <summary>A topic: to publish to, and, once joined, to hear of. Made by PubSubProtocol.Open or Join and kept for the node's
    /// life.</summary>
    public sealed class Topic
    {
        /// <summary>Its name in UTF-8; not a copy.</summary>
        public readonly byte[] Utf8Name;

        internal readonly int Index;
        internal bool Joined;

        private readonly PubSubProtocol _pubsub;

        internal Topic(PubSubProtocol pubsub, int index, byte[] name)
        {
            _pubsub = pubsub;
            Index = index;
            Utf8Name = name;
        }

        /// <summary>Its name, with a <c>?</c> for each byte that is not ASCII. Allocates.</summary>
        public string Name
        {
            get { return Bytes.ToText(Utf8Name, 0, Utf8Name.Length); }
        }

        /// <summary>Whether its messages are wanted.</summary>
        public bool IsJoined
        {
            get { return Joined; }
        }

        /// <summary>Connected peers that a message published now would go to.</summary>
        public int Subscribers
        {
            get { return _pubsub.CountSubscribers(this, 0); }
        }

        /// <summary>Peers in its mesh: those that pass all of its messages on to us at once.</summary>
        public int MeshPeers
        {
            get { return _pubsub.CountMesh(this); }
        }

        /// <summary>Subscribes: all peers are told, and the mesh is built. Nothing happens if it is joined.</summary>
        public void Join()
        {
            _pubsub.SetJoined(this, true);
        }

        /// <summary>Unsubscribes. One can still publish. Nothing happens if it is not joined.</summary>
        public void Leave()
        {
            _pubsub.SetJoined(this, false);
        }

        /// <summary>
        /// Publishes to all connected peers that subscribed, as gossipsub 1.1's flood publishing, whether or not this node did.
        /// It never waits: the message is copied to the peers' queues and leaves with the next calls of Node.Poll.
        /// </summary>
        /// <param name="data">The payload; the caller's again when the call returns.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>
        /// The number of peers that it goes to. 0 when nobody subscribed, or a negative <see cref="PublishResult"/>: nothing was
        /// kept then, and the caller may try again.
        /// </returns>
        public int Publish(byte[] data, int offset, int count)
        {
            return _pubsub.Publish(this, data, offset, count);
        }
    }
}
