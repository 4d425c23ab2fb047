using System;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Hal;
using NanoLibp2p.Hal.Tcp;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Noise;
using NanoLibp2p.PubSub;
using NanoLibp2p.Relay;

namespace NanoLibp2p.Bench.Soak;

/// <summary>
/// A device as a peer of its own, with the code that a board runs: while it lives it reserves a place at the gateway's relay and publishes
/// signed readings; then it ends in one of three ways, sleeps, and starts anew with its identity and nothing else.
/// </summary>
internal sealed class SoakDevice(Identity identity, CryptoProvider crypto, IRandom random, Multiaddr gateway)
{
    private const int ReadingBytes = 100;

    private readonly byte[] _reading = new byte[ReadingBytes];
    private Node? _node;
    private RelayClient? _relay;
    private Topic? _topic;

    // a node that stopped without a word: its socket stays open
    private Node? _silent;

    /// <summary>How a life ends.</summary>
    internal enum Ending
    {
        /// <summary>In order: the gateway is told.</summary>
        Closes,

        /// <summary>The socket is closed, as by a system whose program crashed.</summary>
        Breaks,

        /// <summary>Nothing is said any more, as by a board without power.</summary>
        FallsSilent,
    }

    /// <summary>Whether it lives.</summary>
    public bool IsAlive => _node != null;

    /// <summary>Where it can be dialled through the relay; null where it can't.</summary>
    public string? Address => _relay?.Address;

    /// <summary>When its life, or its sleep, is over.</summary>
    public long ChangeMs { get; set; }

    /// <summary>When its next reading is due.</summary>
    public long ReadingMs { get; set; }

    /// <summary>Starts it.</summary>
    public void Start()
    {
        // one to the relay, and one for who dials it
        NodeOptions options = new() { MaxConnections = 2, LargeRecordBytes = 0 };
        _node = new Node(options, identity, crypto, random) { Transport = new TcpTransport(3) };

        // as a device with a clock and no store: it must not publish under a number that it had in a former life
        PubSubProtocol pubsub = new(new PubSubOptions
        {
            FirstSequenceNumber = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100,
        });
        _node.Add(pubsub);
        _topic = pubsub.Open(SoakDevices.Topic);
        _relay = new RelayClient(new RelayOptions { Relays = [gateway], MaxCircuits = 1 });
        _node.Add(_relay);
    }

    /// <summary>Moves it.</summary>
    public void Poll(long nowMs) => _node?.Poll(nowMs);

    /// <summary>Publishes a reading.</summary>
    /// <returns>False when nobody can hear it.</returns>
    public bool Publish()
    {
        random.Fill(_reading, 0, _reading.Length);
        return _topic!.Publish(_reading, 0, _reading.Length) > 0;
    }

    /// <summary>Ends its life.</summary>
    public void End(Ending how)
    {
        Forget();
        if (how == Ending.Closes)
        {
            _node!.Close();
        }
        else if (how == Ending.Breaks)
        {
            Break(_node!);
        }
        else
        {
            _silent = _node;
        }

        _node = null;
        _relay = null;
        _topic = null;
    }

    /// <summary>Closes the socket of a life that ended silently before the last one.</summary>
    public void Forget()
    {
        if (_silent != null)
        {
            Break(_silent);
            _silent = null;
        }
    }

    private static void Break(Node node)
    {
        foreach (Connection connection in node.Connections)
        {
            // a circuit ends with the connection to the relay
            if (connection.Link is not StreamLink)
            {
                connection.Link?.Close();
            }
        }
    }
}
