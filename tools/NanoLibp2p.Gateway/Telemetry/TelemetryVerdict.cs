namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>What a message on the topic of telemetry is.</summary>
internal enum TelemetryVerdict
{
    /// <summary>A report.</summary>
    Good,

    /// <summary>One of a later version, which is not read here.</summary>
    OtherVersion,

    /// <summary>One whose time is far from now: an old one that somebody sends again, or its clock is wrong, or ours.</summary>
    OtherTime,

    /// <summary>None: too long, no JSON, or a field that can't be.</summary>
    Malformed,
}
