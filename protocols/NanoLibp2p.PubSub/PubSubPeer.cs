using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>What is known of one connected peer, over all of its connections. The objects are used again and again.</summary>
    /// <remarks>
    /// The stream that we write on, moved by the stream's events and by Poll in PubSubProtocol.cs:
    /// <code>
    ///   none --RetryAt--> proposed --agreed--> ready
    ///    ^                   | refused           | FIN or RST of the peer, or the connection is gone
    ///    +-------------------+-------------------+
    /// </code>
    /// </remarks>
    internal sealed class PubSubPeer : RpcReader
    {
        /// <summary>No protocol is agreed on: nothing can be written.</summary>
        public const int NotReady = -1;

        /// <summary>A peer without gossip: all messages, no control.</summary>
        public const int FloodSub = 0;

        /// <summary>Gossipsub 1.0: a PRUNE has no back-off.</summary>
        public const int GossipSub10 = 1;

        /// <summary>Gossipsub 1.1.</summary>
        public const int GossipSub11 = 2;

        /// <summary>What an IWANT of the peer adds to <see cref="Asks"/>.</summary>
        public const int OneAnswer = 1 << 16;

        /// <summary>Its place among the peers.</summary>
        public readonly int Index;

        public readonly SendQueue Queue;

        /// <summary>The connection that <see cref="Outbound"/> is opened on; null when no peer is here.</summary>
        public Connection Connection;

        /// <summary>The hash of its peer id.</summary>
        public ulong Id;

        /// <summary>The stream that we write on; null when there is none.</summary>
        public Libp2pStream Outbound;

        /// <summary>The protocol agreed on for <see cref="Outbound"/>.</summary>
        public int Version;

        /// <summary>Without a stream to write on: when the next is opened. With one: when it has lived long enough for the back-off to
        /// end.</summary>
        public long RetryAt;

        /// <summary>Streams to write on that came to nothing, one after the other.</summary>
        public int Retries;

        // sets of topics: what it subscribed to, what of this the application was told, where it is in our mesh, and what it must still be
        // told
        public uint Subscribed;
        public uint Reached;
        public uint Mesh;
        public uint AnnounceDue;
        public uint GraftDue;
        public uint PruneDue;

        public int Offences;

        // signatures verified in this step, and when, in microseconds, the next one is due at the rate allowed
        public int Verifications;
        public long NextVerification;

        /// <summary>In this heartbeat, ids that we asked it for and, times <see cref="OneAnswer"/>, those that it asked us for.</summary>
        public int Asks;

        /// <summary>Whether messages wait in the cache for room in the queue.</summary>
        public bool IsBehind;

        /// <summary>Of a topic that isn't ours, whose name was read last: a number that stands for it.</summary>
        public uint OtherTopic;

        /// <summary>When the back-off of each topic ends, which it told us or we told it on these connections; before that we don't graft
        /// it.</summary>
        public readonly long[] Backoffs;

        // topics that aren't ours; 0 is a free place, and the last place says that there were more
        private readonly uint[] _others;

        // the topics of ours that the name read last may be, and a number that stands for the name
        private readonly TopicTable _topics;
        private readonly uint _topicSeed;
        private uint _matching;

        public PubSubPeer(PubSubOptions options, RpcHandler handler, int index, TopicTable topics, uint topicSeed, int queueBytes)
            : base(handler, options.MaxMessageBytes)
        {
            Index = index;
            Buffer = new byte[PrefixBytes + options.MaxMessageBytes];
            _topics = topics;
            _topicSeed = topicSeed;
            Queue = new SendQueue(queueBytes);
            Version = NotReady;
            _others = new uint[options.OtherTopics + 1];
            Backoffs = new long[options.MaxTopics];
        }

        /// <summary>The topic of ours whose name was read last; null for another.</summary>
        public Topic Named
        {
            get
            {
                int index = TopicTable.Single(_matching);
                return index < 0 ? null : _topics[index];
            }
        }

        /// <summary>Whether it can be written to.</summary>
        public bool IsReady
        {
            get { return Version != NotReady; }
        }

        /// <summary>Whether it speaks gossipsub and can be written to.</summary>
        public bool CanGossip
        {
            get { return Version > FloodSub; }
        }

        /// <summary>Whether it subscribed to topics that found no room among the others.</summary>
        public bool MissedTopics
        {
            get { return _others[_others.Length - 1] != 0; }
        }

        /// <summary>
        /// Goes on with the number that stands for a topic's name (FNV-1a from a secret start). Names that share one only cost
        /// a message that its receiver drops.
        /// </summary>
        public static uint HashOther(uint hash, byte[] name, int offset, int count)
        {
            for (int end = offset + count; offset < end; offset++)
            {
                hash = (hash ^ name[offset]) * 16777619u;
            }

            return hash;
        }

        public void ForgetInbound()
        {
            Inbound = null;
            Subscribed = 0;
            Mesh = 0;
            Array.Clear(_others, 0, _others.Length);
        }

        public void ForgetOutbound()
        {
            Outbound = null;
            Version = NotReady;
            IsBehind = false;
            Mesh = 0;
            AnnounceDue = 0;
            GraftDue = 0;
            PruneDue = 0;
            Queue.Clear();
        }

        /// <summary>Begins a back-off, or makes one longer; never shorter.</summary>
        /// <returns>When it ends.</returns>
        public long BackOff(int topic, long endMs)
        {
            if (Backoffs[topic] < endMs)
            {
                Backoffs[topic] = endMs;
            }

            return Backoffs[topic];
        }

        /// <summary>Remembers a topic that isn't ours, if there is room.</summary>
        public void AddOther(uint topic)
        {
            topic |= 1;
            if (FindOther(topic) < 0)
            {
                int free = FindOther(0);
                _others[free < 0 ? _others.Length - 1 : free] = topic;
            }
        }

        /// <summary>Forgets one; true when it was there.</summary>
        public bool RemoveOther(uint topic)
        {
            int at = FindOther(topic | 1);
            if (at >= 0)
            {
                _others[at] = 0;
            }

            return at >= 0;
        }

        protected override void BeginTopic(ulong bytes)
        {
            _matching = _topics.OfLength(bytes);
            OtherTopic = _topicSeed;
        }

        protected override void TakeTopic(int position, byte[] buffer, int offset, int count)
        {
            if (_matching != 0)
            {
                _matching = _topics.Matching(_matching, position, buffer, offset, count);
            }

            OtherTopic = HashOther(OtherTopic, buffer, offset, count);
        }

        private int FindOther(uint topic)
        {
            for (int i = 0; i < _others.Length - 1; i++)
            {
                if (_others[i] == topic)
                {
                    return i;
                }
            }

            return -1;
        }
    }
}
