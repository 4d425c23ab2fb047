using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Client.Exchange;

/// <summary>Asks for a peer's record and the gateway's terms for its mailbox.</summary>
internal sealed class LookupRequest(PeerId to) : GatewayRequest
{
    internal override int Write(byte[] buffer, int at)
    {
        at = ProtobufWriter.WriteLength(1, to.Length, buffer, at);
        return at + to.CopyTo(buffer, at);
    }
}
