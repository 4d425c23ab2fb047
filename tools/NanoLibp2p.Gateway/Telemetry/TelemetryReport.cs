using System.Collections.Generic;

namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>What a gateway publishes of itself and its links, and nothing else; <see cref="TelemetryCodec"/> writes it.</summary>
/// <param name="Time">When it was measured, in Unix seconds.</param>
/// <param name="EverySeconds">Seconds until its next report.</param>
/// <param name="Program">Its program's name.</param>
/// <param name="Version">Its program's version; empty when it does not say.</param>
/// <param name="Label">What it calls itself; null when its operator gave no name.</param>
/// <param name="Latitude">Degrees north, to a tenth; null unless its operator says where it is.</param>
/// <param name="Longitude">Degrees east, to a tenth; null unless its operator says where it is.</param>
/// <param name="Links">Its links to all peers, added up for each transport.</param>
/// <param name="Programs">The programs of those peers, added up.</param>
/// <param name="Gateways">Its links to gateways that publish such reports themselves, one by one.</param>
internal sealed record TelemetryReport(
    long Time, int EverySeconds, string Program, string Version, string? Label, double? Latitude, double? Longitude,
    IReadOnlyList<TelemetryLinks> Links, IReadOnlyList<TelemetryProgram> Programs, IReadOnlyList<TelemetryGateway> Gateways);
