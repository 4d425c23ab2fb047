using NanoLibp2p.Buffers;
using NanoLibp2p.Core;

namespace NanoLibp2p.PubSub
{
    /// <summary>
    /// Hears what an <see cref="RpcReader"/> finds in a peer's RPCs, part by part, and judges messages: what the leaf and a router have in
    /// common.
    /// </summary>
    public abstract partial class RpcHandler : StreamProtocol
    {
        /// <summary>What is signed with every message, before it; not to be changed.</summary>
        internal readonly byte[] Prefix = Bytes.Ascii("libp2p-pubsub:");

        // a message id that is put together
        internal readonly byte[] Id = new byte[RpcReader.MaxIdBytes];

        /// <summary>A subscription or its end, to the topic that began last.</summary>
        /// <param name="from">Whose.</param>
        /// <param name="subscribe">False for the end.</param>
        protected internal abstract void OnSubscription(RpcReader from, bool subscribe);

        /// <summary>A whole message, in the reader's buffer.</summary>
        /// <returns>False to hold it back: the peer is not read on until it is taken when it is offered again.</returns>
        protected internal abstract bool OnPublish(RpcReader from);

        /// <summary>A message that was passed over since it is longer than the reader takes.</summary>
        protected internal abstract void OnTooLong(RpcReader from);

        /// <summary>IHAVE: the peer has a message of the topic that began last.</summary>
        protected internal abstract void OnHave(RpcReader from, byte[] id, int count);

        /// <summary>IWANT: the peer asks for a message.</summary>
        protected internal abstract void OnWant(RpcReader from, byte[] id, int count);

        /// <summary>GRAFT for the topic that began last.</summary>
        protected internal abstract void OnGraft(RpcReader from);

        /// <summary>PRUNE for the topic that began last; the back-off is 0 when none was named.</summary>
        protected internal abstract void OnPrune(RpcReader from, ulong backoffSeconds);
    }
}
