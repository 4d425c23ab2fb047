using System;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;

namespace NanoLibp2p.Host;

/// <summary>
/// What the nodes of the shards are told of the sockets that listen for all of them: so that identify names the addresses. Links come by
/// the mailbox.
/// </summary>
internal sealed class BoundAddresses : IStreamTransport, IHostAddresses
{
    /// <inheritdoc/>
    public int Listen(string host, int port, out LinkError error)
    {
        error = LinkError.None;
        return port;
    }

    /// <inheritdoc/>
    public string[] HostAddresses() => new TcpTransport(1).HostAddresses();

    /// <inheritdoc/>
    public IStreamLink Dial(string host, int port) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IStreamLink Accept() => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Wait(int milliseconds) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Close()
    {
    }
}
