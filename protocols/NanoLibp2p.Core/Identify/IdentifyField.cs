namespace NanoLibp2p.Core.Identify
{
    /// <summary>The fields of an Identify message (libp2p identify spec, "The Identify Message").</summary>
    public static partial class IdentifyField
    {
        /// <summary>The peer's PublicKey message.</summary>
        public const int PublicKey = 1;

        /// <summary>A multiaddr that the peer listens on, in bytes; repeated.</summary>
        public const int ListenAddress = 2;

        /// <summary>A protocol id; repeated.</summary>
        public const int Protocol = 3;

        /// <summary>The multiaddr from which the peer sees us; some peers add our peer id to it.</summary>
        public const int ObservedAddress = 4;

        /// <summary>The family of protocols.</summary>
        public const int ProtocolVersion = 5;

        /// <summary>The peer's program.</summary>
        public const int AgentVersion = 6;
    }
}
