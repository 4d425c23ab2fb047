namespace NanoLibp2p.Hal.Radio.Air;

/// <summary>What happened at one end of a simulated air.</summary>
public sealed class AirCounters
{
    /// <summary>Frames sent.</summary>
    public long Sent { get; internal set; }

    /// <summary>Bytes of them.</summary>
    public long SentBytes { get; internal set; }

    /// <summary>Microseconds that they were on the air.</summary>
    public long AirtimeUs { get; internal set; }

    /// <summary>Microseconds that it listened in receive windows.</summary>
    public long ListenedUs { get; internal set; }

    /// <summary>Frames received.</summary>
    public long Received { get; internal set; }

    /// <summary>Frames lost by chance, or to the jammer.</summary>
    public long Lost { get; internal set; }

    /// <summary>Frames lost to another one at the same time.</summary>
    public long Collided { get; internal set; }

    /// <summary>Frames lost since it was sending, or did not listen.</summary>
    public long Missed { get; internal set; }

    /// <summary>Frames too weak to be received.</summary>
    public long Weak { get; internal set; }

    /// <summary>Frames dropped since nobody took those before them.</summary>
    public long Overflowed { get; internal set; }

    /// <summary>Sends that the duty cycle refused.</summary>
    public long HeldBack { get; internal set; }
}
