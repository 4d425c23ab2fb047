using System.Diagnostics;

namespace NanoLibp2p.Hal.Desktop;

/// <summary>The host's steady clock: it goes on through changes of the date.</summary>
public sealed class SystemClock : IClock
{
    /// <inheritdoc/>
    public long NowMs => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;
}
