using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox
{
    /// <summary>
    /// What a postbox client is told apart from its program: sizes, and so its whole memory, whom it knows, what its record says. The
    /// defaults are those of a device.
    /// </summary>
    public sealed partial class PostboxOptions
    {
        /// <summary>The protocol's id.</summary>
        public const string ProtocolId = "/nanolibp2p/postbox/1.0.0";

        /// <summary>The longest record in bytes, its envelope included (SPEC.md 7).</summary>
        public const int MaxRecordBytes = 448;

        /// <summary>
        /// Items that the client remembers so that none is handed on twice, 32 to 1,024; 16 bytes each. At least as many as all gateways
        /// of the record may keep; better twice as many.
        /// </summary>
        public int TableEntries = 32;

        /// <summary>
        /// Bytes of the longest item that is taken, 610 to 65,536. What exceeds 610 needs a value in the store for each 512.
        /// </summary>
        public int MaxItemBytes = 2048;

        /// <summary>Bytes of items that a gateway may send along with its first answer; what is longer is fetched.</summary>
        public int BudgetBytes = 1024;

        /// <summary>
        /// Senders that have a floor of their own, at most 4, and one for 8 entries of the table: what strangers send can't make theirs
        /// late. One that is refused from now on stays here.
        /// </summary>
        public PeerId[] Known = new PeerId[0];

        /// <summary>Subjects of which only the latest counts, at most 4, each of 1 to 64 bytes.</summary>
        public byte[][] Latest = new byte[0][];

        /// <summary>Whether the stream is kept, so that the gateway can tell of new mail at once.</summary>
        public bool Follows;

        /// <summary>
        /// Milliseconds from a request, of which a sync makes several, in which all of its answer must have come; else it has failed. A
        /// long item goes on where it broke off.
        /// </summary>
        public int ReplyTimeoutMs = 30000;

        /// <summary>Checks every option.</summary>
        /// <exception cref="ArgumentException">One is out of range; on .NET the message says which, and what to give.</exception>
        public void Check()
        {
#if NANOFRAMEWORK_1_0
            // what a peer's bytes could run into; which one it is, the same options say on .NET
            if (TableEntries < 32 || MaxItemBytes < ItemCipher.FirstBytes)
            {
                throw new ArgumentException("PostboxOptions");
            }
#else
            NodeOptions.CheckRange(TableEntries, 32, 1024, "TableEntries");
            NodeOptions.CheckRange(MaxItemBytes, ItemCipher.FirstBytes, 65536, "MaxItemBytes");
            NodeOptions.CheckRange(BudgetBytes, 0, MaxItemBytes, "BudgetBytes");
            NodeOptions.CheckRange(Known.Length, 0, OnceTable.MaxKnown, "Known.Length");
            NodeOptions.CheckRange(Latest.Length, 0, OnceTable.MaxSubjects, "Latest.Length");
            NodeOptions.CheckRange(ReplyTimeoutMs, 1, int.MaxValue, "ReplyTimeoutMs");
            foreach (byte[] subject in Latest)
            {
                NodeOptions.CheckRange(subject.Length, 1, 64, "a subject's bytes");
            }
#endif
        }
    }
}
