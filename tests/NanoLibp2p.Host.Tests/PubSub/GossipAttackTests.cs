using System;
using System.Collections.Generic;
using System.Linq;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Tests.PubSub.Support;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Hostile peers against a router: each bound and each penalty of gossipsub 1.1 and 1.2.</summary>
public sealed class GossipAttackTests
{
    private const string Topic = "t";

    private readonly GossipNetwork _network = new(42);
    private readonly GossipNode _victim;
    private readonly GossipNode _attacker;

    public GossipAttackTests()
    {
        _victim = _network.Add();
        _attacker = _network.Add();
        _network.Connect(_attacker, _victim);
        _victim.Join(Topic);
        _network.Run(2_000);
    }

    private double Score => _victim.ScoreOf(_attacker);

    private bool IsGraylisted => _victim.PeerOf(_attacker).IsGraylisted;

    [Fact]
    public void Who_grafts_during_the_backoff_is_pruned_anew_loses_its_score_and_in_the_end_is_heard_no_more()
    {
        // in the mesh, then pruned for it unsubscribed from it by its own PRUNE
        Say(batch => batch.Add(GossipEventKind.Subscribe, Topic));
        Say(batch => batch.Add(GossipEventKind.Prune, Topic, 60));
        int prunes = Told("Prune");
        for (int i = 0; i < 10; i++)
        {
            Say(batch => batch.Add(GossipEventKind.Graft, Topic));
        }

        // each counts twice, since it is within ten seconds of the PRUNE
        Assert.Equal(-10 * Math.Pow(20 - 3, 2), Score);
        Assert.True(IsGraylisted);
        Assert.Empty(_victim.Mesh(Topic));
        _network.Run(100);
        Assert.Equal(prunes + 10, Told("Prune"));
        Assert.Equal(10, _victim.Router.Drops(GossipDrop.GraftInBackoff));
    }

    [Fact]
    public void A_graft_of_a_topic_that_is_not_subscribed_to_is_not_answered()
    {
        int told = _attacker.Told.Count;
        Say(batch =>
        {
            for (int i = 0; i < 100; i++)
            {
                batch.Add(GossipEventKind.Graft, $"unknown {i}");
            }
        });
        _network.Run(3_000);
        Assert.Equal(told, _attacker.Told.Count);
        Assert.DoesNotContain(_victim.Router.Topics, topic => topic.Name.StartsWith("unknown", StringComparison.Ordinal));
    }

    [Fact]
    public void Of_a_flood_of_grafts_a_thousand_are_heeded_in_a_heartbeat()
    {
        Say(batch =>
        {
            for (int i = 0; i < 1500; i++)
            {
                batch.Add(GossipEventKind.Graft, "u");
            }
        });
        Assert.Equal(500, _victim.Router.Drops(GossipDrop.ControlLimit));
    }

    [Fact]
    public void A_full_mesh_takes_no_caller_but_whom_it_dialled()
    {
        GossipNode[] callers = _network.Add(20);
        foreach (GossipNode caller in callers)
        {
            _network.Connect(caller, _victim);
            caller.Join(Topic);
        }

        // between two heartbeats, which would cut it
        _network.Run(990 - ((_network.NowMs - 100) % 1000));
        _network.Run(20);
        foreach (GossipNode caller in callers)
        {
            _victim.Take(caller, batch => batch.Add(GossipEventKind.Graft, Topic));
        }

        Assert.Equal(12, _victim.Mesh(Topic).Count());
        GossipNode dialled = _network.Add();
        dialled.Join(Topic);
        _network.Connect(_victim, dialled);
        _victim.Take(dialled, batch => batch.Add(GossipEventKind.Subscribe, Topic));
        _victim.Take(dialled, batch => batch.Add(GossipEventKind.Graft, Topic));
        Assert.Contains(dialled, _victim.Mesh(Topic));
        Assert.Equal(13, _victim.Mesh(Topic).Count());

        // and it stays there when the mesh is cut
        _network.Run(3_000);
        Assert.InRange(_victim.Mesh(Topic).Count(), 5, 12);
        Assert.Contains(dialled, _victim.Mesh(Topic));
    }

