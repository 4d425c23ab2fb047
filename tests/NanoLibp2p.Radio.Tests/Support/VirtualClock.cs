using NanoLibp2p.Hal;

namespace NanoLibp2p.Radio.Tests;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class VirtualClock : IClock
{
    /// <inheritdoc/>
    public long NowMs { get; set; } = 1_000;
}
