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
                circuit.Link.Room();
            }
        }

        partial void KeepCredits()
        {
            foreach (Circuit circuit in _circuits)
            {
                circuit.Link.KeepsCredit = Node.Options.BufferBytes > 0;
            }
        }

        partial void Join(Circuit circuit)
        {
            circuit.Link.Above = circuit.Above;
        }
    }
}
#endif