    [Fact]
    public void Of_a_flood_of_ihaves_ten_rpcs_are_heeded_in_a_heartbeat()
    {
        for (int i = 0; i < 15; i++)
        {
            Have(i, 1);
        }

        _network.Run(100);
        Assert.Equal(10, Told("Want"));
        Assert.Equal(5, _victim.Router.Drops(GossipDrop.ControlLimit));
    }

    [Fact]
    public void No_more_than_five_thousand_ids_are_asked_for_in_a_heartbeat()
    {
        Have(0, 4000);
        Have(1, 4000);
        _network.Run(100);
        Assert.Equal(5000, Told("Want"));
        Assert.Equal(3000, _victim.Router.Drops(GossipDrop.ControlLimit));
    }

    [Fact]
    public void Who_tells_of_messages_and_never_sends_them_breaks_its_promises_and_loses_its_score()
    {
        for (int i = 0; i < 15; i++)
        {
            Have(i, 3);
            _network.Run(1_000);
        }

        Assert.True(_victim.Router.Drops(GossipDrop.BrokenPromise) > 6);

        // what it tells of is not asked for any more
        Assert.True(Score < -100, $"score {Score}");
        int asked = Told("Want");
        Have(20, 3);
        _network.Run(100);
        Assert.Equal(asked, Told("Want"));
    }

    [Fact]
    public void Who_sends_what_it_was_asked_for_has_kept_its_promise()
    {
        for (int i = 0; i < 10; i++)
        {
            Have(i, 1);
            string id = $"ihave {i} 0";
            Say(batch => batch.Events.Add(new GossipEvent
            {
                Kind = GossipEventKind.Message, Message = GossipNode.Make(Topic, GossipNetwork.Data(id)),
            }));
            _network.Run(1_000);
        }

        _network.Run(5_000);
        Assert.Equal(0, _victim.Router.Drops(GossipDrop.BrokenPromise));
        Assert.Equal(10, _victim.Heard.Count);
    }

    [Fact]
    public void A_message_is_sent_three_times_to_who_asks_for_it_again_and_again()
    {
        _victim.Publish(Topic, "wanted");
        for (int i = 0; i < 10; i++)
        {
            Say(batch => batch.Add(GossipEventKind.Want, null, GossipNode.HashOf("wanted")));
        }

        _network.Run(500);
        Assert.Equal(3, Told("Message wanted"));
        Assert.Equal(7, _victim.Router.Drops(GossipDrop.ControlLimit));
    }

    [Fact]
    public void Who_asks_for_what_is_not_there_is_answered_nothing_and_heeded_five_thousand_times()
    {
        Say(batch =>
        {
            for (int i = 0; i < 6000; i++)
            {
                batch.Add(GossipEventKind.Want, null, (ulong)i);
            }
        });
        Assert.Equal(1000, _victim.Router.Drops(GossipDrop.ControlLimit));
    }

    [Fact]
    public void Who_sends_messages_with_wrong_signatures_is_graylisted_after_four_and_nothing_of_it_goes_on()
    {
        GossipNode other = _network.Add();
        _network.Connect(other, _victim);
        other.Join(Topic);
        _attacker.Join(Topic);
        _network.Run(2_000);
        for (int i = 0; i < 6; i++)
        {
            _attacker.Publish(Topic, $"bad {i}");
            _network.Run(100);
        }

        Assert.True(IsGraylisted, $"score {Score}");
        Assert.Equal(4, _victim.Router.Drops(GossipDrop.SignatureInvalid));
        Assert.Equal(2, _victim.Router.Drops(GossipDrop.Graylisted));
        _network.Run(2_000);
        Assert.DoesNotContain(_attacker, _victim.Mesh(Topic));
        Assert.Empty(other.Heard);
        Assert.Contains((_victim, "Prune t 60 0"), _attacker.Told);

        // good words are not heard any more either, and the other's are
        _attacker.Publish(Topic, "good");
        other.Publish(Topic, "fine");
        _network.Run(1_000);
        Assert.Equal(["fine"], _victim.Heard);
    }

