namespace NanoLibp2p.Core.Yamux
{
    /// <summary>
    /// A stream's state in its session. The objects are handed to the session and used again and again: whoever keeps one
    /// lets go of it when it is closed.
    /// </summary>
    public partial class YamuxStream
    {
        internal const int InUse = 1;
        internal const int SynDue = 2;
        internal const int AckDue = 4;
        internal const int FinDue = 8;
        internal const int RstDue = 16;
        internal const int FinSent = 32;
        internal const int FinReceived = 64;
        internal const int Unacknowledged = 128;
        internal const int CreditKept = 256;

        internal uint Id;
        internal uint SendWindow;
        internal uint ReceiveWindow;
        internal uint Credit;
        internal int Flags;

        /// <summary>The stream's id on the wire, which its session gives; odd when the initiator of the connection opened it.</summary>
        public uint StreamId
        {
            get { return Id; }
        }

        /// <summary>True from opening to the end.</summary>
        public bool IsOpen
        {
            get { return (Flags & InUse) != 0; }
        }

        /// <summary>True when we can still write.</summary>
        public bool CanWrite
        {
            get { return (Flags & (InUse | FinDue | FinSent)) == InUse; }
        }

        /// <summary>True when the peer may still send.</summary>
        public bool CanRead
        {
            get { return (Flags & (InUse | FinReceived)) == InUse; }
        }
    }
}
