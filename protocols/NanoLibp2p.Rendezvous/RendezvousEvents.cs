namespace NanoLibp2p.Rendezvous
{
    /// <summary>Hears what a rendezvous point answers. Called from <see cref="Core.Node.Poll"/> only.</summary>
    public abstract class RendezvousEvents
    {
        /// <summary>
        /// An address of a peer that is registered. That it was said is all that is sure: a dial that names the peer id has the peer prove
        /// it.
        /// </summary>
        /// <param name="query">The question.</param>
        /// <param name="peerId">The peer's id, from the first byte on; only during the call.</param>
        /// <param name="idCount">Bytes of the id; it is well formed.</param>
        /// <param name="address">The binary multiaddr without the peer's id, from the first byte on; only during the call. A device can
        /// dial it: an IP address or a name, and TCP. <see cref="RendezvousQuery.ToMultiaddr"/> makes a multiaddr of it.</param>
        /// <param name="count">Bytes of the multiaddr.</param>
        public abstract void OnAddress(RendezvousQuery query, byte[] peerId, int idCount, byte[] address, int count);

        /// <summary>The answer is over. Another question may be asked.</summary>
        /// <param name="query">The question.</param>
        /// <param name="status">0 when the point has answered; what it refused with, such as 400 for unavailable (rendezvous spec,
        /// "Protobuf"); or a negative code of <see cref="RendezvousResult"/>.</param>
        public abstract void OnEnd(RendezvousQuery query, int status);
    }
}
