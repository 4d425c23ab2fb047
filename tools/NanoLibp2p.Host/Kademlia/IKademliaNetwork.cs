using System;
using System.Collections.Generic;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.Kademlia;

/// <summary>
/// What a <see cref="KademliaService"/> needs of a node: so that the service, with a clock of the test's, can also run in a network that
/// a test makes up. A peer's fault is an <see cref="System.IO.IOException"/>.
/// </summary>
internal interface IKademliaNetwork
{
    /// <summary>Who this node is.</summary>
    PeerId LocalPeer { get; }

    /// <summary>Where others reach it.</summary>
    IReadOnlyList<Multiaddr> LocalAddresses { get; }

    /// <summary>Begins: from now on the service is called for what happens.</summary>
    void Attach(KademliaService service);

    /// <summary>Ends what <see cref="Attach"/> began.</summary>
    void Detach();

    /// <summary>Answers others from now on, or no more.</summary>
    void Serve(bool isServer);

    /// <summary>Whether a peer is connected.</summary>
    bool IsConnected(PeerId peer);

    /// <summary>What a peer that is connected, or was lately, says of its addresses; none when nothing is known.</summary>
    IReadOnlyList<Multiaddr> AddressesOf(PeerId peer);

    /// <summary>The IP address at the other end of a peer's connection; null when there is none.</summary>
    IPAddress? RemoteAddressOf(PeerId peer);

    /// <summary>A peer has come into the routing table, or left it: connections to those in it are worth more than others.</summary>
    void Value(PeerId peer, bool isInTable)
    {
    }

    /// <summary>Connects to a peer, unless it is connected. Who answers has proven to be it.</summary>
    Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken);

    /// <summary>Connects to a peer, unless it is connected, and sends it requests on a stream of their own, of which the last one has an
    /// answer.</summary>
    /// <returns>The answer, at most so many bytes.</returns>
    Task<byte[]> RequestAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, IReadOnlyList<byte[]> requests, int maxAnswerBytes,
        CancellationToken cancellationToken);
}
