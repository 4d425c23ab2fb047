using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace NanoLibp2p.Host.Tests;

/// <summary>Sockets that are connected to a node and say nothing; in the order in which they came.</summary>
internal sealed class SilentCallers : List<Socket>, IDisposable
{
    /// <summary>Has a node wait for callers for longer than a test has patience.</summary>
    internal static void Keep(Libp2pNodeOptions options)
    {
        options.Node.FirstByteTimeoutMs = 10 * (int)Nodes.Patience.TotalMilliseconds;
        options.Node.HandshakeTimeoutMs = options.Node.FirstByteTimeoutMs;
    }

    /// <summary>Connects them, one after the other.</summary>
    internal async Task ConnectAsync(Libp2pNode server, int count)
    {
        IPEndPoint end = new(IPAddress.Loopback, server.ListenAddresses[0].Port);
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            Add(socket);
            await socket.ConnectAsync(end);
        }
    }

    public void Dispose() => ForEach(socket => socket.Dispose());
}
