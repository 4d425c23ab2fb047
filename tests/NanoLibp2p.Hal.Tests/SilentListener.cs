using System;
using System.Collections.Generic;
using System.Net;
using System.Net.Sockets;

namespace NanoLibp2p.Hal.Tests;

/// <summary>An address on which a dial is neither answered nor refused: a listener that never accepts, and whose queue is full.</summary>
internal sealed class SilentListener : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _callers = [];

    public SilentListener(string address)
    {
        _listener.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        _listener.Listen(1);
        EndPoint here = _listener.LocalEndPoint!;
        Port = ((IPEndPoint)here).Port;
        for (int i = 0; i < 32 && !IsSilent; i++)
        {
            Socket caller = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _callers.Add(caller);
            try
            {
                caller.Connect(here);
            }
            catch (SocketException)
            {
                IsSilent = !caller.Poll(200_000, SelectMode.SelectWrite);
            }
        }
    }

    public int Port { get; }

    /// <summary>False on a host that answers calls although nobody accepts them.</summary>
    public bool IsSilent { get; private set; }

    public void Dispose()
    {
        _callers.ForEach(caller => caller.Dispose());
        _listener.Dispose();
    }
}
