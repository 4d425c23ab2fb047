using System.Linq;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.Host.Tests.PubSub.Support;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>Topics that a router joins for its peers, so that they hear each other through it.</summary>
public sealed class CarriedTopicTests
{
    private const string Topic = "t";

    private readonly GossipNetwork _network = new(3);

    [Theory]
    [InlineData(0, 1, false)]
    [InlineData(8, 1, true)]
    [InlineData(8, 3, true)]
    public void Peers_hear_each_other_through_routers_that_carry_though_none_of_these_listens(int carried, int routers, bool isHeard)
    {
        GossipNode[] between = _network.Add(routers, options => options.CarriedTopics = carried);
        for (int i = 1; i < routers; i++)
        {
            _network.Connect(between[i - 1], between[i]);
        }

        (GossipNode sensor, GossipNode reader) = (_network.Add(), _network.Add());
        _network.Connect(sensor, between[0]);
        _network.Connect(reader, between[^1]);
        reader.Join(Topic);
        _network.Run(3_000);

        // a sensor that is not subscribed itself, as devices are
        sensor.Publish(Topic, "m1");
        _network.Run(3_000);

        Assert.Equal(isHeard ? ["m1"] : [], reader.Heard);
    }

    [Fact]
    public void A_topic_stays_for_a_minute_after_its_last_subscriber_and_longer_if_one_comes_back()
    {
        (GossipNode router, GossipNode reader) = Carrying(8);
        reader.Join(Topic);
        _network.Run(1_000);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);
        reader.Leave(Topic);
        _network.Run(50_000);
        reader.Join(Topic);
        _network.Run(50_000);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);

        reader.Leave(Topic);
        _network.Run(55_000);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);
        _network.Run(10_000);
        Assert.Equal(0, router.Router.Carried);
        Assert.Null(router.Router.FindTopic(Topic));
    }

    [Fact]
    public void What_the_application_and_what_peers_want_of_a_topic_are_kept_apart()
    {
        (GossipNode router, GossipNode reader) = Carrying(8);
        router.Join(Topic);
        reader.Join(Topic);
        _network.Run(1_000);
        router.Leave(Topic);
        _network.Run(1_000);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);

        router.Join(Topic);
        reader.Leave(Topic);
        _network.Run(100_000);
        Assert.Equal(0, router.Router.Carried);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);
    }

    [Fact]
    public void Only_topics_that_are_wanted_are_carried()
    {
        GossipNode router = _network.Add(options =>
        {
            options.CarriedTopics = 8;
            options.Carries = topic => topic == "grün";
        });
        GossipNode reader = _network.Add();
        _network.Connect(reader, router);
        string name = TopicText.ToName("grün")!;
        reader.Join(Topic);
        reader.Join(name);
        _network.Run(1_000);

        Assert.False(router.Router.FindTopic(Topic)!.IsJoined);
        Assert.True(router.Router.FindTopic(name)!.IsJoined);
    }

    [Fact]
    public void A_peer_has_so_many_topics_carried_as_it_may_and_the_next_peer_its_own()
    {
        (GossipNode router, GossipNode greedy) = Carrying(100, options => options.CarriedTopicsPerPeer = 5);
        for (int i = 0; i < 50; i++)
        {
            greedy.Join($"g{i}");
        }

        GossipNode reader = _network.Add();
        _network.Connect(reader, router);
        reader.Join(Topic);
        _network.Run(1_000);

        Assert.Equal(6, router.Router.Carried);
        Assert.True(router.Router.FindTopic(Topic)!.IsJoined);
        Assert.Equal(45, router.Router.Drops(GossipDrop.TopicLimit));
    }

    [Fact]
    public void Where_all_are_in_use_a_silent_topic_makes_room_and_one_with_messages_never()
    {
        (GossipNode router, GossipNode reader) = Carrying(2);
        GossipNode sensor = _network.Add();
        _network.Connect(sensor, router);
        reader.Join("busy");
        reader.Join("silent");
        _network.Run(1_000);
        reader.Join(Topic);
        _network.Run(1_000);
        Assert.Equal([true, true, false], Joined(router));

        for (int i = 0; i < 12; i++)
        {
            sensor.Publish("busy", $"m{i}");
            _network.Run(60_000);
        }

        GossipNode other = _network.Add();
        _network.Connect(other, router);
        other.Join(Topic);
        _network.Run(1_000);

        Assert.Equal([true, false, true], Joined(router));
        Assert.Equal(12, reader.Heard.Count);

        static bool[] Joined(GossipNode router)
            => [.. new[] { "busy", "silent", Topic }.Select(one => router.Router.FindTopic(one)!.IsJoined)];
    }

    private (GossipNode Router, GossipNode Reader) Carrying(int topics, System.Action<GossipSubOptions>? change = null)
    {
        GossipNode router = _network.Add(options =>
        {
            options.CarriedTopics = topics;
            change?.Invoke(options);
        });
        GossipNode reader = _network.Add();
        _network.Connect(reader, router);
        return (router, reader);
    }
}
