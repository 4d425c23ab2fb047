#if !NANOFRAMEWORK_1_0
using NanoLibp2p.Core;

namespace NanoLibp2p.Relay
{
    // what a device has no memory for
    public sealed partial class RelayDialer
    {
        /// <inheritdoc/>
        public override void OnRoom(Libp2pStream stream)
        {
            if (stream.Tag is DialedCircuit circuit)
            {
                circuit.Room();
            }
        }

        partial void KeepCredits()
        {
            foreach (DialedCircuit circuit in _circuits)
            {
                circuit.KeepsCredit = Node.Options.BufferBytes > 0;
            }
        }

        partial void Joined(DialedCircuit circuit)
        {
            circuit.Above = circuit.Dialed;
        }
    }
}
#endif
