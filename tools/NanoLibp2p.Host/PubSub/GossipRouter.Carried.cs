using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

// Topics that are joined for peers (GossipSubOptions.CarriedTopics): they hear each other through this node, though nobody here listens.
// Two nodes that carry hold a topic for each other when their last subscriber has left; so one that is silent makes room for others.
internal sealed partial class GossipRouter
{
    /// <summary>How long a carried topic stays after its last subscriber.</summary>
    internal const long LonelyMs = 60_000;

    /// <summary>How long one must have been silent to make room for another.</summary>
    internal const long SilentMs = 600_000;

    private readonly List<TopicState> _carried = [];

    /// <summary>Topics that are joined for peers.</summary>
    internal int Carried => _carried.Count;

    private void Carry(GossipPeer peer, TopicState topic)
    {
        if (topic.IsCarried || _options.CarriedTopics == 0 || _options.Carries?.Invoke(TopicText.Of(topic.Name)) == false)
        {
            return;
        }

        if (peer.Topics.Count > _options.CarriedTopicsPerPeer || (_carried.Count >= _options.CarriedTopics && !DropSilent()))
        {
            Drop(GossipDrop.TopicLimit);
            return;
        }

        topic.IsCarried = true;
        topic.HeardMs = _nowMs;
        topic.LonelyMs = long.MaxValue;
        _carried.Add(topic);
        UpdateJoined(topic);
    }

    private void DropLonely()
    {
        for (int i = _carried.Count - 1; i >= 0; i--)
        {
            TopicState topic = _carried[i];
            if (topic.Peers.Count > 0)
            {
                topic.LonelyMs = long.MaxValue;
            }
            else if (topic.LonelyMs == long.MaxValue)
            {
                topic.LonelyMs = _nowMs + LonelyMs;
            }
            else if (_nowMs >= topic.LonelyMs)
            {
                DropCarried(i);
            }
        }
    }

    private bool DropSilent()
    {
        int first = 0;
        for (int i = 1; i < _carried.Count; i++)
        {
            if (_carried[i].HeardMs < _carried[first].HeardMs)
            {
                first = i;
            }
        }

        if (_nowMs - _carried[first].HeardMs < SilentMs)
        {
            return false;
        }

        DropCarried(first);
        return true;
    }

    private void DropCarried(int index)
    {
        TopicState topic = _carried[index];
        _carried.RemoveAt(index);
        topic.IsCarried = false;
        UpdateJoined(topic);
    }
}
