using System;
using NanoLibp2p.Core;

namespace NanoLibp2p.Host.Relay;

/// <summary>How a reservation is kept.</summary>
public sealed class RelayReservationOptions
{
    /// <summary>The first pause after a failure; doubled each time.</summary>
    public TimeSpan Retry { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan MaxRetry { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the relay has to answer.</summary>
    public TimeSpan MessageTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether peers are told the address through the relay, by identify.</summary>
    public bool Announces { get; set; } = true;

    internal void Check()
    {
        NodeOptions.CheckRange((int)Math.Clamp(Retry.TotalMilliseconds, 0, int.MaxValue), 1, int.MaxValue, "Retry");
        NodeOptions.CheckRange((int)Math.Clamp(MaxRetry.TotalMilliseconds, 0, int.MaxValue), (int)Retry.TotalMilliseconds, int.MaxValue,
            "MaxRetry");
        NodeOptions.CheckRange((int)Math.Clamp(MessageTime.TotalMilliseconds, 0, int.MaxValue), 1, int.MaxValue, "MessageTime");
    }
}
