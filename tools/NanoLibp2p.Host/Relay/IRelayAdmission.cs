using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Relay;

/// <summary>Who says which peers a relay serves. Called on the shards' threads, several at a time; must neither wait nor throw.</summary>
public interface IRelayAdmission
{
    /// <summary>What a peer gets that asks for a reservation.</summary>
    /// <param name="peer">Its proved id.</param>
    /// <param name="address">Where it calls from; null where that is not known.</param>
    RelayClass Admit(PeerId peer, Multiaddr? address);
}
