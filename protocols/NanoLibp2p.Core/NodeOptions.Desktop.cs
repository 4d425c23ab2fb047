#if !NANOFRAMEWORK_1_0
using System;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Noise;

namespace NanoLibp2p.Core
{
    // What a node may be given instead of making it, where several nodes are one peer: the shards of a gateway.
    public sealed partial class NodeOptions
    {
        /// <summary>
        /// The static Noise key and its signature; null has each node make its own. Give the same to all nodes of one identity, and keep
        /// its key over a restart: a peer that knows it verifies no signature when it comes again, which takes a device half a second.
        /// </summary>
        public NoiseIdentity NoiseIdentity;

        /// <summary>The static keys that peers have proved; null has each node remember <see cref="KnownPeers"/> of its own.</summary>
        public PeerBindings Bindings;

        /// <summary>
        /// Bytes that all connections together may hold in buffers: then they rent them while they hold bytes and make streams as they are
        /// opened, and an idle one takes some 2 KiB. 0, the default, has each take all that it may ever need in the node's constructor.
        /// </summary>
        /// <remarks>Beyond it each connection still collects <see cref="BufferPool.LeastBytes"/> to send. There is no large buffer with
        /// it.</remarks>
        public int BufferBytes;

        /// <summary>
        /// Bytes by which the windows of all streams together may grow beyond their first, where a peer uses one up within four round
        /// trips; each to <see cref="Connection.MaxWindow"/> at the most. 0, the default, has all windows stay as they are: 4 MB a second
        /// at 60 ms.
        /// </summary>
        /// <remarks>It is what peers may have under way and not what is kept, save on streams with
        /// <see cref="Libp2pStream.KeepCredit"/>.</remarks>
        public int WindowBytes;

        /// <summary>Protocols that can be added, identify and ping included.</summary>
        public int MaxProtocols = Node.MaxProtocols;

        /// <summary>
        /// Whether connections and streams are ended with the codes of <see cref="ErrorCode"/>, which are drafts', rather than Yamux's
        /// three. Peers that don't know them take them for an end all the same: js, go before 0.41 and rust log the number.
        /// </summary>
        public bool DraftErrorCodes;

        private void CheckDesktop()
        {
            CheckRange(WindowBytes, 0, int.MaxValue, "WindowBytes");
            CheckRange(MaxProtocols, 2, 4096, "MaxProtocols");
            CheckRange(BufferBytes, 0, int.MaxValue, "BufferBytes");
            if (BufferBytes > 0 && LargeRecordBytes > RecordBytes)
            {
                throw new ArgumentException("BufferBytes = " + BufferBytes.ToString()
                    + " needs no large buffer; give the longest record as RecordBytes and LargeRecordBytes = 0");
            }
        }

        internal NoiseSettings Noise(Identity identity, CryptoProvider crypto, IRandom random)
        {
            NoiseIdentity own = NoiseIdentity ?? new NoiseIdentity(identity, crypto, random, EarlyMuxer);
            if (!own.IsOf(identity) || own.OffersMuxer != EarlyMuxer)
            {
                throw new ArgumentException(
                    "NoiseIdentity belongs to another identity, or was made with another EarlyMuxer; make it with those of this node");
            }

            return new NoiseSettings(own, EarlyMuxer, Bindings ?? new PeerBindings(KnownPeers), Verifier);
        }
    }
}
#endif
