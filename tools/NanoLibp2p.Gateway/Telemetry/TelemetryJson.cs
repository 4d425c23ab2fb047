using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>Telemetry, as the page shows it.</summary>
/// <param name="Publishes">Whether this gateway publishes reports.</param>
/// <param name="Shows">Whether it takes those of others.</param>
/// <param name="Topic">The topic.</param>
/// <param name="Label">What it calls itself; empty for nothing.</param>
/// <param name="Latitude">Where it says it is, in degrees north; null for nowhere.</param>
/// <param name="Longitude">In degrees east.</param>
/// <param name="Gateways">The other gateways.</param>
/// <param name="PassedOver">Messages of the topic that were no reports, too many, or had no place.</param>
internal sealed record TelemetryJson(
    bool Publishes, bool Shows, string Topic, string Label, double? Latitude, double? Longitude,
    IReadOnlyList<OtherGatewayJson> Gateways, long PassedOver);
