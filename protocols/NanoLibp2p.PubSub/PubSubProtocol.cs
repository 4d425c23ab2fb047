using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Publish and subscribe: gossipsub 1.1 and 1.0 and floodsub, as a leaf of the mesh (libp2p pubsub and gossipsub specs). Add it to
    /// a node with Node.Add, before the first connection.
    /// </summary>
    /// <example>
    /// <code>
    /// PubSubProtocol pubsub = new PubSubProtocol(new PubSubOptions());
    /// node.Add(pubsub);
    /// Topic topic = pubsub.Open("sensors/temp");
    /// node.Dial(gateway);
    /// while (true)
    /// {
    ///     long next = node.Poll(clock.NowMs);
    ///     if (reading.IsDue) topic.Publish(reading.Bytes, 0, reading.Count);
    ///     transport.Wait(next);
    /// }
    /// </code>
    /// </example>
    public sealed partial class PubSubProtocol : RpcHandler
    {
        // heartbeats after which an offence is forgiven
        private const int Forgiveness = 60;

        // The back-off between streams to write on: none for the first, then a second that doubles, to the last. A stream that lives for
        // the last one's time ends it.
        private const int FirstRetryMs = 1000;
        private const int MaxRetries = 6;
        private const int LastRetryMs = FirstRetryMs << (MaxRetries - 1);

        // far below Unix time in nanoseconds, which may come later, and eight bytes long even when leading zeros get lost
        private const ulong LeastRandomSequence = 1UL << 56;

        /// <summary>Its sizes and times.</summary>
        public readonly PubSubOptions Options;

        /// <summary>Who hears of messages; may be null.</summary>
        public PubSubEvents Events;

        private readonly TopicTable _topics;
        private readonly PubSubMessage _view = new PubSubMessage();
        private readonly int[] _drops = new int[(int)DropReason.GossipLimit + 1];
        private readonly byte[] _scratch;
        private PubSubPeer[] _peers = new PubSubPeer[0];
        private SeenCache _seen;
        private SeenCache _asked;
        private readonly ReplayGuard _guard;
        private MessageCache _cache;
        private long[] _backoffs;

        // the index of the newest protocol's id; the older ones follow
        private int _newest;
        private ulong _sequence;
        private uint _topicSeed;
        private uint _turn;
        private bool _meshDue;
        private long _nextHeartbeat;

        // when a peer that is held back may be read on
        private long _resumeMs = long.MaxValue;

        /// <summary>Makes the protocol. Most of its memory is taken when it is added to a node.</summary>
        /// <param name="options">Its sizes and times; not changed any more afterwards.</param>
        /// <exception cref="ArgumentException">A size is out of range; the message says which.</exception>
        public PubSubProtocol(PubSubOptions options)
            : base(options.SignaturePolicy == SignaturePolicy.StrictSign)
        {
            options.Check();
            Options = options;
            _topics = new TopicTable(options.MaxTopics);
            _scratch = new byte[options.MaxTopicBytes + RpcReader.MaxIdBytes + 24];
            _guard = new ReplayGuard(options);
            _sequence = options.FirstSequenceNumber;
        }

        /// <summary>The number of the message published last. The next one's is one more.</summary>
        public ulong SequenceNumber
        {
            get { return _sequence; }
        }

        /// <summary>How often something was dropped for a reason.</summary>
        public int Drops(DropReason reason)
        {
            return _drops[(int)reason];
        }

        /// <summary>Bytes that wait in the queue of a connection's peer, and one more while messages wait for room in it.</summary>
        public int Queued(Connection connection)
        {
            PubSubPeer peer = Find(connection);
            return peer == null ? 0 : peer.Queue.Count + (peer.IsBehind ? 1 : 0);
        }

        /// <summary>
        /// The id of the stream that a connection's peer hears us on, which no other stream of that connection ever has; 0 while there is
        /// none, because the peer did not agree yet, ended it or reset it, or hears us on another of its connections. What was queued for a
        /// stream that is gone may never be read.
        /// </summary>
        public uint StreamIdOf(Connection connection)
        {
            PubSubPeer peer = Find(connection);
            return peer != null && peer.IsReady && peer.Connection == connection ? peer.Outbound.StreamId : 0u;
        }

        /// <summary>Whether a message published to a topic now would go to a peer on this connection, which is one of its connections
        /// only.</summary>
        public bool Hears(Connection connection, Topic topic)
        {
            PubSubPeer peer = Find(connection);
            return peer != null && peer.IsReady && peer.Connection == connection && (peer.Subscribed & (1u << topic.Index)) != 0;
        }

        /// <summary>
        /// Keeps an author's place in the guard against replays for the node's life, and refuses his numbers up to
        /// <paramref name="lastNumber"/>. For those whose messages one acts on: keep PubSubMessage.SequenceNumber of each such message in
        /// the store before acting, and give it here at the next start.
        /// </summary>
        /// <param name="author">The author's peer id.</param>
        /// <param name="lastNumber">The number of his last message; 0 when there was none.</param>
        /// <returns>False when PubSubOptions.ReplayAuthors are pinned already.</returns>
        public bool PinAuthor(PeerId author, ulong lastNumber)
        {
            return _guard.Pin(AuthorOf(Id, author.CopyTo(Id, 0)), lastNumber);
        }

        /// <summary>Makes a topic to publish to, without joining it; the one of this name, if there is one.</summary>
        /// <param name="name">Its name, in ASCII.</param>
        /// <returns>The topic, for the node's life; null when PubSubOptions.MaxTopics are there.</returns>
        /// <exception cref="ArgumentException">The name is empty, not ASCII, or longer than PubSubOptions.MaxTopicBytes.</exception>
        public Topic Open(string name)
        {
            return Open(Bytes.Ascii(name));
        }

        /// <summary>Makes a topic whose name is given in UTF-8. The array is kept.</summary>
        /// <exception cref="ArgumentException">The name is empty or longer than PubSubOptions.MaxTopicBytes.</exception>
        public Topic Open(byte[] utf8Name)
        {
            NodeOptions.CheckRange(utf8Name.Length, 1, Options.MaxTopicBytes, "bytes of a topic's name");
            Topic topic = _topics.Find(utf8Name, 0, utf8Name.Length);
            if (topic == null && _topics.Count < Options.MaxTopics)
            {
                topic = new Topic(this, _topics.Count, utf8Name);
                _topics.Add(topic);
                AdoptSubscribers(topic);
            }

            return topic;
        }

        /// <summary>Makes a topic and joins it: its messages come to PubSubEvents.OnMessage.</summary>
        /// <param name="name">Its name, in ASCII.</param>
        /// <returns>The topic, for the node's life; null when PubSubOptions.MaxTopics are there.</returns>
        /// <exception cref="ArgumentException">The name is empty, not ASCII, or longer than PubSubOptions.MaxTopicBytes.</exception>
        public Topic Join(string name)
        {
            Topic topic = Open(name);
            if (topic != null)
            {
                topic.Join();
            }

            return topic;
        }

        /// <inheritdoc/>
        public override void OnConnected(Connection connection)
        {
            if (Find(connection) != null)
            {
                return;
            }

            // there are as many as connections
            int free = 0;
            while (_peers[free].Connection != null)
            {
                free++;
            }

            PubSubPeer peer = _peers[free];
            peer.Connection = connection;
            peer.Id = IdOf(connection);
            peer.Offences = 0;
            peer.NextVerification = 0;
            _cache.Forget(free, true);
            Reopen(peer);
        }

        /// <inheritdoc/>
        public override void OnDisconnected(Connection connection)
        {
            PubSubPeer peer = Find(connection);
            if (peer == null)
            {
                return;
            }

            if (peer.Connection == connection)
            {
                Connection other = null;
                for (int i = 0; i < _peers.Length; i++)
                {
                    Connection one = Node.Connections[i];
                    if (one.IsOpen && IdOf(one) == peer.Id)
                    {
                        other = one;
                    }
                }

                if (other == null)
                {
                    peer.ForgetInbound();
                    peer.ForgetOutbound();
                    KeepBackoffs(peer);
                    Report(peer);
                    _meshDue = true;
                }

                peer.Connection = other;
            }

            // both ways: js opens its stream to us when it sees a new one of ours, and go has forgotten what we told
            if (peer.Connection != null && (peer.Inbound == null || peer.Outbound == null))
            {
                Reopen(peer);
            }
        }

        /// <inheritdoc/>
        public override bool KeepsConnection(Libp2pStream stream)
        {
            // a sensor publishes, and subscribes to nothing
            return stream.Progress != 0 || ((PubSubPeer)stream.Tag).Subscribed != 0;
        }

        /// <inheritdoc/>
        public override void OnOpened(Libp2pStream stream)
        {
            Touched();
            if (!stream.IsOutbound)
            {
                PubSubPeer from = Find(stream.Connection);

                // of several streams of a peer, on whichever of its connections, the last counts, as with go and js
                Libp2pStream old = from.Inbound;
                stream.Tag = from;
                from.Inbound = stream;
                from.Reset();
                if (old != null)
                {
                    old.Reset();
                }
                else if (from.Outbound == null)
                {
                    // it speaks pubsub again
                    from.RetryAt = Node.NowMs;
                }

                return;
            }

            PubSubPeer peer = (PubSubPeer)stream.Tag;
            peer.Version = PubSubPeer.GossipSub11 + _newest - stream.ProtocolIndex;
            for (int i = 0; i < _topics.Count; i++)
            {
                if (_topics[i].Joined)
                {
                    peer.AnnounceDue |= 1u << i;
                }
            }

            _meshDue = true;
        }

        /// <inheritdoc/>
        public override int OnRefused(Libp2pStream stream)
        {
            int next = stream.ProtocolIndex + 1;
            return next <= _newest + PubSubPeer.GossipSub11 ? next : -1;
        }

        /// <inheritdoc/>
        public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
        {
            Touched();
            PubSubPeer peer = (PubSubPeer)stream.Tag;
            int used = stream == peer.Inbound ? peer.Receive(buffer, offset, count) : count;
            if (used < 0)
            {
                Drop(peer, DropReason.Malformed);
                stream.Reset();
                Offend(peer);
                return count;
            }

            return used;
        }

        /// <inheritdoc/>
        public override void OnReadEnd(Libp2pStream stream)
        {
            PubSubPeer peer = (PubSubPeer)stream.Tag;
            if (stream == peer.Inbound && !peer.MayEnd)
            {
                Drop(peer, DropReason.Malformed);
            }

            // who ends its half of our stream reads no more of it (go takes that end for the peer's, too)
            OnClosed(stream, false);
            stream.CloseWrite();
        }

        /// <inheritdoc/>
        public override void OnClosed(Libp2pStream stream, bool reset)
        {
            Touched();
            PubSubPeer peer = (PubSubPeer)stream.Tag;
            if (stream == peer.Inbound)
            {
                peer.Inbound = null;
                if (stream.Connection.IsOpen)
                {
                    // it ended the stream; one that the connection took away says nothing of what it subscribed to
                    peer.ForgetInbound();
                    _meshDue = true;
                }
            }
            else if (stream == peer.Outbound)
            {
                long nowMs = Node.NowMs;
                int retries = nowMs >= peer.RetryAt ? 0 : peer.Retries;

                // who refused is not asked again at once
                if (retries == 0 && !peer.IsReady)
                {
                    retries = 1;
                }

                peer.RetryAt = nowMs + (retries == 0 ? 0 : FirstRetryMs << (retries - 1));
                peer.Retries = retries < MaxRetries ? retries + 1 : MaxRetries;
                peer.ForgetOutbound();
                _cache.Forget(peer.Index, false);
            }
        }

        /// <inheritdoc/>
        public override long Poll(long nowMs)
        {
            Polled();
            if (nowMs >= _nextHeartbeat)
            {
                Heartbeat();
                _nextHeartbeat = nowMs + Options.HeartbeatMs;
            }

            if (_meshDue)
            {
                _meshDue = false;
                FillMeshes(nowMs);
            }

            long next = long.MaxValue;
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                peer.Verifications = 0;
                if (peer.Connection == null)
                {
                    continue;
                }

                if (peer.Outbound == null && nowMs >= peer.RetryAt)
                {
                    peer.Outbound = peer.Connection.OpenStream(this, _newest);
                    peer.RetryAt = nowMs + (peer.Outbound == null ? FirstRetryMs : LastRetryMs);
                    if (peer.Outbound != null)
                    {
                        peer.Outbound.Tag = peer;
                    }
                }

                Report(peer);
                if (peer.IsReady)
                {
                    Flush(peer);
                }

                long wanted = peer.Outbound == null && peer.RetryAt < _nextHeartbeat ? peer.RetryAt : _nextHeartbeat;
                if (wanted < next)
                {
                    next = wanted;
                }
            }

            if (_resumeMs < next)
            {
                next = _resumeMs;
            }

            _resumeMs = long.MaxValue;
            return next;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            PubSubOptions options = Options;
            _newest = node.RegisterProtocol("/meshsub/1.1.0", this, true);
            node.RegisterProtocol("/meshsub/1.0.0", this, true);
            node.RegisterProtocol("/floodsub/1.0.0", this, true);
            Hash = new IdHash(node.Random);
            node.Random.Fill(_scratch, 0, 8);
            ulong random = Bytes.ReadUInt64LittleEndian(_scratch, 0);
            _topicSeed = (uint)random;
            if (_sequence == 0)
            {
                _sequence = LeastRandomSequence | (random >> 32);
            }

            int longest = options.MaxMessageBytes + RpcWriter.MaxFrameBytes;
            int queue = options.QueueBytes == 0 ? options.MaxMessageBytes + 128 : options.QueueBytes;
            int cache = options.CacheBytes == 0 ? longest + RpcReader.PrefixBytes : options.CacheBytes;
            Connection[] connections = node.Connections;
            _seen = new SeenCache(options.SeenMessages, options.SeenMs);
            _asked = new SeenCache(options.MaxAsks < 1 ? 1 : options.MaxAsks, 3 * options.HeartbeatMs);
            _cache = new MessageCache(options.CachedMessages, cache, connections.Length);
            _backoffs = new long[options.Backoffs];
            PubSubPeer[] peers = new PubSubPeer[connections.Length];
            for (int i = 0; i < peers.Length; i++)
            {
                peers[i] = new PubSubPeer(options, this, i, _topics, _topicSeed, queue);
            }

            _peers = peers;
        }

        // subscribers whose queues have room for so many bytes; a queue that others wait for has none
        internal int CountSubscribers(Topic topic, int bytes)
        {
            uint bit = 1u << topic.Index;
            int count = 0;
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                if ((peer.Subscribed & bit) != 0 && peer.IsReady && (bytes == 0 || (!peer.IsBehind && peer.Queue.Room >= bytes)))
                {
                    count++;
                }
            }

            return count;
        }

        internal int CountMesh(Topic topic)
        {
            uint bit = 1u << topic.Index;
            int count = 0;
            for (int i = 0; i < _peers.Length; i++)
            {
                if ((_peers[i].Mesh & bit) != 0)
                {
                    count++;
                }
            }

            return count;
        }

        // for a scheduler; on a device these calls are none
        partial void Touched();

        partial void Polled();

        private ulong IdOf(Connection connection)
        {
            return Hash.Of(connection.RemoteId, 0, connection.RemoteIdCount);
        }

        // the peer at the other end of a connection, whichever of its connections we write on; null when there is none
        private PubSubPeer Find(Connection connection)
        {
            byte[] id = connection.RemoteId;
            int count = connection.RemoteIdCount;
            for (int i = 0; i < _peers.Length; i++)
            {
                Connection known = _peers[i].Connection;
                if (known == connection || (known != null && known.RemoteIdCount == count && Bytes.Equal(known.RemoteId, 0, id, 0, count)))
                {
                    return _peers[i];
                }
            }

            return null;
        }

        // a new stream to write on, now; what waited for the old one is lost with it
        private void Reopen(PubSubPeer peer)
        {
            Libp2pStream old = peer.Outbound;
            peer.ForgetOutbound();
            peer.Retries = 0;
            peer.RetryAt = Node.NowMs;
            if (old != null)
            {
                _cache.Forget(peer.Index, false);
                old.Reset();
            }
        }

        // tells the application whom a message would reach
        private void Report(PubSubPeer peer)
        {
            uint reached = peer.IsReady ? peer.Subscribed : 0;
            uint changed = reached ^ peer.Reached;
            peer.Reached = reached;
            for (int i = 0; changed != 0 && Events != null; i++, changed >>= 1)
            {
                if ((changed & 1u) == 0)
                {
                    continue;
                }

                if ((reached & (1u << i)) != 0)
                {
                    Events.OnSubscribed(peer.Connection, _topics[i]);
                }
                else
                {
                    Events.OnUnsubscribed(peer.Connection, _topics[i]);
                }
            }
        }

        private void Heartbeat()
        {
            _turn++;
            for (int i = 0; i < _peers.Length; i++)
            {
                PubSubPeer peer = _peers[i];
                peer.Asks = 0;
                if (peer.Offences > 0 && _turn % Forgiveness == 0)
                {
                    peer.Offences--;
                }

                if (peer.CanGossip)
                {
                    Gossip(peer);
                }
            }

            _cache.Age();
            _meshDue = true;
        }

        private void Flush(PubSubPeer peer)
        {
            WriteDue(peer);
            SendQueue queue = peer.Queue;
            if (peer.IsBehind && queue.Room >= queue.Ring.Length >> 1)
            {
                SendWaiting(peer);
            }

            while (queue.Count > 0)
            {
                int written = peer.Outbound.Write(queue.Ring, queue.Start, queue.Piece);
                if (written <= 0)
                {
                    break;
                }

                queue.Written(written);
            }
        }

        private void Drop(PubSubPeer peer, DropReason reason)
        {
            _drops[(int)reason]++;
            if (Events != null)
            {
                Events.OnDropped(peer.Connection, reason);
            }
        }

        private void Offend(PubSubPeer peer)
        {
            if (++peer.Offences >= Options.MaxOffences)
            {
                peer.Connection.Close(CloseReason.ProtocolViolated, peer.Offences);
            }
        }
    }
}
