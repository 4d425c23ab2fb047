namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>A link to a gateway that publishes reports itself.</summary>
/// <param name="Peer">Its peer id.</param>
/// <param name="Transport">tcp, ws, circuit or other.</param>
/// <param name="Pings">Of the last pings to it, how many count.</param>
/// <param name="Lost">How many of those were not answered in time.</param>
/// <param name="RoundTripMs">The last round trip, in milliseconds; null when none was measured.</param>
internal sealed record TelemetryGateway(string Peer, string Transport, int Pings, int Lost, double? RoundTripMs);
