using System;
using System.Collections.Generic;
using NanoLibp2p.Core;
using NanoLibp2p.Crypto;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>A node with pubsub that keeps what it hears.</summary>
internal sealed class Board : PubSubEvents
{
    public Board(Simulation simulation, PubSubOptions? options = null, NodeOptions? node = null, CryptoProvider? crypto = null)
    {
        Simulation = simulation;
        Host = simulation.Add(node ?? new NodeOptions(), crypto ?? new ManagedCrypto());
        PubSub = new PubSubProtocol(options ?? new PubSubOptions { FirstSequenceNumber = 1000 });
        PubSub.Events = this;
        Host.Node.Add(PubSub);
    }

    public Simulation Simulation { get; }

    public TestNode Host { get; }

    public PubSubProtocol PubSub { get; }

    public List<Heard> Messages { get; } = [];

    public List<(Topic Topic, bool Joined)> Subscriptions { get; } = [];

    public List<DropReason> Drops { get; } = [];

    /// <summary>Done for each message, after it is kept.</summary>
    public Action<Topic, PubSubMessage>? Then { get; set; }

    /// <summary>Done for each subscriber, after it is kept.</summary>
    public Action? ThenSubscribed { get; set; }

    public Identity Identity => Host.Node.Identity;

    /// <summary>Bytes given to the links of all connections.</summary>
    public long Written
    {
        get
        {
            long bytes = 0;
            foreach (Connection connection in Host.Node.Connections)
            {
                bytes += ((MemoryLink?)connection.Link)?.Written ?? 0;
            }

            return bytes;
        }
    }

    /// <summary>The connection that was made last.</summary>
    public Connection Connection => Host.LastConnected!;

    /// <summary>A board that is connected to a scripted peer which has subscribed to the topics.</summary>
    public static (Board Board, ScriptedPeer Peer) Connect(PubSubOptions? options = null, string[]? protocols = null,
        string[]? topics = null, string[]? joined = null,
        NodeOptions? node = null)
    {
        Simulation simulation = new(7);
        Board board = new(simulation, options, node);
        foreach (string topic in joined ?? [])
        {
            Assert.NotNull(board.PubSub.Join(topic));
        }

        foreach (string topic in topics ?? [])
        {
            Assert.NotNull(board.PubSub.Open(topic));
        }

        ScriptedPeer peer = new(simulation, protocols ?? []);
        board.Dial(peer);
        if (topics != null)
        {
            peer.Send(Rpc.Subscribe(topics));
            Assert.True(simulation.Run(() => board.Subscriptions.Count == topics.Length, 1000));
        }

        simulation.Run(10);
        return (board, peer);
    }

    public Connection Dial(ScriptedPeer peer)
    {
        int before = Host.Connected;
        int there = peer.Host.Connected;
        Connection connection = Host.Dial(peer.Address);
        Assert.True(Simulation.Run(() => Host.Connected == before + 1 && peer.Host.Connected == there + 1, 1000));
        Simulation.Run(10);
        return connection;
    }

    public int Publish(string topic, params byte[] data) => PubSub.Open(topic).Publish(data, 0, data.Length);

    public override void OnMessage(Topic topic, PubSubMessage message)
    {
        Messages.Add(
            new Heard(topic.Name, message.CopyData(), message.CopyFrom(), message.SequenceNumber, message.IsSigned, message.ReceivedFrom));
        Then?.Invoke(topic, message);
    }

    public override void OnSubscribed(Connection connection, Topic topic)
    {
        Subscriptions.Add((topic, true));
        ThenSubscribed?.Invoke();
    }

    public override void OnUnsubscribed(Connection connection, Topic topic) => Subscriptions.Add((topic, false));

    public override void OnDropped(Connection connection, DropReason reason) => Drops.Add(reason);
}

internal sealed record Heard(string Topic, byte[] Data, PeerId? From, ulong Sequence, bool IsSigned, Connection Through);