    [Fact]
    public void What_the_application_rejects_costs_each_peer_that_sends_it_and_what_it_ignores_costs_nobody()
    {
        GossipNode other = _network.Add();
        _network.Connect(other, _victim);
        _network.Run(1_000);
        _victim.Judge = message => null;
        GossipMessage rejected = GossipNode.Make(Topic, GossipNetwork.Data("rejected"));
        Say(batch => batch.Events.Add(new GossipEvent { Kind = GossipEventKind.Message, Message = rejected }));
        _victim.Take(other, batch => batch.Add(GossipEventKind.Duplicate, Topic, rejected.Hash));
        Assert.Equal(0, Score);
        _victim.Router.Judge(rejected, GossipVerdict.Reject);
        Assert.Equal(-100, Score);
        Assert.Equal(-100, _victim.ScoreOf(other));
        Assert.Empty(_victim.Heard);

        GossipMessage ignored = GossipNode.Make(Topic, GossipNetwork.Data("ignored"));
        Say(batch => batch.Events.Add(new GossipEvent { Kind = GossipEventKind.Message, Message = ignored }));
        _victim.Router.Judge(ignored, GossipVerdict.Ignore);
        Assert.Equal(-100, Score);
        Assert.Empty(_victim.Heard);

        // who comes late with a rejected one pays as well
        GossipNode late = _network.Add();
        _network.Connect(late, _victim);
        _victim.Take(late, batch => batch.Add(GossipEventKind.Duplicate, Topic, rejected.Hash));
        Assert.Equal(-100, _victim.ScoreOf(late));
        Assert.Equal(0, _victim.Router.History.Count);
    }

    [Fact]
    public void Honest_nodes_hear_everything_though_as_many_sybils_fill_the_meshes_and_pass_nothing_on()
    {
        GossipNetwork network = new(7);
        Action<GossipSubOptions> scored = options => options.Scores!.Topics[Topic] = new TopicScoreOptions
        {
            MeshMessageDeliveriesWeight = -1,
            MeshMessageDeliveriesThreshold = 5,
            MeshMessageDeliveriesCap = 50,
            MeshMessageDeliveriesDecay = 0.95,
            MeshMessageDeliveriesWindow = TimeSpan.FromMilliseconds(500),
            MeshMessageDeliveriesActivation = TimeSpan.FromSeconds(5),
            MeshFailurePenaltyWeight = -1,
        };
        GossipNode[] honest = network.Add(30, scored);
        GossipNode[] sybils = network.Add(30);
        foreach (GossipNode sybil in sybils)
        {
            sybil.IsSilent = true;
            sybil.Join(Topic);
            foreach (GossipNode node in honest)
            {
                network.Connect(sybil, node);
            }
        }

        // a cold boot: the sybils are there first
        foreach (GossipNode node in honest)
        {
            node.Join(Topic);
        }

        network.Run(3_000);
        network.ConnectAtRandom(honest, 6);
        network.Run(3_000);
        int published = 0;
        for (int second = 0; second < 30; second++)
        {
            for (int i = 0; i < 4; i++)
            {
                honest[network.Random.Next(honest.Length)].Publish(Topic, $"m{published++}");
                network.Run(250);
            }
        }

        network.Run(5_000);

        // each its own ones not
        Assert.Equal(published * (honest.Length - 1), honest.Sum(node => node.Heard.Count));
        int inMesh = honest.Sum(node => node.Mesh(Topic).Count(sybils.Contains));
        int all = honest.Sum(node => node.Mesh(Topic).Count());
        Assert.True(inMesh * 5 < all, $"{inMesh} of {all} in the meshes are sybils");
    }

