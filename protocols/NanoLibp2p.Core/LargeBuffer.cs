namespace NanoLibp2p.Core
{
    /// <summary>
    /// A node's one buffer for records beyond NodeOptions.RecordBytes. It is lent to one connection at a time, for one record; the
    /// others leave theirs in the link meanwhile, so that TCP holds their peers back.
    /// </summary>
    internal sealed class LargeBuffer : ReceiveBuffer
    {
        // the borrower's own buffer; null while nobody borrows
        internal ReceiveBuffer Home;

        // who asked first while it was lent, and has it next: a peer of many long records must not keep the others out
        internal Connection Next;

        internal LargeBuffer(int capacity)
            : base(capacity)
        {
        }
    }
}
