namespace NanoLibp2p.PubSub
{
    /// <summary>Whether messages are signed: for what is published and for what is accepted (pubsub spec, "Signature Policy
    /// Options").</summary>
    public enum SignaturePolicy
    {
        /// <summary>Every message names its author, carries a sequence number, and is signed; others are dropped.</summary>
        StrictSign,

        /// <summary>No message has author, sequence number, signature or key; others are dropped. 118 bytes less for each
        /// message.</summary>
        StrictNoSign,
    }
}
