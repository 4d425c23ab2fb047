#if !NANOFRAMEWORK_1_0
namespace NanoLibp2p.PubSub
{
    // The fields that a router has beside those of a leaf.
    public static partial class RpcWriter
    {
        /// <summary>ControlMessage: gossipsub 1.2.</summary>
        public const int DontWant = 5;

        /// <summary>ControlMessage: gossipsub 1.3, once, in the first RPC of a stream.</summary>
        public const int Extensions = 6;

        /// <summary>ControlPrune: peers to connect to instead.</summary>
        public const int PrunePeers = 2;

        /// <summary>PeerInfo: its id.</summary>
        public const int PeerId = 1;

        /// <summary>PeerInfo: its signed peer record.</summary>
        public const int PeerRecord = 2;

        /// <summary>ControlIDontWant.</summary>
        public const int DontWantIds = 1;
    }
}
#endif
