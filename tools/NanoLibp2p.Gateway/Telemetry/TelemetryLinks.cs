namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>Links of one transport, added up.</summary>
/// <param name="Transport">tcp, ws, circuit or other.</param>
/// <param name="Peers">Peers that are connected so.</param>
/// <param name="Pings">Of the last pings to them, how many count.</param>
/// <param name="Lost">How many of those were not answered in time.</param>
/// <param name="RoundTripMs">The median of the links' last round trips, in milliseconds; null when none was measured.</param>
/// <param name="SlowestMs">The longest of them.</param>
internal sealed record TelemetryLinks(string Transport, int Peers, int Pings, int Lost, double? RoundTripMs, double? SlowestMs);
