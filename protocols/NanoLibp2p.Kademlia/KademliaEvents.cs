using NanoLibp2p.Core;

namespace NanoLibp2p.Kademlia
{
    /// <summary>
    /// Who hears what a lookup finds, and says which values are valid. Called from <see cref="Node.Poll"/> only; another lookup may be
    /// started in <see cref="OnEnd"/>.
    /// </summary>
    public abstract class KademliaEvents
    {
        /// <summary>
        /// A peer says where the peer is that was looked for, or names a provider. Only that it was said is sure: whoever dials finds out
        /// whether it is true, as a dial names the peer that must prove itself.
        /// </summary>
        /// <param name="client">Whose lookup it is.</param>
        /// <param name="peer">A view that is valid during the call. A provider may come without an address, and more than once.</param>
        /// <returns>True when that is enough, which ends the lookup; false to hear of others, or of other addresses.</returns>
        public virtual bool OnPeer(KademliaClient client, KademliaPeer peer)
        {
            return true;
        }

        /// <summary>
        /// Whether a value may stand under a key (<c>/NAMESPACE/...</c>), usually because it is signed. Asked of each value that a peer
        /// sends and of those to put; must not allocate. Keys of <c>/pk/</c> are not asked about: their value must be the public key that
        /// hashes to the peer id in the key.
        /// </summary>
        /// <param name="key">The key, from its first byte on.</param>
        /// <param name="keyCount">Its bytes.</param>
        /// <param name="value">Where the value is; valid during the call.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes, 0 or more.</param>
        /// <returns>False unless overridden: then no values but those of <c>/pk/</c> can be put or got.</returns>
        public virtual bool IsValid(byte[] key, int keyCount, byte[] value, int offset, int count)
        {
            return false;
        }

        /// <summary>Which of two valid values of one key stands, such as the one of the higher sequence number.</summary>
        /// <returns>True when <paramref name="value"/> takes the place of <paramref name="other"/>. The first stays unless
        /// overridden.</returns>
        public virtual bool IsBetter(byte[] value, int offset, int count, byte[] other, int otherOffset, int otherCount)
        {
            return false;
        }

        /// <summary>The best valid value that was found, at the end of the lookup, before <see cref="OnEnd"/>.</summary>
        /// <param name="client">Whose lookup it is.</param>
        /// <param name="buffer">Where the value is; valid during the call.</param>
        /// <param name="offset">Where it begins.</param>
        /// <param name="count">Its bytes.</param>
        /// <param name="agreeing">How many peers had exactly this value, of KademliaOptions.Quorum that were wanted.</param>
        public virtual void OnValue(KademliaClient client, byte[] buffer, int offset, int count, int agreeing)
        {
        }

        /// <summary>A lookup has no more use for a connection that it dialled.</summary>
        /// <returns>True when the application has taken it over in the meantime; false has it closed.</returns>
        public virtual bool KeepConnection(Connection connection)
        {
            return false;
        }

        /// <summary>A lookup is over.</summary>
        /// <param name="client">Whose it was; the next one may be started.</param>
        /// <param name="result">How it ended.</param>
        /// <param name="count">Peers that were told, that agree on the value, or that stored the record.</param>
        public abstract void OnEnd(KademliaClient client, LookupResult result, int count);
    }
}
