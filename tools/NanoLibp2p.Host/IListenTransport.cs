using System;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

/// <summary>Listens on addresses that are not plain TCP. One object may serve several nodes.</summary>
internal interface IListenTransport
{
    /// <summary>Whether it listens on addresses of this kind.</summary>
    bool Listens(Multiaddr address);

    /// <summary>Listens; who calls goes to <see cref="Libp2pNode.AcceptAsync"/>.</summary>
    /// <returns>What ends it, with its address and port.</returns>
    /// <exception cref="Libp2pException">It can't listen there.</exception>
    /// <exception cref="ArgumentException">It is no address to listen on, or lacks something such as a certificate.</exception>
    Task<IListening> ListenAsync(Libp2pNode node, Multiaddr address, CancellationToken cancellationToken);
}

/// <summary>What is listened on.</summary>
internal interface IListening : IAsyncDisposable
{
    /// <summary>The address with its port, without a peer id.</summary>
    Multiaddr Address { get; }
}
