#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.PubSub
{
    // What a router hears and a leaf does not.
    public abstract partial class RpcHandler
    {
        /// <summary>IDONTWANT: the peer has a message, and need not be sent it (gossipsub 1.2).</summary>
        protected internal virtual void OnDontWant(RpcReader from, byte[] id, int count)
        {
        }

        /// <summary>
        /// One of the peers that the PRUNE names whose end <see cref="OnPrune"/> tells (gossipsub 1.1, peer exchange). The bytes are valid
        /// during the call.
        /// </summary>
        /// <param name="from">Who names it.</param>
        /// <param name="buffer">Where its id is, from 0 on.</param>
        /// <param name="idCount">Bytes of its id; 0 when there is none that could be one.</param>
        /// <param name="record">Where its signed peer record begins.</param>
        /// <param name="recordCount">Bytes of it; 0 when there is none.</param>
        protected internal virtual void OnPrunePeer(RpcReader from, byte[] buffer, int idCount, int record, int recordCount)
        {
        }

        /// <summary>An extension that the peer speaks (gossipsub 1.3): a number in its ControlExtensions.</summary>
        protected internal virtual void OnExtension(RpcReader from, int field, ulong value)
        {
        }

        /// <summary>The peer's ControlExtensions have ended.</summary>
        protected internal virtual void OnExtensions(RpcReader from)
        {
        }

        /// <summary>An RPC has ended.</summary>
        protected internal virtual void OnRpcEnd(RpcReader from)
        {
        }

        /// <summary>A number that stands for a message id, in whichever of the two forms of go and js it comes.</summary>
        protected ulong HashOfId(byte[] id, int count)
        {
            return HashOf(id, count);
        }
    }
}
#endif
