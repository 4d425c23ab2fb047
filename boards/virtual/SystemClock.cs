using System.Diagnostics;
using NanoLibp2p.Hal;

namespace NanoLibp2p.Boards.Virtual;

/// <summary>The host's steady clock: it goes on through changes of the date.</summary>
public sealed class SystemClock : IClock
{
    /// <inheritdoc/>
    public long NowMs => (long)Stopwatch.GetElapsedTime(0).TotalMilliseconds;
}
