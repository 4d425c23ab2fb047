using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace NanoLibp2p.Cli.Tests;

/// <summary>Sockets that call a port of this host and say nothing, until it is disposed.</summary>
internal sealed class SocketFlood : IDisposable
{
    private readonly List<Socket> _sockets = [];

    /// <summary>Calls so often; who is not accepted waits in the system's queue.</summary>
    internal SocketFlood(int port, int count)
    {
        IPEndPoint there = new(IPAddress.Loopback, port);
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _sockets.Add(socket);
            Assert.Throws<SocketException>(() => socket.Connect(there));
        }
    }

    public void Dispose() => _sockets.ForEach(one => one.Dispose());
}
