namespace NanoLibp2p.Host.Kademlia;

/// <summary>Whether a node answers others' requests (kad-dht spec, "Client and server mode").</summary>
public enum KademliaMode
{
    /// <summary>
    /// A client until <see cref="KademliaService.SetReachability"/> tells that others can dial this node, and again when they can't. Where
    /// private addresses are allowed, a server at once.
    /// </summary>
    Auto,

    /// <summary>Only asks: it doesn't tell of the protocol, and no peer enters it in its routing table.</summary>
    Client,

    /// <summary>Asks and answers. Peers of the public DHT must be able to dial it.</summary>
    Server,
}
