using System.Linq;
using NanoLibp2p.Postbox.Nats;

namespace NanoLibp2p.Postbox.Service.Tests.Nats;

/// <summary>What a gateway remembers of the stream, to write it again: how much, and for how long.</summary>
public sealed class NatsRecentTests
{
    private static readonly NatsRecord _record = new() { Kind = NatsRecordKind.Dropped };

    [Fact]
    public void Records_are_kept_ten_minutes_and_as_many_as_there_may_be_with_their_bodies()
    {
        NatsRecent recent = new();
        for (int i = 1; i <= NatsRecent.MaxRecords + 5; i++)
        {
            recent.Add(i, _record, 0);
            recent.KeepBody(i, [1]);
        }

        Assert.Equal((6, NatsRecent.MaxRecords), (recent.First(0), recent.All().Count()));
        Assert.Null(recent.Find(5));
        Assert.Null(recent.Body(5));
        Assert.NotNull(recent.Body(6));
        Assert.Equal(6, recent.First((long)NatsRecent.Lately.TotalMilliseconds));
        Assert.Equal(0, recent.First((long)NatsRecent.Lately.TotalMilliseconds + 1));
        Assert.Null(recent.Body(6));
    }

    [Fact]
    public void Of_bodies_the_newest_are_kept_up_to_their_bound_and_none_that_is_large()
    {
        NatsRecent recent = new();
        for (int i = 1; i <= 9; i++)
        {
            recent.Add(i, _record, 0);
            recent.KeepBody(i, new byte[NatsRecent.MaxBodyBytes / 4]);
        }

        Assert.Equal([6, 7, 8, 9], Enumerable.Range(1, 9).Where(i => recent.Body(i) != null));
        recent.Add(10, _record, 0);
        recent.KeepBody(10, new byte[(NatsRecent.MaxBodyBytes / 4) + 1]);
        Assert.Null(recent.Body(10));
        recent.KeepBody(11, [1]);
        Assert.Null(recent.Body(11));
    }
}
