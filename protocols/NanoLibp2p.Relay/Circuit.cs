using NanoLibp2p.Core;

namespace NanoLibp2p.Relay
{
    /// <summary>
    /// One circuit, incoming or outgoing, which RelayClient.Circuits.cs moves. The object is free again when the connection above has
    /// closed its link and the stream is over.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Free --Dial--> Seeking --relay open, CONNECT written--> Asking --STATUS OK--+
    ///     |                                                                         +--> Joined --link closed, stream over--> Free
    ///     +--stop stream--> Called --CONNECT read--> Answering --written--> Waiting-+
    /// </code>
    /// </remarks>
    internal sealed class Circuit
    {
        internal const int Free = 0;

        // outgoing: for the connection to the relay; for its answer
        internal const int Seeking = 1;
        internal const int Asking = 2;

        // incoming: for the CONNECT; for room to answer it; for the node to accept it
        internal const int Called = 3;
        internal const int Answering = 4;
        internal const int Waiting = 5;

        // a connection has its link, and the circuit carries it, or did
        internal const int Joined = 6;

        internal readonly StreamLink Link = new StreamLink();
        internal readonly RelayMessage Message = new RelayMessage(null);
        internal int State;
        internal Libp2pStream Stream;

        // of an outgoing one the connection that it was dialed for
        internal Connection Above;

        // the connection to the relay of an outgoing one, while its serial number is this one
        internal Connection Relay;
        internal int Serial;
        internal long Deadline;

        // what the relay answered last
        internal int Status;

        /// <summary>Whether a connection has the link and closes it.</summary>
        internal bool IsTaken
        {
            get { return State == Seeking || State == Asking || State == Joined; }
        }
    }
}
