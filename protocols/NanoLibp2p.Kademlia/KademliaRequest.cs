using NanoLibp2p.Core;

namespace NanoLibp2p.Kademlia
{
    /// <summary>
    /// One request to one candidate, which KademliaClient.Requests.cs moves, and its answer, which KademliaRequest.Reader.cs reads.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   Slot &lt; 0: none
    ///   a slot, no stream: on the way to a connection, one address after another; between two it has none, and waits for one to be free
    ///   a slot and a stream: it is written, then answered, and ended by the peer
    /// </code>
    /// </remarks>
    internal sealed partial class KademliaRequest
    {
        // numbers of the Message protobuf (kad-dht spec, "RPC messages"): its fields, those of a peer and of a record, and its types
        internal const int Type = 1;
        internal const int Key = 2;
        internal const int Record = 3;
        internal const int CloserPeers = 8;
        internal const int ProviderPeers = 9;
        internal const int Id = 1;
        internal const int PeerAddress = 2;
        internal const int RecordKey = 1;
        internal const int RecordValue = 2;
        internal const int PutValue = 0;
        internal const int GetValue = 1;
        internal const int AddProvider = 2;
        internal const int GetProviders = 3;
        internal const int FindNode = 4;

        internal int Slot = -1;

        // the answer's number, 1 to 254 and again
        internal byte Source;

        // the next of the candidate's addresses
        internal int Address;

        // the connection that was dialled or is used, while its serial number is this one
        internal Connection Connection;
        internal int Serial;

        // whether the lookup dialled it
        internal bool IsOwn;
        internal Libp2pStream Stream;

        // what it was for is done; over a connection of others the peer's end is waited for, so that its stream is free again
        internal bool IsDone;
        internal long Deadline;

        internal KademliaRequest(KademliaClient client, KademliaOptions options)
        {
            _client = client;
            Peer = new KademliaPeer(options.PeerBytes);
            Piece = new byte[options.ValueBytes];
        }
    }
}
