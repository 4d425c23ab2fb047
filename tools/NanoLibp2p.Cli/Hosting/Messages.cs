using System;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Tasks;
using NanoLibp2p.Host;
using NanoLibp2p.Host.PubSub;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.Cli;

/// <summary>Pubsub for the command line.</summary>
internal static class Messages
{
    /// <summary>A node's pubsub.</summary>
    /// <param name="signed">Whether messages are signed, and others dropped.</param>
    internal static GossipSubOptions Options(bool signed)
        => new() { SignaturePolicy = signed ? SignaturePolicy.StrictSign : SignaturePolicy.StrictNoSign };

    /// <summary>Checks a topic's name before anything is dialled.</summary>
    /// <exception cref="CliException">It can't be one.</exception>
    internal static string CheckTopic(string name, GossipSubOptions options)
    {
        int bytes = Encoding.UTF8.GetByteCount(name);
        return bytes > 0 && bytes <= options.MaxTopicBytes ? name
            : throw new CliException($"a topic's name has 1 to {options.MaxTopicBytes} bytes; this one has {bytes}",
                CliException.WrongArguments);
    }

    /// <summary>Reads a subscription to its end, and tells when messages of it are lost.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="output">Where that is told.</param>
    /// <param name="take">Takes each message, and says whether another one is wanted.</param>
    /// <returns>Whether <paramref name="take"/> had enough.</returns>
    internal static async Task<bool> ReadAsync(Subscription subscription, Output output, Func<TopicMessage, bool> take)
    {
        long lost = 0;
        await foreach (TopicMessage message in subscription)
        {
            if (!take(message))
            {
                return true;
            }
            if (lost == 0 && subscription.Lost > 0)
            {
                lost = subscription.Lost;
                output.Notice(null, $"messages of {subscription.Topic} are lost: they come faster than this output is read");
            }
        }
        return false;
    }

    /// <summary>Tells a message: <c>{"event":"message","topic","from","seqno","data","text"}</c>.</summary>
    internal static void Tell(Output output, TopicMessage message)
    {
        string? from = message.From?.ToString();
        string text = SafeText.Decode(message.Data);
        JsonObject json = Output.Event("message");
        json["topic"] = message.Topic;
        json["from"] = from;
        // 64 bits are more than a program's floating-point number holds
        json["seqno"] = from == null ? null : message.SequenceNumber.ToString(CultureInfo.InvariantCulture);
        json["data"] = Convert.ToBase64String(message.Data);
        json["text"] = text;
        output.Tell(json, $"[blue]{SafeText.Printable(message.Topic)}[/] [green]{from ?? "(unsigned)"}[/] {SafeText.Printable(text)}");
    }

    /// <summary>The sentence on a peer whose messages are dropped.</summary>
    /// <param name="dropped">An event of <see cref="NodeEventKind.MessagesDropped"/>.</param>
    /// <param name="signed">Whether we sign.</param>
    internal static string WhyDropped(NodeEvent dropped, bool signed) => dropped.Refusal switch
    {
        RefusalReason.SignaturePolicy when signed => $"{dropped.Peer} sends messages without author and signature, which are dropped; sign "
            + $"them there, or start this side with --no-sign",
        RefusalReason.SignaturePolicy => $"{dropped.Peer} sends signed messages, which are dropped; start this side without --no-sign, or "
            + $"let nobody sign",
        RefusalReason.OldMessages => $"{dropped.Peer} sends messages whose numbers are not above their author's last, which are dropped; "
            + $"do two nodes use the same key, or did one begin anew with lower numbers?",
        _ => $"{dropped.Peer}: {dropped.Text}",
    };
}
