using NanoLibp2p.Crypto;

namespace NanoLibp2p.Postbox.Sender
{
    /// <summary>
    /// What a recipient has signed about its mailboxes (SPEC.md 7.1), as far as a sender needs it. One object for each recipient that a
    /// device writes to; <see cref="PostboxSender.Lookup"/> fills it, and never with an older record than it has.
    /// </summary>
    public sealed class MailboxRecord
    {
        internal readonly byte[] Key = new byte[CryptoProvider.KeyBytes];
        internal int Number;
        internal ulong Seq;
        internal uint Until;

        /// <summary>Its number: the highest counts. 0 before there is one.</summary>
        public ulong Sequence
        {
            get { return Seq; }
        }

        /// <summary>When to look for a newer one, in Unix seconds.</summary>
        public uint Expires
        {
            get { return Until; }
        }

        /// <summary>The prekey's number, 1 to 255; 0 when it has none, so that mail is sealed to the identity.</summary>
        public int KeyNumber
        {
            get { return Number; }
        }
    }
}
