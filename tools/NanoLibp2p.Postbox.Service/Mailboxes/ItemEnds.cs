using System;
using NanoLibp2p.Postbox.Service.Stores;

namespace NanoLibp2p.Postbox.Service.Mailboxes;

/// <summary>
/// When an item ends, by the wall clock as it is now. A gateway without a clock of its own takes mail before its time is set, and what was
/// stamped then would be over at once: so what came before a jump forward, in this run, ends as much later; and what another run stamped
/// while it knew no time at all begins with this run. Never sooner than was promised. From any thread; jumps are told one at a time.
/// </summary>
internal sealed class ItemEnds
{
    /// <summary>2025-01-01, before anybody had a postbox: a clock that says less was never set.</summary>
    internal const uint Plausible = 1_735_689_600;

    private const int MaxJumps = 64;

    private readonly long _started;
    private (long Sequence, long Seconds)[] _jumps = [];
    private long _all;
    private long _firstSequence = long.MaxValue;

    /// <summary>Begins with this run.</summary>
    /// <param name="now">What the wall clock says, Unix seconds.</param>
    internal ItemEnds(uint now) => _started = now;

    /// <summary>Tells which heads are of runs before: all up to this number.</summary>
    /// <param name="lastSequence">The largest number when the store had opened.</param>
    internal void Opened(long lastSequence) => _firstSequence = lastSequence;

    /// <summary>Tells that the wall clock was set.</summary>
    /// <param name="lastSequence">The number of what came last before.</param>
    /// <param name="by">How far forward; negative for back.</param>
    internal void Jump(long lastSequence, TimeSpan by)
    {
        (long Sequence, long Seconds)[] jumps = [.. _jumps, (lastSequence, (long)by.TotalSeconds)];
        _jumps = jumps.Length <= MaxJumps ? jumps : [(jumps[1].Sequence, jumps[0].Seconds + jumps[1].Seconds), .. jumps[2..]];
        _all += (long)by.TotalSeconds;
    }

    /// <summary>When an owner was last here, at the earliest that it may have been.</summary>
    /// <param name="seen">What the clock said then, Unix seconds.</param>
    /// <returns>Unix seconds of the clock as it is now.</returns>
    internal long SeenAt(uint seen) => (seen < Plausible ? _started : seen) + Math.Max(0, _all);

    /// <summary>When an item ends.</summary>
    /// <param name="head">Its head.</param>
    /// <returns>Unix seconds.</returns>
    internal long Of(PostboxHead head)
    {
        long later = 0;
        if (head.Sequence > _firstSequence)
        {
            foreach ((long sequence, long seconds) in _jumps)
            {
                later += sequence >= head.Sequence ? seconds : 0;
            }
        }

        // also of what came in this run: it was on its way when the clock was set, or another gateway took it
        long end = head.Until + Math.Max(0, later);
        return head.Arrived >= Plausible || head.Until < head.Arrived ? end
            : Math.Max(end, _started + Math.Max(0, _all) + (head.Until - head.Arrived));
    }
}
