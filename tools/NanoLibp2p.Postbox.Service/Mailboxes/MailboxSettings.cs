using System;
using System.Collections.Generic;
using System.Text;
using NanoLibp2p.Buffers;
using NanoLibp2p.Postbox.Service.Messages;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>What a recipient and the operator have set of a mailbox, as the store keeps it. 0 everywhere for the gateway's own.</summary>
internal sealed record MailboxSettings
{
    internal uint Work { get; init; }

    internal uint TokenEpoch { get; init; }

    internal uint MaxItem { get; init; }

    internal uint MaxItems { get; init; }

    /// <summary>The operator's.</summary>
    internal uint QuotaItems { get; init; }

    /// <summary>The operator's.</summary>
    internal ulong QuotaBytes { get; init; }

    internal IReadOnlyList<TopicWish> Topics { get; init; } = [];

    internal byte[] ToBytes()
    {
        MessageWriter message = new MessageWriter().Varint(1, Work).Varint(2, TokenEpoch).Varint(3, MaxItem).Varint(4, MaxItems)
            .Varint(5, QuotaItems).Varint(6, QuotaBytes);
        foreach (TopicWish topic in Topics)
        {
            message.Message(7, new MessageWriter().Bytes(1, Encoding.UTF8.GetBytes(topic.Name)).Varint(2, topic.Keep).Varint(3, topic.Ttl));
        }

        return message.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; what is not readable is as nothing set.</summary>
    internal static MailboxSettings Read(ReadOnlySpan<byte> bytes)
    {
        MailboxSettings settings = new();
        List<TopicWish> topics = [];
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            uint number = (uint)Math.Min(fields.Value, uint.MaxValue);
            settings = (fields.Field, fields.WireType) switch
            {
                (1, WireType.Varint) => settings with { Work = number },
                (2, WireType.Varint) => settings with { TokenEpoch = number },
                (3, WireType.Varint) => settings with { MaxItem = number },
                (4, WireType.Varint) => settings with { MaxItems = number },
                (5, WireType.Varint) => settings with { QuotaItems = number },
                (6, WireType.Varint) => settings with { QuotaBytes = fields.Value },
                _ => settings,
            };
            if (fields.Is(7, WireType.Bytes))
            {
                topics.Add(ReadTopic(fields.Bytes));
            }
        }

        return settings with { Topics = topics };
    }

    private static TopicWish ReadTopic(ReadOnlySpan<byte> bytes)
    {
        TopicWish topic = default;
        ProtobufFields fields = new(bytes);
        while (fields.Next())
        {
            topic = (fields.Field, fields.WireType) switch
            {
                (1, WireType.Bytes) => topic with { Name = Encoding.UTF8.GetString(fields.Bytes) },
                (2, WireType.Varint) => topic with { Keep = (uint)fields.Value },
                (3, WireType.Varint) => topic with { Ttl = (uint)fields.Value },
                _ => topic,
            };
        }

        return topic;
    }
}
