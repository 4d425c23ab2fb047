namespace NanoLibp2p.PubSub
{
    /// <summary>How a message that is kept stands with a peer.</summary>
    internal enum Delivery
    {
        /// <summary>Neither sent nor told; it is told by IHAVE for some heartbeats.</summary>
        None,

        /// <summary>Sent, or told by IHAVE.</summary>
        Told,

        /// <summary>To be sent as soon as the peer's queue has room.</summary>
        Waits,

        /// <summary>To be told by IHAVE, in however many heartbeats, since there was no room for it or for the answer.</summary>
        IdWaits,
    }
}
