using System.Net;
using System.Net.Sockets;
using System.Threading;
using System.Threading.Tasks;
using NanoLibp2p.Host.WebSocket;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Host;

// Peers that call by WebSocket, accepted by whatever web server.
public sealed partial class Libp2pNode
{
    /// <summary>
    /// Takes a WebSocket that a web server has accepted, as the beginning of a peer's connection. For web servers of one's own; to have the
    /// node listen, see <c>UseWebSockets</c> of NanoLibp2p.Host.WebSocket.
    /// </summary>
    /// <param name="socket">The socket; the node's from now on.</param>
    /// <param name="remote">The peer's end of the connection below; null where that is not known.</param>
    /// <param name="isSecure">Whether there is TLS below it, for its address.</param>
    /// <returns>Ends when the socket is closed: keep the request for as long.</returns>
    public Task AcceptAsync(System.Net.WebSockets.WebSocket socket, IPEndPoint? remote, bool isSecure)
    {
        System.ArgumentNullException.ThrowIfNull(socket);
        Multiaddr? address = null;
        IPAddress? ip = null;
        if (remote != null)
        {
            ip = remote.Address.IsIPv4MappedToIPv6 ? remote.Address.MapToIPv4() : remote.Address;
            string host = ip.AddressFamily == AddressFamily.InterNetwork ? $"/ip4/{ip}" : $"/ip6/{new IPAddress(ip.GetAddressBytes())}";
            address = Multiaddr.Parse($"{host}/tcp/{remote.Port}{(isSecure ? "/tls/ws" : "/ws")}");
        }

        WebSocketSource source = new(socket, remote, address, null);
        Adopt(source, ip);
        return source.Ended;
    }
}
