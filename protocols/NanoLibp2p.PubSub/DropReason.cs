namespace NanoLibp2p.PubSub
{
    /// <summary>Why something was not delivered, sent or answered; counted by <see cref="PubSubProtocol.Drops"/>.</summary>
    public enum DropReason
    {
        /// <summary>Nothing was dropped.</summary>
        None,

        /// <summary>A message of a topic that was not joined.</summary>
        NotSubscribed,

        /// <summary>A message that was seen before, which is usual wherever there are several ways.</summary>
        Duplicate,

        /// <summary>Our own message, come back.</summary>
        Own,

        /// <summary>A message longer than PubSubOptions.MaxMessageBytes; it was passed over.</summary>
        TooLong,

        /// <summary>StrictSign: author, sequence number or signature is missing or of a wrong size.</summary>
        Unsigned,

        /// <summary>StrictSign: the signature is wrong, or its key is not that of the author.</summary>
        SignatureInvalid,

        /// <summary>
        /// A message that some implementations take and others refuse: it has unknown fields, known ones of a wrong type, an author or a
        /// key in an unusual form, or an Ed25519 key of small order. It is ignored, and no fault of the peer that passed it on.
        /// </summary>
        Doubtful,

        /// <summary>StrictSign: its number is not above the author's last (PubSubOptions.ReplayAuthors): an old message, come
        /// again.</summary>
        Replayed,

        /// <summary>StrictSign: the author's key is not Ed25519, and NodeOptions.Verifier is null or doesn't know its type.</summary>
        KeyUnsupported,

        /// <summary>StrictNoSign: the message has an author, a sequence number, a signature or a key.</summary>
        Signed,

        /// <summary>
        /// A message to a peer whose send queue was full. It goes, in its turn, when the queue has room, if PubSubOptions.CachedMessages
        /// and CacheBytes still have it then; else this peer never gets it from us.
        /// </summary>
        QueueFull,

        /// <summary>An RPC that is no protobuf; its stream was reset.</summary>
        Malformed,

        /// <summary>IHAVE or IWANT above PubSubOptions.MaxAsks in a heartbeat, or the fourth IWANT of a peer for one message.</summary>
        GossipLimit,
    }
}
