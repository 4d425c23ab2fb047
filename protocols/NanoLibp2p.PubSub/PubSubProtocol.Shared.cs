#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    // One peer over several nodes, each on a thread of its own with connections of its own: the shards of a gateway.
    public sealed partial class PubSubProtocol
    {
        /// <summary>Who carries messages to the other nodes of this peer; null where there is one. Needs
        /// <see cref="PubSubOptions.Forward"/>.</summary>
        public PubSubSharing Sharing;

        /// <summary>
        /// True when something has come since the last <see cref="Poll"/> that it may have an answer to: for a NodeScheduler, which
        /// calls it then, too, and not only when it is due.
        /// </summary>
        public bool HasWork { get; private set; }

        // a message that another node of this peer has given
        private bool _isPassing;
        private bool _isOthersOwn;

        // publishing for the other nodes as well, and what came of it
        private bool _isPublishing;
        private SharedMessage _published;

        /// <summary>Whether a connection's peer has its own stream to us on it: the one on which it tells us of messages.</summary>
        public bool IsToldBy(Connection connection)
        {
            PubSubPeer peer = Find(connection);
            return peer != null && peer.Inbound != null && peer.Inbound.Connection == connection;
        }

        /// <summary>Publishes, as <see cref="Topic.Publish"/>, for the other nodes of this peer as well.</summary>
        /// <param name="topic">A topic of this object.</param>
        /// <param name="data">The payload; the caller's again when the call returns.</param>
        /// <param name="message">For <see cref="Pass"/> of the other nodes, also when no peer of this one subscribed; null when the
        /// result is negative.</param>
        /// <returns>The number of this node's peers that it goes to, or a negative <see cref="PublishResult"/>.</returns>
        public int Publish(Topic topic, byte[] data, out SharedMessage message)
        {
            _isPublishing = true;
            _published = null;
            int sent = Publish(topic, data, 0, data.Length);
            _isPublishing = false;
            message = _published;
            _published = null;
            return sent;
        }

        /// <summary>
        /// Sends what another node of this peer has published or taken on to this node's peers, unless it came here already.
        /// <see cref="Events"/> hear nothing of it.
        /// </summary>
        /// <returns>The number of peers that it goes to.</returns>
        public int Pass(SharedMessage message)
        {
            Topic topic = _topics.Find(message.Utf8Topic, 0, message.Utf8Topic.Length);
            if (topic == null && message.IsOwn)
            {
                topic = Open(message.Utf8Topic);
            }

            byte[] bytes = message.Bytes;
            if (topic == null || _seen.Contains(HashOf(Id, CopyId(bytes, message.Part1, message.Part1Count, message.Part2,
                message.Part2Count)), Node.NowMs))
            {
                return 0;
            }

            if (IsSigned && !message.IsOwn)
            {
                // an old one of this author is old here, too
                ulong sequence = 0;
                for (int i = 0; i < message.Part2Count; i++)
                {
                    sequence = (sequence << 8) | bytes[message.Part2 + i];
                }

                _guard.Take(AuthorOf(bytes, message.Part1 + message.Part1Count), sequence);
            }

            int begin = _cache.Add(RpcReader.PrefixBytes + bytes.Length);
            int start = begin + RpcReader.PrefixBytes;
            Array.Copy(bytes, 0, _cache.Bytes, start, bytes.Length);
            _isPassing = true;
            _isOthersOwn = message.IsOwn;
            int sent = Send(topic, begin, bytes.Length, start + message.Part1, message.Part1Count, start + message.Part2,
                message.Part2Count, null);
            _isPassing = false;
            return sent;
        }

        // a message is in the cache, and in this node's queues
        partial void Share(Topic topic, int start, int count, int part1, int part1Count, int part2, int part2Count, PubSubPeer from)
        {
            bool isOwn = from == null;
            if (_isPassing || !(isOwn ? _isPublishing : Sharing != null))
            {
                return;
            }

            byte[] bytes = new byte[count];
            Array.Copy(_cache.Bytes, start, bytes, 0, count);
            SharedMessage message = new SharedMessage(topic.Utf8Name, bytes, part1 - start, part1Count, part2 - start, part2Count, isOwn);
            if (isOwn)
            {
                _published = message;
            }
            else
            {
                Sharing.OnAccepted(message);
            }
        }

        partial void Touched()
        {
            HasWork = true;
        }

        partial void Polled()
        {
            HasWork = false;
        }
    }
}
#endif
