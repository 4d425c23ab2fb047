using System;
using System.Collections.Generic;
using System.Linq;
using CsCheck;
using NanoLibp2p.Core;
using NanoLibp2p.Tests;

namespace NanoLibp2p.PubSub.Tests;

/// <summary>
/// Back-offs, with more peers and topics than there are places for: peers come and go, prune, graft and are pruned at random, in virtual
/// time, and a model that forgets nothing knows who may graft whom.
/// </summary>
public class BackoffTests
{
    private const int Peers = 6;
    private const int HeartbeatMs = 1000;
    private const int LongestSeconds = 20;

    // what is under way when somebody says something
    private const int UnderWayMs = 100;

    private static readonly string[] _topics = ["one", "two", "three"];

    private static Gen<(int Action, int Peer, int Topic, int Seconds)> Steps { get; } =
        Gen.Select(Gen.Int[0, 11], Gen.Int[0, Peers - 1], Gen.Int[0, _topics.Length - 1], Gen.Int[1, LongestSeconds]);

    [Fact]
    public void Nobody_is_grafted_within_a_backoff_that_either_side_told_however_many_there_are() =>
        Gen.Select(Gen.OneOf<int>(1, 2, 5, 64), Steps.Array[40, 160]).Sample((places, steps) => new Run(places).Do(steps), iter: 40);

    [Fact]
    public void A_peer_that_takes_the_place_of_one_that_left_may_graft_us_at_once()
    {
        (Board board, ScriptedPeer left) = Board.Connect(new PubSubOptions { Backoffs = 1 }, joined: ["t"], topics: ["t"]);
        left.Send(new Rpc { Prune = [("t", 3600)] });
        board.Simulation.Run(100);
        board.Connection.Close();
        board.Simulation.Run(1000);
        ScriptedPeer other = new(board.Simulation);
        board.Dial(other);
        other.Send(Rpc.Subscribe("t"));
        board.Simulation.Run(10_000);
        Assert.Empty(other.Take().SelectMany(rpc => rpc.Graft));

        other.Send(new Rpc { Graft = ["t"] });
        board.Simulation.Run(100);
        Assert.Empty(other.Take().SelectMany(rpc => rpc.Prune));
        Assert.Equal(1, board.PubSub.Open("t").MeshPeers);
    }

    private sealed class Run
    {
        private readonly Simulation _simulation = new(11);
        private readonly Board _board;
        private readonly ScriptedPeer[] _peers;

        // until when nobody may graft: by peer and topic, what the board told, and what it was told
        private readonly long[,] _told = new long[Peers, 3];
        private readonly long[,] _heard = new long[Peers, 3];

        public Run(int places)
        {
            _board = new Board(_simulation, new PubSubOptions
            {
                Backoffs = places, MeshPeers = 3, MaxMeshPeers = 4, HeartbeatMs = HeartbeatMs, PruneBackoffMs = 5000,
                UnsubscribeBackoffMs = 2000,
            }, new NodeOptions { MaxConnections = 4, KeepAliveMs = 0 });
            _peers = [.. Enumerable.Range(0, Peers).Select(_ => new ScriptedPeer(_simulation))];
            foreach (string topic in _topics)
            {
                _board.PubSub.Join(topic);
            }
        }

        private long NowMs => _simulation.Network.NowMs;

        public void Do((int Action, int Peer, int Topic, int Seconds)[] steps)
        {
            foreach ((int action, int peer, int topic, int seconds) in steps)
            {
                Step(action, peer, topic, seconds);
            }

            // and nobody is kept out for longer than the longest back-off
            foreach (string topic in _topics)
            {
                _board.PubSub.Join(topic);
            }

            Listen((LongestSeconds * 1000) + (2 * HeartbeatMs));
            foreach (string topic in _topics)
            {
                Topic open = _board.PubSub.Open(topic);
                Assert.InRange(open.MeshPeers, Math.Min(3, open.Subscribers), 4);
            }
        }

        private void Step(int action, int number, int topic, int seconds)
        {
            ScriptedPeer peer = _peers[number];
            Topic open = _board.PubSub.Open(_topics[topic]);
            bool isHere = peer.Outbound != null && peer.Inbound != null;
            switch (action)
            {
                case 0:
                    open.Join();
                    Listen(50);
                    break;
                case 1:
                    open.Leave();
                    Listen(50);
                    break;
                case <= 4 when !isHere && _peers.Count(one => one.Inbound != null) < 4:
                    _board.Dial(peer);
                    peer.Send(Rpc.Subscribe(_topics));
                    Listen(UnderWayMs);
                    break;
                case 5 or 6 when isHere:
                    peer.Host.LastConnected!.Close();
                    Listen(50);
                    break;
                case >= 7 and <= 9 when isHere:
                    peer.Send(new Rpc { Prune = [(_topics[topic], (ulong)seconds)] });
                    _heard[number, topic] = Math.Max(_heard[number, topic], NowMs + (seconds * 1000));
                    Listen(UnderWayMs, number);
                    break;
                case 10 when isHere:
                    Graft(number, topic, open);
                    break;
                default:
                    Listen(seconds * 50);
                    break;
            }
        }

        private void Graft(int number, int topic, Topic open)
        {
            bool isWelcome = open.IsJoined && open.MeshPeers < 4 && NowMs > Math.Max(_told[number, topic], _heard[number, topic]);
            _peers[number].Send(new Rpc { Graft = [_topics[topic]] });
            List<Rpc> answers = Listen(UnderWayMs, number);
            if (isWelcome)
            {
                Assert.DoesNotContain(answers.SelectMany(rpc => rpc.Prune), prune => prune.Topic == _topics[topic]);
            }
        }

        // in short steps, so that it is known when each thing was heard
        private List<Rpc> Listen(int milliseconds, int crossing = -1)
        {
            List<Rpc> said = new();
            for (int left = milliseconds; left > 0; left -= 50)
            {
                long before = NowMs;
                _simulation.Run(Math.Min(left, 50));
                for (int i = 0; i < Peers; i++)
                {
                    List<Rpc> rpcs = _peers[i].Take();
                    rpcs.ForEach(rpc => Hear(i, rpc, before, i == crossing));
                    said.AddRange(i == crossing ? rpcs : []);
                }
            }

            return said;
        }

        private void Hear(int peer, Rpc rpc, long sinceMs, bool isCrossing)
        {
            foreach (string topic in rpc.Graft)
            {
                int at = Array.IndexOf(_topics, topic);
                Assert.True(NowMs >= _told[peer, at],
                    $"peer {peer} was grafted for {topic} at {NowMs} and had been told to wait until {_told[peer, at]}");
                Assert.True(isCrossing
                    || NowMs >= _heard[peer, at],
                    $"peer {peer} was grafted for {topic} at {NowMs} and had said to wait until {_heard[peer, at]}");
            }

            foreach ((string topic, ulong? seconds) in rpc.Prune)
            {
                int at = Array.IndexOf(_topics, topic);
                _told[peer, at] = Math.Max(_told[peer, at], sinceMs + ((long)seconds!.Value * 1000));
            }
        }
    }
}
