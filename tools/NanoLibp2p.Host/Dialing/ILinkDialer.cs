using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Makes links to addresses of some kinds: TCP, WebSocket, through a relay. From any thread, many at a time.</summary>
internal interface ILinkDialer
{
    /// <summary>Whether it is the one for this kind.</summary>
    bool Dials(DialKind kind);

    /// <summary>Connects.</summary>
    /// <param name="target">Where to; with an IP address unless it is a circuit.</param>
    /// <param name="cancellationToken">Ends it: the dial is given up, or its time is over.</param>
    /// <returns>What becomes the link of a connection.</returns>
    /// <exception cref="Libp2pException">It failed: DialFailed, with the reason.</exception>
    /// <exception cref="System.OperationCanceledException">It was cancelled.</exception>
    Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken);
}