    [Fact]
    public void A_victim_that_callers_surround_still_hears_through_those_it_dialled()
    {
        GossipNetwork network = new(8);
        GossipNode victim = network.Add();
        GossipNode[] eclipse = network.Add(50);
        GossipNode[] honest = network.Add(10);
        victim.Join(Topic);
        foreach (GossipNode one in eclipse)
        {
            one.IsSilent = true;
            one.Join(Topic);
            network.Connect(one, victim);
        }

        network.Run(5_000);
        foreach (GossipNode one in honest)
        {
            one.Join(Topic);
        }

        network.ConnectAtRandom(honest, 4);
        network.Connect(victim, honest[0]);
        network.Connect(victim, honest[1]);
        network.Run(5_000);
        Assert.Contains(honest[0], victim.Mesh(Topic));
        Assert.Contains(honest[1], victim.Mesh(Topic));
        honest[5].Publish(Topic, "to all");
        network.Run(1_000);
        Assert.Equal(["to all"], victim.Heard);
    }

    [Fact]
    public void Many_peers_of_one_address_pay_for_each_other()
    {
        GossipNetwork network = new(9);
        GossipNode victim = network.Add(options => options.Scores!.AddressColocationThreshold = 4);
        victim.Join(Topic);
        GossipNode[] same = network.Add(6);
        foreach (GossipNode one in same)
        {
            one.Address = "198.51.100.7";
            network.Connect(one, victim);
        }

        Assert.All(same, one => Assert.Equal(-10 * 4, victim.ScoreOf(one)));
        network.Disconnect(same[0], victim);
        Assert.All(same[1..], one => Assert.Equal(-10 * 4, victim.ScoreOf(one)));

        // who left stays counted while its score is kept, so that coming and going is no way out
        network.Connect(same[0], victim);
        Assert.Equal(-40, victim.ScoreOf(same[0]));
    }

    [Fact]
    public void A_bad_score_outlives_the_connection_and_a_good_one_does_not()
    {
        Say(batch => batch.Add(GossipEventKind.Malformed));
        for (int i = 0; i < 5; i++)
        {
            Say(batch => batch.Add(GossipEventKind.Malformed));
        }

        double before = Score;
        Assert.Equal(-90, before);
        _network.Disconnect(_attacker, _victim);
        _network.Run(10_000);
        _network.Connect(_attacker, _victim);
        Assert.Equal(before, Score);

        // an hour after it left it is forgotten
        _network.Disconnect(_attacker, _victim);
        _network.Run(3_602_000);
        _network.Connect(_attacker, _victim);
        Assert.Equal(0, Score);

        _attacker.Join(Topic);
        _network.Run(1_000);
        _attacker.Publish(Topic, "good");
        _network.Run(100);
        Assert.True(Score > 0);
        _network.Disconnect(_attacker, _victim);
        _network.Connect(_attacker, _victim);
        Assert.Equal(0, Score);
    }

    [Fact]
    public void A_score_mends_with_time()
    {
        for (int i = 0; i < 6; i++)
        {
            Say(batch => batch.Add(GossipEventKind.Malformed));
        }

        double before = Score;
        _network.Run(400_000);
        Assert.InRange(Score, before + 50, 0);
    }

    [Fact]
    public void Of_peers_that_left_so_many_scores_are_kept_and_no_more()
    {
        GossipNetwork network = new(10);
        GossipNode victim = network.Add(options => options.RetainedScores = 8);
        victim.Join(Topic);
        foreach (GossipNode one in network.Add(40))
        {
            network.Connect(one, victim);
            victim.Take(one, batch => batch.Add(GossipEventKind.Malformed));
            network.Disconnect(one, victim);
        }

        Assert.InRange(victim.Router.Scores.Count, 1, 8);
    }

