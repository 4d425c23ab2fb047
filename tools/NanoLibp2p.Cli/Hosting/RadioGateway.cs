using NanoLibp2p.Gateway.Radio;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Cli;

/// <summary>The gateway that a device on a radio is to talk to.</summary>
/// <param name="Peer">Who it is.</param>
/// <param name="Card">Its card; null where it is not known here. The device then has it already, or asks for it by first contact.</param>
internal sealed record RadioGateway(PeerId Peer, RadioCard? Card)
{
    internal RadioGateway(RadioCard card) : this(card.Peer, card)
    {
    }
}
