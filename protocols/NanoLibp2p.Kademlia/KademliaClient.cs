using System;
using NanoLibp2p.Buffers;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    /// <summary>
    /// A Kademlia client (libp2p kad-dht spec, client mode): it finds peers, providers and values, and stores values and provider records
    /// at the peers that are closest to their keys. It answers nothing, and keeps no routing table but the few peers of its last lookup.
    /// </summary>
    /// <remarks>
    /// One lookup at a time. Its requests go over connections that are open already, or over one that it dials, and closes when it has the
    /// answer: a node needs one connection to spare for each of KademliaOptions.Parallel. Connections that others dialled it never closes.
    /// <code>
    ///   asking the closest that were not asked --all of Closest have answered--> storing at them (put and provide) --> OnEnd
    ///        |                                                                                                          ^
    ///        +--the handler has enough, Quorum agrees, a limit of time or requests, nobody left, no place, cancelled----+
    /// </code>
    /// KademliaClient.Lookup.cs decides whom to ask and when it is over, KademliaClient.Requests.cs moves each request.
    /// </remarks>
    public sealed partial class KademliaClient : StreamProtocol
    {
        /// <summary>Who hears what lookups find; set it before the first.</summary>
        public KademliaEvents Events;

        private const int None = -1;

        // a deadline that the next Poll sets: what is begun between two polls knows no better time than that of the last
        private const long NotStarted = -1;

        // What a request has beside what is stored, at the most. A value's: its length, its type, the key twice, and three tags and lengths
        // more. A provider's: the same with the key once, and a request of two, three and the key behind it.
        internal const int HeadBytes = 3 + 2 + (2 * (2 + KademliaOptions.MaxKeyBytes)) + 4 + 4;

        internal readonly byte[] Key = new byte[KademliaOptions.MaxKeyBytes];
        internal int KeyCount;

        internal readonly KademliaOptions Options;
        private readonly KademliaRequest[] _requests;

        // the request of which each candidate gets a copy, and in it, or behind it, what is stored; of a lookup for a value the best so far
        private readonly byte[] _message;
        private int _messageCount;
        private int _body;
        private int _bodyCount;

        private CandidateTable _table;

        // the type of the request that ends it; None between lookups
        private int _operation = None;
        private int _protocol;
        private int _type;
        private bool _isStoring;

        // how it ends in the next Poll, or None; and how when all have answered and nothing was found
        private int _ending;
        private LookupResult _without;
        private int _count;
        private int _answered;
        internal int Asked;
        private long _deadline;

        /// <summary>Makes a client; <see cref="Node.Add"/> takes the rest of its memory.</summary>
        /// <param name="options">Its sizes and times; not changed any more afterwards.</param>
        /// <exception cref="ArgumentException">An option is out of range; on .NET the message says which, and the range.</exception>
        public KademliaClient(KademliaOptions options)
        {
            options.Check();
            Options = options;
            _message = new byte[HeadBytes + options.ValueBytes];
            _requests = new KademliaRequest[options.Parallel];
            for (int i = 0; i < _requests.Length; i++)
            {
                _requests[i] = new KademliaRequest(this, options);
            }
        }

        /// <summary>True while a lookup is under way.</summary>
        public bool IsBusy
        {
            get { return _operation != None; }
        }

        /// <summary>Looks for a peer's addresses. <see cref="KademliaEvents.OnPeer"/> has them.</summary>
        /// <returns>False when a lookup is under way.</returns>
        public bool FindPeer(PeerId peer)
        {
            if (IsBusy)
            {
                return false;
            }

            KeyCount = peer.CopyTo(Key, 0);
            return Start(KademliaRequest.FindNode);
        }

        /// <summary>Looks for the peers that provide something. <see cref="KademliaEvents.OnPeer"/> has each.</summary>
        /// <param name="multihash">Has the multihash (the part of a CID behind its version and codec), 1 to 80 bytes; copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>False when a lookup is under way.</returns>
        /// <exception cref="ArgumentException">The range is not within the buffer, or too long or short.</exception>
        public bool FindProviders(byte[] multihash, int offset, int count)
        {
            return TakeKey(multihash, offset, count) && Start(KademliaRequest.GetProviders);
        }

        /// <summary>
        /// Says at the closest peers that this node provides something, and that it is at KademliaOptions.Announced. They forget it after
        /// 48 hours at the most: provide again each 22 hours.
        /// </summary>
        /// <param name="multihash">As of <see cref="FindProviders"/>.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>False when a lookup is under way.</returns>
        /// <exception cref="ArgumentException"> The range is not within the buffer, or too long or short; or there is no address, and peers
        /// ignore a provider without one.</exception>
        public bool Provide(byte[] multihash, int offset, int count)
        {
            if (!TakeKey(multihash, offset, count))
            {
                return false;
            }

            // this node as the record's provider, with the addresses that fit
            byte[] bytes = Node.Identity.PeerId.ToBytes();
            int end = ProtobufWriter.WriteBytes(KademliaRequest.Id, bytes, 0, bytes.Length, _message, HeadBytes);
            int i = 0;
            while (i < Options.Announced.Length
                && end + ProtobufWriter.SizeOfBytes(KademliaRequest.PeerAddress,
                    (bytes = Options.Announced[i].ToBytes()).Length) <= _message.Length)
            {
                end = ProtobufWriter.WriteBytes(KademliaRequest.PeerAddress, bytes, 0, bytes.Length, _message, end);
                i++;
            }

            if (i == 0)
            {
                throw new ArgumentException(NoAddress);
            }

            _bodyCount = end - HeadBytes;
            return Start(KademliaRequest.AddProvider);
        }

        /// <summary>
        /// Looks for a value. <see cref="KademliaEvents.OnValue"/> has the best valid one, before <see cref="KademliaEvents.OnEnd"/>.
        /// </summary>
        /// <param name="key">Has the key, <c>/NAMESPACE/...</c> in 1 to 80 bytes; copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>False when a lookup is under way.</returns>
        /// <exception cref="ArgumentException">The range is not within the buffer, or too long or short.</exception>
        public bool GetValue(byte[] key, int offset, int count)
        {
            return TakeKey(key, offset, count) && Start(KademliaRequest.GetValue);
        }

        /// <summary>Stores a value at the closest peers, which take it if it is valid there, too.</summary>
        /// <param name="key">As of <see cref="GetValue"/>.</param>
        /// <param name="keyOffset">Where it begins.</param>
        /// <param name="keyCount">Its bytes.</param>
        /// <param name="value">Has the value, at most KademliaOptions.ValueBytes; copied.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <returns>False when a lookup is under way.</returns>
        /// <exception cref="ArgumentException">As of <see cref="GetValue"/>, or the value is too long or not valid
        /// (<see cref="KademliaEvents.IsValid"/>).</exception>
        public bool PutValue(byte[] key, int keyOffset, int keyCount, byte[] value, int offset, int count)
        {
            if (!TakeKey(key, keyOffset, keyCount))
            {
                return false;
            }

            Bytes.Check(value, offset, count);
            if (count > Options.ValueBytes || !IsValid(value, offset, count, _requests[0].Peer))
            {
                throw new ArgumentException(BadValue);
            }

            Array.Copy(value, offset, _message, HeadBytes, count);
            _bodyCount = count;
            return Start(KademliaRequest.PutValue);
        }

        /// <summary>Ends the lookup under way, with <see cref="LookupResult.Cancelled"/> in the next <see cref="Node.Poll"/>.</summary>
        public void Cancel()
        {
            _ending = (int)LookupResult.Cancelled;
        }

        /// <inheritdoc/>
        protected override void Register(Node node)
        {
            _protocol = node.RegisterProtocol(Options.ProtocolId, this, false);
            _table = new CandidateTable(Options, node.Crypto);
        }

        // false when a lookup has its own
        private bool TakeKey(byte[] key, int offset, int count)
        {
            Bytes.Check(key, offset, count);
            if (count < 1 || count > KademliaOptions.MaxKeyBytes)
            {
                throw new ArgumentException(BadKey);
            }

            if (IsBusy)
            {
                return false;
            }

            Array.Copy(key, offset, Key, 0, count);
            KeyCount = count;
            return true;
        }

        // /pk/ and a peer id
        private bool IsPublicKey
        {
            get { return KeyCount > 4 && Bytes.ReadUInt32BigEndian(Key, 0) == 0x2F706B2F; }
        }

        // A public key is valid under the id that follows from it, which is written to the scratch peer.
        private bool IsValid(byte[] value, int offset, int count, KademliaPeer scratch)
        {
            if (!IsPublicKey)
            {
                return Events != null && Events.IsValid(Key, KeyCount, value, offset, count);
            }

            int data;
            int length = PublicKey.Parse(value, offset, count, out data) < 0 ? 0
                : PeerId.Derive(value, offset, count, Node.Crypto, scratch.Id, 0);
            return length == KeyCount - 4 && Bytes.Equal(scratch.Id, 0, Key, 4, length);
        }
    }
}