    [Fact]
    public void Below_the_gossip_threshold_a_peer_is_told_nothing_and_not_heeded()
    {
        Offend(7);
        Assert.InRange(Score, -500, -100);
        int told = _attacker.Told.Count;
        Have(0, 1);
        _victim.Publish(Topic, "kept");
        Say(batch => batch.Add(GossipEventKind.Want, null, GossipNode.HashOf("kept")));
        _network.Run(3_000);
        Assert.Equal(told, _attacker.Told.Count);
    }

    [Fact]
    public void Below_the_publish_threshold_a_peer_is_not_flooded()
    {
        GossipNode other = _network.Add();
        _network.Connect(other, _victim);
        Say(batch => batch.Add(GossipEventKind.Subscribe, Topic));
        _victim.Take(other, batch => batch.Add(GossipEventKind.Subscribe, Topic));
        Assert.Equal(2, _victim.Publish(Topic, "before"));
        Offend(11);
        Assert.InRange(Score, -1000, -500);
        Assert.Equal(1, _victim.Publish(Topic, "after"));
    }

    [Fact]
    public void Peers_of_a_prune_are_taken_with_a_record_from_a_peer_of_good_standing_only()
    {
        List<PeerExchange> peers = [new([1], [9]), new([2], null), new([3], [9])];
        void Prune() => Say(batch => batch.Events.Add(new GossipEvent
        {
            Kind = GossipEventKind.Prune, Topic = Topic, Number = 60, Peers = peers,
        }));
        Prune();
        Assert.Empty(_victim.Offered);
        for (int i = 0; i < 40; i++)
        {
            string text = $"first {i}";
            Say(batch => batch.Events.Add(new GossipEvent
            {
                Kind = GossipEventKind.Message, Message = GossipNode.Make(Topic, GossipNetwork.Data(text)),
            }));
        }

        Assert.InRange(Score, 10, 30);
        Prune();
        Assert.Equal([[1], [3]], _victim.Offered.Select(one => one.Id));
        peers = [.. Enumerable.Range(0, 100).Select(i => new PeerExchange([(byte)i], [9]))];
        _victim.Offered.Clear();
        Prune();
        Assert.Equal(16, _victim.Offered.Count);
    }

    [Fact]
    public void A_mesh_that_is_cut_names_sixteen_others_and_one_that_is_pruned_for_its_score_none()
    {
        GossipNetwork network = new(12);
        GossipNode hub = network.Add();
        hub.Join(Topic);
        GossipNode[] nodes = network.Add(30);
        foreach (GossipNode node in nodes)
        {
            node.Join(Topic);
            network.Connect(node, hub);
        }

        network.Run(1_000);
        foreach (GossipNode node in nodes)
        {
            hub.Take(node, batch => batch.Add(GossipEventKind.Graft, Topic));
        }

        network.Run(3_000);
        Assert.Contains(nodes, node => node.Told.Contains((hub, "Prune t 60 16")));
        Assert.Equal(12, hub.Mesh(Topic).Count());
        GossipNode bad = hub.Mesh(Topic).First();
        bad.Told.Clear();
        for (int i = 0; i < 5; i++)
        {
            hub.Take(bad, batch => batch.Add(GossipEventKind.Malformed));
        }

        network.Run(2_000);
        Assert.Contains((hub, "Prune t 60 0"), bad.Told);
    }

    [Fact]
    public void A_prune_names_nobody_without_a_record_whom_nobody_could_dial()
    {
        GossipNode[] others = _network.Add(20);
        foreach (GossipNode other in others)
        {
            other.Join(Topic);
            _network.Connect(other, _victim);
        }

        _victim.HasRecord = false;
        _network.Run(3_000);
        Assert.Contains(others, other => other.Told.Contains((_victim, "Prune t 60 0")));
        Assert.DoesNotContain(others, other => other.Told.Contains((_victim, "Prune t 60 16")));
    }

