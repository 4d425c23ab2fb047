using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli;

/// <summary>Pubsub for the command line: topics by their names in UTF-8, and messages as they are told.</summary>
internal sealed class Messages : PubSubEvents
{
    // peers that come after so many are not named
    private const int MaxWarned = 1000;

    private const int ManyReplayed = 5;

    private readonly PubSubProtocol _pubsub;
    private readonly Output? _output;
    private readonly SignatureNotice _policy;
    private readonly HashSet<string> _warned = [];
    private readonly Dictionary<string, int> _replayed = [];

    /// <summary>Adds pubsub to a node; before its first connection.</summary>
    /// <param name="node">The node.</param>
    /// <param name="signed">Whether messages are signed, and others dropped.</param>
    /// <param name="output">Where peers are named whose messages can't be taken, once each; null for nowhere.</param>
    internal Messages(Node node, bool signed, Output? output)
    {
        _output = output;
        PubSubOptions options = PubSubOptions.Desktop();
        options.SignaturePolicy = signed ? SignaturePolicy.StrictSign : SignaturePolicy.StrictNoSign;
        // above every number of an earlier run with the same key
        options.FirstSequenceNumber = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        _pubsub = new PubSubProtocol(options) { Events = this };
        node.Add(_pubsub);
        _policy = new SignatureNotice(node, signed, Warn);
    }

    /// <summary>A message of a joined topic; the message is valid during the call only.</summary>
    internal event Action<Topic, PubSubMessage>? Received;

    /// <summary>A peer subscribed to one of our topics.</summary>
    internal event Action<Connection, Topic>? Subscribed;

    /// <summary>A peer unsubscribed from one of our topics.</summary>
    internal event Action<Connection, Topic>? Unsubscribed;

    /// <summary>Whether the peer that was dialled signs as we do, as far as it tells.</summary>
    internal Task<bool> PolicyAgrees => _policy.Agrees;

    /// <summary>Pubsub itself.</summary>
    internal PubSubProtocol PubSub => _pubsub;

    /// <summary>Tells, of a peer that is connected, when it was connected already: pubsub takes two nodes with one key for one, and serves
    /// one of them.</summary>
    internal void CheckTwice(Connection connection)
    {
        if (_pubsub.Node.Connections.Any(other => other != connection && other.IsOpen && other.RemotePeer.Equals(connection.RemotePeer)))
        {
            Warn(connection, $"{connection.RemotePeer} is connected twice, and pubsub goes over one connection only; if two nodes use the "
                + $"same key, give each its own --key");
        }
    }

    /// <summary>The topic of a name.</summary>
    /// <exception cref="CliException">It can't be one.</exception>
    internal Topic Open(string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(name);
        if (utf8.Length == 0 || utf8.Length > _pubsub.Options.MaxTopicBytes)
        {
            throw new CliException($"a topic's name has 1 to {_pubsub.Options.MaxTopicBytes} bytes; this one has {utf8.Length}",
                CliException.WrongArguments);
        }
        return _pubsub.Open(utf8)
            ?? throw new CliException($"more than {_pubsub.Options.MaxTopics} topics; start a second node for the others",
                CliException.WrongArguments);
    }

    /// <summary>Subscribes.</summary>
    internal Topic Join(string name)
    {
        Topic topic = Open(name);
        topic.Join();
        return topic;
    }

    /// <summary>A topic's name.</summary>
    internal static string NameOf(Topic topic) => SafeText.Decode(topic.Utf8Name);

    /// <summary>Tells a message: <c>{"event":"message","topic","from","seqno","data","text"}</c>.</summary>
    internal static void Tell(Output output, Topic topic, PubSubMessage message)
    {
        ReadOnlySpan<byte> data = message.Buffer.AsSpan(message.DataOffset, message.DataCount);
        string name = NameOf(topic);
        string? from = message.CopyFrom()?.ToString();
        string text = SafeText.Decode(data);
        JsonObject json = Output.Event("message");
        json["topic"] = name;
        json["from"] = from;
        // 64 bits are more than a program's floating-point number holds
        json["seqno"] = from == null ? null : message.SequenceNumber.ToString(CultureInfo.InvariantCulture);
        json["data"] = Convert.ToBase64String(data);
        json["text"] = text;
        output.Tell(json, $"[blue]{SafeText.Printable(name)}[/] [green]{from ?? "(unsigned)"}[/] {SafeText.Printable(text)}");
    }

    public override void OnMessage(Topic topic, PubSubMessage message) => Received?.Invoke(topic, message);

    public override void OnSubscribed(Connection connection, Topic topic) => Subscribed?.Invoke(connection, topic);

    public override void OnUnsubscribed(Connection connection, Topic topic) => Unsubscribed?.Invoke(connection, topic);

    public override void OnDropped(Connection connection, DropReason reason)
    {
        if (reason == DropReason.Unsigned)
        {
            Warn(connection, $"{connection.RemotePeer} sends messages without author and signature, which are dropped; sign them there, or "
                + $"start this side with --no-sign");
        }
        else if (reason == DropReason.Signed)
        {
            Warn(connection,
                $"{connection.RemotePeer} sends signed messages, which are dropped; start this side without --no-sign, or let nobody sign");
        }
        else if (reason == DropReason.Replayed && IsRepeated(connection))
        {
            Warn(connection, $"{connection.RemotePeer} sends messages whose numbers are not above their author's last, which are dropped; "
                + $"do two nodes use the same key, or did one begin anew with lower numbers?");
        }
    }

    // a few may have been overtaken on the way
    private bool IsRepeated(Connection connection)
    {
        string peer = connection.RemotePeer.ToString();
        int count = _replayed.GetValueOrDefault(peer) + 1;
        if (count > 1 || _replayed.Count < MaxWarned)
        {
            _replayed[peer] = count;
        }
        return count == ManyReplayed;
    }

    // once for each peer
    private void Warn(Connection connection, string sentence)
    {
        if (_output != null && _warned.Count < MaxWarned && _warned.Add(connection.RemotePeer.ToString()))
        {
            _output.Notice(connection.RemotePeer.ToString(), sentence);
        }
    }
}
