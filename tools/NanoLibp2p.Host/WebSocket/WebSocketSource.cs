using System;
using System.Net;
using System.Net.WebSockets;
using System.Threading.Tasks;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host.WebSocket;

/// <summary>An open WebSocket on its way to a shard.</summary>
/// <param name="socket">The socket.</param>
/// <param name="remote">The peer's end of the connection below; null where that is not known.</param>
/// <param name="address">The peer's address, without its id.</param>
/// <param name="owned">Disposed with the socket; may be null.</param>
internal sealed class WebSocketSource(System.Net.WebSockets.WebSocket socket, IPEndPoint? remote, Multiaddr? address, IDisposable? owned)
    : LinkSource
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the socket is closed.</summary>
    internal Task Ended => _ended.Task;

    internal override IShardLink? Open(Shard shard)
    {
        if (socket.State != WebSocketState.Open)
        {
            Discard();
            return null;
        }

        return new WebSocketLink(socket, shard, remote, address, owned, _ended);
    }

    internal override void Discard()
    {
        socket.Abort();
        socket.Dispose();
        owned?.Dispose();
        _ended.TrySetResult();
    }
}