    [Fact]
    public void A_mesh_of_peers_that_bring_nothing_takes_in_two_better_ones_each_minute()
    {
        GossipNetwork network = new(13);
        GossipNode node = network.Add(options => options.Scores!.AnyTopic!.TimeInMeshWeight = 0);
        node.Join(Topic);
        GossipNode[] idle = network.Add(6);
        foreach (GossipNode one in idle)
        {
            one.Join(Topic);
            network.Connect(one, node);
        }

        network.Run(3_000);
        GossipNode[] good = network.Add(4);
        foreach (GossipNode one in good)
        {
            network.Connect(one, node);
            node.Take(one, batch => batch.Add(GossipEventKind.Subscribe, Topic));
        }

        int before = node.Mesh(Topic).Count();
        for (int second = 0; second < 62; second++)
        {
            foreach (GossipNode one in good)
            {
                string text = $"{second} {network.Nodes.IndexOf(one)}";
                node.Take(one, batch => batch.Events.Add(new GossipEvent
                {
                    Kind = GossipEventKind.Message, Message = GossipNode.Make(Topic, GossipNetwork.Data(text)),
                }));
            }

            network.Run(1_000);
        }

        Assert.Equal(before + 2, node.Mesh(Topic).Count());
        Assert.Equal(2, node.Mesh(Topic).Count(good.Contains));
    }

    [Fact]
    public void A_peer_may_subscribe_to_so_many_topics_and_there_are_so_many_at_all()
    {
        GossipNetwork network = new(14);
        GossipNode victim = network.Add(options =>
        {
            options.MaxTopicsPerPeer = 100;
            options.MaxTopics = 150;
        });
        GossipNode[] peers = network.Add(2);
        foreach (GossipNode peer in peers)
        {
            network.Connect(peer, victim);
            victim.Take(peer, batch =>
            {
                for (int i = 0; i < 200; i++)
                {
                    batch.Add(GossipEventKind.Subscribe, $"{network.Nodes.IndexOf(peer)} {i}");
                }
            });
        }

        Assert.Equal(150, victim.Router.Topics.Count);
        Assert.Equal(250, victim.Router.Drops(GossipDrop.TopicLimit));
        network.Disconnect(peers[0], victim);
        Assert.Equal(50, victim.Router.Topics.Count);
        network.Disconnect(peers[1], victim);
        Assert.Empty(victim.Router.Topics);
    }

    [Fact]
    public void Mesh_peers_are_told_of_a_long_message_and_do_not_send_it_and_of_a_short_one_not()
    {
        GossipNetwork network = new(15);
        GossipNode[] nodes = network.Add(3);
        network.Connect(nodes[0], nodes[1]);
        network.Connect(nodes[1], nodes[2]);
        network.Connect(nodes[0], nodes[2]);
        foreach (GossipNode node in nodes)
        {
            node.Join(Topic);
        }

        network.Run(3_000);

        // whoever of the two has it first tells the other, and its publisher if it did not come from there
        nodes[0].Publish(Topic, GossipNetwork.Data("long", 2000));
        network.Run(500);
        Assert.Contains(nodes[1..], node => node.Told.Any(one => one.Text == "DontWant long"));
        Assert.Equal(2, nodes.Sum(node => node.Told.Count(one => one.Text == "DontWant long")));
        nodes[0].Publish(Topic, GossipNetwork.Data("short", 900));
        network.Run(500);
        Assert.DoesNotContain(nodes[2].Told, one => one.Text == "DontWant short");
        Assert.All(nodes[1..], node => Assert.Equal(["long", "short"], node.Heard));
    }

