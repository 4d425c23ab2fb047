using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Linq;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Firmware;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli;

/// <summary>
/// Looks from outside at a board's connection for what its own log has no line for: a peer that signs otherwise, that has the board's own
/// key, or that does not carry its topic. It hears of connections on the board's thread; <see cref="Look"/> is called on another.
/// </summary>
internal sealed class BoardWatch : NodeEvents
{
    private readonly Device _device;
    private readonly Topic _topic;
    private readonly string _topicName;
    private readonly Action<string, string> _told;
    private readonly IdentifyClient _client;
    private volatile Visit? _visit;

    /// <summary>Watches a board that has not begun to run.</summary>
    /// <param name="device">The board.</param>
    /// <param name="topicName">What it publishes to.</param>
    /// <param name="told">Hears a peer and a sentence on it.</param>
    internal BoardWatch(Device device, string topicName, Action<string, string> told)
    {
        _device = device;
        _topicName = topicName;
        _topic = device.OpenTopic(topicName);
        _told = told;
        _client = new IdentifyClient(device.Node);
        device.Events = this;
        _ = new SignatureNotice(device.Node, (connection, sentence) => told(connection.RemotePeer.ToString(), sentence));
    }

    /// <summary>Tells, once for each connection, of a peer that has had time to subscribe and does not.</summary>
    internal void Look()
    {
        if (_visit is { IsTold: false } visit && Stopwatch.GetElapsedTime(visit.Since) >= PubSubCheck.TimeToSubscribe)
        {
            visit.IsTold = true;
            if (!_device.PubSub.Hears(visit.Connection, _topic))
            {
                bool speaksPubSub = !visit.Answer.IsCompletedSuccessfully || PubSubCheck.SpeaksPubSub(ProtocolsOf(visit.Answer.Result));
                _told(visit.Peer,
                    PubSubCheck.WhyNot(visit.Peer, _topicName, speaksPubSub) + ": readings are kept until it does, the oldest dropped; "
                        + "check the topic's name, and that no other node uses this one's key");
            }
        }
    }

    public override void OnConnected(Connection connection)
    {
        if (!connection.IsInbound)
        {
            _visit = new Visit(connection, connection.RemotePeer.ToString(), Stopwatch.GetTimestamp(), _client.AskAsync(connection));
        }
    }

    public override void OnClosed(Connection connection)
    {
        if (connection == _visit?.Connection)
        {
            _visit = null;
        }
        if (connection.CloseReason == CloseReason.DialledSelf)
        {
            string peer = _device.Node.Identity.PeerId.ToString();
            _told(peer, $"the peer there has this board's own peer id, {peer}: both use the same key; give each its own --key");
        }
    }

    private static IEnumerable<string> ProtocolsOf(IEnumerable<(int Field, byte[] Value)> identity)
        => identity.Where(one => one.Field == IdentifyField.Protocol).Select(one => SafeText.Decode(one.Value));

    private sealed record Visit(Connection Connection, string Peer, long Since, Task<IReadOnlyList<(int Field, byte[] Value)>> Answer)
    {
        internal bool IsTold { get; set; }
    }
}
