using System.Collections.Generic;
using System.IO;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>A peer of another make: it serves and dials the protocols it is told to, says what it is told to, and keeps all it
/// hears.</summary>
internal sealed class ScriptedPeer : StreamProtocol
{
    private readonly string[] _ids;
    private readonly MemoryStream _heard = new();
    private readonly Queue<byte[]> _unsent = new();
    private int _sent;
    private int _dialled;
    private Multiaddr? _address;

    /// <summary>Adds a node to a simulation. The first of the ids is the one it dials.</summary>
    public ScriptedPeer(Simulation simulation, params string[] ids)
        : this(simulation, 4, ids)
    {
    }

    /// <summary>One with more connections.</summary>
    public ScriptedPeer(Simulation simulation, int connections, params string[] ids)
        : this(simulation, connections, 0, ids)
    {
    }

    /// <summary>One that asks for a sign of life.</summary>
    public ScriptedPeer(Simulation simulation, int connections, int keepAliveMs, params string[] ids)
    {
        _ids = ids.Length == 0 ? ["/meshsub/1.1.0"] : ids;
        Host = simulation.Add(new NodeOptions { MaxConnections = connections, MaxHandshakes = connections, KeepAliveMs = keepAliveMs });
        Host.Node.Add(this);
    }

    /// <summary>False to break off the other side's streams as they come, as a peer does whose pubsub service is stopped.</summary>
    public bool IsServing { get; set; } = true;

    /// <summary>Streams that the other side opened, also those that were broken off at once.</summary>
    public int Seen { get; private set; }

    public TestNode Host { get; }

    /// <summary>Where it listens.</summary>
    public Multiaddr Address => _address ??= Host.Listen();

    /// <summary>Whether it opens a stream of its own when it is connected.</summary>
    public bool Dials { get; set; } = true;

    /// <summary>True to leave everything unread, which holds the other side back in the end.</summary>
    public bool IsDeaf { get; set; }

    public Libp2pStream? Outbound { get; private set; }

    public Libp2pStream? Inbound { get; private set; }

    /// <summary>Streams of either direction that were broken off.</summary>
    public int Resets { get; private set; }

    /// <summary>Streams that the other side opened.</summary>
    public int Accepted { get; private set; }

    public Identity Identity => Host.Node.Identity;

    /// <summary>Everything heard on the other side's streams since the last call.</summary>
    public byte[] TakeBytes()
    {
        byte[] bytes = _heard.ToArray();
        _heard.SetLength(0);
        return bytes;
    }

    /// <summary>The RPCs heard since the last call.</summary>
    public List<Rpc> Take() => Rpc.DecodeAll(TakeBytes());

    public void Send(Rpc rpc) => Send(rpc.Encode());

    public void Send(byte[] bytes) => _unsent.Enqueue(bytes);

    /// <summary>From now on it serves one more protocol, and dials that.</summary>
    public void Serve(string id) => _dialled = Host.Node.RegisterProtocol(id, this, true);

    /// <summary>Opens another stream; what is sent from now on goes there, and what found no room on the old one is lost.</summary>
    public void Reopen()
    {
        _unsent.Clear();
        Outbound = Host.LastConnected!.OpenStream(this, _dialled);
        _sent = 0;
    }

    public override void OnConnected(Connection connection)
    {
        if (Dials)
        {
            Outbound = connection.OpenStream(this, _dialled);
        }
    }

    public override void OnOpened(Libp2pStream stream)
    {
        if (stream.IsOutbound)
        {
            return;
        }

        Seen++;
        if (!IsServing)
        {
            stream.Reset();
            return;
        }

        Inbound = stream;
        Accepted++;
    }

    public override int OnData(Libp2pStream stream, byte[] buffer, int offset, int count)
    {
        if (IsDeaf)
        {
            return 0;
        }

        if (stream == Inbound)
        {
            _heard.Write(buffer, offset, count);
        }

        return count;
    }

    public override void OnClosed(Libp2pStream stream, bool reset)
    {
        Resets += reset ? 1 : 0;
        if (stream == Outbound)
        {
            Outbound = null;
        }
        else if (stream == Inbound)
        {
            Inbound = null;
        }
    }

    public override long Poll(long nowMs)
    {
        while (Outbound != null && _unsent.Count > 0)
        {
            byte[] next = _unsent.Peek();
            int written = Outbound.Write(next, _sent, next.Length - _sent);
            _sent += written;
            if (_sent < next.Length)
            {
                break;
            }

            _unsent.Dequeue();
            _sent = 0;
        }

        return long.MaxValue;
    }

    protected override void Register(Node node)
    {
        for (int i = 0; i < _ids.Length; i++)
        {
            int index = node.RegisterProtocol(_ids[i], this, true);
            _dialled = i == 0 ? index : _dialled;
        }
    }
}
