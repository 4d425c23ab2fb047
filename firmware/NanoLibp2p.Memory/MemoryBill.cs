#nullable disable

using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Core.Multistream;
using NanoLibp2p.Core.Ping;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Memory
{
    /// <summary>
    /// What a node takes of a device's heap, line by line, before it is made: everything that it will ever take. Sizes are those of
    /// nanoCLR's heap, in bytes: blocks of 12, of which an object takes one and one for each field, an array 20 bytes and its
    /// elements, rounded up to blocks. A test holds every line to the objects themselves. What only .NET has is not in it, nor the
    /// options, which are the caller's own objects.
    /// </summary>
    public sealed class MemoryBill
    {
        private const int Block = 12;
        private const int MaxLines = 20;
        private const int Reference = 12;
        private const int Key = 32;

        // a device's ProtocolTable.Capacity, on whatever runtime the bill is worked out
        private const int TableIds = 8 * sizeof(uint);

        // the provider's scratch memory
        private const int ManagedCryptoBytes = 5400;

        // of the ids below, those that every node has, and those of them that identify does not tell
        private const int CoreIds = 7;
        private const int UnservedIds = 4;

        private static readonly string[] _ids =
        {
            "/multistream/1.0.0", "na", "/noise", NoiseIdentity.YamuxId,
            IdentifyProtocol.Id, IdentifyProtocol.PushId, PingProtocol.Id,
            "/meshsub/1.1.0", "/meshsub/1.0.0", "/floodsub/1.0.0",
        };

        private readonly string[] _names = new string[MaxLines];
        private readonly int[] _bytes = new int[MaxLines];
        private int _count;
        private int _total;

        /// <summary>How many lines there are.</summary>
        public int Count
        {
            get { return _count; }
        }

        /// <summary>The sum of all lines, in bytes.</summary>
        public int Total
        {
            get { return _total; }
        }

        /// <summary>The bill of a node.</summary>
        /// <param name="node">Its sizes.</param>
        /// <param name="pubSub">Its pubsub's sizes; null when it has none.</param>
        public static MemoryBill Of(NodeOptions node, PubSubOptions pubSub)
        {
            MemoryBill bill = new MemoryBill();
            bill.AddNode(node, pubSub);
            if (pubSub != null)
            {
                bill.AddPubSub(pubSub, node.MaxConnections);
            }

            return bill;
        }

        /// <summary>
        /// Adds what a part takes that may be left out, by its own figure: <c>bill.With("kademlia", options.HeapBytes)</c>.
        /// </summary>
        /// <returns>This bill.</returns>
        public MemoryBill With(string name, int bytes)
        {
            Add(name, bytes);
            return this;
        }

        /// <summary>Bytes of an object with that many fields, whatever their types; a struct is a field and an object of its own.</summary>
        public static int ObjectBytes(int fields)
        {
            return Block + (Block * fields);
        }

        /// <summary>Bytes of an array.</summary>
        /// <param name="length">Its elements.</param>
        /// <param name="elementBytes">1 for bytes, 4 for ints, 8 for longs, 12 for references.</param>
        public static int ArrayBytes(int length, int elementBytes)
        {
            return (20 + (length * elementBytes) + Block - 1) / Block * Block;
        }

        /// <summary>What a line is for.</summary>
        public string Name(int line)
        {
            return _names[line];
        }

        /// <summary>A line's bytes.</summary>
        public int Bytes(int line)
        {
            return _bytes[line];
        }

        /// <summary>The bill as people read it: a line each, and the total.</summary>
        public override string ToString()
        {
            string text = string.Empty;
            for (int i = 0; i < _count; i++)
            {
                text = text + Line(_bytes[i], _names[i]);
            }

            return text + Line(_total, "total");
        }

        private static string Line(int bytes, string name)
        {
            string figure = bytes.ToString();
            string padding = "          ";
            return padding.Substring(figure.Length) + figure + "  " + name + "\n";
        }

        private void Add(string name, int bytes)
        {
            _names[_count] = name;
            _bytes[_count] = bytes;
            _count++;
            _total += bytes;
        }

        private static int KeyArray
        {
            get { return ArrayBytes(Key, 1); }
        }

        // The count in each ObjectBytes is the class's fields, named behind it; a test finds any that has changed.
        private void AddNode(NodeOptions o, PubSubOptions pubSub)
        {
            int n = o.MaxConnections;
            Add("receive buffers", n * (ObjectBytes(3) + ArrayBytes(2 + o.RecordBytes, 1)));
            int large = o.LargeRecordBytes > o.RecordBytes ? ObjectBytes(5) + ArrayBytes(2 + o.LargeRecordBytes, 1) : 0;
            Add("large receive buffer", large);                                                        // LargeBuffer
            Add("send buffers", n * (ObjectBytes(7) + ArrayBytes(o.SendBytes, 1)));
            Add("streams", n * o.MaxStreams * (ObjectBytes(11) + ObjectBytes(8)));              // Libp2pStream, Negotiation
            Add("connections", n * (ObjectBytes(28) + ArrayBytes(o.MaxStreams, Reference) + ArrayBytes(PeerId.MaxBytes, 1)
                + ObjectBytes(15) + ArrayBytes(12, 1) + (2 * Cipher)));                          // Connection, YamuxSession
            Add("handshakes", ObjectBytes(2) + ArrayBytes(o.MaxHandshakes, Reference) + (o.MaxHandshakes * Handshake));
            Add("known peers", ObjectBytes(4) + ArrayBytes(o.KnownPeers * (PeerId.MaxBytes + Key), 1));
            Add("identity", ObjectBytes(4) + (2 * KeyArray) + ArrayBytes(PublicKey.Ed25519Bytes, 1)
                + ObjectBytes(1) + ArrayBytes(PeerId.Ed25519Bytes, 1)                            // PeerId
                + ObjectBytes(2) + Keys + ArrayBytes(o.EarlyMuxer ? 120 : 104, 1)                // NoiseIdentity and its payload
                + ObjectBytes(7) + ArrayBytes(0, 1) + ArrayBytes(12, 1)                          // NoiseSettings
                + ObjectBytes(4) + KeyArray + (2 * ArrayBytes(0, 1)) + ArrayBytes(3, Reference) + (3 * ArrayBytes(4, 1)));
            Add("identify", ObjectBytes(9) + ArrayBytes(n, Reference) + ArrayBytes(9, 1) + ArrayBytes(22, 1)
                + ArrayBytes(IdentifyMessage(o, pubSub), 1));
            Add("ping", ObjectBytes(7) + (2 * ArrayBytes(n, Reference)) + (2 * ArrayBytes(n * PingProtocol.PayloadBytes, 1)));
            Add("node", ObjectBytes(24) + ArrayBytes(TableIds, Reference) + ArrayBytes(Node.MaxProtocols, Reference)
                + ArrayBytes(Node.MaxListenAddresses, Reference) + ArrayBytes(n, Reference) + Keys
                + ObjectBytes(2) + ArrayBytes(TableIds, Reference) + ProtocolIds(pubSub));
            Add("cryptography, managed", ManagedCryptoBytes);
        }

        private void AddPubSub(PubSubOptions o, int n)
        {
            int queue = o.QueueBytes == 0 ? o.MaxMessageBytes + 128 : o.QueueBytes;
            Add("pubsub, by connection", n * (ObjectBytes(37) + ArrayBytes(o.OtherTopics + 1, 4) + ArrayBytes(o.MaxTopics, 8) // PubSubPeer
                + Reader + (2 * ArrayBytes(7, 4)) + ArrayBytes(14 + o.MaxMessageBytes, 1)
                + ObjectBytes(3) + ArrayBytes(queue, 1)));
            Add("pubsub, messages kept", MessageCache(o, n) + SeenCache(o.SeenMessages) + SeenCache(o.MaxAsks < 1 ? 1 : o.MaxAsks));
            Add("pubsub, topics", ObjectBytes(2) + ArrayBytes(o.MaxTopics, Reference)
                + (o.MaxTopics * (ObjectBytes(4) + ArrayBytes(o.MaxTopicBytes, 1))));
            Add("pubsub", ObjectBytes(24) + ArrayBytes((int)DropReason.GossipLimit + 1, 4)
                + ArrayBytes(o.MaxTopicBytes + 64 + 24, 1) + ArrayBytes(64, 1) + ArrayBytes(14, 1) + ArrayBytes(n, Reference)
                + ObjectBytes(7) + ObjectBytes(2)                                                // PubSubMessage, IdHash
                + ReplayGuard(o)
                + ArrayBytes(o.Backoffs, 8));
        }

        private static int Cipher
        {
            get { return ObjectBytes(4) + KeyArray; }
        }

        private static int Keys
        {
            get { return ObjectBytes(2) + (2 * KeyArray); }
        }

        private static int Reader
        {
            get { return ObjectBytes(8) + ArrayBytes(6, 8); }
        }

        // NoiseHandshake, HandshakeState, SymmetricState
        private static int Handshake
        {
            get
            {
                return ObjectBytes(16) + Reader + ArrayBytes(56, 1) + ArrayBytes(PeerId.MaxBytes, 1)
                    + ObjectBytes(10) + Keys + (2 * KeyArray)
                    + ObjectBytes(6) + (2 * Cipher) + (3 * ArrayBytes(2 * Key, 1));
            }
        }

        // each id of a table is an array with its length and a newline
        private static int ProtocolIds(PubSubOptions pubSub)
        {
            int bytes = 0;
            for (int i = 0; i < _ids.Length && (pubSub != null || i < CoreIds); i++)
            {
                bytes += ArrayBytes(_ids[i].Length + 2, 1);
            }

            return bytes;
        }

        // what a node that listens nowhere says of itself; each listen address adds its bytes and two
        private static int IdentifyMessage(NodeOptions o, PubSubOptions pubSub)
        {
            int bytes = 2 + PublicKey.Ed25519Bytes + 2 + o.ProtocolVersion.Length + 2 + o.AgentVersion.Length;
            for (int i = UnservedIds; i < _ids.Length && (pubSub != null || i < CoreIds); i++)
            {
                bytes += 2 + _ids[i].Length;
            }

            return bytes;
        }

        private static int MessageCache(PubSubOptions o, int n)
        {
            int bytes = o.CacheBytes == 0 ? o.MaxMessageBytes + 11 + 14 : o.CacheBytes;
            return ObjectBytes(9) + ArrayBytes(bytes, 1) + ArrayBytes(9 * o.CachedMessages, 4) + ArrayBytes(o.CachedMessages, 8)
                + ArrayBytes(o.CachedMessages * ((n + 7) / 8), 4);
        }

        private static int ReplayGuard(PubSubOptions o)
        {
            return ObjectBytes(3) + ArrayBytes(2 * o.ReplayAuthors, 8);
        }

        private static int SeenCache(int capacity)
        {
            int ways = capacity < 64 ? capacity : 64;
            int sets = (capacity + ways - 1) / ways;
            return ObjectBytes(6) + ArrayBytes(sets * ways, 8) + ArrayBytes(sets * ways, 4) + ArrayBytes(sets, 1);
        }
    }
}
