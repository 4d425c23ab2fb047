using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>What is known of the peer at the other end of a connection. One object a connection, used again and again.</summary>
    internal sealed class PubSubPeer
    {
        /// <summary>A peer without gossip: all messages, no control.</summary>
        public const int FloodSub = 0;

        /// <summary>Gossipsub 1.0: a PRUNE has no back-off.</summary>
        public const int GossipSub10 = 1;

        /// <summary>Gossipsub 1.1.</summary>
        public const int GossipSub11 = 2;

        public readonly Connection Connection;
        public readonly RpcReader Reader;
        public readonly SendQueue Queue;

        /// <summary>The hash of its peer id.</summary>
        public ulong Id;

        /// <summary>The stream that it writes on; null when there is none.</summary>
        public Libp2pStream Inbound;

        /// <summary>The stream that we write on; null when there is none.</summary>
        public Libp2pStream Outbound;

        /// <summary>True once it has agreed to <see cref="Outbound"/>.</summary>
        public bool IsReady;

        /// <summary>True when it refused every protocol that we speak.</summary>
        public bool HasRefused;

        /// <summary>The protocol agreed on.</summary>
        public int Version;

        // sets of topics: what it subscribed to, where it is in our mesh, and what it must still be told
        public uint Subscribed;
        public uint Mesh;
        public uint AnnounceDue;
        public uint GraftDue;
        public uint PruneDue;

        // in this heartbeat
        public int Asked;
        public int Answered;

        public int Offences;

        // signatures verified in this step, and when, in microseconds, the next one is due at the rate allowed
        public int Verifications;
        public long NextVerification;

        private readonly uint[] _others;
        private int _otherCount;

        public PubSubPeer(PubSubProtocol pubsub, Connection connection, TopicTable topics, byte[] prefix, uint topicSeed, int queueBytes)
        {
            PubSubOptions options = pubsub.Options;
            Connection = connection;
            Reader = new RpcReader(this, topics, pubsub, prefix, options.MaxMessageBytes, topicSeed);
            Queue = new SendQueue(queueBytes);
            _others = new uint[options.OtherTopics];
        }

        /// <summary>Whether it speaks gossipsub and can be written to.</summary>
        public bool CanGossip
        {
            get { return IsReady && Version != FloodSub; }
        }

        /// <summary>Begins with another peer, or with none.</summary>
        public void Reset()
        {
            Inbound = null;
            HasRefused = false;
            Offences = 0;
            Asked = 0;
            Answered = 0;
            ForgetInbound();
            ForgetOutbound();
        }

        public void ForgetInbound()
        {
            Subscribed = 0;
            Mesh = 0;
            _otherCount = 0;
        }

        public void ForgetOutbound()
        {
            Outbound = null;
            IsReady = false;
            Mesh = 0;
            AnnounceDue = 0;
            GraftDue = 0;
            PruneDue = 0;
            Queue.Clear();
        }

        /// <summary>Remembers a topic that isn't ours, if there is room.</summary>
        public void AddOther(uint topic)
        {
            if (FindOther(topic) < 0 && _otherCount < _others.Length)
            {
                _others[_otherCount++] = topic;
            }
        }

        /// <summary>Forgets one; true when it was there.</summary>
        public bool RemoveOther(uint topic)
        {
            int at = FindOther(topic);
            if (at >= 0)
            {
                _others[at] = _others[--_otherCount];
            }

            return at >= 0;
        }

        private int FindOther(uint topic)
        {
            for (int i = 0; i < _otherCount; i++)
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
