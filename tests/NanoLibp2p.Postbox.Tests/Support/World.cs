using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Core;
using NanoLibp2p.Postbox.Sender;
using NanoLibp2p.Tests;

namespace NanoLibp2p.Postbox.Tests;

/// <summary>A board with a mailbox at one gateway, and a friend that writes to it.</summary>
internal sealed class World
{
    private readonly PostboxOptions _options;
    private readonly List<string> _before = [];
    private byte _friends = 0x40;

    public World(PostboxOptions? options = null)
    {
        _options = options ?? new PostboxOptions();
        Peer = AddGateway(Gateway);
        Board = NewBoard(new TestStore());
        Friend = NewFriend();
    }

    public Simulation Simulation { get; } = new(7);

    public Gateway Gateway { get; } = new();

    public TestNode Peer { get; }

    public Board Board { get; private set; }

    public Board Friend { get; }

    public TestNode AddGateway(Gateway gateway)
    {
        TestNode peer = Simulation.Add(new NodeOptions { LargeRecordBytes = 0, MaxConnections = 8 });
        peer.Node.Add(gateway);
        return peer;
    }

    /// <summary>The board starts anew, with its store.</summary>
    public void Restart()
    {
        _before.AddRange(Board.Heard);
        Board.Node.IsDead = true;
        Board = NewBoard(Board.Store);
    }

    /// <summary>What was handed on since the first start.</summary>
    public List<string> AllHeard() => [.. _before, .. Board.Heard];

    public Board NewBoard(TestStore store)
    {
        store.CutAt = 0;
        return new Board(Simulation, Seed(0x20), _options, store, null, new PostboxSenderOptions { HasPrekeys = true });
    }

    public Board NewFriend() => new(Simulation, Seed(_friends++));

    /// <summary>Mail of the friend's, as it would wait at the gateway.</summary>
    public byte[] Put(string body, int priority, LetterOptions? letter = null) => PutFrom(Friend, body, priority, letter);

    public byte[] PutFrom(Board from, string body, int priority, LetterOptions? letter = null)
    {
        byte[] item = from.Seal(Board.Identity.PeerId, body, letter);
        Gateway.Items.Add(new Gateway.Item(item, priority));
        return item;
    }

    /// <summary>What was asked, as the requests' field numbers.</summary>
    public List<int> Kinds() => [.. Gateway.Requests.Select(request => Wire.Read(request[(request[0] < 0x80 ? 1 : 2)..]).Last().Number)];

    private static byte[] Seed(byte first)
    {
        byte[] seed = new byte[32];
        seed[0] = first;
        return seed;
    }
}
