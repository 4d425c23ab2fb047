using System;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Samples;

/// <summary>Prints what comes: the author, which the signature proves, and the message.</summary>
internal sealed class Heard : PubSubEvents
{
    /// <inheritdoc/>
    public override void OnMessage(Topic topic, PubSubMessage message) =>
        Console.WriteLine($"{message.CopyFrom()} {Encoding.UTF8.GetString(message.Buffer, message.DataOffset, message.DataCount)}");

    /// <inheritdoc/>
    public override void OnSubscribed(Connection connection, Topic topic) =>
        Console.WriteLine($"{connection.RemotePeer} subscribed to {topic.Name}");
}
