using System;
using System.Threading;

namespace NanoLibp2p.Postbox.Service;

/// <summary>
/// Whether the wall clock can be believed: it has agreed with the one that only counts for an hour (SPEC.md 10.1). Until then nothing
/// expires. From any thread.
/// </summary>
internal sealed class ClockTrust
{
    /// <summary>NTP slews and steps that far within one look.</summary>
    private static readonly TimeSpan _tolerance = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private DateTimeOffset _wall;
    private long _count;
    private long _since;

    internal ClockTrust(TimeProvider time, TimeSpan patience)
    {
        _time = time;
        _patience = patience;
        _wall = time.GetUtcNow();
        _count = time.GetTimestamp();
        _since = _count;
    }

    /// <summary>Called when the wall clock was set: how far forward.</summary>
    internal Action<TimeSpan>? Jumped { get; set; }

    /// <summary>Unix seconds, whatever they are worth. A jump is told before it is in what this returns.</summary>
    internal uint Now
    {
        get
        {
            lock (_lock)
            {
                Look();
                return Seconds(_wall);
            }
        }
    }

    /// <summary>Looks at both clocks.</summary>
    /// <returns>Whether the wall clock is in doubt.</returns>
    internal bool IsInDoubt()
    {
        lock (_lock)
        {
            Look();
            return _time.GetElapsedTime(_since, _count) < _patience;
        }
    }

    private void Look()
    {
        DateTimeOffset wall = _time.GetUtcNow();
        long count = _time.GetTimestamp();
        TimeSpan jump = wall - _wall - _time.GetElapsedTime(_count, count);
        _wall = wall;
        _count = count;
        if (jump.Duration() > _tolerance)
        {
            _since = count;
            Jumped?.Invoke(jump);
        }
    }

    private static uint Seconds(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 1, uint.MaxValue);
}
