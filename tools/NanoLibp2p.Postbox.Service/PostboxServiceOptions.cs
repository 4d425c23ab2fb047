using System;
using NanoLibp2p.Core;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Postbox.Service;

/// <summary>What a postbox is told: who gets a mailbox, and its limits (SPEC.md 16). The defaults are the specification's.</summary>
public sealed class PostboxServiceOptions
{
    /// <summary>The node's own identity: signs receipts.</summary>
    public required Identity Identity { get; init; }

    /// <summary>Whether a peer may make itself a mailbox; asked each time. Nobody, unless told otherwise.</summary>
    public Func<PeerId, bool> Admits { get; set; } = _ => false;

    /// <summary>Mailboxes at the most.</summary>
    public int MaxMailboxes { get; set; } = 10_000;

    /// <summary>Items of a mailbox that its recipient has not asked fewer for.</summary>
    public int MaxItems { get; set; } = 256;

    /// <summary>Bytes of a mailbox's items.</summary>
    public long MaxBytes { get; set; } = 1024 * 1024;

    /// <summary>Bytes of an item.</summary>
    public int MaxItem { get; set; } = 65_536;

    /// <summary>The longest that an item is kept.</summary>
    public TimeSpan MaxTtl { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Bits of work that a stranger shows where the recipient has said nothing, 1 to 32; 255 for no strangers.</summary>
    public int Work { get; set; } = 18;

    /// <summary>How long a mailbox stays whose recipient does not come, at least 31 days.</summary>
    public TimeSpan IdleTime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long wall clock and monotonic clock have agreed before anything expires.</summary>
    public TimeSpan ClockPatience { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Deposits of one peer in a minute.</summary>
    public int DepositsPerPeer { get; set; } = 60;

    /// <summary>Deposits from one IPv4 address, or IPv6 /56, in a minute; ten times as many through one relay.</summary>
    public int DepositsPerAddress { get; set; } = 240;

    /// <summary>Lookups, queries and configurations of one peer in a minute.</summary>
    public int LookupsPerPeer { get; set; } = 120;

    /// <summary>Messages of one topic that are kept in a minute, each in every mailbox that names the topic. Beyond that the newest wait
    /// in memory for their turn.</summary>
    public int TopicMessagesPerMinute { get; set; } = 120;

    /// <summary>Streams of one connection.</summary>
    public int StreamsPerConnection { get; set; } = 4;

    /// <summary>Bytes of requests that are open on one connection.</summary>
    public int RequestBytesPerConnection { get; set; } = 4 * 1024 * 1024;

    /// <summary>Bytes of requests that are open on all connections together.</summary>
    public long RequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>From opening a stream to its first request.</summary>
    public TimeSpan FirstRequestTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>From the first byte of a request to its last; longer for one that comes at 1 KiB a second.</summary>
    public TimeSpan RequestTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stream that does not follow may be silent, and how long a peer may take for a part of an answer.</summary>
    public TimeSpan SilenceTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The clocks that go by.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    internal void Check()
    {
        NodeOptions.CheckRange(MaxMailboxes, 1, 10_000_000, "Postbox.MaxMailboxes");
        NodeOptions.CheckRange(MaxItems, 1, 65_536, "Postbox.MaxItems");
        NodeOptions.CheckRange(MaxItem, 610, 1_048_576, "Postbox.MaxItem");
        NodeOptions.CheckRange(DepositsPerPeer, 1, 1_000_000, "Postbox.DepositsPerPeer");
        NodeOptions.CheckRange(DepositsPerAddress, 1, 1_000_000, "Postbox.DepositsPerAddress");
        NodeOptions.CheckRange(LookupsPerPeer, 1, 1_000_000, "Postbox.LookupsPerPeer");
        NodeOptions.CheckRange(TopicMessagesPerMinute, 1, 1_000_000, "Postbox.TopicMessagesPerMinute");
        NodeOptions.CheckRange(StreamsPerConnection, 1, 16, "Postbox.StreamsPerConnection");
        NodeOptions.CheckRange(RequestBytesPerConnection, MaxItem + 4096, int.MaxValue, "Postbox.RequestBytesPerConnection");
        if (Work != 255)
        {
            NodeOptions.CheckRange(Work, 1, 32, "Postbox.Work");
        }

        Check(MaxBytes, MaxItem, 1024L * 1024 * 1024, "MaxBytes");
        Check(RequestBytes, RequestBytesPerConnection, long.MaxValue, "RequestBytes");
        Check((long)MaxTtl.TotalSeconds, 1, 2_592_000, "MaxTtl in seconds");
        Check((long)IdleTime.TotalDays, 31, 36_500, "IdleTime in days");
        Check((long)ClockPatience.TotalSeconds, 0, 86_400, "ClockPatience in seconds");
        Check((long)FirstRequestTime.TotalMilliseconds, 1, 60_000, "FirstRequestTime in milliseconds");
        Check((long)RequestTime.TotalMilliseconds, 1, 600_000, "RequestTime in milliseconds");
        Check((long)SilenceTime.TotalMilliseconds, 1, 600_000, "SilenceTime in milliseconds");
    }

    private static void Check(long value, long least, long most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentException($"Postbox.{name} = {value}; give {least} to {most}");
        }
    }
}
