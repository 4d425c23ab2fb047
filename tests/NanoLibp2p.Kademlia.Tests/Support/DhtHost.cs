#nullable disable

using System.Collections.Generic;
using NanoLibp2p.Hal;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Kademlia.Tests;

/// <summary>A host's driver on a <see cref="DhtWorld"/>: each peer listens on a port of its own, whatever the address.</summary>
internal sealed class DhtHost : IStreamTransport
{
    private readonly Queue<IStreamLink> _waiting = new();
    private readonly DhtWorld _world;

    public DhtHost(DhtWorld world)
    {
        _world = world;
    }

    /// <summary>Dials that this host has made, each as HOST:PORT.</summary>
    public List<string> Dials { get; } = [];

    public bool RecordsDials { get; set; } = true;

    public IStreamLink Dial(string host, int port)
    {
        if (RecordsDials)
        {
            Dials.Add($"{host}:{port}");
        }

        MemoryLink link = _world.Network.Connect(40000, port);
        DhtPeer peer = _world.PeerAt(host, port);
        if (peer == null)
        {
            link.Other.Close();
            link.State = LinkState.Failed;
            link.Error = LinkError.Refused;
        }
        else if (peer.DialsHang)
        {
            link.Other.Close();
            link.State = LinkState.Connecting;
        }
        else
        {
            peer.Call(link.Other);
        }

        return link;
    }

    public void Take(IStreamLink link) => _waiting.Enqueue(link);

    public int Listen(string host, int port, out LinkError error)
    {
        error = LinkError.None;
        return port;
    }

    public IStreamLink Accept() => _waiting.TryDequeue(out IStreamLink link) ? link : null;

    public void Wait(int milliseconds)
    {
    }

    public void Close()
    {
    }
}
