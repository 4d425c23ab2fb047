using System.Threading;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Dialing;

/// <summary>Plain TCP.</summary>
internal sealed class TcpDialer(TcpConnector connector) : ILinkDialer
{
    /// <inheritdoc/>
    public bool Dials(DialKind kind) => kind == DialKind.Tcp;

    /// <inheritdoc/>
    public async Task<LinkSource> DialAsync(DialTarget target, CancellationToken cancellationToken)
        => new SocketSource(await connector.ConnectAsync(target, cancellationToken).ConfigureAwait(false));
}
