using System;
using System.Net.Sockets;

namespace NanoLibp2p.Host;

/// <summary>Something that becomes a link on a shard's thread, while it is on its way there: a connected socket, a WebSocket, a
/// stream.</summary>
internal abstract class LinkSource
{
    /// <summary>The shard that it must go to; null for any.</summary>
    internal virtual Shard? Home => null;

    /// <summary>Makes the link, on the shard's thread, once.</summary>
    /// <returns>An open link; null when the peer has left already, or the system has no room. Then nothing is left of it.</returns>
    internal abstract IShardLink? Open(Shard shard);

    /// <summary>Gives it up in place of <see cref="Open"/>. From any thread.</summary>
    internal abstract void Discard();
}

/// <summary>A connected socket.</summary>
/// <param name="socket">The socket.</param>
/// <param name="isCall">Whether the peer connected.</param>
internal sealed class SocketSource(Socket socket, bool isCall = false) : LinkSource
{
    internal override IShardLink? Open(Shard shard)
    {
        try
        {
            SocketLink link = shard.LinkOf(socket);
            link.IsCall = isCall;
            return link;
        }
        catch (Exception e) when (e is SocketException or System.ComponentModel.Win32Exception or ObjectDisposedException)
        {
            // it left, or the system has no room for it
            socket.Dispose();
            return null;
        }
    }

    internal override void Discard() => socket.Dispose();
}
