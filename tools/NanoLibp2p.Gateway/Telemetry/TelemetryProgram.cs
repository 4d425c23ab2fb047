namespace NanoLibp2p.Gateway.Telemetry;

/// <summary>Peers of one program and version.</summary>
/// <param name="Name">The program: one that is known, or other, so that no peer has a gateway say a word of its own choice.</param>
/// <param name="Version">Digits and points; empty for none.</param>
/// <param name="Peers">How many say so.</param>
internal sealed record TelemetryProgram(string Name, string Version, int Peers);
