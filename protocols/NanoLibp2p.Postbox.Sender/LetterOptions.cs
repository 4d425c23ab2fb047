using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Sender
{
    /// <summary>What <see cref="PostboxSender.Seal"/> is told of a message beside its body.</summary>
    public sealed class LetterOptions
    {
        /// <summary>The recipient: a peer with an Ed25519 key.</summary>
        public PeerId To;

        /// <summary>The recipient's record, with its prekey; null seals to its identity.</summary>
        public MailboxRecord Record;

        /// <summary>What it is about, at most 64 bytes.</summary>
        public byte[] Subject = new byte[0];

        /// <summary>Seconds in which it may be acted on, at most 2,592,000. Give a deposit the same.</summary>
        public int Lifetime = 604800;

        /// <summary>8 random bytes that ask for a delivery proof, or null; <see cref="PostboxSender.IsProof"/> needs them again.</summary>
        public byte[] ProofKey;

        /// <summary>Whether only the newest of this subject counts.</summary>
        public bool IsLatest;

        /// <summary>Bytes of zeros behind the body, so that the size tells less.</summary>
        public int Padding;
    }
}
