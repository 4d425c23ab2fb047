using System;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>What a gateway publishes of itself, and whether it hears of others.</summary>
/// <param name="Publishes">Whether it publishes anything.</param>
/// <param name="Shows">Whether its page shows what others publish.</param>
/// <param name="Topic">The topic of both.</param>
/// <param name="Every">The time from one report to the next.</param>
/// <param name="Place">Where it is; null for not saying.</param>
/// <param name="Label">What it calls itself; empty for nothing.</param>
internal sealed record TelemetrySettings(bool Publishes, bool Shows, string Topic, TimeSpan Every, TelemetryPlace? Place, string Label);
