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

    /// <summary>Unix seconds, whatever they are worth.</summary>
    internal uint Now => Seconds(_time.GetUtcNow());

    /// <summary>Looks at both clocks.</summary>
    /// <returns>Whether the wall clock is in doubt.</returns>
    internal bool IsInDoubt()
    {
        lock (_lock)
        {
            DateTimeOffset wall = _time.GetUtcNow();
            long count = _time.GetTimestamp();
            if ((wall - _wall - _time.GetElapsedTime(_count, count)).Duration() > _tolerance)
            {
                _since = count;
            }

            _wall = wall;
            _count = count;
            return _time.GetElapsedTime(_since, count) < _patience;
        }
    }

    private static uint Seconds(DateTimeOffset time) => (uint)Math.Clamp(time.ToUnixTimeSeconds(), 1, uint.MaxValue);
}