    [Fact]
    public void What_a_peer_said_it_does_not_want_is_not_sent_to_it_for_three_heartbeats_and_a_thousand_ids_at_most()
    {
        Say(batch => batch.Add(GossipEventKind.Subscribe, Topic));
        Say(batch => batch.Add(GossipEventKind.DontWant, null, GossipNode.HashOf("no")));
        Assert.Equal(0, _victim.Publish(Topic, "no"));
        Assert.Equal(1, _victim.Router.Drops(GossipDrop.NotWanted));
        Say(batch => batch.Add(GossipEventKind.DontWant, null, GossipNode.HashOf("later")));
        _network.Run(4_100);
        Assert.Equal(1, _victim.Publish(Topic, "later"));
        Say(batch =>
        {
            for (int i = 0; i < 1200; i++)
            {
                batch.Add(GossipEventKind.DontWant, null, (ulong)i);
            }
        });
        Assert.Equal(200, _victim.Router.Drops(GossipDrop.ControlLimit));
        Assert.Equal(1000, _victim.PeerOf(_attacker).Unwanted!.Count);
        _network.Run(5_000);
        Say(batch => batch.Add(GossipEventKind.DontWant, null, 7));
        Assert.Single(_victim.PeerOf(_attacker).Unwanted!);
    }

    [Fact]
    public void Extensions_count_in_the_first_rpc_only_and_unknown_ones_are_ignored()
    {
        GossipNetwork network = new(16);
        GossipNode[] nodes = network.Add(2);
        network.Connect(nodes[0], nodes[1]);
        nodes[0].Take(nodes[1], batch =>
        {
            batch.Add(GossipEventKind.Extension, null, 6492434);
            batch.Add(GossipEventKind.Extension, null, 12345678);
            batch.Add(GossipEventKind.RpcEnd);
            batch.Add(GossipEventKind.Extension, null, 10);
            batch.Add(GossipEventKind.RpcEnd);
        });
        Assert.Equal([6492434, 12345678], nodes[0].PeerOf(nodes[1]).Extensions);

        // ours are in our first one
        network.Run(100);
        Assert.Equal((nodes[0], "Extensions"), nodes[1].Told[0]);
        Assert.Single(nodes[1].Told, one => one.Text == "Extensions");
        GossipNode older = network.Add();
        network.Connect(nodes[0], older, GossipVersion.V12);
        nodes[0].Join(Topic);
        network.Run(100);
        Assert.DoesNotContain(older.Told, one => one.Text == "Extensions");
    }

    [Fact]
    public void Backoffs_of_peers_that_come_and_go_are_kept_until_their_end_and_then_forgotten()
    {
        Say(batch => batch.Add(GossipEventKind.Subscribe, Topic));
        Say(batch => batch.Add(GossipEventKind.Prune, Topic, 30));
        _network.Disconnect(_attacker, _victim);
        _network.Connect(_attacker, _victim);
        Say(batch => batch.Add(GossipEventKind.Graft, Topic));
        Assert.Equal(1, _victim.Router.Drops(GossipDrop.GraftInBackoff));
        Assert.Single(_victim.Router.FindTopic(Topic)!.Backoffs);
        _network.Run(80_000);
        Assert.Empty(_victim.Router.FindTopic(Topic)!.Backoffs);
    }

    private void Say(Action<GossipBatch> write) => _victim.Take(_attacker, write);

    private void Offend(int times)
    {
        for (int i = 0; i < times; i++)
        {
            Say(batch => batch.Add(GossipEventKind.Malformed));
        }
    }

    private int Told(string what)
    {
        return _attacker.Told.Count(one => one.Text.StartsWith(what, StringComparison.Ordinal));
    }

    private void Have(int rpc, int ids) => Say(batch =>
    {
        batch.Add(GossipEventKind.HaveBegin, Topic);
        for (int i = 0; i < ids; i++)
        {
            byte[] id = GossipNetwork.Data($"ihave {rpc} {i}");
            batch.Events.Add(new GossipEvent { Kind = GossipEventKind.Have, Number = GossipNode.HashOf(id), Id = id });
        }

        batch.Add(GossipEventKind.RpcEnd);
    });
}
