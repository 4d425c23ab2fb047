#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core;

namespace NanoLibp2p.Relay
{
    // what a device has no memory for
    public sealed partial class RelayClient
    {
        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            Circuit circuit = (Circuit)stream.Tag;
            if (circuit != null)
            {
                circuit.Room();
            }
        }

        static partial void Check(RelayOptions options)
        {
            options.Check();
        }

        partial void KeepCredits()
        {
            foreach (Circuit circuit in _circuits)
            {
                circuit.KeepsCredit = Node.Options.BufferBytes > 0;
            }
        }

        static partial void Joined(StreamLink link, Connection connection)
        {
            link.Above = connection;
        }
    }
}
#endif
