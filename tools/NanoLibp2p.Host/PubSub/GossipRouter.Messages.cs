using System.Collections.Generic;

namespace NanoLibp2p.Host.PubSub;

// Messages: own ones to those who want them, others' to the application and on.
internal sealed partial class GossipRouter
{
    private readonly List<GossipPeer> _receivers = [];

    /// <summary>
    /// Sends an own message: to all peers that subscribed, or to the mesh or fanout of its topic. Its frame becomes the router's.
    /// </summary>
    /// <returns>The number of peers that it goes to.</returns>
    internal int Publish(GossipMessage message)
    {
        _seen.TryAdd(message.Hash, _nowMs);
        return Send(message, null);
    }

    /// <summary>Peers that an own message of a topic would go to now.</summary>
    internal List<GossipPeer> Receivers(string name)
    {
        List<GossipPeer> receivers = [];
        if (Open(name) is { } topic)
        {
            AddReceivers(topic, isOwn: true, receivers);
            DropUnused(topic);
        }

        return receivers;
    }

    /// <summary>
    /// The first copy of a message has come, and its signature was right. Its frame becomes the router's.
    /// </summary>
    internal void OnMessage(GossipPeer peer, GossipMessage message)
    {
        message.From = peer;
        KeepPromise(message.Hash);
        if (!IsJoined(message.Topic, out TopicState? topic))
        {
            Drop(GossipDrop.NotSubscribed);
            message.Frame.Release();
            return;
        }

        topic!.HeardMs = _nowMs;
        _scores.Arrived(message.Hash, _nowMs);
        SendDontWant(message, topic, peer);
        if (message.FromCount > 0 && !_replay.Take(message.Author, message.SequenceNumber))
        {
            Drop(GossipDrop.Replayed);
            peer.OldMessages++;
            _scores.Ignored(message.Hash, _nowMs);
            message.Frame.Release();
            return;
        }

        if (!_output.Validate(message))
        {
            Judge(message, GossipVerdict.Accept);
        }
    }

    /// <summary>What the application says of a message.</summary>
    internal void Judge(GossipMessage message, GossipVerdict verdict)
    {
        GossipPeer peer = message.From!;
        switch (verdict)
        {
            case GossipVerdict.Accept:
                _scores.Delivered(peer, message.Topic, message.Hash, _nowMs);
                _output.Deliver(message);
                Send(message, peer);
                return;
            case GossipVerdict.Reject:
                Drop(GossipDrop.Rejected);
                _scores.Rejected(peer, message.Topic, message.Hash, _nowMs);
                break;
            default:
                Drop(GossipDrop.Ignored);
                _scores.Ignored(message.Hash, _nowMs);
                break;
        }

        message.Frame.Release();
    }

    /// <summary>Another copy of a message has come.</summary>
    internal void OnDuplicate(GossipPeer peer, string topic, ulong hash)
    {
        Drop(GossipDrop.Duplicate);
        if (IsJoined(topic, out _))
        {
            _scores.Duplicate(peer, topic, hash, _nowMs);
        }
    }

    /// <summary>A message with a wrong signature has come, of whatever id.</summary>
    internal void OnInvalid(GossipPeer peer, string topic)
    {
        Drop(GossipDrop.SignatureInvalid);
        if (IsJoined(topic, out _))
        {
            _scores.Rejected(peer, topic, null, _nowMs);
        }
    }

    private bool IsJoined(string name, out TopicState? topic) => _topics.TryGetValue(name, out topic) && topic.IsJoined;

    private int Send(GossipMessage message, GossipPeer? from)
    {
        TopicState? topic = Open(message.Topic);
        if (topic == null || !message.MayPass)
        {
            message.Frame.Release();
            return 0;
        }

        if (from == null && !topic.IsJoined)
        {
            topic.Fanout ??= [];
            topic.LastPublished = _nowMs;
        }

        List<GossipPeer> receivers = _receivers;
        receivers.Clear();
        AddReceivers(topic, from == null, receivers);
        int sent = 0;
        foreach (GossipPeer peer in receivers)
        {
            if (peer == from || peer.Id.Matches(message.Frame.Bytes, message.FromOffset, message.FromCount))
            {
                continue;
            }

            if (peer.IsUnwanted(message.Hash, _beat))
            {
                Drop(GossipDrop.NotWanted);
                continue;
            }

            _output.Send(peer, message.Frame);
            sent++;
        }

        // takes the frame over
        _history.Add(message);
        DropUnused(topic);
        return sent;
    }

    // the mesh, or of an own message all that subscribed; and those that no mesh is for
    private void AddReceivers(TopicState topic, bool isOwn, List<GossipPeer> receivers)
    {
        if (isOwn && _options.FloodPublish)
        {
            foreach (GossipPeer peer in topic.Peers)
            {
                AddReceiver(peer, receivers);
            }

            return;
        }

        receivers.AddRange(topic.IsJoined || !isOwn ? topic.Mesh : FanoutOf(topic));
        foreach (GossipPeer peer in topic.Others)
        {
            AddReceiver(peer, receivers);
        }
    }

    private void AddReceiver(GossipPeer peer, List<GossipPeer> receivers)
    {
        if (peer.Version != GossipVersion.None && (peer.IsDirect || _scores.Of(peer) >= PublishThreshold))
        {
            receivers.Add(peer);
        }
    }

    private void SendDontWant(GossipMessage message, TopicState topic, GossipPeer from)
    {
        if (message.Frame.Count < _options.DontWantBytes)
        {
            return;
        }

        GossipFrame?[] forms = new GossipFrame?[(int)DontWantForms.Both + 1];
        foreach (GossipPeer peer in topic.Mesh)
        {
            if (peer != from && peer.Version >= GossipVersion.V12)
            {
                DontWantForms form = peer.HasKeyIds switch
                {
                    true => DontWantForms.Key,
                    false => DontWantForms.PeerId,
                    _ => DontWantForms.Both,
                };
                _output.Send(peer, forms[(int)form] ??= GossipWriter.DontWant(message.Id, form));
                DontWantsSent++;
            }
        }

        foreach (GossipFrame? frame in forms)
        {
            frame?.Release();
        }
    }
}
