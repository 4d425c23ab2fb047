#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Kademlia
{
    // what a device takes, told on .NET before one is flashed
    public sealed partial class KademliaOptions
    {
        /// <summary>
        /// Bytes of a device's heap that a client of these options takes, its protocol id included: in blocks of 12, of which an object
        /// takes one and one for each field, an array 20 bytes and its elements. A test holds it to the objects themselves.
        /// </summary>
        public int HeapBytes
        {
            get
            {
                int table = ObjectBytes(10) + (3 * ArrayBytes(Candidates)) + ArrayBytes(8 * Candidates) + ArrayBytes(Candidates * PeerBytes)
                    + ArrayBytes(CryptoProvider.Sha256Bytes);
                int peer = ObjectBytes(4) + ArrayBytes(PeerId.MaxBytes) + ArrayBytes(PeerBytes);
                int reader = ObjectBytes(8) + ArrayBytes(6 * 8);
                int request = ObjectBytes(20) + ArrayBytes(ValueBytes) + peer + reader;
                return ObjectBytes(21) + ArrayBytes(MaxKeyBytes) + ArrayBytes(KademliaClient.HeadBytes + ValueBytes)
                    + ArrayBytes(12 * Parallel) + (Parallel * request) + table + ArrayBytes(2 + ProtocolId.Length);
            }
        }

        private static int ObjectBytes(int fields)
        {
            return 12 + (12 * fields);
        }

        private static int ArrayBytes(int bytes)
        {
            return (20 + bytes + 11) / 12 * 12;
        }
    }
}
#endif
