#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core.Identify;

namespace NanoLibp2p.Relay
{
    // what a device takes, told on .NET before one is flashed
    public sealed partial class RelayOptions
    {
        /// <summary>
        /// Bytes of a device's heap that a client of these options takes, its protocol ids included: in blocks of 12, of which an object
        /// takes one and one for each field, an array 20 bytes and its elements. A test holds it to the objects themselves.
        /// </summary>
        /// <param name="connections">NodeOptions.MaxConnections.</param>
        public int HeapBytes(int connections)
        {
            int message = ObjectBytes(10) + ObjectBytes(8) + ArrayBytes(6 * 8);
            int circuit = ObjectBytes(9) + ObjectBytes(10) + message;
            return ObjectBytes(22) + ArrayBytes(RelayMessage.MaxWritten) + ArrayBytes(RelayClient.AnnouncementBytes)
                + ArrayBytes(connections) + ObjectBytes(2) + ArrayBytes(12 * MaxCircuits) + (MaxCircuits * circuit)
                + message + ArrayBytes(RelayMessage.MaxAddressBytes)
                + ArrayBytes(2 + RelayMessage.HopId.Length) + ArrayBytes(2 + RelayMessage.StopId.Length)
                + ArrayBytes(2 + IdentifyProtocol.PushId.Length) + ObjectBytes(3) + ArrayBytes(20);
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
