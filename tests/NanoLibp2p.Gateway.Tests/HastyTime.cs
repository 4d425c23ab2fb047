using System;
using System.Threading;

namespace NanoLibp2p.Gateway.Tests;

/// <summary>The system's time, so many times as fast for all that waits; the clock of the wall goes on as it does.</summary>
internal sealed class HastyTime(int times) : TimeProvider
{
    public override long TimestampFrequency => System.TimestampFrequency / times;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        => new Timer(this, System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period)));

    private TimeSpan Shorter(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / times;

    private sealed class Timer(HastyTime time, ITimer inner) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => inner.Change(time.Shorter(dueTime), time.Shorter(period));

        public void Dispose() => inner.Dispose();

        public global::System.Threading.Tasks.ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
